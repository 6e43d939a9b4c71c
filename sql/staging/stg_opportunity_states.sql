/*
description: Every line of the opportunity extracts with the state in which it says that the deal is.
grain: one row per line
unique_key: [_source, _load_id, _file, _line]
version: 2
columns:
    opportunity_id: the CRM's id of the deal
    stage: its stage as the CRM names it
    pipeline: the pipeline of the line if its deals follow a process of their own, else empty
    state: >-
        0 outside the process, 1 and up the process steps in order, 1000 won, 1001 lost; by the CRM's
        flags or status, else by the stage in the process of the line's pipeline
    close_date: expected or actual close, a local date
    created_at: when the deal was created
    modified_at: when the record last changed
    _source: the source of the line
    _load_id: the load that brought it
    _file: the file it is in
    _line: the line on which it starts
*/
select
    l.opportunity_id,
    l.stage,
    coalesce(p.pipeline, '') as pipeline,
    case
        when l.is_closed and l.is_won then 1000
        when l.is_closed and not l.is_won then 1001
        when (not l.is_closed and l.is_won is not null) or coalesce(lower(l.status) = 'open', false)
            then coalesce(case when s.state < 1000 then s.state end, 0)
        when lower(l.status) = 'won' then 1000
        when lower(l.status) = 'lost' then 1001
        else coalesce(s.state, 0)
    end as state,
    l.close_date,
    l.created_at,
    l.modified_at,
    l._source,
    l._load_id,
    l._file,
    l._line,
    l._effective_at,
    l._landed_at,
    l._is_current,
    l._may_repeat
from landing_opportunity as l
left join config_pipelines as p on p.pipeline = l.pipeline
left join int_stages as s on s.pipeline = coalesce(p.pipeline, '') and s.stage = l.stage
