package pipeline

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/engine"
	"truce/pipeline/landing"
	"truce/pipeline/model"
)

// nightly gives the visible files of an extract of which one came each night, with so many rows and so
// many of them with a close date; a negative number says that the file has no such column.
func nightly(filled []int64, rows ...int64) []landing.Branch {
	var branches []landing.Branch
	for i, n := range rows {
		file := landing.File{
			Source: "crm", Entity: "opportunity", Name: fmt.Sprintf("deals-%d.csv", i), Rows: n, Unmapped: []string{"Notes"},
			Counts: landing.Counts{Loaded: n - 2, Quarantined: 2},
			Columns: []landing.Column{
				{Name: "opportunity_id", Header: "Id", Mapped: true, Filled: &n},
				{Name: "close_date", Header: "Closed", Mapped: filled[i] >= 0, Filled: new(max(0, filled[i]))},
				{Name: "amount", Filled: new(int64)},
			},
		}
		branches = append(branches, landing.Branch{File: file, LoadID: fmt.Sprint("load ", i)})
	}
	return branches
}

// drift gives what the checks say: the example of those that warn, or why one looked at nothing.
func drift(t *testing.T, branches []landing.Branch) map[string]string {
	t.Helper()
	says := map[string]string{}
	for _, c := range driftChecks(branches) {
		require.Equal(t, model.Warn, c.Severity)
		require.Equal(t, c.Failed > 0, c.Example != "", c.Name)
		require.Equal(t, c.Checked == 0, c.Skipped != "", c.Name)
		says[c.Name] = c.Example + c.Skipped
	}
	require.Len(t, says, 3)
	return says
}

func TestUnusualVolume(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows []int64
		says string
	}{
		{[]int64{60, 80, 70}, "there are too few deliveries to compare with"},
		{[]int64{60, 80, 70, 240}, ""},
		{[]int64{60, 80, 70, 241}, "crm/opportunity: 241 rows, and 60 to 80 in the last 3 deliveries"},
		{[]int64{60, 80, 70, 20}, ""},
		{[]int64{60, 80, 70, 19}, "crm/opportunity: 19 rows, and 60 to 80 in the last 3 deliveries"},
		{[]int64{60, 80, 70, 0}, "crm/opportunity: 0 rows, and 60 to 80 in the last 3 deliveries"},
		{[]int64{9000, 60, 5, 70, 2}, ""},
		{[]int64{9, 9, 9, 49}, ""},
		{[]int64{9, 9, 9, 50}, "crm/opportunity: 50 rows, and 9 to 9 in the last 3 deliveries"},
		{[]int64{0, 0, 0, 50}, "crm/opportunity: 50 rows, and 0 to 0 in the last 3 deliveries"},
		{[]int64{49, 49, 49, 9}, ""},
		{append([]int64{9000}, append(slices.Repeat([]int64{60}, 20), 181)...), "crm/opportunity: 181 rows, and 60 to 60 in the last 20 deliveries"},
	} {
		require.Equal(t, c.says, drift(t, nightly(slices.Repeat([]int64{0}, len(c.rows)), c.rows...))["check_volume"], c.rows)
	}
}

func TestShiftedNullRates(t *testing.T) {
	t.Parallel()
	rows := slices.Repeat([]int64{100}, 5)
	for _, c := range []struct {
		filled, rows []int64
		says         string
	}{
		{[]int64{90, 95, 80}, rows[:3], "there are too few deliveries to compare with"},
		{[]int64{90, 95, 80, 60}, rows[:4], ""},
		{[]int64{90, 95, 80, 59}, rows[:4], "close_date of crm/opportunity, empty in 41 % of 100 rows, and before in 5 to 20 %"},
		{[]int64{90, 95, 80, 59, 59}, rows, ""}, // it is usual now
		{[]int64{50, 45, 40, 70}, rows[:4], ""},
		{[]int64{50, 45, 40, 71}, rows[:4], "close_date of crm/opportunity, empty in 29 % of 100 rows, and before in 50 to 60 %"},
		{[]int64{90, 95, 80, -1}, rows[:4], "close_date of crm/opportunity, empty in 100 % of 100 rows, and before in 5 to 20 %"},
		{[]int64{-1, -1, -1, 80}, rows[:4], ""}, // a new column says nothing of a share
		{[]int64{90, -1, 80, 0}, rows[:4], ""},  // two deliveries had it
		{[]int64{90, -1, 80, 85, 0}, rows[:5], "close_date of crm/opportunity, empty in 100 % of 100 rows, and before in 10 to 20 %"},
		{[]int64{90, 95, 80, 0}, []int64{100, 100, 100, 49}, "there are too few deliveries to compare with"},
		{[]int64{90, 40, 80, 0}, []int64{100, 49, 100, 100}, "there are too few deliveries to compare with"},
		{[]int64{50, 50, 50, 0}, []int64{50, 50, 50, 50}, "close_date of crm/opportunity, empty in 100 % of 50 rows, and before in 0 to 0 %"},
	} {
		require.Equal(t, c.says, drift(t, nightly(c.filled, c.rows...))["check_null_rates"], "%v", c.filled)
	}
	old := nightly([]int64{90, 90, 90, 0}, rows[:4]...)
	old[1].File.Columns[2].Filled = nil
	require.Equal(t, "there are too few deliveries to compare with", drift(t, old)["check_null_rates"], "a former version landed one file")
}

func TestNewColumns(t *testing.T) {
	t.Parallel()
	says := func(branches []landing.Branch) string { return drift(t, branches)["check_new_columns"] }
	plain := func() []landing.Branch { return nightly([]int64{1, 1, 1}, 3, 3, 3) }
	require.Equal(t, "no extract was delivered more than once", says(plain()[:1]))
	require.Empty(t, says(plain()))

	unread := plain()
	unread[2].File.Unmapped = append(unread[2].File.Unmapped, "Budget", "Owner")
	require.Equal(t, `column "Budget" of crm/deals-2.csv, which no delivery had before; nothing reads it`, says(unread))
	require.EqualValues(t, 2, driftChecks(unread)[0].Failed)
	require.EqualValues(t, 5, driftChecks(unread)[0].Checked)
	unread[0].File.Unmapped = []string{"Budget", "Owner"}
	require.Empty(t, says(unread), "it was there before, and gone for a night")

	read := plain()
	read[2].File.Columns[2] = landing.Column{Name: "amount", Header: "Amount / Value", Mapped: true, Filled: new(int64)}
	read[1].File.Unmapped = []string{"Amount"}
	require.Equal(t, `column "Value" of crm/deals-2.csv, which no delivery had before; it is read`, says(read))

	together := unread[1:]
	together[0].LoadID = together[1].LoadID
	require.Equal(t, "no extract was delivered more than once", says(together))
}

// Extracts are compared each with itself.
func TestExtractsDriftAlone(t *testing.T) {
	t.Parallel()
	leads := nightly(slices.Repeat([]int64{0}, 4), 900, 900, 900, 900)
	var both []landing.Branch
	for i, deal := range nightly(slices.Repeat([]int64{0}, 4), 60, 60, 60, 60) {
		leads[i].File.Entity = "lead"
		leads[i].File.Unmapped = []string{"Fax"}
		both = append(both, leads[i], deal)
	}
	for _, c := range driftChecks(both) {
		require.Zero(t, c.Failed, c.Name)
		require.NotZero(t, c.Checked, c.Name)
	}
	require.Equal(t, engine.CheckResult{Name: "check_volume", Severity: model.Warn, Checked: 2}, driftChecks(both)[2])
}
