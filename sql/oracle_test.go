package sql_test

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"truce/fixtures/oracle"
	"truce/fixtures/oracle/companies"
	"truce/pipeline/model"
	models "truce/sql"
)

// companyChecks is how many companies are drawn where the command line does not say.
const companyChecks = "60"

// TestReportsAgreeWithTheOracle compares the reports that the oracle computes, row by row and
// column by column: counts, dates and money exactly, other numbers to 1e-9. It also evaluates the
// checks: what holds for any company holds for these.
func TestReportsAgreeWithTheOracle(t *testing.T) { //nolint:paralleltest // it sets a flag of rapid
	isGiven := false
	flag.Visit(func(f *flag.Flag) { isGiven = isGiven || f.Name == "rapid.checks" })
	if !isGiven {
		require.NoError(t, flag.Set("rapid.checks", companyChecks))
	}
	s := newStand(t)
	rapid.Check(t, func(t *rapid.T) {
		in := companies.Company(25).Draw(t, "company")
		rows := landCompany(t, in)
		s.build(t, in.Settings, rows)
		agreeOnDeals(t, s, in)
		agree(t, s, "rpt_win_rate", winRateRows(in))
		agree(t, s, "rpt_win_curve", winCurveRows(in))
		agree(t, s, "rpt_sales_cycle", salesCycleRows(in))
		agree(t, s, "rpt_cost_of_sale", costRows(in))
		in.MinuteOf = minuteOf
		agree(t, s, "rpt_change_drivers", changeDriverRows(in))
		agree(t, s, "rpt_pipeline_velocity", velocityRows(in))
		agree(t, s, "rpt_quota_attainment", quotaRows(in))
		agree(t, s, "rpt_pipeline_waterfall", waterfallRows(in))
		agree(t, s, "rpt_stage_conversion", stageRows(in))
		agree(t, s, "rpt_funnel", funnelRows(in))
		agree(t, s, "rpt_lead_followup", followupRows(t, in, rows))
		agree(t, s, "rpt_win_loss_reasons", winLossRows(in))
		agree(t, s, "rpt_sourcing", sourcingRows(in, rows))
		agree(t, s, "rpt_content_usage", contentRows(in))
		agree(t, s, "rpt_market_entry", marketEntryRows(in))
		agree(t, s, "rpt_program_impact", programRows(in))
		agree(t, s, "rpt_lead_quality", leadQualityRows(in))
		agree(t, s, "rpt_activity_alignment", alignmentRows(in, rows))
		require.Empty(t, s.brokenInvariants(t, rows))
	})
}

// agree compares a report with what the oracle expects. The oracle has rows for breakdown values
// that a segment lacks; the report leaves them out, and nothing may be in them.
func agree(t require.TestingT, s *stand, name string, expected []record) {
	actual, key := s.rows(t, name), s.key(t, name)
	m, _ := s.graph.Model(name)
	for _, want := range expected {
		if !slices.Contains(columnsOf(m), "pipeline") {
			delete(want, "pipeline")
		}
		texts := map[string]string{}
		for column, value := range want {
			texts[column] = cellText(value)
		}
		row, ok := actual[key(texts)]
		if !ok {
			require.True(t, isVoid(want), "%s has no row %s, which holds\n%v", name, key(texts), want)
			continue
		}
		delete(actual, key(texts))
		for column := range row {
			require.Contains(t, want, column, "%s: the oracle knows nothing of this column", name)
		}
		for column, value := range want {
			got, isThere := row[column]
			require.True(t, sameCell(value, got, isThere), "%s, row %s\ncolumn %s: the oracle says %v, the report %q\nrow %v",
				name, key(texts), column, value, got, row)
		}
	}
	require.Empty(t, actual, "rows of %s that the oracle does not expect", name)
}

// agreeOnDeals compares what both make of each single deal, so that a difference in a report is
// known by the deal that causes it.
func agreeOnDeals(t require.TestingT, s *stand, in oracle.Input) {
	actual := s.rows(t, "fct_opportunity")
	require.Len(t, actual, len(in.Opportunities))
	for _, d := range oracle.Deals(in) {
		row := actual[d.OpportunityID]
		expected := record{
			"segment": d.SegmentName, "exclusion": exclusion(d), "outcome": string(d.Outcome),
			"outcome_date": given(d.OutcomeDate), "outcome_date_source": text(d.OutcomeDateSource),
			"is_no_decision": d.IsNoDecision, "reopen_count": d.ReopenCount, "qualified_on": given(d.QualifiedOn),
			"created_on": given(d.CreatedOn), "close_date": given(d.CloseDate), "amount": cents(d.Amount),
			"cost_of_goods": cents(d.CostOfGoods), "has_no_rate": d.HasNoRate,
		}
		for column, want := range expected {
			got, isThere := row[column]
			require.True(t, sameCell(want, got, isThere), "column %s: the oracle says %v, fct_opportunity %q, as of %s\n%v",
				column, want, got, in.Settings.AsOf, row)
		}
	}
}

// exclusion is the reason as the models name it.
func exclusion(d oracle.Deal) any {
	switch d.Exclusion {
	case "":
		return nil
	case oracle.ExcludedByRule:
		return "rule"
	case oracle.Future:
		return "future"
	}
	return string(d.Exclusion)
}

