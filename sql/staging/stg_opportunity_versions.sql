/*
description: >-
    The versions of opportunities of which the landing holds several lines, with their rank; 1 is the
    newest.
grain: one row per line of a record that occurs more than once
unique_key: [_source, _load_id, _file, _line]
version: 2
view: false
columns:
    opportunity_id: the CRM's id of the record
    _source: the source of the version
    _load_id: the load that brought it
    _file: the file it is in
    _line: the line on which it starts
    seen_at: effective time of the first load that held the version
    is_present: 1 if the newest complete export has the record, else 0
    version_rank: 1 for the version that counts
    stage: the stage of the deal as the CRM names it
    pipeline: the pipeline of the version if its deals follow a process of their own, else empty
    state: 0 outside the process, 1 and up the process steps in order, 1000 won, 1001 lost
    previous_state: the state in the version before; NULL for the oldest
*/
with repeated as (
    select opportunity_id
    from landing_opportunity
    where _may_repeat
    group by opportunity_id
    having count(*) > 1
)

select
    v.opportunity_id,
    v._source,
    v._load_id,
    v._file,
    v._line,
    min(v._effective_at) over (partition by v.opportunity_id, v.modified_at) as seen_at,
    max(case when v._is_current then 1 else 0 end) over (partition by v.opportunity_id) as is_present,
    row_number() over by_age as version_rank,
    v.stage,
    v.pipeline,
    v.state,
    lead(v.state) over by_age as previous_state,
    v.close_date,
    v.created_at,
    v.modified_at,
    v._effective_at,
    v._landed_at,
    v._is_current
from stg_opportunity_states as v
semi join repeated as r on r.opportunity_id = v.opportunity_id
window by_age as (
    partition by v.opportunity_id
    order by
        v.modified_at desc nulls last,
        v._is_current desc nulls last,
        v._effective_at desc nulls last,
        v._file desc nulls last,
        v._landed_at desc nulls last,
        v._source desc nulls last,
        v._line desc nulls last
)
