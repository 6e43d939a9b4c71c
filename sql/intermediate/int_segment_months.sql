/*
description: >-
    What drives the sharing of costs: leads and open deal-days of each segment and month.
grain: one row per segment and month since the first deal or lead
unique_key: [segment, month_start]
version: 1
columns:
    segment: go-to-market segment; of a deal the one that it has at its outcome, or at the as-of date while it is open
    month_start: first day of the month
    lead_count: leads created in the month
    opportunity_days: >-
        days of the month, up to the as-of date, on which deals were open, from creation to outcome,
        both inclusive, summed over the deals
*/
with moves as (
    select
        segment,
        month_start,
        change,
        opportunity_days as days,
        cast(0 as bigint) as lead_count
    from int_owner_months
    union all
    select
        segment,
        cast(date_trunc('month', created_on) as date),
        0,
        0,
        count(*)
    from fct_lead
    where exclusion is null
    group by segment, cast(date_trunc('month', created_on) as date)
),

first_month as (
    select min(month_start) as month_start
    from moves
),

months as (
    select
        s.segment,
        p.period_start as month_start,
        cast(coalesce(sum(m.change), 0) as bigint) as change,
        cast(coalesce(sum(m.days), 0) as bigint) as days,
        cast(coalesce(sum(m.lead_count), 0) as bigint) as lead_count
    from config_segments as s
    cross join config_periods as p
    cross join first_month as f
    left join moves as m on m.segment = s.segment and m.month_start = p.period_start
    where p.period_grain = 'month'
        and p.slice_start = p.period_start
        and p.period_start >= f.month_start
        and s.segment <> 'All'
    group by s.segment, p.period_start
),

open_before as (
    select
        segment,
        month_start,
        lead_count,
        days,
        coalesce(sum(change) over (
            partition by segment
            order by month_start nulls last
            rows between unbounded preceding and 1 preceding
        ), 0) as open_count
    from months
)

select
    o.segment,
    o.month_start,
    o.lead_count,
    cast(o.open_count * (unix_date(least(last_day(o.month_start), r.as_of)) + 1 - unix_date(o.month_start)) + o.days as bigint) as opportunity_days
from open_before as o
cross join config_run as r