// isVoid tells whether a row of a breakdown value counts nothing.
func isVoid(row record) bool {
	if name, ok := row["breakdown"]; !ok || name == oracle.None().Name {
		return false
	}
	for _, value := range row {
		switch v := value.(type) {
		case int:
			if v != 0 {
				return false
			}
		case money:
			if v != 0 {
				return false
			}
		}
	}
	return true
}

// cellText writes an expected value as the database does.
func cellText(value any) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// near is a number that a report rounds, with the most that rounding may make of it.
type near struct{ value, within float64 }

// sameCell compares an expected value with a cell of the database.
func sameCell(want any, got string, isThere bool) bool {
	if want == nil || !isThere {
		return want == nil && !isThere
	}
	if n, ok := want.(near); ok {
		actual, err := strconv.ParseFloat(got, 64)
		return err == nil && math.Abs(actual-n.value) <= n.within
	}
	number, ok := want.(float64)
	if !ok {
		return cellText(want) == got
	}
	actual, err := strconv.ParseFloat(got, 64)
	return err == nil && math.Abs(actual-number) <= 1e-9*max(1, math.Abs(number))
}

// given is the value behind a pointer, or NULL.
func given[T any](value *T) any {
	if value == nil {
		return nil
	}
	return *value
}

// cents is the money behind a pointer, or NULL.
func cents(value *int64) any {
	if value == nil {
		return nil
	}
	return money(*value)
}

func winRateRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.WinRate(in) {
		rows = append(rows, record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"breakdown": r.Breakdown.Name, "breakdown_value": r.Breakdown.Value, "is_complete": r.IsComplete,
			"won_count": r.WonCount, "lost_count": r.LostCount, "no_decision_count": r.NoDecisionCount,
			"undated_count": r.UndatedCount, "win_rate": given(r.WinRate), "win_rate_low": given(r.WinRateLow),
			"win_rate_high": given(r.WinRateHigh), "is_small": r.IsSmall, "win_rate_decided": given(r.WinRateDecided),
			"won_value": money(r.WonValue), "lost_value": money(r.LostValue), "win_rate_value": given(r.WinRateValue),
			"unvalued_count": r.UnvaluedCount, "excluded_no_rate": r.ExcludedNoRate, "created_count": r.CreatedCount,
			"open_count": r.OpenCount, "excluded_count": r.ExcludedCount, "cohort_count": r.CohortCount,
			"cohort_won_count": r.CohortWonCount, "cohort_win_rate": given(r.CohortWinRate),
			"cohort_win_rate_low": given(r.CohortWinRateLow), "cohort_win_rate_high": given(r.CohortWinRateHigh),
			"is_mature": r.IsMature,
		})
	}
	return rows
}

func winCurveRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.WinCurve(in) {
		rows = append(rows, record{
			"segment": r.Segment, "day": r.Day, "at_risk_count": r.AtRiskCount, "won_count": r.WonCount,
			"lost_count": r.LostCount, "won_by_day": given(r.WonByDay), "lost_by_day": given(r.LostByDay),
			"still_open": given(r.StillOpen), "missing_count": r.MissingCount, "negative_count": r.NegativeCount,
		})
	}
	return rows
}

func salesCycleRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.SalesCycle(in) {
		rows = append(rows, record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"breakdown": r.Breakdown.Name, "breakdown_value": r.Breakdown.Value, "anchor": string(r.Anchor),
			"outcome": string(r.Outcome), "is_complete": r.IsComplete, "deal_count": r.DealCount,
			"measured_count": given(r.MeasuredCount), "missing_count": given(r.MissingCount),
			"negative_count": given(r.NegativeCount), "mean_days": given(r.MeanDays), "median_days": given(r.MedianDays),
			"p25_days": given(r.P25Days), "p90_days": given(r.P90Days), "is_small": r.IsSmall,
			"median_days_censored": given(r.MedianDaysCensored),
		})
	}
	return rows
}

func costRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.CostOfSale(in) {
		rows = append(rows, record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"is_complete": r.IsComplete, "marketing_cost": cents(r.MarketingCost), "sales_cost": cents(r.SalesCost),
			"other_cost": cents(r.OtherCost), "market_entry_cost": cents(r.MarketEntryCost),
			"total_cost": cents(r.TotalCost), "direct_cost": cents(r.DirectCost), "allocated_cost": cents(r.AllocatedCost),
			"won_count": r.WonCount, "won_value": money(r.WonValue), "cost_of_sale_ratio": given(r.CostOfSaleRatio),
			"cost_per_won": given(r.CostPerWon), "new_customer_count": r.NewCustomerCount,
			"unattributed_count": r.UnattributedCount, "cac": given(r.CAC), "lead_count": given(r.LeadCount),
			"mql_count": given(r.MQLCount), "cost_per_lead": given(r.CostPerLead), "cost_per_mql": given(r.CostPerMQL),
			"cost_of_goods": cents(r.CostOfGoods), "margin_value": cents(r.MarginValue),
			"margin_ratio": given(r.MarginRatio), "lag_months": given(r.LagMonths), "lagged_cost": cents(r.LaggedCost),
		})
	}
	return rows
}

// TestOnlyWarningsMayBeOdd fails when a check that blocks is taken for an oddity, or one that is gone.
func TestOnlyWarningsMayBeOdd(t *testing.T) {
	t.Parallel()
	written, err := model.Read(models.Files)
	require.NoError(t, err)
	warns := map[string]bool{}
	for _, m := range written {
		warns[m.Name] = m.Kind == model.Check && m.Severity == model.Warn
	}
	for name := range oddities() {
		require.True(t, warns[name], name)
	}
}
