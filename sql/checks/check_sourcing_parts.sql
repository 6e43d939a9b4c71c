/*
description: >-
    In the sourcing the origins add up to the win rate and the segments to All, and no more deals are
    influenced than there are.
grain: one row
severity: block
version: 1
*/
with signed as (
    select segment, period_grain, period_start, created_count, won_count, lost_count, won_value
    from rpt_sourcing
    union all
    select segment, period_grain, period_start, -created_count, -won_count, -lost_count, -won_value
    from rpt_win_rate
    where breakdown = 'none'
),

compared as (
    select
        concat_ws(' ', 'win_rate', segment, period_grain, cast(period_start as varchar)) as label,
        sum(created_count) <> 0
            or sum(won_count) <> 0
            or sum(lost_count) <> 0
            or coalesce(sum(won_value) <> 0, false) as is_broken
    from signed
    group by segment, period_grain, period_start
    union all
    select
        concat_ws(' ', 'All', period_grain, cast(period_start as varchar), origin),
        sum(case when segment = 'All' then created_count else -created_count end) <> 0
            or sum(case when segment = 'All' then won_count else -won_count end) <> 0
            or coalesce(sum(case when segment = 'All' then created_value else -created_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then influenced_created_count else -influenced_created_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then influenced_won_value else -influenced_won_value end) <> 0, false)
            or bool_or(coalesce(influenced_created_count > created_count or influenced_won_count > won_count, false))
    from rpt_sourcing
    group by period_grain, period_start, origin
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
