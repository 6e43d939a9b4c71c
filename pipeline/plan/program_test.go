package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// TestQuantilesAreStudents compares with scipy.stats.t.ppf(0.975, degrees) of SciPy 1.17.1.
func TestQuantilesAreStudents(t *testing.T) {
	t.Parallel()
	for degrees, want := range map[int]float64{
		1: 12.706204736174694, 2: 4.302652729749462, 3: 3.1824463052837078, 9: 2.262157162798205, 19: 2.0930240544083087,
		200: 1.9718962236339088, 201: 1.971836506779859, 500: 1.9647198374673676, 2000: 1.9611508260994377,
	} {
		require.InEpsilon(t, want, tQuantile(degrees), 1e-10, "%d degrees", degrees)
	}
	require.Empty(t, tQuantiles(&config.Config{}).Rows, "nobody needs them")
	all := tQuantiles(&config.Config{Programs: []config.Program{{}}}).Rows
	for i := 1; i < len(all); i++ {
		require.Equal(t, i+1, all[i][0])
		require.Less(t, all[i][1], all[i-1][1], "more degrees, narrower intervals")
	}
}

func TestProgramsAreComparedForAYearAtMost(t *testing.T) {
	t.Parallel()
	c := &config.Config{Programs: []config.Program{
		{Name: "Old", Starts: "2025-06-30"}, {Name: "New", Starts: "2025-07-01", Control: "true"}, {Name: "Later", Starts: "2026-07-01"},
	}}
	r, err := programs(c, Facts{AsOf: engine.DayOf(time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC))})
	require.NoError(t, err)
	var got [][]any
	for _, row := range r.Rows {
		got = append(got, []any{row[0], row[1], row[3], row[4], row[5]})
	}
	require.Equal(t, [][]any{{1, "Old", 365, true, false}, {2, "New", 364, false, true}, {3, "Later", -1, false, false}}, got)
	_, err = programs(&config.Config{Programs: []config.Program{{Starts: "soon"}}}, Facts{})
	require.Error(t, err)
}
