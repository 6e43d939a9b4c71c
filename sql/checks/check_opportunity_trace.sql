/*
description: >-
    The deals of fct_opportunity add up to the win rate: by segment those won, those lost, their value,
    those open and those excluded.
grain: one row
severity: block
version: 2
*/
with deals as (
    select
        segment,
        created_segment,
        count(case when is_counted and outcome = 'won' then 1 end) as won_count,
        count(case when is_counted and outcome = 'lost' then 1 end) as lost_count,
        coalesce(sum(case when is_counted and outcome = 'won' then amount end), 0) as won_value,
        coalesce(sum(case when is_counted and outcome = 'lost' then amount end), 0) as lost_value,
        count(case when is_counted then 1 end) as created_count,
        count(case when is_counted and outcome = 'open' then 1 end) as open_count,
        count(case when not is_counted then 1 end) as excluded_count
    from fct_opportunity
    group by segment, created_segment
),

signed as (
    select segment, won_count, lost_count, won_value, lost_value, created_count, open_count, excluded_count
    from rpt_win_rate
    where period_grain = 'all' and breakdown = 'none' and segment <> 'All'
    union all
    select segment, -won_count, -lost_count, -won_value, -lost_value, 0, 0, 0
    from deals
    union all
    select created_segment, 0, 0, 0, 0, -created_count, -open_count, -excluded_count
    from deals
),

compared as (
    select
        segment as label,
        sum(won_count) <> 0
            or sum(lost_count) <> 0
            or sum(won_value) <> 0
            or sum(lost_value) <> 0
            or sum(created_count) <> 0
            or sum(open_count) <> 0
            or sum(excluded_count) <> 0 as is_broken
    from signed
    group by segment
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
