/*
description: >-
    The stage history, exported or derived from consecutive exports of the deals, each entry with the
    state before it and the entry after it. A state is a number: 0 outside the process that the deal
    follows now, 1 and up the steps of that process in order, 1000 won, 1001 lost. Entries that repeat
    the state are kept; they are no transitions. Entries after the as-of date tell that a deal was
    decided later and nothing else.
grain: one row per entry
unique_key: [opportunity_id, place]
version: 2
needs: [stage_change]
columns:
    opportunity_id: the deal
    place: place of the entry among the deal's entries, from 1, by time and, at the same moment, by sequence
    changed_on: local date of the entry
    state: the state it entered
    previous_state: the state before; NULL for a deal's first entry
    is_new_stage: whether the CRM names another stage than in the entry before; false for a deal's first entry
    next_on: local date of the deal's next entry by the as-of date
    next_open_on: local date of its next entry that leaves it open, by the as-of date
    furthest_before: the furthest process step that any earlier entry shows; 0 for none
    is_by_as_of: whether the entry was made by the as-of date
    is_dated: whether the date of the entry is known; if not, it lies before
    is_from_snapshots: whether the entry is derived from consecutive exports
    amount: what the deal was worth then, as exported; NULL for a derived entry
    close_date: its expected close then; NULL for a derived entry
*/
with changes as (
    select
        h.opportunity_id,
        h.changed_at,
        h.sequence,
        case when h.changed_at >= d.turns_at then d.next_local_day else d.local_day end as changed_on,
        h.stage,
        coalesce(s.state, 0) as state,
        true as is_dated,
        false as is_from_snapshots,
        h.amount,
        h.close_date
    from stg_stage_changes as h
    inner join config_utc_days as d on d.utc_day = cast(h.changed_at as date)
    left join int_opportunity_pipelines as p on p.opportunity_id = h.opportunity_id
    left join int_stages as s on s.pipeline = coalesce(p.pipeline, '') and s.stage = h.stage
    union all
    select
        c.opportunity_id,
        c.changed_at,
        '#',
        c.changed_on,
        c.stage,
        case when c.state < 1000 and c.pipeline <> coalesce(p.pipeline, '') then 0 else c.state end,
        c.is_dated,
        true,
        cast(null as decimal(18, 2)),
        cast(null as date)
    from int_snapshot_changes as c
    left join int_opportunity_pipelines as p on p.opportunity_id = c.opportunity_id
    anti join stg_stage_changes as h on h.opportunity_id = c.opportunity_id
)

select
    c.opportunity_id,
    row_number() over by_time as place,
    c.changed_on,
    c.state,
    lag(c.state) over by_time as previous_state,
    lag(c.state) over by_time is not null and c.stage is distinct from lag(c.stage) over by_time as is_new_stage,
    case when lead(c.changed_on) over by_time <= r.as_of then lead(c.changed_on) over by_time end as next_on,
    min(case when c.state < 1000 and c.changed_on <= r.as_of then c.changed_on end) over (
        partition by c.opportunity_id
        order by c.changed_at nulls last, length(c.sequence) nulls last, c.sequence nulls last
        rows between 1 following and unbounded following
    ) as next_open_on,
    coalesce(max(case when c.state between 1 and 999 then c.state else 0 end) over (
        partition by c.opportunity_id
        order by c.changed_at nulls last, length(c.sequence) nulls last, c.sequence nulls last
        rows between unbounded preceding and 1 preceding
    ), 0) as furthest_before,
    c.changed_on <= r.as_of as is_by_as_of,
    c.is_dated,
    c.is_from_snapshots,
    c.amount,
    c.close_date
from changes as c
cross join config_run as r
window by_time as (partition by c.opportunity_id order by c.changed_at nulls last, length(c.sequence) nulls last, c.sequence nulls last)
