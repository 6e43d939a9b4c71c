/*
description: >-
    The reasons of every segment, period and outcome add up to the win rate, and the segments of every
    period and outcome add up to All.
grain: one row
severity: block
version: 1
*/
with signed as (
    select segment, period_grain, period_start, outcome, deal_count, value
    from rpt_win_loss_reasons
    union all
    select segment, period_grain, period_start, 'won', -won_count, -won_value
    from rpt_win_rate
    where breakdown = 'none'
    union all
    select segment, period_grain, period_start, 'lost', -lost_count, -lost_value
    from rpt_win_rate
    where breakdown = 'none'
),

compared as (
    select
        concat_ws(' ', 'win_rate', segment, period_grain, cast(period_start as varchar), outcome) as label,
        sum(deal_count) <> 0 or coalesce(sum(value) <> 0, false) as is_broken
    from signed
    group by segment, period_grain, period_start, outcome
    union all
    select
        concat_ws(' ', 'unvalued', segment, period_grain, cast(period_start as varchar)),
        sum(unvalued_count) <> 0 or sum(excluded_no_rate) <> 0
    from (
        select segment, period_grain, period_start, unvalued_count, excluded_no_rate
        from rpt_win_loss_reasons
        union all
        select segment, period_grain, period_start, -unvalued_count, -excluded_no_rate
        from rpt_win_rate
        where breakdown = 'none'
    ) as counts
    group by segment, period_grain, period_start
    union all
    select
        concat_ws(' ', 'All', period_grain, cast(period_start as varchar), outcome, reason, competitor, furthest_step),
        sum(case when segment = 'All' then deal_count else -deal_count end) <> 0
            or coalesce(sum(case when segment = 'All' then value else -value end) <> 0, false)
    from rpt_win_loss_reasons
    group by period_grain, period_start, outcome, reason, competitor, furthest_step
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
