/*
description: >-
    In the funnel no step is entered by more leads than the one before it, those that converted are
    those that entered the next step, and no more leads entered in order than entered at all.
grain: one row
severity: block
version: 1
needs: [lead]
*/
with steps as (
    select
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), step) as label,
        entered_count,
        entered_strict_count,
        converted_count,
        rejected_count + pending_count + lost_count as left_count,
        lead(entered_count) over by_step as next_entered_count,
        lead(entered_strict_count) over by_step as next_strict_count
    from rpt_funnel
    window by_step as (partition by segment, period_grain, period_start order by step_order nulls last)
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
