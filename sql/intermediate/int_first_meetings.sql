/*
description: >-
    The first meeting of each deal up to the as-of date: of the meetings that name the deal, and of
    those that name no deal but a lead, or the contact of a lead, that became it. A meeting that the
    source calls not completed does not count; one of which it does not say counts when its time has
    come.
grain: one row per deal with a meeting
unique_key: [opportunity_id]
version: 1
needs: [activity]
columns:
    opportunity_id: the deal
    first_meeting_on: local date of the first meeting
*/
with meetings as (
    select
        a.opportunity_id,
        a.lead_id,
        a.contact_id,
        case when a.happened_at >= d.turns_at then d.next_local_day else d.local_day end as met_on
    from stg_activities as a
    inner join config_utc_days as d on d.utc_day = cast(a.happened_at as date)
    where a.kind = 'meeting'
        and coalesce(a.is_completed, true)
),

deal_meetings as (
    select
        m.opportunity_id,
        m.met_on
    from meetings as m
    where m.opportunity_id is not null
    union all
    select
        c.opportunity_id,
        m.met_on
    from meetings as m
    inner join int_conversions as c on c.lead_id = m.lead_id
    where m.opportunity_id is null
    union all
    select
        c.opportunity_id,
        m.met_on
    from meetings as m
    inner join int_conversions as c on c.contact_id = m.contact_id
    where m.opportunity_id is null
)

select
    m.opportunity_id,
    min(m.met_on) as first_meeting_on
from deal_meetings as m
cross join config_run as r
where m.met_on <= r.as_of
group by m.opportunity_id
