/*
description: >-
    In the win rate and the sales cycle, the values of every breakdown add up to the row without a
    breakdown.
grain: one row
severity: block
version: 1
*/
with dimensions as (
    select breakdown
    from config_breakdowns
    where breakdown <> 'none'
),

signed_win_rate as (
    select d.breakdown, w.segment, w.period_grain, w.period_start, 1 as sign, w.won_count, w.lost_count, w.created_count
    from rpt_win_rate as w
    cross join dimensions as d
    where w.breakdown = 'none'
    union all
    select breakdown, segment, period_grain, period_start, -1, won_count, lost_count, created_count
    from rpt_win_rate
    where breakdown <> 'none'
),

signed_sales_cycle as (
    select d.breakdown, s.segment, s.period_grain, s.period_start, s.anchor, s.outcome, 1 as sign, s.deal_count
    from rpt_sales_cycle as s
    cross join dimensions as d
    where s.breakdown = 'none'
    union all
    select breakdown, segment, period_grain, period_start, anchor, outcome, -1, deal_count
    from rpt_sales_cycle
    where breakdown <> 'none'
),

gaps as (
    select
        concat_ws(' ', 'win_rate', segment, period_grain, cast(period_start as varchar), breakdown) as label,
        sum(sign * won_count) <> 0 or sum(sign * lost_count) <> 0 or sum(sign * created_count) <> 0 as is_broken
    from signed_win_rate
    group by segment, period_grain, period_start, breakdown
    union all
    select
        concat_ws(' ', 'sales_cycle', segment, period_grain, cast(period_start as varchar), breakdown, anchor, outcome),
        sum(sign * deal_count) <> 0
    from signed_sales_cycle
    group by segment, period_grain, period_start, breakdown, anchor, outcome
)

select
    count(*) + (select count(*) from config_breakdowns where breakdown = 'none') as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from gaps
