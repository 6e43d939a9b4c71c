/*
description: >-
    No market is entered before its first win or paid for before its first cost, and its cost and wins
    are those of the cost of sale.
grain: one row
severity: block
version: 1
*/
with compared as (
    select
        m.segment as label,
        coalesce(m.entry_month < m.first_win_month, false)
            or (m.entry_month is not null and m.first_win_month is null)
            or coalesce(m.break_even_month < m.first_cost_month, false)
            or (m.break_even_month is not null and m.first_cost_month is null)
            or m.undated_count < 0
            or m.won_count <> c.won_count
            or m.total_cost is distinct from c.total_cost as is_broken
    from rpt_market_entry as m
    inner join rpt_cost_of_sale as c on c.segment = m.segment and c.period_grain = 'all'
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
