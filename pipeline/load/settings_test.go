package load

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

func TestValuesAreReadAsOthers(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Nulls = []string{"none"}
	x.Attributes = []entity.Field{{Name: "region"}, {Name: "seats", Type: entity.Integer}}
	x.Values = map[string]map[string]string{
		"is_won":     {"Ja": "true", " Nein ": "no", "": "false"},
		"stage":      {"GTXPro": "GTX Pro", "5\"": "five", "gone": "", "drop": "none"},
		"close_date": {"bald": "13/04/2017", "soon": "2017-05-06"},
		"amount":     {"tbd": "", "k": "1,000.50"},
		"region":     {"Zu\u0308rich": "Zürich"},
		"seats":      {"a dozen": "12"},
	}
	l := loadText(t, x, "opportunity_id,stage,is_won,close_date,amount,region,seats\n"+
		"a, GTXPro ,Ja,bald,tbd,Zu\u0308rich,a dozen\n"+
		"b,\"5\"\"\",Nein,soon,k,Zürich,7\n"+
		"c,gone,,05/04/2017,1,x,\n"+
		"d,drop,Ja ,,,,\n"+
		"e,gtxpro,ja,,,,\n")
	require.Equal(t, []string{
		"2|a|GTX Pro|true|2017-04-13|null|Zürich|12",
		"3|b|five|false|2017-05-06|1000.50|Zürich|7",
		"4|c|null|false|2017-04-05|1.00|x|null",
		"5|d|null|true|null|null|null|null",
	}, l.rows(t, "opportunity_id, stage, is_won, close_date, amount, region, seats"))
	require.Equal(t, []string{"6 is_won boolean"}, l.quarantined(t))
	// The replaced words settle the formats.
	require.Equal(t, map[string]string{"close_date": "date:dmy", "amount": "decimal:point"}, l.Formats)
}

func TestCaseIsFoldedAfterEverythingElse(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Nulls, x.SalesforceIDs = []string{"N/A"}, true
	x.FoldCase = []string{"lead_source", "account_id", "stage"}
	x.Values = map[string]map[string]string{"lead_source": {"GOOG": "Google"}}
	l := loadText(t, x, "opportunity_id,stage,lead_source,account_id\n"+
		"A,WON,GOOG,001A0000006Vm9r\nB,ÉCOLE,n/a,\nC,won,N/A,x\n")
	require.Equal(t, []string{"2|A|won|google|001a0000006vm9riac", "3|B|école|n/a|null", "4|C|won|null|x"},
		l.rows(t, "opportunity_id, stage, lead_source, account_id"))
}

// Two ways to write the same letters give the same bytes, and blanks of any kind are no part of a text.
func TestTextsAreComposed(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Nulls = []string{"ke\u0301in"}
	x.Headers = map[string][]string{"loss_reason": {"Gru\u0308nde"}}
	l := loadText(t, x, "opportunity_id,stage,name,amount,Gründe\n"+
		"cafe\u0301,\u00a0Won\u00a0,\u200b \ufeffx\u00a0y\u200b,\"1\u00a0234,50 €\u00a0\",kéin\n"+
		"café ,Won,\u00a0,\u00a0,ke\u0301in \n"+
		"\u00a0,Won,,,\n")
	require.Equal(t, []string{"2|café|Won|x\u00a0y|1234.50|null", "3|café|Won|null|null|null"},
		l.rows(t, "opportunity_id, stage, name, amount, loss_reason"))
	require.Equal(t, []string{"4 opportunity_id null_key"}, l.quarantined(t))
	require.False(t, l.UniqueKeys)
}

func TestConstantsFillWhatTheFileLacks(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Attributes = []entity.Field{{Name: "team"}}
	x.Required = []string{"team"}
	x.Currency = "EUR"
	x.Values = map[string]map[string]string{"is_closed": {"zu": "true"}}
	x.Constants = map[string]string{
		"is_closed": "zu", "is_won": " 0 ", "amount": "1,234.50", "close_date": "2017-03-01", "modified_at": "2017-03-01 10:00",
		"currency": "USD", "name": "", "team": "West", "product": "ignored",
	}
	l := loadText(t, x, "opportunity_id,product\na,GTX\nb,\n")
	require.Equal(t, []string{
		"2|a|GTX|true|false|1234.50|2017-03-01|2017-03-01 10:00:00|USD|null|West",
		"3|b|null|true|false|1234.50|2017-03-01|2017-03-01 10:00:00|USD|null|West",
	}, l.rows(t, "opportunity_id, product, is_closed, is_won, amount, close_date, modified_at, currency, name, team"))
	mapped := map[string]string{}
	for _, c := range l.Columns {
		if c.Mapped {
			mapped[c.Field] = c.Header + "=" + c.Constant
		}
	}
	require.Equal(t, map[string]string{
		"opportunity_id": "opportunity_id=", "product": "product=", "is_closed": "=zu", "is_won": "= 0 ", "amount": "=1,234.50",
		"close_date": "=2017-03-01", "modified_at": "=2017-03-01 10:00", "currency": "=USD", "team": "=West",
	}, mapped)
	require.Empty(t, l.Formats)
}

