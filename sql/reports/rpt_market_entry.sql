/*
description: >-
    What it took to enter each market: when its costs and wins began, what had been spent by the first
    win and by the win with which the market counts as entered (market_entry_wins), and when the wins
    had paid for it. Costs are all costs of the segment, direct and shared, by month of the ledger; a
    win's cost includes the whole month of the win.
grain: one row per segment
unique_key: [segment]
version: 2
columns:
    segment: go-to-market segment; All is the whole company
    first_cost_month: first month in which the segment bore a cost; a month whose credits outweigh its costs is none
    first_win_month: month of its first win
    cost_to_first_win: >-
        cost of all months up to that of the first win; NULL if the win lies before the ledger begins
    entry_wins: number of wins with which a market counts as entered
    entry_month: month in which the segment had so many wins
    cost_to_entry: cost of all months up to that month; NULL if it lies before the ledger begins
    break_even_month: >-
        first month by the end of which the value won since the ledger began covers the cost; NULL if
        it does not yet
    total_cost: cost of the segment up to the as-of date
    market_entry_cost: part of it that the ledger calls market entry
    won_count: deals won
    undated_count: of these, deals without a date, which are no month's
    won_value: value of the deals won, in the reporting currency
*/
with ledger as (
    select min(month_start) as begins_on
    from int_cost_lines
    where cents is not null
),

months as (
    select
        segment,
        period_start as month_start,
        total_cost,
        won_count,
        won_value
    from rpt_cost_of_sale
    where period_grain = 'month'
),

running as (
    select
        m.segment,
        m.month_start,
        m.total_cost,
        cast(sum(m.won_count) over to_date as bigint) as wins_to_date,
        cast(sum(m.won_count) over to_date as bigint) - m.won_count as wins_before,
        sum(m.total_cost) over to_date as cost_to_date,
        sum(case when m.month_start >= l.begins_on then m.won_value end) over to_date as value_to_date
    from months as m
    cross join ledger as l
    window to_date as (
        partition by m.segment
        order by m.month_start nulls last
        rows between unbounded preceding and current row
    )
),

entries as (
    select
        m.segment,
        min(case when m.total_cost > 0 then m.month_start end) as first_cost_month,
        min(case when m.wins_to_date >= 1 then m.month_start end) as first_win_month,
        sum(case when m.wins_before < 1 then m.total_cost end) as cost_to_first_win,
        min(case when m.wins_to_date >= r.market_entry_wins then m.month_start end) as entry_month,
        sum(case when m.wins_before < r.market_entry_wins then m.total_cost end) as cost_to_entry,
        min(case when m.cost_to_date > 0 and m.value_to_date >= m.cost_to_date then m.month_start end) as break_even_month,
        max(m.wins_to_date) as dated_count
    from running as m
    cross join config_run as r
    group by m.segment
)

select
    a.segment,
    e.first_cost_month,
    e.first_win_month,
    case when e.first_win_month >= l.begins_on then cast(e.cost_to_first_win as decimal(18, 2)) end as cost_to_first_win,
    r.market_entry_wins as entry_wins,
    e.entry_month,
    case when e.entry_month >= l.begins_on then cast(e.cost_to_entry as decimal(18, 2)) end as cost_to_entry,
    e.break_even_month,
    a.total_cost,
    a.market_entry_cost,
    a.won_count,
    a.won_count - coalesce(e.dated_count, 0) as undated_count,
    a.won_value
from rpt_cost_of_sale as a
cross join ledger as l
cross join config_run as r
left join entries as e on e.segment = a.segment
where a.period_grain = 'all'
