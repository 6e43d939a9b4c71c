/*
description: >-
    The newest version of every lead, with all columns of the landing. A record that the
    newest complete export lacks is deleted.
grain: one row per lead
unique_key: [lead_id]
version: 1
columns:
    lead_id: the CRM's id of the lead
    is_deleted_record: whether the CRM deleted the record or the newest complete export lacks it
    seen_at: effective time of the first load that held this version
*/
select
    l.*,
    coalesce(l.is_deleted, false) or coalesce(v.is_present = 0, not l._is_current) as is_deleted_record,
    coalesce(v.seen_at, l._effective_at) as seen_at
from landing_lead as l
left join stg_lead_versions as v
    on v._source = l._source
    and v._load_id = l._load_id
    and v._file = l._file
    and v._line = l._line
    and v.lead_id = l.lead_id
where coalesce(v.version_rank, 1) = 1
