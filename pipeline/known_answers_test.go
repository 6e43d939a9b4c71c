package pipeline_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// The figures below were computed from the files themselves with Python's standard library.

// requireFigures compares some columns of one row.
func requireFigures(t *testing.T, run reports, report, condition string, want map[string]string) {
	t.Helper()
	got := run.one(t, report, condition)
	for column, value := range want {
		what := report + " where " + condition + ": " + column
		if value == "" {
			require.NotContains(t, got, column, what)
			continue
		}
		requirePrinted(t, value, got[column], what)
	}
}

// mavenKnownAnswers looks at the reports to which every deal of the Maven set belongs.
func mavenKnownAnswers(t *testing.T, run reports) {
	t.Helper()
	for period, n := range map[string][2][2]string{
		"period_grain = 'all'": {{"4238", "10005534.00"}, {"2473", "0.00"}},
		"period_grain = 'quarter' and period_start = date '2017-01-01'": {{"531", "1134672.00"}, {"116", "0.00"}},
		"period_grain = 'quarter' and period_start = date '2017-04-01'": {{"1254", "3086111.00"}, {"778", "0.00"}},
		"period_grain = 'quarter' and period_start = date '2017-07-01'": {{"1257", "2982255.00"}, {"790", "0.00"}},
		"period_grain = 'quarter' and period_start = date '2017-10-01'": {{"1196", "2802496.00"}, {"789", "0.00"}},
	} {
		for i, outcome := range []string{"won", "lost"} {
			where := "segment = 'All' and outcome = '" + outcome + "' and deal_count > 0 and " + period
			requireFigures(t, run, "win_loss_reasons", where, map[string]string{
				"deal_count": n[i][0], "outcome_count": n[i][0], "value": n[i][1], "share": "1",
			})
			require.Equal(t, "Not recorded", run.one(t, "win_loss_reasons", where)["reason"])
		}
	}
	for segment, n := range map[string][3]string{
		"All": {"4238", "10005534.00", "2802496.00"}, "Central": {"1629", "3346293.00", "987782.00"},
		"East": {"1171", "3090594.00", "824853.00"}, "West": {"1438", "3568647.00", "989861.00"},
	} {
		where := "segment = " + quote(segment)
		requireFigures(t, run, "pipeline_velocity", where, map[string]string{
			"won_count": n[0], "won_value": n[1], "quarter_won_value": n[2], "due_count": "0",
			"win_rate": "", "median_qualified_days": "", "value_per_day": "", "quota_value": "", // there is no history
		})
		requireFigures(t, run, "market_entry", where, map[string]string{"won_count": n[0], "won_value": n[1], "first_cost_month": ""})
		require.Equal(t, "2017-03-01", run.one(t, "market_entry", where)["first_win_month"][:10], segment)
		requireFigures(t, run, "sourcing", where+" and period_grain = 'all' and origin = 'unknown'", map[string]string{
			"won_count": n[0], "won_value": n[1], "influenced_won_count": "",
		})
	}
	velocity := run.one(t, "pipeline_velocity", "segment = 'All'")
	requireFigures(t, run, "pipeline_velocity", "segment = 'All'", map[string]string{"open_count": "2089", "mean_won_value": "2360.909391"})
	require.Equal(t, "no_quota", velocity["coverage_state"])
	require.Equal(t, "8800", run.one(t, "sourcing", "segment = 'All' and period_grain = 'all' and origin = 'unknown'")["created_count"])
	mavenDrivers(t, run)
}

// mavenDrivers looks at what moved the value won from one quarter of 2017 to the next. Effects are
// rounded to the cent, and the largest of a segment takes what is left.
func mavenDrivers(t *testing.T, run reports) {
	t.Helper()
	for _, c := range []struct {
		quarter, segment, change string
		effects                  [3]float64
	}{
		{"2017-04-01", "Central", "609333.00", [3]float64{707012.27, -146573.04, 48893.77}},
		{"2017-04-01", "East", "687672.00", [3]float64{715901.80, -171928.12, 143698.33}},
		{"2017-04-01", "West", "654434.00", [3]float64{802134.76, -243997.34, 96296.57}},
		{"2017-04-01", "All", "1951439.00", [3]float64{2225048.83, -562498.50, 288888.67}},
		{"2017-07-01", "Central", "95881.00", [3]float64{27834.25, -13498.65, 81545.40}},
		{"2017-07-01", "East", "-97056.00", [3]float64{37085.80, 11568.89, -145710.69}},
		{"2017-07-01", "West", "-102681.00", [3]float64{-45776.48, -11523.83, -45380.69}},
		{"2017-07-01", "All", "-103856.00", [3]float64{19143.56, -13453.59, -109545.98}},
		{"2017-10-01", "Central", "-65420.00", [3]float64{-40061.40, -41593.56, 16234.96}},
		{"2017-10-01", "East", "-94914.00", [3]float64{-76232.32, -65254.93, 46573.24}},
		{"2017-10-01", "West", "-19425.00", [3]float64{27016.29, 50657.10, -97098.40}},
		{"2017-10-01", "All", "-179759.00", [3]float64{-89277.43, -56191.38, -34290.19}},
	} {
		where := fmt.Sprintf("segment = %s and quarter = date '%s' and comparison = 'previous_quarter' and origin = 'other'", quote(c.segment), c.quarter)
		for i, driver := range []string{"decided", "win_rate", "deal_size"} {
			got, err := strconv.ParseFloat(run.one(t, "change_drivers", where+" and driver = "+quote(driver))["effect_value"], 64)
			require.NoError(t, err)
			require.InDelta(t, c.effects[i], got, 0.035, "%s: %s", where, driver)
		}
		sums := run.ask(t, "select sum(effect_value) as effects, max(won_value) - max(won_value_before) as change from ("+
			run.table("change_drivers")+" where "+where+")")
		require.Equal(t, c.change, sums[0]["effects"], where)
		require.Equal(t, c.change, sums[0]["change"], where)
	}
}

