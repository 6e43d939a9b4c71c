package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/check"
)

const twoSteps = "process: [{step: Qualified}, {step: Proposal}]\n"

// dealNights are exports of one CRM, which has no stage history, by the day that they bear.
func dealNights() [][2]string {
	return [][2]string{
		{"2024-06-01", "1,Qualified,2024-01-10,2024-08-01,100\n2,New,2024-05-20,2024-08-01,2000\n4,Won,2023-01-01,2023-05-05,40\n"},
		{"2024-06-02", "1,Proposal,2024-01-10,2024-08-01,100\n2,Qualified,2024-05-20,2024-08-01,2000\n3,Qualified,2024-06-01,2024-08-01,30\n4,Won,2023-01-01,2023-05-05,40\n"},
		{"2024-06-03", "1,Won,2024-01-10,2024-06-02,100\n2,Proposal,2024-05-20,2024-08-01,2000\n3,Lost,2024-06-01,2024-05-01,30\n4,Won,2023-01-01,2023-05-05,40\n"},
		{"2024-06-10", "1,Won,2024-01-10,2024-06-02,100\n2,Won,2024-05-20,2024-06-08,2000\n3,Lost,2024-06-01,2024-05-01,30\n4,Won,2023-01-01,2023-05-05,40\n"},
	}
}

func (c crm) exportNight(i int) {
	c.t.Helper()
	night := dealNights()[i]
	c.export("deals-"+night[0]+".csv", i, dealFile(night[1]))
}

// histories gives what a run says about each deal's outcome.
func histories(t *testing.T, run pipeline.Outcome) []string {
	t.Helper()
	var found []string
	for _, r := range open(t, run.Report).ask(t, open(t, run.Report).table("fct_opportunity")+" order by opportunity_id") {
		found = append(found, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", r["opportunity_id"], r["outcome"], r["outcome_date"], r["outcome_date_source"])))
	}
	return found
}

func TestHistoryIsDerivedFromNightlyExports(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "snapshot", twoSteps)
	c.exportNight(0)
	_, first := c.night()
	step := "segment = 'All' and period_grain = 'all' and step = %s"
	require.NotContains(t, open(t, first.Report).one(t, "stage_conversion", fmt.Sprintf(step, "'Qualified'")), "reached_count")
	require.NotEmpty(t, open(t, first.Report).rows(t, "data_quality", "reason = 'needs: stage_change'"))

	for i := 1; i < len(dealNights()); i++ {
		c.exportNight(i)
		_, _ = c.night()
	}
	_, last := c.night()
	require.Equal(t, []string{
		"1 won 2024-06-02 snapshots", "2 won 2024-06-08 snapshots", "3 lost 2024-06-03 snapshots", "4 won 2023-05-05 close_date",
	}, histories(t, last))
	reports := open(t, last.Report)
	require.Empty(t, reports.rows(t, "data_quality", "reason = 'needs: stage_change'"))
	for _, skipped := range last.Verdict.With(check.Skipped) {
		require.NotContains(t, skipped.Name, "stage_conversion", "the derived history is checked like any other")
	}

	// deals 1, 2 and 3 were seen in the step, 4 was won before; 1 was in it before the first export
	qualified := reports.one(t, "stage_conversion", fmt.Sprintf(step, "'Qualified'"))
	require.Equal(t, "4 3 1 3 1", fields(qualified, "reached_count", "strict_count", "skipped_count", "converted_count", "dropped_count"))
	require.Equal(t, "1.0", qualified["median_days_in_step"])
	proposal := reports.one(t, "stage_conversion", fmt.Sprintf(step, "'Proposal'"))
	require.Equal(t, "3 2 1 3 0", fields(proposal, "reached_count", "strict_count", "skipped_count", "converted_count", "dropped_count"))
	require.Equal(t, "2.5", proposal["median_days_in_step"], "0 days of deal 1, 5 of deal 2")

	cycle := func(outcome string) string {
		return fields(reports.one(t, "sales_cycle", allOf("All", "none", "")+" and anchor = 'qualified' and outcome = "+quote(outcome)),
			"deal_count", "measured_count", "missing_count", "median_days")
	}
	require.Equal(t, "3 1 2 6.0", cycle("won"), "June 2 to June 8; the other two were qualified before the first export")
	require.Equal(t, "1 1 0 1.0", cycle("lost"))
}

