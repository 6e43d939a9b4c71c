/*
description: >-
    To whom won deals are credited: to the owners who share them, in proportion, or to the deal's owner
    where nobody does. The owners' cents add up to what their shares are of the deal's value; the
    largest share takes what rounding leaves, ties by owner. What shares miss of 100 % stands in the row
    of the deal's owner. Shares within a thousandth of 100 % are 100 %.
grain: one row per won deal and owner who is credited, and one for its owner where shares miss 100 %
unique_key: [opportunity_id, owner_id]
version: 2
columns:
    opportunity_id: the deal
    owner_id: the owner; Unknown where the deal has none
    team: the owner's team; Unknown where there is none
    segment: segment of the deal
    slice_start: >-
        first day of the month, or with weeks of the part of a week within a month, in which it was won;
        1900-01-01 without a date
    cents: what the owner is credited, in hundredths of the reporting currency; NULL without a value
    gap_cents: value of the deal less what all owners are credited, in the row of the deal's owner
    has_gap: whether this is the row of the deal's owner and the shares miss 100 %
    is_credited: whether the owner has a share
    counts_for_team: whether the deal counts for the team in this row; true for one row per deal and team
    counts_for_all: whether the deal counts in this row; true for one row per deal
*/
with won as (
    select
        o.opportunity_id,
        coalesce(o.owner_id, 'Unknown') as owner_id,
        o.segment,
        coalesce(cast(greatest(date_trunc('month', o.outcome_date), case when r.has_weeks then date_trunc('week', o.outcome_date) end) as date), date '1900-01-01') as slice_start,
        cast(floor(abs(cast(o.amount as double)) * 100 + 0.5) as bigint) * case when o.amount < 0 then -1 else 1 end as cents
    from int_opportunities as o
    cross join config_run as r
    where o.exclusion is null and o.outcome = 'won'
),

totals as (
    select
        opportunity_id,
        case
            when abs(cast(sum(coalesce(share, 0)) as double) - 100) < 0.001 then cast(100 as double)
            else cast(sum(coalesce(share, 0)) as double)
        end as share
    from stg_opportunity_splits
    group by opportunity_id
),

-- half cents that binary fractions miss by a hair are made up for by the seventh decimal
divided as (
    select
        w.opportunity_id,
        w.owner_id,
        w.segment,
        w.slice_start,
        w.cents,
        t.share,
        cast(floor(abs(cast(w.cents as double) * t.share / 100) + 0.5000001) as bigint)
        * case when cast(w.cents as double) * t.share < 0 then -1 else 1 end as shared_cents
    from won as w
    inner join totals as t on t.opportunity_id = w.opportunity_id
),

parts as (
    select
        d.opportunity_id,
        s.owner_id,
        coalesce(o.team, 'Unknown') as team,
        d.segment,
        d.slice_start,
        s.owner_id = d.owner_id as is_owner,
        d.share,
        d.cents - d.shared_cents as gap_cents,
        d.shared_cents,
        s.share as part,
        cast(floor(abs(cast(d.cents as double) * cast(coalesce(s.share, 0) as double) / 100) + 0.5000001) as bigint)
        * case when cast(d.cents as double) * cast(s.share as double) < 0 then -1 else 1 end as cents
    from divided as d
    inner join stg_opportunity_splits as s on s.opportunity_id = d.opportunity_id
    left join stg_owners as o on o.owner_id = s.owner_id
),

ranked as (
    select
        *,
        row_number() over (partition by opportunity_id order by part desc nulls last, owner_id nulls last) as part_rank,
        row_number() over (partition by opportunity_id, team order by part desc nulls last, owner_id nulls last) as team_rank,
        cast(sum(cents) over (partition by opportunity_id) as bigint) as rounded_cents
    from parts
)

select
    opportunity_id,
    owner_id,
    team,
    segment,
    slice_start,
    cents + case when part_rank = 1 then shared_cents - rounded_cents else 0 end as cents,
    case when is_owner then gap_cents else 0 * gap_cents end as gap_cents,
    is_owner and share <> 100 as has_gap,
    true as is_credited,
    team_rank = 1 as counts_for_team,
    part_rank = 1 as counts_for_all
from ranked
union all
select
    d.opportunity_id,
    d.owner_id,
    coalesce(o.team, 'Unknown'),
    d.segment,
    d.slice_start,
    0 * d.cents,
    d.cents - d.shared_cents,
    true,
    false,
    false,
    false
from divided as d
left join stg_owners as o on o.owner_id = d.owner_id
anti join stg_opportunity_splits as s on s.opportunity_id = d.opportunity_id and s.owner_id = d.owner_id
where d.share <> 100
union all
select
    w.opportunity_id,
    w.owner_id,
    coalesce(o.team, 'Unknown'),
    w.segment,
    w.slice_start,
    w.cents,
    0 * w.cents,
    false,
    true,
    true,
    true
from won as w
left join stg_owners as o on o.owner_id = w.owner_id
anti join totals as t on t.opportunity_id = w.opportunity_id
