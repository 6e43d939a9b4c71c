/*
description: >-
    The segment in which a lead was on the day of its creation, for leads of which, or of whose owner,
    there are versions that differ. A lead's first version says what it was before. Empty unless segments
    are as of the anchor.
grain: one row per lead with different versions
unique_key: [lead_id]
version: 1
needs: [lead]
columns:
    lead_id: the lead
    segment: first segment whose rule held at the end of the local day of its creation, else Unassigned
    segment_order: place of the segment in the configuration
*/
select
    s.lead_id,
    s.segment,
    s.segment_order
from stg_lead_segments as s
inner join stg_leads as l on l.lead_id = s.lead_id
inner join config_utc_days as d on d.utc_day = cast(l.created_at as date)
where s.starts_on <= case when l.created_at >= d.turns_at then d.next_local_day else d.local_day end
    and s.ends_before > case when l.created_at >= d.turns_at then d.next_local_day else d.local_day end
