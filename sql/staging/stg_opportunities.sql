/*
description: >-
    The newest version of every opportunity, with all columns of the landing. A record that the
    newest complete export lacks is deleted.
grain: one row per opportunity
unique_key: [opportunity_id]
version: 1
columns:
    opportunity_id: the CRM's id of the deal
    is_deleted_record: whether the CRM deleted the record or the newest complete export lacks it
    seen_at: effective time of the first load that held this version
*/
select
    l.*,
    coalesce(l.is_deleted, false) or coalesce(v.is_present = 0, not l._is_current) as is_deleted_record,
    coalesce(v.seen_at, l._effective_at) as seen_at
from landing_opportunity as l
left join stg_opportunity_versions as v
    on v._source = l._source
    and v._load_id = l._load_id
    and v._file = l._file
    and v._line = l._line
    and v.opportunity_id = l.opportunity_id
where coalesce(v.version_rank, 1) = 1
