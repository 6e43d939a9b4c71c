package sql_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
	"truce/fixtures/oracle/companies"
	"truce/pipeline/model"
)

// damage is a statement that breaks what a check promises, by the check's name.
func damage() map[string][]string {
	return map[string][]string{
		"check_breakdown_parts": {
			"update rpt_win_rate set won_count = won_count + 1 where breakdown = 'product' and period_grain = 'all' and segment = 'All'",
			"update rpt_sales_cycle set deal_count = deal_count + 1 where breakdown = 'none' and period_grain = 'all' and segment = 'All'",
		},
		"check_win_rate_parts": {
			"update rpt_win_rate set won_count = won_count + 1 where segment = 'SMB' and period_grain = 'all'",
			"update rpt_win_rate set lost_value = lost_value + 0.01 where segment = 'All' and period_grain = 'year'",
			"update rpt_win_rate set cohort_count = 1000 where segment = 'SMB' and period_grain = 'month'",
		},
		"check_cost_of_sale_parts": {
			"update rpt_cost_of_sale set total_cost = total_cost + 0.01 where segment = 'SMB' and period_grain = 'quarter'",
			"update rpt_cost_of_sale set lead_count = lead_count + 1 where segment = 'Unassigned' and period_grain = 'all'",
		},
		"check_funnel_parts": {
			"update rpt_funnel set entered_count = entered_count + 1 where segment = 'SMB' and step_order = 1 and period_grain = 'all'",
			"update rpt_funnel set recycled_count = recycled_count + 1 where segment = 'SMB' and step_order = 1 and period_grain = 'all'",
		},
		"check_funnel_shrinks": {
			"update rpt_funnel set entered_count = entered_count + 1000 where step_order = 2",
			"update rpt_funnel set entered_strict_count = entered_count + 1 where step_order = 1 and period_grain = 'all'",
			"update rpt_funnel set converted_count = converted_count + 1 where step_order = 1 and segment = 'All'",
		},
		"check_stage_conversion_parts": {
			"update rpt_stage_conversion set reached_count = reached_count + 1 where segment = 'SMB' and period_grain = 'all'",
		},
		"check_stage_conversion_shrinks": {
			"update rpt_stage_conversion set strict_count = reached_count + 1 where segment = 'SMB'",
			"update rpt_stage_conversion set dropped_count = dropped_count + 1 where segment = 'All'",
			"update rpt_stage_conversion set reached_count = reached_count + 1, still_here_count = still_here_count + 1 where step_order = 2",
		},
		"check_rates": {
			"update rpt_win_rate set win_rate = 1.25 where win_rate is not null",
			"update rpt_win_rate set win_rate_low = win_rate + 0.01 where win_rate is not null",
			"update rpt_win_rate set cohort_win_rate_high = null where cohort_win_rate is not null",
			"update rpt_funnel set conversion_rate_low = -0.01 where conversion_rate is not null",
			"update rpt_stage_conversion set conversion_rate_high = 1.01 where conversion_rate is not null",
			"update rpt_lead_quality set mql_rate = 1.01 where mql_rate is not null",
			"update rpt_lead_quality set sql_rate_low = null where sql_rate is not null",
			"update rpt_lead_quality set won_rate_high = 1.01 where won_rate is not null",
			"update rpt_lead_followup set sla_rate = 1.01 where sla_rate is not null",
			"update rpt_lead_followup set untouched_rate_low = null where untouched_rate is not null",
			"update rpt_activity_alignment set touched_rate_high = null where touched_rate is not null",
			"update rpt_activity_alignment set untouched_rate = 1.01 where untouched_rate is not null",
			"update rpt_content_usage set never_used_share = 1.01 where content_id = 'All'",
			"update rpt_win_loss_reasons set share = share_high + 0.01 where share is not null",
			"update rpt_pipeline_velocity set win_rate = 1.01 where segment = 'All'",
			"update rpt_sourcing set win_rate = 1.01 where win_rate is not null",
			"update rpt_scorecard set sql_rate_low = null where sql_rate is not null",
			"update rpt_quota_attainment set owner_at_quota_share = 1.01 where owner_count > 0",
			"update rpt_pipeline_waterfall set slip_rate = 1.01 where slip_rate is not null",
		},
		"check_lead_followup": {
			"update rpt_lead_followup set lead_count = lead_count + 1 where segment = 'SMB' and period_grain = 'all'",
			"update rpt_lead_followup set within_sla_count = within_sla_count + 1 where breakdown = 'lead_source' and segment = 'All'",
			"update rpt_lead_followup set untouched_count = untouched_count + 1 where period_grain = 'year'",
			"delete from fct_lead where is_counted",
		},
		"check_activity_alignment": {
			"update rpt_activity_alignment set touch_count = touch_count + 1 where segment = 'SMB' and period_grain = 'all'",
			"update rpt_activity_alignment set untouched_stayed_count = untouched_stayed_count + 1",
			"update rpt_activity_alignment set rate_difference_low = 1 where rate_difference is not null",
		},
		"check_content_usage": {
			"update rpt_content_usage set use_count = use_count + 1 where content_id = 'All'",
			"update rpt_content_usage set won_count = deal_count + 1",
			"delete from rpt_content_usage where never_used_count = 1 and content_id <> 'All'",
		},
		"check_holidays": {"update config_run set holidays_until = date '2001-01-01'"},
		"check_win_loss_parts": {
			"update rpt_win_loss_reasons set deal_count = deal_count + 1 where period_grain = 'all' and deal_count > 0 and segment = 'SMB'",
			"update rpt_win_loss_reasons set value = value + 0.01 where period_grain = 'year' and segment <> 'All' and deal_count > 0",
			"delete from rpt_win_loss_reasons where reason = 'Not recorded'",
			"update rpt_win_loss_reasons set competitor = 'Nobody' where segment = 'All'",
			"update rpt_win_loss_reasons set excluded_no_rate = excluded_no_rate + 1 where period_grain = 'all'",
		},
		"check_sourcing_parts": {
			"update rpt_sourcing set created_count = created_count + 1 where segment = 'SMB' and origin = 'unknown' and period_grain = 'all'",
			"update rpt_sourcing set won_value = won_value + 0.01 where segment = 'All' and origin = 'sales'",
			"update rpt_sourcing set influenced_won_count = won_count + 1 where segment = 'SMB'",
		},
		"check_lead_quality_parts": {
			"update rpt_lead_quality set lead_count = lead_count + 1 where segment = 'SMB' and period_grain = 'all' and breakdown = 'none'",
			"update rpt_lead_quality set won_value = won_value + 0.01 where segment = 'All' and breakdown = 'lead_source'",
			"delete from rpt_lead_quality where breakdown = 'lead_source'",
			"update rpt_funnel set entered_count = entered_count + 1 where step = 'MQL' and period_grain = 'all'",
			"update int_cost_lines set cents = cents + 1 where bucket = 'marketing' and named_campaign_id is not null",
		},
		"check_change_drivers": {
			"update rpt_change_drivers set effect_value = effect_value + 0.01 where driver = 'win_rate' and segment = 'SMB'",
			"update rpt_change_drivers set effect_value = effect_value + case driver_order when 3 then 0.01 when 4 then -0.01 else 0 end where segment = 'All'",
			"update rpt_change_drivers set effect_value = null where effect_value is not null",
			"update rpt_win_rate set won_value = won_value + 0.01 where period_grain = 'quarter'",
		},
		"check_pipeline_velocity": {
			"update rpt_pipeline_velocity set open_count = open_count + 1 where segment = 'SMB'",
			"update rpt_pipeline_velocity set quarter_won_value = quarter_won_value + 0.01 where segment = 'SMB'",
			"update rpt_pipeline_velocity set coverage_state = 'met' where coverage_state <> 'met'",
		},
		"check_pipeline_waterfall": {
			"update rpt_pipeline_waterfall set value = value + 0.01 where component = 'pulled_in' and segment = 'SMB'",
			"update rpt_pipeline_waterfall set deal_count = deal_count + 1 where component in ('start', 'end') and segment = 'All'",
			"update rpt_pipeline_waterfall set deal_count = deal_count + 1 where component in ('start', 'end')",
			"update rpt_pipeline_waterfall set deal_count = 0 where component = 'won'",
			"update rpt_pipeline_waterfall set deal_count = deal_count + 1 where component = 'increased' and segment = 'SMB'",
			"update rpt_pipeline_waterfall set deal_count = deal_count + 1 where component in ('start', 'segment_out') and segment in ('SMB', 'All')",
		},
		"check_program_impact": {
			"update rpt_program_impact set effect = effect + 0.01 where comparison = 'impact'",
			"update rpt_program_impact set treated_after_count = treated_after_count + 1",
			"update rpt_program_impact set interval_reason = null",
			"update rpt_program_impact set owner_count = deal_count + 1",
			"delete from rpt_program_impact where metric = 'deal_size'",
		},
		"check_quota_attainment": {
			"update rpt_quota_attainment set credited_value = credited_value + 0.01 where subject_kind = 'all' and segment = 'SMB'",
			"update rpt_quota_attainment set split_gap_value = split_gap_value + 0.01 where subject_kind = 'team' and period_grain = 'all'",
			"update rpt_quota_attainment set credited_count = credited_count + 1 where segment = 'All'",
			"update rpt_quota_attainment set quota_value = quota_value + 0.01 where subject_kind = 'all'",
			"update rpt_quota_attainment set owner_at_quota_count = owner_count + 1 where segment = 'All'",
			"update rpt_quota_attainment set is_met = not is_met",
		},
		"check_scorecard": {
			"update rpt_scorecard set won_count = won_count + 1 where segment = 'SMB'",
			"update rpt_scorecard set is_cohort_mature = not is_cohort_mature",
			"update rpt_scorecard set mql_count = mql_count + 1 where segment = 'All'",
			"update rpt_scorecard set within_sla_count = within_sla_count + 1 where segment = 'Unassigned'",
			"update rpt_scorecard set credited_value = credited_value + 0.01",
			"update rpt_scorecard set total_cost = total_cost + 0.01 where segment = 'SMB'",
			"update rpt_scorecard set created_value = created_value + 0.01 where segment = 'SMB'",
			"update rpt_scorecard set median_cycle_days = median_cycle_days + 1 where median_cycle_days is not null",
			"update rpt_scorecard set win_rate_effect = win_rate_effect + 0.01 where segment = 'SMB'",
			"update rpt_scorecard set largest_driver = null",
			"update rpt_scorecard set coverage_state = 'met'",
			"update rpt_scorecard set is_win_rate_met = not is_win_rate_met",
			"update rpt_scorecard set is_lead_count_met = true where is_lead_count_met is null",
			"delete from rpt_scorecard where segment = 'SMB'",
			"update rpt_scorecard set lead_count_target = null, is_lead_count_met = null",
		},
		"check_market_entry": {
			"update rpt_market_entry set first_win_month = null where entry_month is not null",
			"update rpt_market_entry set break_even_month = date '1990-01-01' where first_cost_month is not null",
			"update rpt_market_entry set total_cost = total_cost + 0.01 where segment = 'SMB'",
		},
		"check_win_curve": {
			"update rpt_win_curve set won_by_day = won_by_day + 0.001 where day = 365",
			"update rpt_win_curve set won_by_day = 0, still_open = still_open + won_by_day where day = 365",
			"update rpt_win_curve set at_risk_count = 1000 where day = 365",
		},
		"check_ledger": {
			"update int_costs set direct_cents = direct_cents + 1 where direct_cents <> 0",
			"update int_cost_lines set bucket = 'elsewhere' where cents is not null",
			"update rpt_cost_of_sale set total_cost = total_cost + 0.01 where segment = 'All' and period_grain = 'month'",
		},
		"check_restatements": {
			"insert into rpt_restatements (report, segment, period_grain, period_start, breakdown, metric, old_value, new_value) values ('win_rate', 'All', 'month', date '2024-03-01', 'none', 'won_count', 100, 106)",
		},
		"check_records_add_up": {
			"delete from int_opportunities where exclusion is null",
			"update rpt_win_rate set open_count = open_count + 1 where segment = 'All' and period_grain = 'all' and breakdown = 'none'",
			"insert into landing_opportunity (opportunity_id) values ('nobody models this one')",
		},
		"check_leads_add_up": {
			"delete from fct_lead where exclusion is not null",
			"update rpt_funnel set entered_count = entered_count + 1 where segment = 'All' and period_grain = 'all' and step_order = 1",
			"insert into landing_lead (lead_id) values ('nobody models this one')",
		},
		"check_report_keys": {
			"insert into rpt_win_rate select * from rpt_win_rate where segment = 'All' and period_grain = 'all'",
			"insert into rpt_win_curve select * from rpt_win_curve where segment = 'SMB' and day = 7",
			"insert into rpt_sales_cycle select * from rpt_sales_cycle where segment = 'All' and period_grain = 'all'",
			"insert into rpt_cost_of_sale select * from rpt_cost_of_sale where segment = 'All' and period_grain = 'all'",
			"insert into rpt_funnel select * from rpt_funnel where segment = 'All' and period_grain = 'all'",
			"insert into rpt_stage_conversion select * from rpt_stage_conversion where segment = 'All' and period_grain = 'all'",
			"insert into rpt_data_quality select * from rpt_data_quality where kind = 'exclusion'",
			"insert into rpt_win_loss_reasons select * from rpt_win_loss_reasons where period_grain = 'all'",
			"insert into rpt_lead_quality select * from rpt_lead_quality where period_grain = 'all'",
			"insert into rpt_lead_followup select * from rpt_lead_followup where period_grain = 'all'",
			"insert into rpt_activity_alignment select * from rpt_activity_alignment where segment = 'SMB'",
			"insert into rpt_content_usage select * from rpt_content_usage where content_id = 'All'",
			"insert into rpt_change_drivers select * from rpt_change_drivers where segment = 'SMB'",
			"insert into rpt_sourcing select * from rpt_sourcing where segment = 'SMB'",
			"insert into rpt_quota_attainment select * from rpt_quota_attainment where segment = 'SMB'",
			"insert into rpt_program_impact select * from rpt_program_impact where metric = 'win_rate'",
			"insert into rpt_pipeline_waterfall select * from rpt_pipeline_waterfall where segment = 'SMB'",
			"insert into rpt_market_entry select * from rpt_market_entry where segment = 'SMB'",
			"insert into rpt_scorecard select * from rpt_scorecard where segment = 'SMB'",
			"insert into rpt_pipeline_velocity select * from rpt_pipeline_velocity where segment = 'SMB'",
			"insert into rpt_restatements (report) values ('win_rate'), ('win_rate')",
		},
		"check_future_creation": {
			"update stg_opportunities set created_at = timestamp '2200-01-01' where is_deleted is not true",
			"update stg_leads set created_at = timestamp '2200-01-01' where is_deleted is not true",
		},
		"check_outcomes": {
			"update rpt_data_quality set record_count = 0 where kind = 'exclusion' and reason = 'counted'",
			"update rpt_win_rate set won_count = 0, lost_count = 0",
			"update rpt_win_rate set won_count = 0, lost_count = 10",
			"update rpt_win_rate set won_count = 10, lost_count = 0",
		},
		"check_segments": {"update rpt_win_rate set created_count = 0 where segment = 'SMB'"},
		"check_owners": {
			"insert into rpt_data_quality (kind, subject, reason, record_count) values ('unmapped', 'opportunity.owner_id', 'any', 100)",
		},
		"check_sources": {
			"insert into rpt_data_quality (kind, subject, reason, record_count) values ('unmapped', 'opportunity.lead_source', 'Fair', 100)",
		},
		"check_stages": {
			"insert into rpt_data_quality (kind, subject, reason, record_count) values ('unmapped', 'opportunity.outcome', 'Parked', 100)",
		},
		"check_spellings":        {"insert into config_spellings values ('opportunity', 'product', 'p1', 'P1', 1)"},
		"check_opportunity_keys": {"insert into fct_opportunity select * from fct_opportunity limit 1"},
		"check_lead_keys":        {"insert into fct_lead select * from fct_lead limit 1"},
		"check_opportunity_trace": {
			"update fct_opportunity set segment = 'SMB' where segment <> 'SMB' and is_counted",
			"update fct_opportunity set created_segment = 'SMB' where created_segment <> 'SMB' and is_counted",
			"update fct_opportunity set amount = amount + 0.01 where is_counted and outcome = 'won'",
			"delete from fct_opportunity where not is_counted",
		},
		"check_lead_trace": {
			"update fct_lead set furthest_stage = 1 where is_counted",
			"update fct_lead set segment = 'SMB' where segment <> 'SMB' and is_counted",
			"update fct_lead set amount = amount + 0.01 where is_counted",
		},
	}
}

