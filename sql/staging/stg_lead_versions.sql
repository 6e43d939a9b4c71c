/*
description: >-
    The versions of leads of which the landing holds several lines, with their rank; 1 is the
    newest.
grain: one row per line of a record that occurs more than once
unique_key: [_source, _load_id, _file, _line]
version: 1
view: false
columns:
    lead_id: the CRM's id of the record
    _source: the source of the version
    _load_id: the load that brought it
    _file: the file it is in
    _line: the line on which it starts
    seen_at: effective time of the first load that held the version
    is_present: 1 if the newest complete export has the record, else 0
    version_rank: 1 for the version that counts
    modified_at: when the version was made
*/
with repeated as (
    select lead_id
    from landing_lead
    where _may_repeat
    group by lead_id
    having count(*) > 1
)

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
    ) as version_rank,
    v.modified_at
from landing_lead as v
semi join repeated as r on r.lead_id = v.lead_id
