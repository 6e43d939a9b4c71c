/*
description: >-
    Owners by segment and month, for the months in which a cost is shared by headcount: each owner of
    a deal that was open in the month is one, split by the open days of the owner's deals.
grain: one row per segment and month
unique_key: [segment, month_start]
version: 1
columns:
    segment: go-to-market segment
    month_start: first day of the month
    headcount: owners, in parts
*/
with months as (
    select distinct
        month_start,
        least(last_day(month_start), r.as_of) as month_end
    from int_cost_lines
    cross join config_run as r
    where driver = 'headcount'
),

days as (
    select
        o.segment,
        o.owner_id,
        m.month_start,
        cast(sum(
            unix_date(least(coalesce(o.outcome_date, m.month_end), m.month_end))
            - unix_date(greatest(o.created_on, m.month_start)) + 1
        ) as bigint) as open_days
    from int_opportunities as o
    inner join months as m
        on o.created_on <= m.month_end
        and coalesce(o.outcome_date, m.month_end) >= m.month_start
    where o.exclusion is null
        and o.owner_id is not null
        and (o.outcome = 'open' or o.outcome_date >= o.created_on)
    group by o.segment, o.owner_id, m.month_start
),

parts as (
    select
        segment,
        month_start,
        cast(cast(open_days as double) / cast(sum(open_days) over (partition by owner_id, month_start) as double) as decimal(18, 12)) as part
    from days
)

select
    segment,
    month_start,
    cast(sum(part) as double) as headcount
from parts
group by segment, month_start
