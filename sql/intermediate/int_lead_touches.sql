/*
description: >-
    When a person first called, mailed or met each counted lead after its clock had begun: a completed
    outbound call, e-mail or meeting with a time by the as-of date, for the lead, or for the contact that it
    became, since CRMs move the activities of a converted lead there. Date-only activities have no time.
    Where the source does not say, an activity counts as outbound, as completed and as a person's.
grain: one row per lead that was touched
unique_key: [lead_id]
version: 1
needs: [lead]
columns:
    lead_id: the lead
    lead_touch_at: when it was first touched by an activity that names the lead, UTC; NULL if by none
    contact_touch_at: when it was first touched by one that names the contact that it became, UTC; NULL if by none
*/
-- a local midnight is a date without a time
with touches as (
    select
        a.lead_id,
        a.contact_id,
        a.happened_at
    from stg_activities as a
    inner join config_utc_days as d on d.utc_day = cast(a.happened_at as date)
    cross join config_run as r
    anti join config_utc_days as m on m.turns_at = a.happened_at
    where a.kind in ('call', 'email', 'meeting')
        and coalesce(lower(a.direction), 'outbound') = 'outbound'
        and not coalesce(a.is_automated, false)
        and coalesce(a.is_completed, true)
        and case when a.happened_at >= d.turns_at then d.next_local_day else d.local_day end <= r.as_of
),

touched as (
    select
        lead_id,
        happened_at as lead_touch_at,
        cast(null as timestamp) as contact_touch_at
    from touches
    where lead_id is not null
    union all
    select
        c.lead_id,
        cast(null as timestamp),
        t.happened_at
    from touches as t
    inner join stg_classified_leads as c on c.contact_id = t.contact_id
)

select
    l.lead_id,
    min(t.lead_touch_at) as lead_touch_at,
    min(t.contact_touch_at) as contact_touch_at
from int_leads as l
inner join touched as t on t.lead_id = l.lead_id
where coalesce(t.lead_touch_at, t.contact_touch_at) >= l.clock_at
group by l.lead_id
