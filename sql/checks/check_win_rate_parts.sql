/*
description: In the win rate, the segments of every period add up to All.
grain: one row
severity: block
version: 1
*/
with parts as (
    select
        period_grain,
        period_start,
        breakdown,
        breakdown_value,
        sum(case when segment = 'All' then won_count else -won_count end) as won_gap,
        sum(case when segment = 'All' then lost_count else -lost_count end) as lost_gap,
        sum(case when segment = 'All' then created_count else -created_count end) as created_gap,
        sum(case when segment = 'All' then won_value else -won_value end) as value_gap
    from rpt_win_rate
    group by period_grain, period_start, breakdown, breakdown_value
)

select
    count(*) as checked_count,
    count(case when won_gap <> 0 or lost_gap <> 0 or created_gap <> 0 or value_gap <> 0 then 1 end) as failed_count,
    min(case
        when won_gap <> 0 or lost_gap <> 0 or created_gap <> 0 or value_gap <> 0
            then concat_ws(' ', period_grain, cast(period_start as varchar), breakdown, breakdown_value)
    end) as example
from parts
