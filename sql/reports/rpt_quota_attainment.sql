/*
description: >-
    What teams and owners won of what they were asked for. A quota counts by its days in the period, up
    to the end of the period even if that is still to come. A won deal is credited to the owners who
    share it, or to its owner. Owners have rows only if reports.owners says so.
grain: one row per segment, period and team, owner or all of them
unique_key: [segment, period_grain, period_start, subject_kind, subject_id]
version: 3
columns:
    segment: go-to-market segment; All is every deal
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    subject_kind: team, owner, or all
    subject_id: the team, the owner's id, or All; Unknown for deals without an owner or owners without a team
    subject_name: the team, or the owner's name
    is_complete: whether the period had ended by the as-of date; never for all
    quota_value: >-
        quota of the period in the reporting currency; of a team without one in the segment the sum of its
        owners', of all the sum of the teams'; in All of each what is asked for in all segments, else the sum of
        its segments; in the period all up to the as-of date; NULL where nothing is asked for
    credited_count: won deals of which the team or owner has a share
    credited_value: the shares in their value, in the reporting currency
    unvalued_count: of these, deals without a value in the reporting currency
    split_gap_count: won deals of the team or owner whose shares miss 100 %
    split_gap_value: their value less what is credited to anyone; negative where more is credited
    attainment: credited_value / quota_value
    is_met: whether credited_value reaches quota_value; NULL where nothing is asked for
    owner_count: owners with a quota above zero
    owner_at_quota_count: of these, owners who are credited with as much
    owner_at_quota_share: owner_at_quota_count / owner_count
    owner_at_quota_share_low: lower end of the 95 % Wilson interval of owner_at_quota_share
    owner_at_quota_share_high: upper end of the 95 % Wilson interval of owner_at_quota_share
    is_small: whether owner_count is under 10
*/
with facts as (
    select
        owner_id,
        team,
        segment,
        slice_start,
        count(case when is_credited then 1 end) as owner_deals,
        count(case when counts_for_team then 1 end) as team_deals,
        count(case when counts_for_all then 1 end) as all_deals,
        count(case when is_credited and cents is null then 1 end) as owner_unvalued,
        count(case when counts_for_team and cents is null then 1 end) as team_unvalued,
        count(case when counts_for_all and cents is null then 1 end) as all_unvalued,
        count(case when has_gap then 1 end) as gap_count,
        cast(sum(gap_cents) as bigint) as gap_cents,
        cast(sum(cents) as bigint) as cents
    from int_opportunity_credits
    group by owner_id, team, segment, slice_start
),

subjects as (
    select
        'owner' as subject_kind,
        owner_id as subject_id,
        segment,
        slice_start,
        owner_deals as deal_count,
        owner_unvalued as unvalued_count,
        gap_count,
        gap_cents,
        cents
    from facts
    union all
    select 'team', team, segment, slice_start, team_deals, team_unvalued, gap_count, gap_cents, cents
    from facts
    union all
    select 'all', 'All', segment, slice_start, all_deals, all_unvalued, gap_count, gap_cents, cents
    from facts
),

rolled as (
    select
        case when grouping(f.segment) = 1 then 'All' else f.segment end as segment,
        p.period_grain,
        p.period_start,
        f.subject_kind,
        f.subject_id,
        cast(sum(f.deal_count) as bigint) as deal_count,
        cast(sum(f.unvalued_count) as bigint) as unvalued_count,
        cast(sum(f.gap_count) as bigint) as gap_count,
        cast(coalesce(sum(f.gap_cents), 0) as bigint) as gap_cents,
        cast(coalesce(sum(f.cents), 0) as bigint) as cents
    from subjects as f
    inner join config_periods as p on p.slice_start = f.slice_start
    group by grouping sets (
        (f.segment, p.period_grain, p.period_start, f.subject_kind, f.subject_id),
        (p.period_grain, p.period_start, f.subject_kind, f.subject_id)
    )
),

quotas as (
    select
        'owner' as subject_kind,
        subject_id,
        segment,
        period_grain,
        period_start,
        cents
    from int_quota_periods
    where subject_kind = 'owner'
    union all
    select 'team', team, segment, period_grain, period_start, cents
    from int_team_quotas
    union all
    select 'all', 'All', segment, period_grain, period_start, cast(sum(cents) as bigint)
    from int_team_quotas
    group by segment, period_grain, period_start
),

attainments as (
    select
        q.subject_id,
        coalesce(q.team, 'Unknown') as team,
        q.segment,
        q.period_grain,
        q.period_start,
        case when coalesce(f.cents, 0) >= q.cents then 1 else 0 end as is_met
    from int_quota_periods as q
    left join rolled as f
        on f.subject_kind = 'owner'
        and f.subject_id = q.subject_id
        and f.segment = q.segment
        and f.period_grain = q.period_grain
        and f.period_start is not distinct from q.period_start
    where q.subject_kind = 'owner' and q.cents > 0
),

