/*
description: >-
    What the status history says about each lead up to the as-of date, at statuses that mean a step of
    the funnel. An entry that repeats the status is no change. The first entry counts as one, because
    histories of single fields begin with the first change.
grain: one row per lead with a status history
unique_key: [lead_id]
version: 1
needs: [lead_status_change]
columns:
    lead_id: the lead
    mql_on: local date of the first status that means MQL
    accepted_on: local date of the first status that means accepted
    rejected_on: local date of the first status that means rejected
    last_accepted_on: local date on which it last got a status that means accepted
    rejected_since: local date of the last rejection, if no acceptance followed it; else NULL
    recycled_count: times it went back to marketing
    last_step: what its last status by the as-of date means; NULL if that is no step, or if there is none
    has_moved_later: whether there are entries after the as-of date, so that the current status says nothing about that date
*/
with entries as (
    select
        h.lead_id,
        h.changed_at,
        h.sequence,
        case when h.changed_at >= d.turns_at then d.next_local_day else d.local_day end as changed_on,
        h.status,
        s.step
    from stg_lead_status_changes as h
    inner join config_utc_days as d on d.utc_day = cast(h.changed_at as date)
    left join config_lead_statuses as s on s.status = h.status
),

ordered as (
    select
        e.lead_id,
        e.changed_on,
        e.step,
        e.changed_on <= r.as_of as is_by_as_of,
        lag(e.step) over by_time as previous_step,
        case when e.changed_on <= r.as_of and coalesce(lead(e.changed_on) over by_time > r.as_of, true) then 1 else 0 end as is_last,
        -- acceptances among this entry and those after it, by the as-of date
        sum(case when e.step = 'accepted' and e.changed_on <= r.as_of then 1 else 0 end) over (
            partition by e.lead_id
            order by e.changed_at desc nulls last, length(e.sequence) desc nulls last, e.sequence desc nulls last
            rows between unbounded preceding and current row
        ) as later_acceptances
    from entries as e
    cross join config_run as r
    window by_time as (partition by e.lead_id order by e.changed_at nulls last, length(e.sequence) nulls last, e.sequence nulls last)
)

select
    lead_id,
    min(case when is_by_as_of and step = 'mql' then changed_on end) as mql_on,
    min(case when is_by_as_of and step = 'accepted' then changed_on end) as accepted_on,
    min(case when is_by_as_of and step = 'rejected' then changed_on end) as rejected_on,
    max(case when is_by_as_of and step = 'accepted' then changed_on end) as last_accepted_on,
    max(case when is_by_as_of and step = 'rejected' and later_acceptances = 0 then changed_on end) as rejected_since,
    count(case when is_by_as_of and step = 'recycled' and previous_step is distinct from step then 1 end) as recycled_count,
    max(case when is_last = 1 then step end) as last_step,
    bool_or(not is_by_as_of) as has_moved_later
from ordered
group by lead_id