// TestChecksNoticeDamage breaks one number after another of a company for which every check holds:
// a check that cannot fail checks nothing.
func TestChecksNoticeDamage(t *testing.T) {
	t.Parallel()
	s, in := newStand(t), richCompanies(t, 1)[0]
	in.Settings.HasActivities = true
	rows := landCompany(t, in)
	require.NotEmpty(t, rows["content"])
	s.build(t, in.Settings, rows)
	require.Empty(t, s.brokenChecks(t, rows))
	breaks := damage()
	for _, m := range s.graph.Kind(model.Check) {
		require.NotEmpty(t, breaks[m.Name], "nothing breaks %s", m.Name)
		for _, statement := range breaks[m.Name] {
			s.exec(t, "begin", statement)
			isNoticed := slices.ContainsFunc(s.brokenChecks(t, rows), func(broken string) bool {
				return strings.HasPrefix(broken, m.Name+": ") && broken != m.Name+": "
			})
			s.exec(t, "rollback")
			require.True(t, isNoticed, "%s does not notice: %s", m.Name, statement)
		}
	}
}

// richCompanies gives companies in which everything happens that checks and relations look at.
func richCompanies(t *testing.T, count int) []oracle.Input {
	t.Helper()
	var rich []oracle.Input
	for seed := 0; len(rich) < count; seed++ {
		require.Less(t, seed, 5000, "too few companies are rich enough")
		in := companies.Company(60).Example(seed)
		if len(in.Settings.Segments) > 1 && len(in.Settings.Breakdowns) > 1 && len(in.Settings.Process) > 1 &&
			min(len(in.Opportunities), len(in.Leads), len(in.StageChanges)) > 20 && len(in.Costs) > 10 && hasEnd(in) {
			rich = append(rich, in)
		}
	}
	return rich
}

// hasEnd tells whether a quarter of the company's deals are decided.
func hasEnd(in oracle.Input) bool {
	decided := 0
	for _, d := range oracle.Deals(in) {
		if d.Exclusion == "" && d.OutcomeDate != nil {
			decided++
		}
	}
	return decided*4 > len(in.Opportunities)
}

// TestTheInvariantsHoldForNobody builds a company that has done nothing yet, and one without any
// optional extract: a check must not fail for want of something to look at.
func TestTheInvariantsHoldForNobody(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	settings := oracle.Settings{
		AsOf: 20000, CohortDays: 90, Won: []string{"Won"}, Lost: []string{"Lost"}, FiscalStart: 1, OutcomeDateFrom: "history",
		Costs: oracle.CostSettings{Driver: "even"},
	}
	for _, in := range []oracle.Input{
		{Settings: settings},
		{Settings: settings, StageChanges: []oracle.StageChange{}, Leads: []oracle.Lead{}, Costs: []oracle.CostLine{}},
	} {
		rows := landCompany(t, in)
		s.build(t, settings, rows)
		require.Empty(t, s.brokenChecks(t, rows))
		agree(t, s, "rpt_cost_of_sale", costRows(in))
	}
}