func TestAConstantMayBePartOfTheKey(t *testing.T) {
	t.Parallel()
	x := lookup(t, "quota")
	x.Constants = map[string]string{"subject_kind": "team", "end_date": "2017-12-31", "start_date": "2017-01-01"}
	l := loadText(t, x, "subject_id,amount\nWest,5\nEast,7\n")
	require.Equal(t, []string{"2|team|West|2017-01-01|2017-12-31|5.00", "3|team|East|2017-01-01|2017-12-31|7.00"},
		l.rows(t, "subject_kind, subject_id, start_date, end_date, amount"))
	require.True(t, l.UniqueKeys)

	x.Constants["subject_id"] = "West"
	require.False(t, loadText(t, x, "amount\n5\n7\n").UniqueKeys)
	require.True(t, loadText(t, x, "amount\n5\n").UniqueKeys)
}

func TestConstantsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for field, c := range map[string]struct{ text, reason, hint string }{
		"is_won":     {"maybe", `the constant "maybe" of is_won is no boolean`, "extracts.opportunity.constants.is_won"},
		"amount":     {"1,234", `the constant "1,234" of amount can be read in two ways`, "write dates as"},
		"close_date": {"2017-02-30", `the constant "2017-02-30" of close_date is no date`, "constants.close_date"},
		"created_at": {"03/04/2017", `the constant "03/04/2017" of created_at can be read in two ways`, "2026-01-31"},
	} {
		x := opportunity(t)
		x.Constants = map[string]string{field: c.text}
		err := refusedText(t, x, "opportunity_id,stage\na,Won\n")
		require.Contains(t, err.Reason, c.reason)
		require.Contains(t, err.Hint, c.hint)
		// A column of the file wins, and then nobody asks for the constant.
		x.Headers = map[string][]string{field: {"stage"}}
		got, inspected := Inspect(t.Context(), text("opportunity_id,stage,status\na,,Won\n"), x)
		require.NoError(t, inspected)
		require.Empty(t, got.Problems)
	}
	x := opportunity(t)
	x.Constants = map[string]string{"opportunity_id": " "}
	require.Contains(t, refusedText(t, x, "stage\nWon\n").Reason, "no column for the required field opportunity_id")
}

func TestOnlyTheRecordsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	x := lookup(t, "stage_change")
	x.Headers = map[string][]string{"stage": {"NewValue"}}
	x.Only = map[string][]string{"field ": {"StageName", "Cafe\u0301"}, "Deleted": {"", "no"}}
	x.Footers = []string{"Total"}
	l := loadText(t, x, "opportunity_id,changed_at,Field,NewValue,DELETED\n"+
		"a,2017-01-01, stagename ,Won,No\n"+
		"a,03/04/2017,Amount,5,\n"+ // its date would have to be settled
		"b,2017-01-02,StageName,Lost,yes\n"+
		",x,Owner,,\n"+ // no key, and nobody asked for it
		"Total,,,,\n"+
		"c,2017-01-03,\"CAFÉ\",Open,\n"+
		"d,2017-01-03\n"+
		"e,x,StageName,Open,\n"+
		"f,2017-01-03,x\x00,Open,\n"+
		"Total,5,,,\n")
	require.Equal(t, []string{"2|a|#000000000001|Won", "7|c|#000000000006|Open"}, l.rows(t, "opportunity_id, sequence, stage"))
	require.Equal(t, []string{"8 field_count", "9 changed_at timestamp", "10 nul"}, l.quarantined(t))
	require.Equal(t, Counts{Records: 11, Header: 1, Loaded: 2, Quarantined: 3, Ignored: 5}, l.Counts)
	require.Empty(t, l.Unmapped)

	got, err := Inspect(t.Context(), text("opportunity_id,changed_at,Field,NewValue,deleted\na,2017-01-01,Amount,5,\n"), x)
	require.NoError(t, err)
	require.Empty(t, got.Problems)
	require.EqualValues(t, 1, got.Counts.Ignored)

	err = refusedText(t, x, "opportunity_id,changed_at,Fields,NewValue,deleted\na,2017-01-01,StageName,Won,\n")
	require.ErrorContains(t, err, `the header has no column "field ", by which records are chosen`)
	require.ErrorContains(t, err, `the header has "Fields"`)
	err = refusedText(t, x, "opportunity_id,changed_at,Field,NewValue,deleted,FIELD\na,2017-01-01,StageName,Won,,\n")
	require.ErrorContains(t, err, `has "field " 2 times (columns 3, 6)`)
}

