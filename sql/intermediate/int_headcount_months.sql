/*
description: >-
    Owners by segment and month, for the months in which a cost is shared by headcount: each owner of
    a deal that was open in the month is one, split by the open days of the owner's deals.
grain: one row per segment and month
unique_key: [segment, month_start]
version: 2
columns:
    segment: go-to-market segment
    month_start: first day of the month
    headcount: owners, in parts
*/
with months as (
    select distinct
        month_start,
        unix_date(least(last_day(month_start), r.as_of)) + 1 - unix_date(month_start) as month_days
    from int_cost_lines
    cross join config_run as r
    where driver = 'headcount' and month_start <= r.as_of
),

days as (
    select
        o.segment,
        o.owner_id,
        m.month_start,
        cast(sum(case when o.month_start = m.month_start then o.opportunity_days else o.change * m.month_days end) as bigint) as open_days
    from int_owner_months as o
    inner join months as m on m.month_start >= o.month_start
    where o.owner_id is not null
    group by o.segment, o.owner_id, m.month_start
),

parts as (
    select
        segment,
        month_start,
        cast(cast(open_days as double) / cast(sum(open_days) over (partition by owner_id, month_start) as double) as decimal(18, 15)) as part
    from days
    where open_days > 0
)

select
    segment,
    month_start,
    cast(sum(part) as double) as headcount
from parts
group by segment, month_start
