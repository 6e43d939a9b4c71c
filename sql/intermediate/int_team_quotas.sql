/*
description: >-
    What each team is asked for in each period: its own quota, and that of its owners in segments in which
    the team is asked for nothing. In All it is what the team is asked for in all segments, else the sum of
    its segments; an owner's quota for all segments counts where the team is asked for nothing. Each period
    stands for itself: a team that is asked for a part of a quarter answers for its owners in the whole quarter.
grain: one row per team, segment and period in which it has a quota
unique_key: [team, segment, period_grain, period_start]
version: 1
needs: [quota]
columns:
    team: the team; Unknown for owners without one
    segment: the segment that is asked for, or All
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all, which ends with the as-of date
    cents: hundredths of the reporting currency
*/
with owners as (
    select
        o.team,
        o.segment,
        o.period_grain,
        o.period_start,
        o.cents
    from int_quota_periods as o
    anti join int_quota_periods as t
        on t.subject_kind = 'team'
        and t.subject_id = o.team
        and t.segment = o.segment
        and t.period_grain = o.period_grain
        and t.period_start is not distinct from o.period_start
    where o.subject_kind = 'owner'
),

parts as (
    select
        team,
        segment,
        period_grain,
        period_start,
        cents
    from int_quota_periods
    where subject_kind = 'team'
    union all
    select * from owners
    union all
    -- beside the segments in which the team is asked
    select
        o.team,
        'All',
        o.period_grain,
        o.period_start,
        o.cents
    from owners as o
    inner join int_quota_periods as t
        on t.subject_kind = 'team'
        and t.subject_id = o.team
        and t.is_sum
        and t.period_grain = o.period_grain
        and t.period_start is not distinct from o.period_start
    where o.segment <> 'All'
)

select
    coalesce(team, 'Unknown') as team,
    segment,
    period_grain,
    period_start,
    cast(sum(cents) as bigint) as cents
from parts
group by coalesce(team, 'Unknown'), segment, period_grain, period_start
