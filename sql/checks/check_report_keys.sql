/*
description: No two rows of a report have the same key.
grain: one row
severity: block
version: 1
*/
with keys as (
    select
        'win_rate' as report,
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value) as label,
        count(*) as row_count
    from rpt_win_rate
    group by segment, period_grain, period_start, breakdown, breakdown_value
    union all
    select
        'win_curve',
        concat_ws(' ', segment, cast(day as varchar)),
        count(*)
    from rpt_win_curve
    group by segment, day
    union all
    select
        'sales_cycle',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value, anchor, outcome),
        count(*)
    from rpt_sales_cycle
    group by segment, period_grain, period_start, breakdown, breakdown_value, anchor, outcome
    union all
    select
        'cost_of_sale',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar)),
        count(*)
    from rpt_cost_of_sale
    group by segment, period_grain, period_start
    union all
    select
        'funnel',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), step),
        count(*)
    from rpt_funnel
    group by segment, period_grain, period_start, step
    union all
    select
        'stage_conversion',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), step),
        count(*)
    from rpt_stage_conversion
    group by segment, period_grain, period_start, step
    union all
    select
        'data_quality',
        concat_ws(' ', kind, subject, reason),
        count(*)
    from rpt_data_quality
    group by kind, subject, reason
),

compared as (
    select
        concat_ws(' ', report, label) as label,
        row_count > 1 as is_broken
    from keys
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
