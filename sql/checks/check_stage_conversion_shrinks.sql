/*
description: >-
    Of all deals none reaches a process step without the one before it, and no more deals are shown in
    a step, convert, drop or stay than reached it.
grain: one row
severity: block
version: 1
needs: [stage_change]
*/
with steps as (
    select
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), nullif(pipeline, ''), step) as label,
        period_grain,
        reached_count,
        strict_count,
        skipped_count,
        converted_count,
        dropped_count,
        still_here_count,
        lead(reached_count) over (partition by segment, period_grain, period_start, pipeline order by step_order nulls last) as next_reached_count
    from rpt_stage_conversion
),

compared as (
    select
        label,
        coalesce(period_grain = 'all' and next_reached_count <> converted_count, false)
            or strict_count > reached_count
            or skipped_count < 0
            or skipped_count > reached_count
            or converted_count + dropped_count + still_here_count <> reached_count as is_broken
    from steps
)

select
    count(*) + (select count(*) from config_run where not has_process) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
