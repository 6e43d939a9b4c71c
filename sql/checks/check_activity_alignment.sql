/*
description: >-
    The segments of activity_alignment add up to All, and the deals that were touched and those that
    were not to the deals that were still there.
grain: one row
severity: block
version: 1
*/
with sums as (
    select
        concat_ws(' ', period_grain, cast(period_start as varchar), activity, nullif(pipeline, ''), step) as label,
        coalesce(sum(case when segment = 'All' then -1 else 1 end * deal_count) <> 0, false)
            or coalesce(sum(case when segment = 'All' then -1 else 1 end * touch_count) <> 0, false)
            or coalesce(sum(case when segment = 'All' then -1 else 1 end * touched_converted_count) <> 0, false)
            or coalesce(sum(case when segment = 'All' then -1 else 1 end * untouched_converted_count) <> 0, false) as is_broken
    from rpt_activity_alignment
    group by period_grain, period_start, activity, pipeline, step
    union all
    select
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), activity, nullif(pipeline, ''), step),
        coalesce(touched_stayed_count + untouched_stayed_count <> stayed_count, false)
            or coalesce(touched_stayed_count > touched_deal_count or touched_deal_count > touch_count or stayed_count > deal_count, false)
            or coalesce(touched_converted_count > touched_stayed_count or untouched_converted_count > untouched_stayed_count, false)
            or coalesce(rate_difference_low > rate_difference or rate_difference > rate_difference_high, false)
    from rpt_activity_alignment
)

select
    count(*) + 1 as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from sums
