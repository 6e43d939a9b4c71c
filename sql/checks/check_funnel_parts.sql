/*
description: In the funnel, the segments of every period, pipeline and step add up to All.
grain: one row
severity: block
version: 1
needs: [lead]
*/
with gaps as (
    select
        period_grain,
        period_start,
        pipeline,
        step,
        sum(case when segment = 'All' then entered_count else -entered_count end) as entered_count,
        sum(case when segment = 'All' then entered_strict_count else -entered_strict_count end) as entered_strict_count,
        sum(case when segment = 'All' then converted_count else -converted_count end) as converted_count,
        sum(case when segment = 'All' then value else -value end) as value,
        sum(case when segment = 'All' then rejected_count else -rejected_count end) as rejected_count,
        sum(case when segment = 'All' then recycled_count else -recycled_count end) as recycled_count,
        sum(case when segment = 'All' then pending_count else -pending_count end) as pending_count,
        sum(case when segment = 'All' then lost_count else -lost_count end) as lost_count,
        sum(case when segment = 'All' then no_lead_count else -no_lead_count end) as no_lead_count,
        sum(case when segment = 'All' then segment_moved_count else -segment_moved_count end) as segment_moved_count
    from rpt_funnel
    group by period_grain, period_start, pipeline, step
),

gaps_found as (
    select
        concat_ws(' ', period_grain, cast(period_start as varchar), nullif(pipeline, ''), step) as label,
        entered_count <> 0
            or entered_strict_count <> 0
            or converted_count <> 0
            or value <> 0
            or rejected_count <> 0
            or recycled_count <> 0
            or pending_count <> 0
            or lost_count <> 0
            or no_lead_count <> 0
            or segment_moved_count <> 0 as is_broken
    from gaps
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from gaps_found