// fields gives some columns of a row.
func fields(r row, names ...string) string {
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = r[name]
	}
	return strings.Join(values, " ")
}

// However the exports come, night by night, all at once or in any order, they show the same history.
func TestDerivedHistoryDoesNotDependOnWhenExportsLand(t *testing.T) {
	t.Parallel()
	nightly, late, atOnce := newCRM(t, "snapshot", twoSteps), newCRM(t, "snapshot", twoSteps), newCRM(t, "snapshot", twoSteps)
	var last, lastLate pipeline.Outcome
	for i := range dealNights() {
		nightly.exportNight(i)
		_, last = nightly.night()
		late.exportNight(len(dealNights()) - 1 - i)
		_, lastLate = late.night()
		atOnce.exportNight(i)
	}
	_, whole := atOnce.night()
	for _, name := range []string{"fct_opportunity", "stage_conversion", "sales_cycle", "win_rate"} {
		want := reportText(t, last, name)
		require.Equal(t, want, reportText(t, whole, name), "%s: all at once", name)
		require.Equal(t, want, reportText(t, lastLate, name), "%s: the newest first", name)
	}
}

func reportText(t *testing.T, run pipeline.Outcome, name string) string {
	t.Helper()
	reports := open(t, run.Report)
	return fmt.Sprint(reports.ask(t, reports.table(name)+" order by all"))
}

func TestDerivedHistoryOfDeltasAndOfAsOfDates(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", twoSteps)
	c.export("deals-2024-06-01.csv", 0, dealFile("1,New,2024-05-01,2024-08-01,100", "2,New,2024-05-01,2024-08-01,100"))
	c.export("deals-2024-06-02.csv", 1, dealFile("2,Qualified,2024-05-01,2024-08-01,100"))
	// deal 1 is named again only now; it was won on a day in between
	c.export("deals-2024-06-20.csv", 2, dealFile("1,Won,2024-05-01,2024-06-15,100"))
	c.export("deals-2024-07-05.csv", 3, dealFile("2,Won,2024-05-01,2024-07-03,100"))
	_, june := c.night()
	require.Equal(t, []string{"1 won 2024-06-15 snapshots", "2 open"}, histories(t, june), "what came in July is after the as-of date")
	july := c.run("2024-07-31")
	require.Equal(t, []string{"1 won 2024-06-15 snapshots", "2 won 2024-07-03 snapshots"}, histories(t, july))
	may := c.run("2024-06-10")
	require.Equal(t, []string{"1 open", "2 open"}, histories(t, may))
}

// An edit of the record does not move the day on which the deal was closed.
func TestALaterEditDoesNotCloseADealAgain(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	source := "sources:\n  - {name: crm, path: ./crm, outcome_date_from: close_date, extracts: {opportunity: {files: 'deals*', columns: " +
		"{opportunity_id: id, stage: stage, created_at: created, close_date: closed, modified_at: changed}}}}\n"
	c.configure(strings.Replace(source, "created,", "created, amount: amount,", 1))
	file := func(lines ...string) []byte {
		return []byte("id,stage,created,closed,amount,changed\n" + strings.Join(lines, "\n") + "\n")
	}
	c.export("deals-2024-05-02.csv", 0, file("1,New,2024-01-01,2024-06-20,100,2024-05-01"))
	c.export("deals-2024-06-02.csv", 1, file("1,Won,2024-01-01,2024-06-20,100,2024-06-01"))
	_, won := c.night()
	require.Equal(t, []string{"1 won 2024-06-01 modified_at"}, histories(t, won))
	c.export("deals-2024-06-25.csv", 2, file("1,Won,2024-01-01,2024-06-20,90,2024-06-24"))
	_, edited := c.night()
	require.Equal(t, histories(t, won), histories(t, edited))
}
