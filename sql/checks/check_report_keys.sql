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
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), nullif(pipeline, ''), step),
        count(*)
    from rpt_funnel
    group by segment, period_grain, period_start, pipeline, step
    union all
    select
        'stage_conversion',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), nullif(pipeline, ''), step),
        count(*)
    from rpt_stage_conversion
    group by segment, period_grain, period_start, pipeline, step
    union all
    select
        'win_loss_reasons',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), outcome, reason, competitor, furthest_step),
        count(*)
    from rpt_win_loss_reasons
    group by segment, period_grain, period_start, outcome, reason, competitor, furthest_step
    union all
    select
        'lead_quality',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value, source, campaign),
        count(*)
    from rpt_lead_quality
    group by segment, period_grain, period_start, breakdown, breakdown_value, source, campaign
    union all
    select
        'lead_followup',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value),
        count(*)
    from rpt_lead_followup
    group by segment, period_grain, period_start, breakdown, breakdown_value
    union all
    select
        'activity_alignment',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), activity, nullif(pipeline, ''), step),
        count(*)
    from rpt_activity_alignment
    group by segment, period_grain, period_start, activity, pipeline, step
    union all
    select
        'content_usage',
        content_id,
        count(*)
    from rpt_content_usage
    group by content_id
    union all
    select
        'change_drivers',
        concat_ws(' ', segment, cast(quarter as varchar), comparison, origin, driver),
        count(*)
    from rpt_change_drivers
    group by segment, quarter, comparison, origin, driver
    union all
    select
        'market_entry',
        segment,
        count(*)
    from rpt_market_entry
    group by segment
    union all
    select
        'pipeline_velocity',
        segment,
        count(*)
    from rpt_pipeline_velocity
    group by segment
    union all
    select
        'quota_attainment',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), subject_kind, subject_id),
        count(*)
    from rpt_quota_attainment
    group by segment, period_grain, period_start, subject_kind, subject_id
    union all
    select
        'pipeline_waterfall',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), component),
        count(*)
    from rpt_pipeline_waterfall
    group by segment, period_grain, period_start, component
    union all
    select
        'program_impact',
        concat_ws(' ', program, metric, comparison),
        count(*)
    from rpt_program_impact
    group by program, metric, comparison
    union all
    select
        'sourcing',
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), origin),
        count(*)
    from rpt_sourcing
    group by segment, period_grain, period_start, origin
    union all
    select
        'scorecard',
        concat_ws(' ', segment, cast(quarter as varchar)),
        count(*)
    from rpt_scorecard
    group by segment, quarter
    union all
    select
        'restatements',
        concat_ws(' ', report, segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value, metric),
        count(*)
    from rpt_restatements
    group by report, segment, period_grain, period_start, breakdown, breakdown_value, metric
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
