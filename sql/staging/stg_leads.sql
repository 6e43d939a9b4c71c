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
with repeated as (
    select lead_id
    from landing_lead
    where _may_repeat
    group by lead_id
    having count(*) > 1
),

versions as (
    select
        v.lead_id,
        v._source,
        v._load_id,
        v._file,
        v._line,
        min(v._effective_at) over (partition by v.lead_id, v.modified_at) as seen_at,
        max(case when v._is_current then 1 else 0 end) over (partition by v.lead_id) as is_present,
        row_number() over (
            partition by v.lead_id
            order by
                v.modified_at desc nulls last,
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_lead as v
    semi join repeated as r on r.lead_id = v.lead_id
)

select
    l.*,
    coalesce(l.is_deleted, false) or coalesce(v.is_present = 0, not l._is_current) as is_deleted_record,
    coalesce(v.seen_at, l._effective_at) as seen_at
from landing_lead as l
left join versions as v
    on v.lead_id = l.lead_id
    and v._source = l._source
    and v._load_id = l._load_id
    and v._file = l._file
    and v._line = l._line
where coalesce(v.version_rank, 1) = 1
