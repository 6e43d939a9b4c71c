/*
description: In the stage conversion, the segments of every period, pipeline and step add up to All.
grain: one row
severity: block
version: 1
needs: [stage_change]
*/
with gaps as (
    select
        period_grain,
        period_start,
        pipeline,
        step,
        sum(case when segment = 'All' then reached_count else -reached_count end) as reached_count,
        sum(case when segment = 'All' then strict_count else -strict_count end) as strict_count,
        sum(case when segment = 'All' then skipped_count else -skipped_count end) as skipped_count,
        sum(case when segment = 'All' then regressed_count else -regressed_count end) as regressed_count,
        sum(case when segment = 'All' then reopened_count else -reopened_count end) as reopened_count,
        sum(case when segment = 'All' then converted_count else -converted_count end) as converted_count,
        sum(case when segment = 'All' then dropped_count else -dropped_count end) as dropped_count,
        sum(case when segment = 'All' then still_here_count else -still_here_count end) as still_here_count
    from rpt_stage_conversion
    group by period_grain, period_start, pipeline, step
),

gaps_found as (
    select
        concat_ws(' ', period_grain, cast(period_start as varchar), nullif(pipeline, ''), step) as label,
        reached_count <> 0
            or strict_count <> 0
            or skipped_count <> 0
            or regressed_count <> 0
            or reopened_count <> 0
            or converted_count <> 0
            or dropped_count <> 0
            or still_here_count <> 0 as is_broken
    from gaps
)

select
    count(*) + (select count(*) from config_run where not has_process) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from gaps_found
