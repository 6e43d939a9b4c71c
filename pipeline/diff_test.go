package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/publish"
)

// diff compares two runs and names all that moved.
func diff(t *testing.T, old, recent publish.Run, report string) pipeline.Difference {
	t.Helper()
	found, err := pipeline.Diff(t.Context(), pipeline.DiffOptions{Old: old, New: recent, Report: report})
	require.NoError(t, err)
	return found
}

// moved gives the row with this key, such as "All all none".
func moved(t *testing.T, table pipeline.TableDiff, key string) pipeline.RowDiff {
	t.Helper()
	i := slices.IndexFunc(table.Rows, func(row pipeline.RowDiff) bool { return keyOf(row) == key })
	require.GreaterOrEqual(t, i, 0, "%s has no row %s", table.Name, key)
	return table.Rows[i]
}

func keyOf(row pipeline.RowDiff) string {
	var parts []string
	for _, cell := range row.Key {
		if cell.Value != nil && *cell.Value != "" {
			parts = append(parts, *cell.Value)
		}
	}
	return strings.Join(parts, " ")
}

func cellOf(t *testing.T, row pipeline.RowDiff, column string) string {
	t.Helper()
	i := slices.IndexFunc(row.Cells, func(c pipeline.CellDiff) bool { return c.Column == column })
	require.GreaterOrEqual(t, i, 0, "%s did not move", column)
	text := func(value *string) string {
		if value == nil {
			return "NULL"
		}
		return *value
	}
	return text(row.Cells[i].Old) + " → " + text(row.Cells[i].New)
}

func TestDiffNamesNumbersAndTheirRecords(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "snapshot", "")
	c.export("deals-2024-06-01.csv", 0, dealFile(
		"1,Won,2024-01-05,2024-02-10,1500", "2,Open,2024-01-07,,80", "3,Won,2024-01-09,2024-03-02,9000", "4,Lost,2024-01-10,2024-02-03,50",
	))
	first := c.run(nightAsOf).Report
	// 1 is worth more, 2 is lost, 3 is gone, 4 stays, 5 is new
	c.export("deals-2024-06-02.csv", 1, dealFile(
		"1,Won,2024-01-05,2024-02-10,2500", "2,Lost,2024-01-07,2024-04-03,80", "4,Lost,2024-01-10,2024-02-03,50", "5,Won,2024-05-01,2024-05-20,70",
	))
	second := c.run(nightAsOf).Report
	found := diff(t, first, second, "win_rate")
	require.Len(t, found.Reports, 1)
	require.Contains(t, strings.Join(found.Causes, "\n"), "inputs only in the new run: crm/deals-2024-06-02.csv")
	report := found.Reports[0]

	all := moved(t, report, "All all none")
	require.Equal(t, "1 → 2", cellOf(t, all, "lost_count"))
	require.Equal(t, "10500.00 → 2570.00", cellOf(t, all, "won_value"))
	require.Equal(t, "2", keyOf(all.Records[0].Rows[1]))
	require.Equal(t, int64(4), all.Records[0].Count)

	// the exports show when it was lost: between the first of June and the second
	june := moved(t, report, "Unassigned month 2024-06-01 none")
	require.Len(t, june.Records, 1)
	require.Equal(t, int64(1), june.Records[0].Count)
	require.Equal(t, "open → lost", cellOf(t, june.Records[0].Rows[0], "outcome"))

	february := moved(t, report, "Large month 2024-02-01 none")
	require.Equal(t, "1", keyOf(february.Records[0].Rows[0]))
	require.Equal(t, "1500.00 → 2500.00", cellOf(t, february.Records[0].Rows[0], "amount"))

	deals := found.Records[0]
	require.Equal(t, "fct_opportunity", deals.Name)
	require.Equal(t, []int64{1, 0, 3}, []int64{deals.Added, deals.Removed, deals.Changed})
	require.Contains(t, deals.Columns, pipeline.ColumnDiff{Name: "exclusion", Changed: 1}, "deal 3 counts as deleted")
	require.Contains(t, deals.Columns, pipeline.ColumnDiff{Name: "amount", Changed: 1})

	back := diff(t, second, first, "win_rate")
	require.Equal(t, "2 → 1", cellOf(t, moved(t, back.Reports[0], "All all none"), "lost_count"))
	require.Equal(t, int64(1), back.Records[0].Removed)
	require.True(t, diff(t, second, second, "").IsSame())
}

func TestDiffNamesDefinitions(t *testing.T) {
	t.Parallel()
	c := ownSite(t, map[string]string{"rpt_big_deals.sql": bigDeals, "int_own_deals.sql": ownDeals})
	first := c.run(nightAsOf).Report
	write(t, c.config[:len(c.config)-len("truce.yaml")]+"models/rpt_big_deals.sql",
		[]byte(strings.NewReplacer("version: 1", "version: 2", "count(*)", "count(*) * 2").Replace(bigDeals)))
	second := c.run(nightAsOf).Report
	found := diff(t, first, second, "")
	causes := strings.Join(found.Causes, "\n")
	require.Contains(t, causes, "your model rpt_big_deals: ")
	require.Contains(t, causes, "definition of big_deals: version 1 → 2")
	require.NotContains(t, causes, "configuration")
	require.NotContains(t, causes, "int_own_deals")
	require.Len(t, found.Reports, 1)
	require.Equal(t, "2 → 4", cellOf(t, moved(t, found.Reports[0], "Large"), "deal_count"))
	require.Empty(t, found.Records)
	require.Empty(t, found.Reports[0].Rows[0].Records)
}

func TestDiffRefusesAReportThatNeitherRunHas(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-05,2024-02-10,1500"))
	run := c.run(nightAsOf).Report
	_, err := pipeline.Diff(t.Context(), pipeline.DiffOptions{Old: run, New: run, Report: "wins"})
	var unknown *pipeline.UnknownReportError
	require.ErrorAs(t, err, &unknown)
	require.Contains(t, unknown.Reports, "win_rate")
	require.NotContains(t, unknown.Reports, "fct_lead")
}
