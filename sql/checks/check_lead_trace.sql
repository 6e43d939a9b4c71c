/*
description: >-
    The leads of fct_lead add up to the funnel: by segment and step of each process those that entered it, those that
    entered it in order, and their value.
grain: one row
severity: block
version: 2
needs: [lead]
*/
with leads as (
    select
        segment,
        opportunity_pipeline,
        furthest_stage,
        strict_stage,
        count(*) as lead_count,
        sum(amount) as value
    from fct_lead
    where is_counted
    group by segment, opportunity_pipeline, furthest_stage, strict_stage
),

signed as (
    select segment, pipeline, step_order, entered_count, entered_strict_count, value
    from rpt_funnel
    where period_grain = 'all' and segment <> 'All'
    union all
    select
        l.segment,
        s.pipeline,
        s.stage,
        case when l.furthest_stage >= s.stage then -l.lead_count else 0 end,
        case when l.strict_stage >= s.stage then -l.lead_count else 0 end,
        case when l.furthest_stage >= s.stage then -coalesce(l.value, 0) else 0 end
    from leads as l
    cross join config_funnel_steps as s
    where s.is_available
        and (s.stage < 5 or s.pipeline = l.opportunity_pipeline)
),

compared as (
    select
        concat_ws(' ', segment, nullif(pipeline, ''), 'step', cast(step_order as varchar)) as label,
        sum(entered_count) <> 0 or sum(entered_strict_count) <> 0 or sum(value) <> 0 as is_broken
    from signed
    group by segment, pipeline, step_order
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
