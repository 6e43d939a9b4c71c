package load

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

func TestTheFirstCellThatSaysSomethingCounts(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Headers = map[string][]string{
		"close_date": {"won_time", "Won", "Lost", "Closed by", "Expected"}, "amount": {"Actual", "Est"},
		"owner_id": {"Owner", "Deputy"}, "type": {"Type", "Kind"},
	}
	x.FirstOf = []string{"close_date", "amount", "owner_id", "type"}
	x.Nulls = []string{"-", "none"}
	x.Values = map[string]map[string]string{"type": {"": "New", "n/a": "", "B": "Business"}, "owner_id": {"#": "none"}}
	l := loadText(t, x, "opportunity_id,Expected,Stage,Won,Lost,Est,Actual,Owner,Deputy,Type,Kind\n"+
		"a,2017-03-01,Won,2017-02-01,,5,\" \",o,p,A,B\n"+
		"b,2017-03-01,Lost,,2017-01-15 10:00,5.5,7,#,p,n/a,B\n"+
		"c,2017-03-01,Open,-,\"\",,,\"#\",-,n/a,\n"+
		"d,-,Open,,,,,,,,\u00a0\n"+
		"e,2017-03-01,Won,bad,2017-01-01,1,1,,,,\n"+
		"f,bad,Won,2017-01-01,worse,1,1,,,,\n")
	require.Equal(t, []string{
		"2|a|2017-02-01|5.00|o|A", "3|b|2017-01-15|7.00|p|Business", "4|c|2017-03-01|null|null|New",
		"5|d|null|null|null|New", "7|f|2017-01-01|1.00|null|New",
	}, l.rows(t, "opportunity_id, close_date, amount, owner_id, type"))
	require.Equal(t, []string{"6 close_date date"}, l.quarantined(t))
	require.Empty(t, l.Unmapped)
	headers := map[string]string{}
	for _, c := range l.Columns {
		if c.Mapped {
			headers[c.Field] = c.Header
		}
		if c.Field == "close_date" {
			require.Equal(t, []int{3, 4, 1}, c.Places)
			require.Equal(t, 3, c.Index)
		}
	}
	require.Equal(t, map[string]string{
		"opportunity_id": "opportunity_id", "stage": "Stage", "close_date": "Won / Lost / Expected", "amount": "Actual / Est",
		"owner_id": "Owner / Deputy", "type": "Type / Kind",
	}, headers)
}

// A key may be read from several columns, and its hash is that of the cell that counts.
func TestKeysOfSeveralColumns(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Headers = map[string][]string{"opportunity_id": {"id", "old id"}}
	x.FirstOf = []string{"opportunity_id"}
	l := loadText(t, x, "old id,id,stage,amount\na,b,Won,\nc,,Won,\n,,Won,\nd,,Won,x\nx,d,Won,x\n")
	require.Equal(t, []string{"2|b", "3|c"}, l.rows(t, "opportunity_id"))
	require.True(t, l.UniqueKeys)
	require.Equal(t, []string{"4 opportunity_id null_key", "5 amount decimal", "6 amount decimal"}, l.quarantined(t))
	require.Equal(t, []string{"1"}, duck(t, "select count(distinct key_hash) from '"+l.dir+"/"+l.Quarantine+"' where line > 4"))
}

// The order of day and month, or the decimal sign, is one decision for all the columns of a field, also
// by the cells that do not count.
func TestColumnsOfOneFieldShareTheirFormat(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Headers = map[string][]string{"close_date": {"Won", "Lost"}, "amount": {"Actual", "Est"}}
	x.FirstOf = []string{"close_date", "amount"}
	const header = "opportunity_id;stage;Won;Lost;Actual;Est\n"
	l := loadText(t, x, header+"a;Won;03/04/2017;13/04/2017;1.234;5,5\nb;Lost;;05/04/2017;;7.000\n")
	require.Equal(t, []string{"2|2017-04-03|1234.00", "3|2017-04-05|7000.00"}, l.rows(t, "close_date, amount"))
	require.Equal(t, map[string]string{"close_date": "date:dmy", "amount": "decimal:comma"}, l.Formats)

	err := refusedText(t, x, header+"a;Won;13/04/2017;04/13/2017;;\n")
	require.Equal(t, `column "Won / Lost" contradicts line 2 in the order of day and month`, err.Reason)
	err = refusedText(t, x, header+"a;Won;2017-01-01;04/05/2017;;\n")
	require.ErrorContains(t, err, "whether the day or the month comes first")
	x.Remembered = map[string]string{"close_date": "date:mdy"}
	err = refusedText(t, x, header+";Won;2017-01-01;13/04/2017;;\n")
	require.ErrorContains(t, err, "contradicts what an earlier file of this extract settled")
}

