/*
description: >-
    Numbers of closed periods that are others than the predecessor published. Only numbers that are
    settled once the period has ended are compared; cohorts and answers to leads only where they were
    mature. Counts and money are compared exactly, rates and means to one part in 10^9.
grain: one row per report, segment, period, breakdown value and metric that moved
unique_key: [report, segment, period_grain, period_start, breakdown, breakdown_value, metric]
version: 1
columns:
    report: the report
    segment: go-to-market segment, or All
    period_grain: month, quarter or year (fiscal)
    period_start: first day of the period
    breakdown: none, or the dimension by which the row is broken down
    breakdown_value: value of the dimension; empty for none
    metric: column of the report; of sales_cycle those of won deals from their creation
    clock: >-
        which deals the metric counts (decided, won, lost, no_decision, created, cohort); NULL if it counts
        none
    cause: data, config or definition
    old_value: what the predecessor published; NULL where it had no such row or value
    new_value: what this run publishes; NULL where it has no such row or value
*/
with values_of_both as (
    select
        m.report,
        coalesce(n.segment, o.segment) as segment,
        coalesce(n.period_grain, o.period_grain) as period_grain,
        coalesce(n.period_start, o.period_start) as period_start,
        coalesce(n.breakdown, o.breakdown) as breakdown,
        coalesce(n.breakdown_value, o.breakdown_value) as breakdown_value,
        m.metric,
        m.clock,
        m.is_exact,
        m.cause,
        case m.metric
            when 'won_count' then o.won_count
            when 'lost_count' then o.lost_count
            when 'no_decision_count' then o.no_decision_count
            when 'won_value' then o.won_value
            when 'lost_value' then o.lost_value
            when 'win_rate' then o.win_rate
            when 'created_count' then o.created_count
            when 'cohort_won_count' then case when o.is_mature then o.cohort_won_count end
            when 'cohort_win_rate' then case when o.is_mature then o.cohort_win_rate end
        end as old_value,
        case m.metric
            when 'won_count' then cast(n.won_count as double)
            when 'lost_count' then cast(n.lost_count as double)
            when 'no_decision_count' then cast(n.no_decision_count as double)
            when 'won_value' then cast(n.won_value as double)
            when 'lost_value' then cast(n.lost_value as double)
            when 'win_rate' then n.win_rate
            when 'created_count' then cast(n.created_count as double)
            when 'cohort_won_count' then case when o.is_mature then cast(n.cohort_won_count as double) end
            when 'cohort_win_rate' then case when o.is_mature then n.cohort_win_rate end
        end as new_value
    from rpt_win_rate as n
    full join previous_win_rate as o
        on o.segment = n.segment
        and o.period_grain = n.period_grain
        and o.period_start = n.period_start
        and o.breakdown = n.breakdown
        and o.breakdown_value = n.breakdown_value
    cross join config_restated_metrics as m
    where m.report = 'win_rate'
    union all
    select
        m.report,
        coalesce(n.segment, o.segment) as segment,
        coalesce(n.period_grain, o.period_grain) as period_grain,
        coalesce(n.period_start, o.period_start) as period_start,
        coalesce(n.breakdown, o.breakdown) as breakdown,
        coalesce(n.breakdown_value, o.breakdown_value) as breakdown_value,
        m.metric,
        m.clock,
        m.is_exact,
        m.cause,
        case m.metric
            when 'measured_count' then o.measured_count
            when 'mean_days' then o.mean_days
            when 'median_days' then o.median_days
        end as old_value,
        case m.metric
            when 'measured_count' then cast(n.measured_count as double)
            when 'mean_days' then n.mean_days
            when 'median_days' then n.median_days
        end as new_value
    from rpt_sales_cycle as n
    full join previous_sales_cycle as o
        on o.segment = n.segment
        and o.period_grain = n.period_grain
        and o.period_start = n.period_start
        and o.breakdown = n.breakdown
        and o.breakdown_value = n.breakdown_value
        and o.anchor = n.anchor
        and o.outcome = n.outcome
    cross join config_restated_metrics as m
    where m.report = 'sales_cycle'
        and coalesce(n.anchor, o.anchor) = 'created' and coalesce(n.outcome, o.outcome) = 'won'
    union all
    select
        m.report,
        coalesce(n.segment, o.segment) as segment,
        coalesce(n.period_grain, o.period_grain) as period_grain,
        coalesce(n.period_start, o.period_start) as period_start,
        'none' as breakdown,
        '' as breakdown_value,
        m.metric,
        m.clock,
        m.is_exact,
        m.cause,
        case m.metric
            when 'marketing_cost' then o.marketing_cost
            when 'sales_cost' then o.sales_cost
            when 'other_cost' then o.other_cost
            when 'market_entry_cost' then o.market_entry_cost
            when 'total_cost' then o.total_cost
            when 'cost_of_sale_ratio' then o.cost_of_sale_ratio
            when 'cost_per_won' then o.cost_per_won
            when 'new_customer_count' then o.new_customer_count
            when 'cac' then o.cac
            when 'lead_count' then o.lead_count
            when 'cost_per_lead' then o.cost_per_lead
        end as old_value,
        case m.metric
            when 'marketing_cost' then cast(n.marketing_cost as double)
            when 'sales_cost' then cast(n.sales_cost as double)
            when 'other_cost' then cast(n.other_cost as double)
            when 'market_entry_cost' then cast(n.market_entry_cost as double)
            when 'total_cost' then cast(n.total_cost as double)
            when 'cost_of_sale_ratio' then n.cost_of_sale_ratio
            when 'cost_per_won' then n.cost_per_won
            when 'new_customer_count' then cast(n.new_customer_count as double)
            when 'cac' then n.cac
            when 'lead_count' then cast(n.lead_count as double)
            when 'cost_per_lead' then n.cost_per_lead
        end as new_value
    from rpt_cost_of_sale as n
    full join previous_cost_of_sale as o
        on o.segment = n.segment
        and o.period_grain = n.period_grain
        and o.period_start = n.period_start
    cross join config_restated_metrics as m
    where m.report = 'cost_of_sale'
    union all
    select
        m.report,
        coalesce(n.segment, o.segment) as segment,
        coalesce(n.period_grain, o.period_grain) as period_grain,
        coalesce(n.period_start, o.period_start) as period_start,
        coalesce(n.breakdown, o.breakdown) as breakdown,
        coalesce(n.breakdown_value, o.breakdown_value) as breakdown_value,
        m.metric,
        m.clock,
        m.is_exact,
        m.cause,
        case m.metric
            when 'lead_count' then o.lead_count
            when 'sla_rate' then case when o.is_mature then o.sla_rate end
        end as old_value,
        case m.metric
            when 'lead_count' then cast(n.lead_count as double)
            when 'sla_rate' then case when o.is_mature then n.sla_rate end
        end as new_value
    from rpt_lead_followup as n
    full join previous_lead_followup as o
        on o.segment = n.segment
        and o.period_grain = n.period_grain
        and o.period_start = n.period_start
        and o.breakdown = n.breakdown
        and o.breakdown_value = n.breakdown_value
    cross join config_restated_metrics as m
    where m.report = 'lead_followup'
),

-- the periods that had ended for the predecessor
closed as (
    select distinct
        p.period_grain,
        p.period_start
    from config_periods as p
    cross join config_predecessor as r
    where p.period_end <= r.as_of and p.period_grain <> 'week'
),

-- a breakdown that only one run has was not restated
breakdowns as (
    select c.breakdown
    from config_breakdowns as c
    semi join config_previous_breakdowns as p on p.breakdown = c.breakdown
)

select
    v.report,
    v.segment,
    v.period_grain,
    v.period_start,
    v.breakdown,
    v.breakdown_value,
    v.metric,
    v.clock,
    v.cause,
    v.old_value,
    v.new_value
from values_of_both as v
semi join closed as c on c.period_grain = v.period_grain and c.period_start = v.period_start
semi join breakdowns as b on b.breakdown = v.breakdown
where case
    when v.is_exact then coalesce(v.new_value, 0) <> coalesce(v.old_value, 0)
    else v.new_value is distinct from v.old_value
        and not coalesce(abs(v.new_value - v.old_value) <= 1e-9 * greatest(abs(v.new_value), abs(v.old_value)), false)
end
