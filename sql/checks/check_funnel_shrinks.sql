/*
description: >-
    In the funnel no step is entered by more leads than the one before it, those that converted are
    those that entered the next step, and no more leads entered in order than entered at all. The last
    step of leads is followed by the first one of every process.
grain: one row
severity: block
version: 2
needs: [lead]
*/
with steps as (
    select
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), nullif(pipeline, ''), step) as label,
        entered_count,
        entered_strict_count,
        converted_count,
        rejected_count + pending_count + lost_count as left_count,
        case
            when step_order < 5 and lead(step_order) over by_step = 5 then sum(case when step_order = 5 then entered_count end) over in_period
            else lead(entered_count) over by_step
        end as next_entered_count,
        case
            when step_order < 5 and lead(step_order) over by_step = 5 then sum(case when step_order = 5 then entered_strict_count end) over in_period
            else lead(entered_strict_count) over by_step
        end as next_strict_count
    from rpt_funnel
    window
        by_step as (partition by segment, period_grain, period_start, pipeline order by step_order nulls last),
        in_period as (partition by segment, period_grain, period_start)
),

compared as (
    select
        label,
        entered_strict_count > entered_count
            or coalesce(next_entered_count > entered_count, false)
            or coalesce(next_strict_count > entered_strict_count, false)
            or converted_count is distinct from next_entered_count
            or coalesce(converted_count + left_count > entered_count, false) as is_broken
    from steps
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