func TestWhatTheConfigurationListsMustBeThere(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Headers = map[string][]string{"close_date": {"Won time", "Lost time"}}
	x.FirstOf, x.Required = []string{"close_date"}, []string{"close_date"}
	err := refusedText(t, x, "opportunity_id,stage,Won time,Lost tme\na,Won,,\n")
	require.Equal(t, `the header has no column "Lost time", from which close_date is read`, err.Reason)
	require.Equal(t, `correct extracts.opportunity.columns.close_date, or export the column; the header has "Lost tme"`, err.Hint)
	err = refusedText(t, x, "opportunity_id,stage\na,Won\n")
	require.Contains(t, err.Reason, `the required field close_date of opportunity (looked for "Won time", "Lost time")`)
	err = refusedText(t, x, "opportunity_id,stage,Won time,Lost time,lost time\na,Won,,,\n")
	require.Equal(t, `the header has "Lost time" 2 times (columns 4, 5), and close_date is read from it`, err.Reason)
}

// Salesforce's WhoId holds leads and contacts, and only their prefix tells which.
func TestIDsOfOtherThingsAreNull(t *testing.T) {
	t.Parallel()
	x := lookup(t, "activity")
	x.Headers = map[string][]string{"activity_id": {"Id"}, "lead_id": {"WhoId"}, "contact_id": {"WhoId"}, "opportunity_id": {"WhatId", "RelatedId"}}
	x.Prefixes = map[string]string{"lead_id": "00Q", "contact_id": "003", "opportunity_id": "006"}
	x.FirstOf, x.SalesforceIDs = []string{"opportunity_id"}, true
	l := loadText(t, x, "Id,kind,WhoId,WhatId,RelatedId\n"+
		"1,call,00Q00000000000A,001x,0060000000000aB\n2,call,003x,006y,006z\n3,call,,,\n4,call,00q1,001,002\n5,call,#REF!,,\n")
	require.Equal(t, []string{
		"2|" + long("00Q00000000000A") + "|null|" + long("0060000000000aB"),
		"3|null|003x|006y", "4|null|null|null", "5|null|null|null",
	}, l.rows(t, "lead_id, contact_id, opportunity_id"))
	require.Equal(t, []string{"6 lead_id mangled_id"}, l.quarantined(t))

	// A key without its prefix is no key.
	o := opportunity(t)
	o.Prefixes = map[string]string{"opportunity_id": "006"}
	l = loadText(t, o, "opportunity_id,stage\n006a,Won\n001a,Won\n")
	require.Equal(t, []string{"2|006a"}, l.rows(t, "opportunity_id"))
	require.Equal(t, []string{"3 opportunity_id null_key"}, l.quarantined(t))
}

func long(id string) string {
	reader := newCells(&plan{extract: &Extract{}}, &arena{})
	return string(reader.longForm([]byte(id)))
}