func TestEmptyRecordsAreBlank(t *testing.T) {
	t.Parallel()
	x := lookup(t, "cost")
	x.Footers, x.Nulls = []string{"Total"}, []string{"-"}
	l := loadText(t, x, ",,\n\"month\",amount,category\n,,\n2017-01-01,5,Ads\n \"\",,\n\"\",\" \",\"\n\"\n\u00a0,\u200b,\n"+
		",,,,,,,\n,\n2017-02-01,5,Ads\n,,-\n,\"\",\"\",\n\"\"\"\",,\nTotal,5,\n,,\nTotal,7,\n,,,,\n")
	require.Equal(t, []string{"4|cost.csv:1", "11|cost.csv:3"}, l.rows(t, "line_id"))
	require.Equal(t, []string{"5 month date", "12 month required", "13 field_count", "14 month date"}, l.quarantined(t))
	require.Equal(t, Counts{Records: 17, Header: 1, Loaded: 2, Quarantined: 4, Blank: 8, Ignored: 2}, l.Counts)

	l = loadText(t, lookup(t, "cost"), ";;;\n\t\nmonth;amount;category\n2017-01-01;5;Ads\n;;\n")
	require.Equal(t, Counts{Records: 5, Header: 1, Loaded: 1, Blank: 3}, l.Counts)
	require.Contains(t, refusedText(t, x, ",,,\n;;\n").Reason, "blank lines")
}

func TestErrorsOfSpreadsheetsAreNoIDs(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Nulls = []string{"#N/A"}
	l := loadText(t, x, "opportunity_id,stage,owner_id,name\n#REF!,Won,,\na,Won,#VALUE!,\nb,Won,#N/A,#REF!\nc,#NAME?,#1,\n#N/A,Won,,\n#DIV/0!,Won,,\n")
	require.Equal(t, []string{"4|b|Won|null|#REF!", "5|c|#NAME?|#1|null"}, l.rows(t, "opportunity_id, stage, owner_id, name"))
	require.Equal(t, []string{
		"2 opportunity_id mangled_id", "3 owner_id mangled_id", "6 opportunity_id null_key", "7 opportunity_id mangled_id",
	}, l.quarantined(t))
}

func TestErrorsOfSpreadsheetsInOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, word := range []string{
		"#BEZUG!", "#WERT!", "#NV", "#ZAHL!", "#VALEUR!", "#NOM?", "#¡REF!", "#¿NOMBRE?", "#N/D", "#NU\u0301M!", "#RIF!", "#VERW!", "#SAKNAS!",
	} {
		l := loadText(t, opportunity(t), "opportunity_id,stage\n"+word+",Won\n\" "+word+"\",Won\na,Won\n")
		require.Equal(t, []string{"2 opportunity_id mangled_id", "3 opportunity_id mangled_id"}, l.quarantined(t), word)
	}
	x := opportunity(t)
	x.Nulls = []string{"#BEZUG!"}
	l := loadText(t, x, "opportunity_id,stage,owner_id\na,Won,#BEZUG!\nb,Won,#BEZUG\nc,#WERT!,#!\n")
	require.Equal(t, []string{"2|null", "3|#BEZUG", "4|#!"}, l.rows(t, "owner_id"))
}

func TestSharesMayCarryAPercentSign(t *testing.T) {
	t.Parallel()
	l := loadText(t, lookup(t, "opportunity_split"), "opportunity_id,owner_id,share\na,x,60 %\na,y,40%\nb,x,33.33333333\n")
	require.Equal(t, []string{"2|60.00000000", "3|40.00000000", "4|33.33333333"}, l.rows(t, "share"))
}

func TestTouchesAreNamedByTheirPlace(t *testing.T) {
	t.Parallel()
	l := loadText(t, lookup(t, "campaign_touch"), "campaign_id,lead_id,touched_at\nc,l,2017-01-01\nc,l,2017-01-01\n")
	require.Equal(t, []string{"2|campaign_touch.csv:1", "3|campaign_touch.csv:2"}, l.rows(t, "touch_id"))
	require.True(t, l.UniqueKeys)
}
