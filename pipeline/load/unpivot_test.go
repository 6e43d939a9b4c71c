package load

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

// entered reads one date column for each stage, as HubSpot exports them.
func entered(t testing.TB) Extract {
	t.Helper()
	x := lookup(t, "stage_change")
	x.Headers = map[string][]string{"opportunity_id": {"Record ID"}}
	x.Unpivot = &Unpivot{
		Headers: []*regexp.Regexp{
			regexp.MustCompile(`(?i)^(?:Date entered "(.*) \(.*\)")$`), regexp.MustCompile(`(?i)^(?:hs_v2_date_entered_(.*))$`),
		},
		Name: "stage", Value: "changed_at",
	}
	return x
}

func TestColumnsBecomeRows(t *testing.T) {
	t.Parallel()
	x := entered(t)
	x.Nulls = []string{"-"}
	x.Values = map[string]map[string]string{"stage": {"closedwon": "Closed Won", "junk": ""}}
	x.FoldCase = []string{"stage"}
	x.Attributes = []entity.Field{{Name: "seats", Type: entity.Integer}, {Name: "is_new", Type: entity.Boolean}}
	l := loadText(t, x, `"Record ID","Date entered "" Open (Sales)""",Amount,HS_v2_date_entered_closedwon,hs_v2_date_entered_junk,date entered (x),`+
		"\"hs_v2_date_entered_ \",seats,is_new\n"+
		"a,2017-01-01,5,2017-03-01 10:00,2017-04-01,x,,7,\n"+
		"b,,5,,2017-04-01,,x,,yes\n"+
		"c,-,5.5,2017-03-04,,,,8,no\n"+
		",2017-01-01,,,,,,,\n"+
		"d,2017-01-01,x,,,,,,\n"+
		"e,2017-01-01,,bad,,,,,\n"+
		"f,worse,,bad,,,,,\n"+
		"g,\"2017-01-01\n\",,2017-01-02,x,,,,\n")
	require.Equal(t, []string{
		"2|a|2017-01-01 00:00:00|#000000000001.0001|open|5.00|7|null",
		"2|a|2017-03-01 10:00:00|#000000000001.0002|closed won|5.00|7|null",
		"4|c|2017-03-04 00:00:00|#000000000003.0002|closed won|5.50|8|false",
		"9|g|2017-01-01 00:00:00|#000000000008.0001|open|null|null|null",
		"9|g|2017-01-02 00:00:00|#000000000008.0002|closed won|null|null|null",
	}, duck(t, fmt.Sprintf("select x from (select concat_ws('|', _line, %s) as x from read_parquet('%s/p-[0-9]*.parquet')) order by x",
		nullable("opportunity_id, changed_at, sequence, stage, amount, seats, is_new"), l.dir)))
	require.Equal(t, []string{
		"5 opportunity_id null_key", "6 amount decimal", "7 changed_at timestamp", "8 changed_at timestamp",
	}, l.quarantined(t))
	require.Equal(t, Counts{Records: 9, Header: 1, Loaded: 4, Quarantined: 4}, l.Counts)
	require.EqualValues(t, 5, l.Rows)
	require.True(t, l.UniqueKeys)
	require.Equal(t, []string{"hs_v2_date_entered_junk", "date entered (x)", "hs_v2_date_entered_"}, l.Unmapped)
	require.Equal(t, map[string]int64{"open": 2, "closed won": 3}, l.Values["stage"])
	reasons := duck(t, fmt.Sprintf("select reason from '%s/%s' where line = 7", l.dir, l.Quarantine))
	require.Contains(t, reasons[0], `another of 2 columns`)
	for _, c := range l.Columns {
		if c.Field == "stage" || c.Field == "changed_at" {
			require.True(t, c.Mapped)
		}
	}
}

