package load

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestManyFootersInTheMiddleAreRows(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Footers = []string{"Total"}
	l := loadText(t, x, "opportunity_id,stage\n"+strings.Repeat("Total,1\n", 80_000))
	require.EqualValues(t, maxFooters, l.Counts.Ignored)
	require.EqualValues(t, 80_000-maxFooters, l.Counts.Loaded)
	l = loadText(t, x, "opportunity_id,stage\n"+strings.Repeat("Total,1\n", 80_000)+"a,Won\n")
	require.Zero(t, l.Counts.Ignored)
	require.EqualValues(t, 80_001, l.Counts.Loaded)
	require.Equal(t, []string{"2 to 80002, 80001 lines"}, duck(t, fmt.Sprintf(
		"select min(_line) || ' to ' || max(_line) || ', ' || count(distinct _line) || ' lines' from read_parquet('%s/p-[0-9]*.parquet')",
		l.dir)))
}

// A report of Salesforce ends with lines that start like nothing known, such as the company's name.
func TestLinesBehindAFooterAreFooters(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Footers = []string{"Grand Totals", "Confidential"}
	const rows = "opportunity_id,stage,name\na,Won,\nb\n"
	l := loadText(t, x, rows+"\"Grand Totals (2 records)\"\n\nConfidential Information\nAcme, Inc.\n\nGenerated\n")
	require.Equal(t, Counts{Records: 9, Header: 1, Loaded: 1, Quarantined: 1, Blank: 2, Ignored: 4}, l.Counts)
	require.Equal(t, []string{"3 field_count"}, l.quarantined(t))

	// A row, or a record that is malformed, ends what looked like footers.
	l = loadText(t, x, rows+"Grand Totals\nAcme\nc,Won,\nAcme\n")
	require.Equal(t, Counts{Records: 7, Header: 1, Loaded: 2, Quarantined: 4}, l.Counts)
	l = loadText(t, x, rows+"Grand Totals\nAcme\n\"x\"y,,\nAcme\n")
	require.Equal(t, []string{"3 field_count", "4 field_count", "5 field_count", "6 malformed", "7 field_count"}, l.quarantined(t))

	// No more than the last records are.
	l = loadText(t, x, "opportunity_id,stage,name\na,Won,\nGrand Totals\n"+strings.Repeat("Acme\n", 100_000))
	require.EqualValues(t, maxFooters, l.Counts.Ignored)
	require.EqualValues(t, 100_001-maxFooters, l.Counts.Quarantined)
}
