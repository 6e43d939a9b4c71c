package sql_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dated gives columns that count records by one date of theirs, by report.
func dated() map[string][]string {
	return map[string][]string{
		"rpt_win_rate": {
			"won_count", "lost_count", "no_decision_count", "won_value", "lost_value", "unvalued_count",
			"created_count", "open_count", "excluded_count", "cohort_count", "cohort_won_count",
		},
		"rpt_sales_cycle":        {"deal_count", "measured_count", "missing_count", "negative_count"},
		"rpt_funnel":             {"entered_count", "entered_strict_count", "converted_count", "value", "lost_count", "pending_count", "no_lead_count"},
		"rpt_stage_conversion":   {"reached_count", "strict_count", "skipped_count", "converted_count", "dropped_count", "still_here_count"},
		"rpt_sourcing":           {"created_count", "created_value", "won_count", "lost_count", "won_value"},
		"rpt_lead_followup":      {"lead_count", "due_count", "responded_count", "within_sla_count"},
		"rpt_lead_quality":       {"lead_count", "mql_count", "sql_count", "won_count", "won_value"},
		"rpt_win_loss_reasons":   {"deal_count", "value"},
		"rpt_activity_alignment": {"deal_count", "touch_count", "stayed_count", "touched_converted_count"},
		"rpt_quota_attainment":   {"credited_count", "credited_value", "split_gap_value"},
	}
}

// TestWeeksAreOneMoreGrain builds companies without and with weeks. All other rows stay as they are to
// the last bit, and what has a date is in one week as it is in one month.
func TestWeeksAreOneMoreGrain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for i, in := range richCompanies(t, 2) {
		t.Run(fmt.Sprintf("company %d", i), func(t *testing.T) { //nolint:paralleltest // they share the database
			rows := landCompany(t, in)
			in.Settings.Weeks = false
			s.build(t, in.Settings, rows)
			s.keep(t)
			in.Settings.Weeks = true
			s.build(t, in.Settings, rows)
			require.Empty(t, s.brokenInvariants(t, rows))
			s.requireKept(t, everything, records()...)
			for _, name := range reports() {
				query := everything
				if m, _ := s.graph.Model(name); slices.Contains(columnsOf(m), "period_grain") {
					query += " where period_grain <> 'week'"
				}
				s.requireKept(t, query, name)
			}
			for name, columns := range dated() {
				var sums []string
				for _, column := range columns {
					sums = append(sums, fmt.Sprintf("coalesce(sum(%s), 0)", column))
				}
				of := fmt.Sprintf("select %s from %s where period_grain = ", strings.Join(sums, ", "), name)
				require.Equal(t, s.query(t, of+"'month'"), s.query(t, of+"'week'"), "%s: %s", name, columns)
			}
			require.Empty(t, s.query(t, "from rpt_win_rate where period_grain = 'week' and isodow(period_start) <> 1"))
		})
	}
}
