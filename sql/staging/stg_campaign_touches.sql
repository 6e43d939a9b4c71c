/*
description: The newest version of every contact of a person with a campaign that the newest complete export has.
grain: one row per touch
unique_key: [touch_id]
version: 1
columns:
    touch_id: the CRM's id of the touch
    campaign_id: the campaign
    lead_id: the lead that was touched
    contact_id: the contact that was touched
    opportunity_id: the deal, where the CRM knows it
    touched_at: when it happened, UTC
*/
with touches as (
    select l.*
    from landing_campaign_touch as l
    where l._is_current
),

repeated as (
    select touch_id
    from touches
    where _may_repeat
    group by touch_id
    having count(*) > 1
),

versions as (
    select
        t._source,
        t._load_id,
        t._file,
        t._line,
        row_number() over (
            partition by t.touch_id
            order by
                t._effective_at desc nulls last,
                t._file desc nulls last,
                t._landed_at desc nulls last,
                t._source desc nulls last,
                t._line desc nulls last
        ) as version_rank
    from touches as t
    semi join repeated as r on r.touch_id = t.touch_id
)

select
    t.touch_id,
    t.campaign_id,
    t.lead_id,
    t.contact_id,
    t.opportunity_id,
    t.touched_at
from touches as t
anti join (
    select _source, _load_id, _file, _line from versions where version_rank > 1
) as older
    on older._source = t._source
    and older._load_id = t._load_id
    and older._file = t._file
    and older._line = t._line
