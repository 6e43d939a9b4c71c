/*
description: >-
    The leads of fct_lead add up to the funnel: by segment and step those that entered it, those that
    entered it in order, and their value.
grain: one row
severity: block
version: 1
needs: [lead]
*/
with leads as (
    select
        segment,
        furthest_stage,
        strict_stage,
        count(*) as lead_count,
        sum(amount) as value
    from fct_lead
    where is_counted
    group by segment, furthest_stage, strict_stage
),

signed as (
    select segment, step_order, entered_count, entered_strict_count, value
    from rpt_funnel
    where period_grain = 'all' and segment <> 'All'
    union all
    select
        l.segment,
        s.stage,
        case when l.furthest_stage >= s.stage then -l.lead_count else 0 end,
        case when l.strict_stage >= s.stage then -l.lead_count else 0 end,
        case when l.furthest_stage >= s.stage then -coalesce(l.value, 0) else 0 end
    from leads as l
    cross join config_funnel_steps as s
    where s.is_available
),

compared as (
    select
        concat_ws(' ', segment, 'step', cast(step_order as varchar)) as label,
        sum(entered_count) <> 0 or sum(entered_strict_count) <> 0 or sum(value) <> 0 as is_broken
    from signed
    group by segment, step_order
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