func TestCellsThatAreLists(t *testing.T) {
	t.Parallel()
	x := lookup(t, "lead_opportunity")
	x.Headers = map[string][]string{"lead_id": {"Associated Contact IDs"}, "opportunity_id": {"Record ID"}}
	x.Split = &Split{Field: "lead_id", Separator: ";"}
	x.Nulls = []string{"none"}
	x.Values = map[string]map[string]string{"lead_id": {"x": "y", "a;b": "never"}}
	l := loadText(t, x, "Record ID,Associated Contact IDs\n"+
		"1,8001;8002\n2,\" 8003 ; ;8001;\"\n3,\n4,;none; ;\n5,a;b;x\n6,\"p\"\"q;r\"\n7,8;5.8E+18\n,8\n8,8;\x01\n9,9;9\n")
	require.Equal(t, []string{
		"2|1|8001", "2|1|8002", "3|2|8001", "3|2|8003", "6|5|a", "6|5|b", "6|5|y", "7|6|p\"q", "7|6|r", "11|9|9", "11|9|9",
	}, duck(t, "select concat_ws('|', _line, opportunity_id, lead_id) as x from '"+l.dir+"/p-[0-9]*.parquet' order by _line, lead_id"))
	require.Equal(t, []string{"8 lead_id mangled_id", "9 opportunity_id null_key", "10 lead_id control_character"}, l.quarantined(t))
	require.Equal(t, Counts{Records: 11, Header: 1, Loaded: 7, Quarantined: 3}, l.Counts)
	require.EqualValues(t, 11, l.Rows)
	require.False(t, l.UniqueKeys)
	require.True(t, loadText(t, x, "Record ID,Associated Contact IDs\n1,1;2\n2,1;2\n").UniqueKeys)
}

// Keys that are made from the record's place count the parts too.
func TestPlacesOfPartsOfACell(t *testing.T) {
	t.Parallel()
	x := lookup(t, "campaign_touch")
	x.Split = &Split{Field: "lead_id", Separator: ", "}
	l := loadText(t, x, "campaign_id,lead_id,touched_at\nc,\"l, , m\",2017-01-01\nc,l,2017-01-01\n")
	require.Equal(t, []string{"2|campaign_touch.csv:1.0001|l", "2|campaign_touch.csv:1.0003|m", "3|campaign_touch.csv:2.0001|l"},
		duck(t, "select concat_ws('|', _line, touch_id, lead_id) from '"+l.dir+"/p-*.parquet' order by 1"))
	require.True(t, l.UniqueKeys)
}

func TestCellsThatCannotBeSplit(t *testing.T) {
	t.Parallel()
	x := lookup(t, "lead_opportunity")
	x.Split = &Split{Field: "lead_id", Separator: ";"}
	require.Contains(t, refusedText(t, x, "opportunity_id\n1\n").Reason, "the required field lead_id")
	require.Contains(t, refusedText(t, x, "opportunity_id,lead_id,Lead_ID\n1,2,3\n").Reason, `has "lead_id" 2 times`)
	x.FirstOf, x.Headers = []string{"lead_id"}, map[string][]string{"lead_id": {"a", "b"}}
	require.Contains(t, refusedText(t, x, "opportunity_id,a,b\n1,2,3\n").Reason, "read from several columns")

	x = opportunity(t)
	for field, reason := range map[string]string{
		"amount": "only texts can be", "phase": "no such field", "owner_id": "no column for it",
	} {
		x.Split = &Split{Field: field, Separator: ";"}
		err := refusedText(t, x, "opportunity_id,stage,amount\na,Won,5\n")
		require.Contains(t, err.Reason, reason)
		require.Equal(t, "correct extracts.opportunity.split", err.Hint)
	}
	x.Split = &Split{Field: "stage"}
	require.Contains(t, refusedText(t, x, "opportunity_id,stage\na,Won\n").Reason, "no separator")
	y := entered(t)
	y.Attributes, y.Split = []entity.Field{{Name: "tag"}}, &Split{Field: "tag", Separator: ";"}
	require.Contains(t, refusedText(t, y, "Record ID,hs_v2_date_entered_a,tag\na,2017-01-01,x\n").Reason, "only one of the two")
}

func TestInspectCountsRecordsWhoseCellsAreLists(t *testing.T) {
	t.Parallel()
	x := lookup(t, "lead_opportunity")
	x.Split = &Split{Field: "lead_id", Separator: ";"}
	got, err := InspectRows(t.Context(), text("opportunity_id,lead_id\na,1;2\nb,\n"), x)
	require.NoError(t, err)
	require.Empty(t, got.Problems)
	require.Equal(t, Counts{Records: 3, Header: 1, Loaded: 2}, got.Counts)
	require.Equal(t, [][]any{{"1", "a"}, {"2", "a"}}, got.Rows)
}
