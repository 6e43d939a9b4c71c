/*
description: The newest version of every activity that the newest complete export has.
grain: one row per activity
unique_key: [activity_id]
version: 1
columns:
    activity_id: the CRM's id of the activity
    kind: call, email, meeting, or the CRM's own word, in lower case
    direction: outbound or inbound
    is_automated: whether a machine did it
    is_completed: whether it took place; NULL where the source does not say
    owner_id: who did it
    lead_id: the lead that it was for
    contact_id: the contact that it was for
    opportunity_id: the deal that it was for
    happened_at: when it took place or is due, UTC
*/
with activities as (
    select l.*
    from landing_activity as l
    where l._is_current
),

repeated as (
    select activity_id
    from activities
    where _may_repeat
    group by activity_id
    having count(*) > 1
),

versions as (
    select
        a._source,
        a._load_id,
        a._file,
        a._line,
        row_number() over (
            partition by a.activity_id
            order by
                a._effective_at desc nulls last,
                a._file desc nulls last,
                a._landed_at desc nulls last,
                a._source desc nulls last,
                a._line desc nulls last
        ) as version_rank
    from activities as a
    semi join repeated as r on r.activity_id = a.activity_id
),

older as (
    select * from versions where version_rank > 1
)

select
    a.activity_id,
    lower(a.kind) as kind,
    a.direction,
    a.is_automated,
    a.is_completed,
    a.owner_id,
    a.lead_id,
    a.contact_id,
    a.opportunity_id,
    a.happened_at
from activities as a
anti join older as o
    on o._source = a._source
    and o._load_id = a._load_id
    and o._file = a._file
    and o._line = a._line
