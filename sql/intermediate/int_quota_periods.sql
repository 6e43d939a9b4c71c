/*
description: >-
    What owners and teams are asked for in each period: the amount of each quota by its days in the
    period, both ends included. Quotas of the same owner or team that share days are added up.
grain: one row per owner or team, segment and period in which it has a quota
unique_key: [subject_kind, subject_id, segment, period_grain, period_start]
version: 1
needs: [quota]
columns:
    subject_kind: owner or team
    subject_id: the owner's id, or the team
    team: the team, or the owner's team
    segment: the segment that is asked for; All is what is asked for in all segments, else the sum of them
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all, which ends with the as-of date
    cents: hundredths of the reporting currency
    is_sum: whether cents of All is the sum of the segments, because nothing is asked for in all of them
*/
with periods as (
    select distinct
        p.period_grain,
        p.period_start,
        coalesce(p.period_start, date '1900-01-01') as starts_on,
        coalesce(p.period_end, r.as_of) as ends_on
    from config_periods as p
    cross join config_run as r
),

asked as (
    select
        n.subject_kind,
        n.subject_id,
        n.team,
        n.segment,
        p.period_grain,
        p.period_start,
        cast(sum(
            cast(floor(
                abs(cast(n.cents as double))
                * cast(unix_date(least(n.end_date, p.ends_on)) - unix_date(greatest(n.start_date, p.starts_on)) + 1 as double)
                / cast(n.day_count as double) + 0.5
            ) as bigint) * case when n.cents < 0 then -1 else 1 end
        ) as bigint) as cents
    from int_quotas as n
    inner join periods as p on p.ends_on >= n.start_date and p.starts_on <= n.end_date
    where n.day_count is not null and n.cents is not null
    group by n.subject_kind, n.subject_id, n.team, n.segment, p.period_grain, p.period_start
)

select
    subject_kind,
    subject_id,
    team,
    segment,
    period_grain,
    period_start,
    cents,
    false as is_sum
from asked
where segment is not null
union all
select
    subject_kind,
    subject_id,
    team,
    'All',
    period_grain,
    period_start,
    cast(coalesce(sum(case when segment is null then cents end), sum(cents)) as bigint),
    count(*) = count(segment)
from asked
group by subject_kind, subject_id, team, period_grain, period_start
