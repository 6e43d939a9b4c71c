/*
description: >-
    The marketing activities that reached somebody of a deal by the as-of date: contacts with campaigns,
    by the type of the campaign, and completed activities of a configured kind. A touch belongs to the
    deal that it names, to the deals that the lead became and to those that the lead with this contact
    became.
grain: one row per touch and deal
unique_key: [touch_kind, touch_id, opportunity_id]
version: 1
columns:
    touch_kind: campaign or activity
    touch_id: the CRM's id of the touch or of the activity
    opportunity_id: the deal
    activity: the configured activity; Unmapped where the type of the campaign is none
    touched_on: local date of the touch
*/
with words as (
    select distinct word, activity
    from config_activities
    where word is not null
),

touches as (
    select
        'campaign' as touch_kind,
        t.touch_id,
        t.lead_id,
        t.contact_id,
        t.opportunity_id,
        coalesce(w.activity, 'Unmapped') as activity,
        t.touched_at
    from stg_campaign_touches as t
    left join stg_campaigns as c on c.campaign_id = t.campaign_id
    left join words as w on w.word = lower(c.type)
    union all
    select
        'activity',
        a.activity_id,
        a.lead_id,
        a.contact_id,
        a.opportunity_id,
        w.activity,
        a.happened_at
    from stg_activities as a
    inner join words as w on w.word = a.kind
    where coalesce(a.is_completed, true)
),

linked as (
    select touch_kind, touch_id, opportunity_id, activity, touched_at
    from touches
    where opportunity_id is not null
    union
    select t.touch_kind, t.touch_id, c.opportunity_id, t.activity, t.touched_at
    from touches as t
    inner join int_conversions as c on c.lead_id = t.lead_id
    union
    select t.touch_kind, t.touch_id, c.opportunity_id, t.activity, t.touched_at
    from touches as t
    inner join int_conversions as c on c.contact_id = t.contact_id
),

dated as (
    select
        l.touch_kind,
        l.touch_id,
        l.opportunity_id,
        l.activity,
        case when l.touched_at >= d.turns_at then d.next_local_day else d.local_day end as touched_on
    from linked as l
    inner join config_utc_days as d on d.utc_day = cast(l.touched_at as date)
)

select
    t.touch_kind,
    t.touch_id,
    t.opportunity_id,
    t.activity,
    t.touched_on
from dated as t
cross join config_run as r
where t.touched_on <= r.as_of
