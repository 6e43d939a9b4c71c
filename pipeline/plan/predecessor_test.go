package plan

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// wholePredecessor has every column that models read.
func wholePredecessor() *Predecessor {
	p := &Predecessor{Run: "nightly-r1", AsOf: 19000, Breakdowns: []string{"product"}, Tables: map[string]Table{}, Causes: map[string]string{}}
	for _, r := range previousTables(nil) {
		var columns []string
		for _, c := range r.Columns {
			columns = append(columns, c.Name)
		}
		p.Tables[tableName(r)] = Table{File: "/work/" + tableName(r) + ".parquet", Columns: columns}
		p.Causes[tableName(r)] = CauseData
	}
	return p
}

func without(columns []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return c == name })
}

func needsOf(f Facts) []string {
	var found []string
	for _, n := range predecessorNeeds(f) {
		found = append(found, n.what)
	}
	return found
}

func TestEveryRestatedMetricIsReadFromItsReport(t *testing.T) {
	t.Parallel()
	f := Facts{Predecessor: wholePredecessor()}
	rows := comparedMetrics(f).Rows
	require.Len(t, rows, len(restatedMetrics()), "a metric that previousTables does not read")
	require.Empty(t, needsOf(f))
	require.Equal(t, []any{"win_rate", "won_count", "won", true, CauseData}, rows[0])
	require.Equal(t, [][]any{{"nightly-r1", engine.Day(19000)}}, predecessor(f).Rows)
	require.Equal(t, [][]any{{0, "none"}, {1, "product"}}, previousBreakdowns(f).Rows)
}

func TestWhatAnOlderPredecessorLacksIsNotCompared(t *testing.T) {
	t.Parallel()
	p := wholePredecessor()
	rate := p.Tables["win_rate"]
	p.Tables["win_rate"] = Table{File: rate.File, Columns: without(rate.Columns, "won_value")}
	delete(p.Tables, "lead_followup")
	deals := p.Tables[dealTable]
	p.Tables[dealTable] = Table{File: deals.File, Columns: without(deals.Columns, "created_segment")}
	f := Facts{Predecessor: p}
	for _, row := range comparedMetrics(f).Rows {
		require.NotEqual(t, "lead_followup", row[0])
		require.NotEqual(t, "won_value", row[1])
		require.Nil(t, row[2], "deals that are not told apart by all that matters are not counted")
	}
	needs := needsOf(f)
	require.Contains(t, needs, "win_rate.won_value in nightly-r1")
	require.Contains(t, needs, "lead_followup.sla_rate in nightly-r1")
	require.Contains(t, needs, "fct_opportunity.created_segment in nightly-r1")
}

func TestWithoutAPredecessorNothingIsCompared(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"an earlier published run"}, needsOf(Facts{}))
	require.Equal(t, []string{"an undamaged predecessor"}, needsOf(Facts{NoPredecessor: []string{"an undamaged predecessor"}}))
	require.Empty(t, comparedMetrics(Facts{}).Rows)
	require.Empty(t, predecessor(Facts{}).Rows)
	relations, err := Relations(&config.Config{Timezone: "UTC", FiscalYearStarts: 1}, Facts{})
	require.NoError(t, err)
	for _, r := range relations {
		require.Empty(t, r.File, r.Name)
	}
}
