package sql_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
)

func contentRows(in oracle.Input) []record {
	content, uses := contentOf(in)
	var rows []record
	for _, r := range oracle.ContentUsage(in, content, uses) {
		row := record{
			"content_id": r.ContentID, "title": text(r.Title), "kind": text(r.Kind), "published_on": given(r.PublishedOn),
			"retired_on": given(r.RetiredOn), "is_retired": given(r.IsRetired), "use_count": nil, "view_count": nil,
			"download_count": nil, "send_count": nil, "user_count": nil, "deal_count": nil, "won_count": nil, "last_used_on": nil,
			"days_since_last_use": nil, "content_count": given(r.ContentCount), "never_used_count": given(r.NeverUsedCount),
			"never_used_share": given(r.NeverUsedShare), "never_used_share_low": given(r.NeverUsedLow),
			"never_used_share_high": given(r.NeverUsedHigh), "is_small": r.IsSmall,
		}
		if u := r.Uses; u != nil {
			row["use_count"], row["view_count"], row["download_count"], row["send_count"] = u.Uses, u.Views, u.Downloads, u.Sends
			row["user_count"], row["deal_count"], row["won_count"] = u.Users, u.Deals, u.WonDeals
			row["last_used_on"], row["days_since_last_use"] = given(u.LastUsedOn), given(u.DaysSince)
		}
		rows = append(rows, row)
	}
	return rows
}

func marketEntryRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.MarketEntry(in, entryWins(in.Settings)) {
		rows = append(rows, record{
			"segment": r.Segment, "first_cost_month": given(r.FirstCostMonth), "first_win_month": given(r.FirstWinMonth),
			"cost_to_first_win": cents(r.CostToFirstWin), "entry_wins": r.EntryWins, "entry_month": given(r.EntryMonth),
			"cost_to_entry": cents(r.CostToEntry), "break_even_month": given(r.BreakEvenMonth), "total_cost": cents(r.TotalCost),
			"market_entry_cost": cents(r.MarketEntryCost), "won_count": r.WonCount, "undated_count": r.UndatedCount,
			"won_value": money(r.WonValue),
		})
	}
	return rows
}

func programRows(in oracle.Input) []record {
	var programs []oracle.Program
	for _, p := range programmes(in.Settings) {
		programs = append(programs, p.Program)
	}
	var rows []record
	for _, r := range oracle.ProgramImpact(in, programs) {
		row := record{
			"program": r.Program.Name, "metric": r.Metric, "comparison": r.Comparison, "method": "before_after",
			"starts_on": r.Program.StartsOn, "window_days": r.WindowDays, "is_complete": r.IsComplete, "deal_count": r.DealCount,
			"unmeasured_count": r.Unmeasured, "owner_count": r.OwnerCount, "treated_owner_count": r.Treated.OwnerCount,
			"treated_before_count": r.Treated.BeforeCount, "treated_after_count": r.Treated.AfterCount,
			"treated_before": given(r.Treated.BeforeMean), "treated_after": given(r.Treated.AfterMean),
			"control_owner_count": nil, "control_before_count": nil, "control_after_count": nil, "control_before": nil,
			"control_after": nil, "effect": given(r.Effect), "standard_error": given(r.StandardError), "effect_low": given(r.Low),
			"effect_high": given(r.High), "interval_reason": text(r.IntervalReason), "is_small": r.IsSmall,
		}
		if c := r.Control; c != nil {
			row["method"] = "difference_in_differences"
			row["control_owner_count"], row["control_before_count"], row["control_after_count"] = c.OwnerCount, c.BeforeCount, c.AfterCount
			row["control_before"], row["control_after"] = given(c.BeforeMean), given(c.AfterMean)
		}
		rows = append(rows, row)
	}
	return rows
}

// TestIntervalsOfProgrammesAgreeWithTheOracle compares companies that are large enough for groups of ten
// owners: only those have intervals.
func TestIntervalsOfProgrammesAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	intervals := map[string]int{}
	for seed := range 12 {
		in := sellers(seed)
		s.build(t, in.Settings, landCompany(t, in))
		s.written = needed(s.written, s.graph, []*suspect{{model: "rpt_program_impact"}})
		rows := programRows(in)
		agree(t, s, "rpt_program_impact", rows)
		for _, row := range rows {
			if row["effect_low"] != nil {
				intervals[fmt.Sprint(row["method"], " ", row["comparison"])]++
			}
		}
	}
	require.Len(t, intervals, 4, "with and without control, impact and placebo")
}

// TestMarketsAgreeWithTheOracle compares companies of which the wins just cover the cost, or come before it.
func TestMarketsAgreeWithTheOracle(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for seed := range 24 {
		in := markets(seed)
		s.build(t, in.Settings, landCompany(t, in))
		s.written = needed(s.written, s.graph, []*suspect{{model: "rpt_market_entry"}})
		agree(t, s, "rpt_market_entry", marketEntryRows(in))
	}
}