// reportConfig reads the developer org as it was filled: 36 deals, 48 rows of history and 22 leads, which
// say no creation.
const reportConfig = `company: Developer org
timezone: UTC
currency: USD
paths: {state: ./var, drop: ./drop}
sources:
  - name: crm
    preset: salesforce-report
    path: %s
    extracts:
      lead: {columns: {created_at: LastModifiedDate}}
stages: {won: [Closed Won], lost: [Closed Lost]}
process:
  - {step: Found, stages: [Prospecting]}
  - {step: Qualified, stages: [Qualification, Needs Analysis, Value Proposition, Id. Decision Makers, Perception Analysis]}
  - {step: Offered, stages: [Proposal/Price Quote, Negotiation/Review]}
lead_process: {accepted: [Working - Contacted], rejected: [Closed - Not Converted]}
sourcing:
  marketing: [Web, Purchased List, Trade Show, Public Relations]
  sales: [Phone Inquiry, Employee Referral, External Referral, Word of mouth]
  partner: [Partner]
`

func TestSalesforceReport(t *testing.T) {
	t.Parallel()
	folder := reference(t, "salesforce-report")
	configFile := filepath.Join(t.TempDir(), "truce.yaml")
	write(t, configFile, fmt.Appendf(nil, reportConfig, folder))
	run := open(t, newSite(t, configFile).run("2026-03-31").Report)
	all := "segment = 'All' and period_grain = 'all'"

	// Nine leads are worked on and three are rejected. Eight have the status "Closed - Converted", of which
	// five are converted, each to a deal that began as Prospecting; two of those are lost, one after it
	// had been won.
	for step, n := range map[string]map[string]string{
		"Lead":      {"entered_count": "22", "converted_count": "14", "rejected_count": "3", "pending_count": "5", "entered_strict_count": "22"},
		"SAL":       {"entered_count": "14", "converted_count": "5", "rejected_count": "0", "pending_count": "9", "entered_strict_count": "9"},
		"SQL":       {"entered_count": "5", "converted_count": "5", "pending_count": "0", "entered_strict_count": "0"},
		"Found":     {"entered_count": "5", "converted_count": "3", "pending_count": "0", "lost_count": "2", "median_days_to_next": "0"},
		"Qualified": {"entered_count": "3", "converted_count": "1", "pending_count": "2", "lost_count": "0"},
		"Offered":   {"entered_count": "1", "converted_count": "0", "pending_count": "1", "lost_count": "0"},
		"Won":       {"entered_count": "0", "converted_count": "", "no_lead_count": "31", "recycled_count": ""},
	} {
		requireFigures(t, run, "funnel", all+" and step = "+quote(step), n)
	}
	require.Empty(t, run.rows(t, "funnel", "step = 'MQL'"), "nothing says who is qualified")

	for step, n := range map[string]map[string]string{
		"Found": {
			"reached_count": "30", "strict_count": "6", "skipped_count": "24", "converted_count": "27", "dropped_count": "2",
			"still_here_count": "1", "median_days_in_step": "0",
		},
		"Qualified": {
			"reached_count": "27", "strict_count": "2", "skipped_count": "17", "converted_count": "17", "dropped_count": "0",
			"still_here_count": "10", "median_days_in_step": "36",
		},
		"Offered": {
			"reached_count": "17", "strict_count": "0", "skipped_count": "12", "converted_count": "12", "dropped_count": "0",
			"still_here_count": "5", "median_days_in_step": "36",
		},
	} {
		requireFigures(t, run, "stage_conversion", all+" and step = "+quote(step), n)
	}

	for origin, n := range map[string]map[string]string{
		"marketing": {"created_count": "9", "created_value": "610000.00", "won_count": "3", "lost_count": "2", "won_value": "545000.00"},
		"sales":     {"created_count": "15", "created_value": "2280000.00", "won_count": "6", "lost_count": "4", "won_value": "1240000.00"},
		"partner":   {"created_count": "5", "created_value": "1420000.00", "won_count": "3", "lost_count": "2", "won_value": "1030000.00"},
		"unknown":   {"created_count": "7", "created_value": "1450000.00", "won_count": "0", "lost_count": "0", "won_value": "0.00"},
	} {
		requireFigures(t, run, "sourcing", all+" and origin = "+quote(origin), n)
	}
}
