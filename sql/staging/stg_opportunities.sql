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
with repeated as (
    select opportunity_id
    from landing_opportunity
    where _may_repeat
    group by opportunity_id
    having count(*) > 1
),

versions as (
    select
        v.opportunity_id,
        v._source,
        v._load_id,
        v._file,
        v._line,
        min(v._effective_at) over (partition by v.opportunity_id, v.modified_at) as seen_at,
        max(case when v._is_current then 1 else 0 end) over (partition by v.opportunity_id) as is_present,
        row_number() over (
            partition by v.opportunity_id
            order by
                v.modified_at desc nulls last,
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_opportunity as v
    semi join repeated as r on r.opportunity_id = v.opportunity_id
)

select
    l.*,
    coalesce(l.is_deleted, false) or coalesce(v.is_present = 0, not l._is_current) as is_deleted_record,
    coalesce(v.seen_at, l._effective_at) as seen_at
from landing_opportunity as l
left join versions as v
    on v.opportunity_id = l.opportunity_id
    and v._source = l._source
    and v._load_id = l._load_id
    and v._file = l._file
    and v._line = l._line
where coalesce(v.version_rank, 1) = 1