owners as (
    select
        'owner' as subject_kind,
        subject_id,
        segment,
        period_grain,
        period_start,
        count(*) as owner_count,
        cast(sum(is_met) as bigint) as met_count
    from attainments
    group by subject_id, segment, period_grain, period_start
    union all
    select 'team', team, segment, period_grain, period_start, count(*), cast(sum(is_met) as bigint)
    from attainments
    group by team, segment, period_grain, period_start
    union all
    select 'all', 'All', segment, period_grain, period_start, count(*), cast(sum(is_met) as bigint)
    from attainments
    group by segment, period_grain, period_start
),

-- from the first deal or quota on
first_days as (
    select
        greatest(
            min(case when period_grain = 'month' then period_start end),
            min(case when period_grain = 'week' then period_start end)
        ) as first_day
    from rpt_win_rate
    where breakdown = 'none'
    union all
    select cast(greatest(date_trunc('month', n.start_date), case when r.has_weeks then date_trunc('week', n.start_date) end) as date)
    from int_quotas as n
    cross join config_run as r
    where n.day_count is not null and n.start_date <= r.as_of
),

first_slice as (
    select min(first_day) as first_day
    from first_days
),

periods as (
    select distinct
        p.period_grain,
        p.period_start,
        coalesce(p.period_end <= r.as_of, false) as is_complete
    from config_periods as p
    cross join config_run as r
    cross join first_slice as f
    where p.slice_start >= f.first_day or p.period_start is null
),

members as (
    select 'all' as subject_kind, 'All' as subject_id
    union all
    select subject_kind, subject_id
    from rolled
    where subject_kind = 'team'
    union
    select subject_kind, subject_id
    from quotas
    where subject_kind = 'team'
    union
    select m.subject_kind, m.subject_id
    from rolled as m
    cross join config_run as r
    where m.subject_kind = 'owner' and r.publishes_owners
    union
    select m.subject_kind, m.subject_id
    from quotas as m
    cross join config_run as r
    where m.subject_kind = 'owner' and r.publishes_owners
),

joined as (
    select
        s.segment,
        p.period_grain,
        p.period_start,
        m.subject_kind,
        m.subject_id,
        coalesce(case when m.subject_kind = 'owner' then n.name end, m.subject_id) as subject_name,
        p.is_complete,
        q.cents as quota_cents,
        coalesce(f.deal_count, 0) as credited_count,
        case when r.has_amount then coalesce(f.cents, 0) end as credited_cents,
        coalesce(f.unvalued_count, 0) as unvalued_count,
        coalesce(f.gap_count, 0) as split_gap_count,
        case when r.has_amount then coalesce(f.gap_cents, 0) end as gap_cents,
        case when r.has_quota then coalesce(o.owner_count, 0) end as owner_count,
        case when r.has_quota and r.has_amount then coalesce(o.met_count, 0) end as owner_at_quota_count,
        r.small_below,
        r.z
    from members as m
    cross join config_segments as s
    cross join periods as p
    cross join config_run as r
    left join stg_owners as n on n.owner_id = m.subject_id and m.subject_kind = 'owner'
    left join rolled as f
        on f.segment = s.segment
        and f.period_grain = p.period_grain
        and f.period_start is not distinct from p.period_start
        and f.subject_kind = m.subject_kind
        and f.subject_id = m.subject_id
    left join quotas as q
        on q.segment = s.segment
        and q.period_grain = p.period_grain
        and q.period_start is not distinct from p.period_start
        and q.subject_kind = m.subject_kind
        and q.subject_id = m.subject_id
    left join owners as o
        on o.segment = s.segment
        and o.period_grain = p.period_grain
        and o.period_start is not distinct from p.period_start
        and o.subject_kind = m.subject_kind
        and o.subject_id = m.subject_id
),

shares as (
    select
        *,
        cast(owner_at_quota_count as double) / cast(nullif(owner_count, 0) as double) as share,
        cast(nullif(owner_count, 0) as double) as total
    from joined
)

select
    segment,
    period_grain,
    period_start,
    subject_kind,
    subject_id,
    subject_name,
    is_complete,
    cast(cast(quota_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) as quota_value,
    credited_count,
    cast(cast(credited_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) as credited_value,
    unvalued_count,
    split_gap_count,
    cast(cast(gap_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) as split_gap_value,
    cast(credited_cents as double) / cast(nullif(quota_cents, 0) as double) as attainment,
    case when quota_cents > 0 then credited_cents >= quota_cents end as is_met,
    owner_count,
    owner_at_quota_count,
    share as owner_at_quota_share,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * share,
        (share + z * z / (2 * total) - z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))) / (1 + z * z / total)
    ) as owner_at_quota_share_low,
    least(
        1 + 0 * share,
        (share + z * z / (2 * total) + z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))) / (1 + z * z / total)
    ) as owner_at_quota_share_high,
    coalesce(owner_count < small_below, true) as is_small
from shares