// The order of day and month is one decision for all the columns that become rows.
func TestColumnsThatBecomeRowsShareTheirFormat(t *testing.T) {
	t.Parallel()
	const header = "Record ID,hs_v2_date_entered_a,hs_v2_date_entered_b\n"
	l := loadText(t, entered(t), header+"a,03/04/2017,\nb,,13/04/2017\n")
	require.Equal(t, []string{"2|2017-04-03 00:00:00", "3|2017-04-13 00:00:00"}, l.rows(t, "changed_at"))
	require.Equal(t, map[string]string{"changed_at": "date:dmy"}, l.Formats)

	err := refusedText(t, entered(t), header+"a,13/04/2017,04/13/2017\n")
	require.ErrorContains(t, err, "contradicts line 2 in the order of day and month")
	err = refusedText(t, entered(t), header+"a,2017-01-01,04/05/2017\n")
	require.ErrorContains(t, err, "whether the day or the month comes first")

	// A bad cell before it does not hide what contradicts.
	x := entered(t)
	x.Remembered = map[string]string{"changed_at": "date:mdy"}
	err = refusedText(t, x, header+",2017-01-01,13/04/2017\n")
	require.ErrorContains(t, err, "contradicts what an earlier file of this extract settled")
}

// Names may be dates and cells amounts: a plan with one column for each month.
func TestColumnsOfMonths(t *testing.T) {
	t.Parallel()
	x := lookup(t, "cost")
	x.Constants = map[string]string{"category": "Ads"}
	x.Unpivot = &Unpivot{Headers: []*regexp.Regexp{regexp.MustCompile(`^budget (.+)$`)}, Name: "month", Value: "amount"}
	l := loadText(t, x, "segment;budget 2017-01-01;budget 2017-02-01\nWest;1.234,50;0\nEast;;2,5\n")
	require.Equal(t, []string{
		"2|cost.csv:1.0001|2017-01-01|1234.50|Ads|West", "2|cost.csv:1.0002|2017-02-01|0.00|Ads|West", "3|cost.csv:2.0002|2017-02-01|2.50|Ads|East",
	}, duck(t, fmt.Sprintf("select concat_ws('|', _line, line_id, month, amount, category, segment) as x from '%s/p-*.parquet' order by line_id", l.dir)))
	require.Equal(t, map[string]string{"amount": "decimal:comma"}, l.Formats)

	err := refusedText(t, x, "segment;budget 2017-01-01;budget total\nWest;1;2\n")
	require.ErrorContains(t, err, `the header "budget total" has "total" where the month of a row should be`)
}

// Without a place among the keys, the keys of the rows are compared.
func TestKeysOfRowsThatWereColumns(t *testing.T) {
	t.Parallel()
	x := lookup(t, "exchange_rate")
	x.Unpivot = &Unpivot{Headers: []*regexp.Regexp{regexp.MustCompile(`^([A-Z]{3}).*$`)}, Name: "currency", Value: "rate"}
	l := loadText(t, x, "valid_from,EUR,USD\n2017-01-01,1,1.2\n2017-02-01,1,1.3\n")
	require.EqualValues(t, 4, l.Rows)
	require.True(t, l.UniqueKeys)
	l = loadText(t, x, "valid_from,EUR,EUR2\n2017-01-01,1,1.2\n")
	require.EqualValues(t, 2, l.Rows)
	require.False(t, l.UniqueKeys)
}

func TestNoColumnBecomesARow(t *testing.T) {
	t.Parallel()
	err := refusedText(t, entered(t), "Record ID,Entered,stage,changed_at\na,2017-01-01,Won,2017-01-01\n")
	require.EqualValues(t, 1, err.Line)
	require.Contains(t, err.Reason, `no header is like Date entered "(.*) \(.*\)" or hs_v2_date_entered_(.*)`)
	require.Contains(t, err.Hint, `extracts.stage_change.unpivot; the headers of the file are "Record ID", "Entered"`)

	x := entered(t)
	x.Unpivot.Name = "phase"
	require.Contains(t, refusedText(t, x, "Record ID,hs_v2_date_entered_a,stage,changed_at\na,,Won,2017-01-01\n").Reason,
		"rows with phase and changed_at, and stage_change has not both")
}

func TestInspectCountsRecordsThatBecomeRows(t *testing.T) {
	t.Parallel()
	got, err := InspectRows(t.Context(), text("Record ID,hs_v2_date_entered_a,hs_v2_date_entered_b\na,2017-01-01,2017-02-01\nb,,\n"), entered(t))
	require.NoError(t, err)
	require.Empty(t, got.Problems)
	require.Equal(t, Counts{Records: 3, Header: 1, Loaded: 2}, got.Counts)
	require.Len(t, got.Rows, 2)
	require.Equal(t, "#000000000001.0002", got.Rows[1][2])
}
