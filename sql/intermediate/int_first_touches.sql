/*
description: >-
    When a campaign first reached somebody of a deal: by the deal that the touch names, by a lead that
    became the deal, or by the contact that such a lead became.
grain: one row per deal with a touch by the as-of date, also if the deal is not counted
unique_key: [opportunity_id]
version: 1
needs: [campaign_touch]
columns:
    opportunity_id: the deal
    first_touch_on: local date of the first touch
*/
with touches as (
    select
        t.lead_id,
        t.contact_id,
        t.opportunity_id,
        case when t.touched_at >= d.turns_at then d.next_local_day else d.local_day end as touched_on
    from stg_campaign_touches as t
    inner join config_utc_days as d on d.utc_day = cast(t.touched_at as date)
),

-- the first touch of each is enough
firsts as (
    select
        lead_id,
        contact_id,
        opportunity_id,
        min(touched_on) as touched_on
    from touches
    group by lead_id, contact_id, opportunity_id
),

linked as (
    select opportunity_id, touched_on
    from firsts
    where opportunity_id is not null
    union all
    select c.opportunity_id, t.touched_on
    from firsts as t
    inner join int_conversions as c on c.lead_id = t.lead_id
    union all
    select c.opportunity_id, t.touched_on
    from firsts as t
    inner join int_conversions as c on c.contact_id = t.contact_id
)

select
    l.opportunity_id,
    min(l.touched_on) as first_touch_on
from linked as l
cross join config_run as r
where l.touched_on <= r.as_of
group by l.opportunity_id
