/*
description: >-
    Every number of the scorecard is the one of its report, the segments add up to All, the effects to the
    change of the won value, every target of a quarter that has begun is there, and a promise is met
    exactly where the number reaches the target.
grain: one row
severity: block
version: 1
*/
with compared as (
    select
        concat_ws(' ', 'win_rate', w.segment, cast(w.period_start as varchar)) as label,
        s.segment is null
            or s.is_complete is distinct from w.is_complete
            or s.won_count is distinct from w.won_count
            or s.lost_count is distinct from w.lost_count
            or s.win_rate is distinct from w.win_rate
            or s.win_rate_low is distinct from w.win_rate_low
            or s.win_rate_high is distinct from w.win_rate_high
            or s.is_win_rate_small is distinct from w.is_small
            or s.won_value is distinct from w.won_value
            or s.created_count is distinct from w.created_count
            or s.cohort_count is distinct from w.cohort_count
            or s.cohort_won_count is distinct from w.cohort_won_count
            or s.cohort_win_rate is distinct from w.cohort_win_rate
            or s.cohort_win_rate_low is distinct from w.cohort_win_rate_low
            or s.cohort_win_rate_high is distinct from w.cohort_win_rate_high
            or s.is_cohort_mature is distinct from w.is_mature as is_broken
    from rpt_win_rate as w
    left join rpt_scorecard as s on s.segment = w.segment and s.quarter = w.period_start
    where w.period_grain = 'quarter' and w.breakdown = 'none'
    union all
    select
        concat_ws(' ', 'funnel', f.step, f.segment, cast(f.period_start as varchar)),
        s.segment is null
            or f.entered_count is distinct from case f.step
                when 'Lead' then s.lead_count
                when 'MQL' then s.mql_count
                else s.sql_count
            end
            or s.is_sql_rate_mature is distinct from f.is_mature
            or coalesce(abs(s.sql_rate * cast(s.lead_count as double) - cast(s.sql_count as double)) > 1e-6, false)
            or coalesce(s.sql_rate < s.sql_rate_low - 1e-9 or s.sql_rate > s.sql_rate_high + 1e-9, false)
            or (s.sql_rate is null) <> (s.sql_rate_low is null)
            or (s.sql_rate is null) <> (s.sql_rate_high is null)
            or (s.sql_rate is null) <> coalesce(s.sql_count is null or s.lead_count = 0, true)
    from rpt_funnel as f
    left join rpt_scorecard as s on s.segment = f.segment and s.quarter = f.period_start
    where f.period_grain = 'quarter' and f.step in ('Lead', 'MQL', 'SQL')
    union all
    select
        concat_ws(' ', 'lead_followup', f.segment, cast(f.period_start as varchar)),
        s.segment is null
            or s.due_lead_count is distinct from f.due_count
            or s.within_sla_count is distinct from f.within_sla_count
            or s.sla_rate is distinct from f.sla_rate
            or s.sla_rate_low is distinct from f.sla_rate_low
            or s.sla_rate_high is distinct from f.sla_rate_high
            or s.is_sla_rate_small is distinct from f.is_small
            or s.is_sla_rate_mature is distinct from f.is_mature
    from rpt_lead_followup as f
    left join rpt_scorecard as s on s.segment = f.segment and s.quarter = f.period_start
    where f.period_grain = 'quarter' and f.breakdown = 'none'
    union all
    select
        concat_ws(' ', 'quota_attainment', q.segment, cast(q.period_start as varchar)),
        s.segment is null
            or s.quota_value is distinct from q.quota_value
            or s.credited_value is distinct from q.credited_value
            or s.quota_attainment is distinct from q.attainment
            or s.is_quota_met is distinct from case when q.is_complete or q.is_met then q.is_met end
    from rpt_quota_attainment as q
    left join rpt_scorecard as s on s.segment = q.segment and s.quarter = q.period_start
    where q.period_grain = 'quarter' and q.subject_kind = 'all'
    union all
    select
        concat_ws(' ', 'cost_of_sale', c.segment, cast(c.period_start as varchar)),
        s.segment is null
            or s.total_cost is distinct from c.total_cost
            or s.cost_of_sale_ratio is distinct from c.cost_of_sale_ratio
            or s.new_customer_count is distinct from c.new_customer_count
            or s.cac is distinct from c.cac
    from rpt_cost_of_sale as c
    left join rpt_scorecard as s on s.segment = c.segment and s.quarter = c.period_start
    where c.period_grain = 'quarter'
    union all
    select
        concat_ws(' ', 'sales_cycle', c.segment, cast(c.period_start as varchar)),
        s.segment is null or s.median_cycle_days is distinct from c.median_days
    from rpt_sales_cycle as c
    left join rpt_scorecard as s on s.segment = c.segment and s.quarter = c.period_start
    where c.period_grain = 'quarter' and c.breakdown = 'none' and c.anchor = 'created' and c.outcome = 'won'
    union all
    select
        concat_ws(' ', 'sourcing', p.segment, cast(p.period_start as varchar)),
        count(s.segment) < count(*)
            or max(s.created_value) is distinct from sum(p.created_value)
            or max(s.marketing_created_value) is distinct from sum(case when p.origin = 'marketing' then p.created_value end)
    from rpt_sourcing as p
    left join rpt_scorecard as s on s.segment = p.segment and s.quarter = p.period_start
    where p.period_grain = 'quarter'
    group by p.segment, p.period_start
    union all
    select
        concat_ws(' ', 'pipeline_velocity', s.segment, cast(s.quarter as varchar)),
        s.due_pipeline_value is distinct from v.due_value
            or s.coverage is distinct from v.coverage
            or s.coverage_state is distinct from v.coverage_state
            or s.value_per_day is distinct from v.value_per_day
    from rpt_scorecard as s
    left join rpt_pipeline_velocity as v on v.segment = s.segment and v.quarter = s.quarter
    union all
    select
        concat_ws(' ', 'change_drivers', d.driver, d.segment, cast(d.quarter as varchar)),
        count(s.segment) < count(*)
            or sum(d.effect_value) is distinct from max(case d.driver
                when 'leads' then s.leads_effect
                when 'decided_per_lead' then s.decided_per_lead_effect
                when 'decided' then s.decided_effect
                when 'win_rate' then s.win_rate_effect
                else s.deal_size_effect
            end)
            or (d.driver = 'win_rate' and sum(d.won_value_before) is distinct from max(s.won_value_before))
    from rpt_change_drivers as d
    left join rpt_scorecard as s on s.segment = d.segment and s.quarter = d.quarter
    where d.comparison = 'previous_quarter'
    group by d.driver, d.segment, d.quarter
    union all
    select
        concat_ws(' ', 'change of the won value', segment, cast(quarter as varchar)),
        coalesce(won_value_change <> won_value - won_value_before, false)
            or coalesce(won_value_change <> coalesce(leads_effect, 0) + coalesce(decided_per_lead_effect, 0)
                + coalesce(decided_effect, 0) + coalesce(win_rate_effect, 0) + coalesce(deal_size_effect, 0), false)
            or (largest_driver is not null) <> coalesce(won_value_change <> 0, false)
            or coalesce(
                case largest_driver
                    when 'leads' then leads_effect
                    when 'decided_per_lead' then decided_per_lead_effect
                    when 'decided' then decided_effect
                    when 'win_rate' then win_rate_effect
                    when 'deal_size' then deal_size_effect
                end * case when won_value_change < 0 then -1 else 1 end
                < case
                    when won_value_change < 0
                        then -least(leads_effect, decided_per_lead_effect, decided_effect, win_rate_effect, deal_size_effect)
                    else greatest(leads_effect, decided_per_lead_effect, decided_effect, win_rate_effect, deal_size_effect)
                end,
                false
            )
    from rpt_scorecard
    union all
    select
        concat_ws(' ', 'All', cast(quarter as varchar)),
        coalesce(sum(case when segment = 'All' then lead_count else -lead_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then mql_count else -mql_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then sql_count else -sql_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then due_lead_count else -due_lead_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then within_sla_count else -within_sla_count end) <> 0, false)
            or sum(case when segment = 'All' then won_count + lost_count else -won_count - lost_count end) <> 0
            or coalesce(sum(case when segment = 'All' then credited_value else -credited_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then won_value else -won_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then created_value else -created_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then total_cost else -total_cost end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then won_value_change else -won_value_change end) <> 0, false)
            or count(*) <> (select count(*) from config_segments)
            or count(distinct segment) <> count(*)
            or min(quarter_label) <> max(quarter_label)
    from rpt_scorecard
    group by quarter
    union all
    select
        concat_ws(' ', 'met', segment, cast(quarter as varchar)),
        coalesce(is_lead_count_met, false) <> coalesce(lead_count >= lead_count_target, false)
            or not coalesce(is_lead_count_met, true) <> coalesce(is_complete and lead_count < lead_count_target, false)
            or coalesce(is_mql_count_met, false) <> coalesce(mql_count >= mql_count_target, false)
            or not coalesce(is_mql_count_met, true) <> coalesce(is_complete and mql_count < mql_count_target, false)
            or coalesce(is_won_value_met, false) <> coalesce(won_value >= won_value_target, false)
            or not coalesce(is_won_value_met, true) <> coalesce(is_complete and won_value < won_value_target, false)
            or is_sql_rate_met is distinct from case when is_sql_rate_mature then sql_rate >= sql_rate_target end
            or is_sla_rate_met is distinct from case when is_sla_rate_mature then sla_rate >= sla_rate_target end
            or is_win_rate_met is distinct from case when is_complete then win_rate >= win_rate_target end
    from rpt_scorecard
    union all
    select
        concat_ws(' ', 'target', t.metric, t.segment, cast(t.quarter as varchar)),
        coalesce(
            abs(t.value - case t.metric
                when 'lead_count' then cast(s.lead_count_target as double)
                when 'mql_count' then cast(s.mql_count_target as double)
                when 'sql_rate' then s.sql_rate_target
                when 'sla_rate' then s.sla_rate_target
                when 'win_rate' then s.win_rate_target
                when 'won_value' then cast(s.won_value_target as double)
            end) > 1e-6,
            t.quarter <= r.as_of
        )
    from config_targets as t
    cross join config_run as r
    left join rpt_scorecard as s on s.segment = t.segment and s.quarter = t.quarter
)

-- without any event there is no quarter
select
    count(*) + (select count(*) from config_run) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
