/*
description: >-
    The stage history that consecutive exports of the deals show, for sources that export none. Of one
    export the newest line of a deal counts; a copy of a version that is older than what an earlier
    export held says nothing.
grain: one row per deal and export in which its stage, pipeline or outcome differs from the export before
unique_key: [opportunity_id, changed_at]
version: 2
columns:
    opportunity_id: the deal
    changed_at: effective time of the first export that shows the new stage
    changed_on: >-
        local date of the change, which lies between two exports: for a deal that was closed the close
        date if it does too, else that of the later export
    stage: the stage it entered
    pipeline: the pipeline it was in, if its deals follow a process of their own, else empty
    state: the state it entered, in the process of that pipeline
    is_dated: >-
        whether the date is known; the state in which the first export found an older deal was entered
        at any time before
*/
with marked as (
    select
        v.opportunity_id,
        v.stage,
        v.pipeline,
        v.state,
        v.close_date,
        v.created_at,
        v.modified_at,
        v._effective_at,
        s.seen_on,
        s.previous_on,
        lead(v._effective_at) over (
            partition by v.opportunity_id
            order by
                v._effective_at nulls first,
                v.modified_at nulls first,
                v._is_current nulls first,
                v._file nulls first,
                v._landed_at nulls first,
                v._source nulls first,
                v._line nulls first
        ) as next_effective_at,
        max(v.modified_at) over (
            partition by v.opportunity_id
            order by
                v._effective_at nulls first,
                v.modified_at nulls first,
                v._is_current nulls first,
                v._file nulls first,
                v._landed_at nulls first,
                v._source nulls first,
                v._line nulls first
            rows between unbounded preceding and 1 preceding
        ) as newest_modified_at
    from stg_opportunity_versions as v
    inner join config_snapshots as s on s.source = v._source and s.effective_at = v._effective_at
),

compared as (
    select
        m.opportunity_id,
        m.stage,
        m.pipeline,
        m.state,
        m.close_date,
        m.created_at,
        m._effective_at,
        m.seen_on,
        m.previous_on,
        lag(m.stage) over by_time as last_stage,
        lag(m.pipeline) over by_time as last_pipeline,
        lag(m.state) over by_time as last_state,
        lag(m.seen_on) over by_time as last_seen_on
    from marked as m
    where m._effective_at is distinct from m.next_effective_at
        and (m.newest_modified_at is null or m.modified_at >= m.newest_modified_at)
    window by_time as (partition by m.opportunity_id order by m._effective_at nulls first)
),

changes as (
    select
        c.opportunity_id,
        c._effective_at as changed_at,
        case
            when c.state >= 1000 and c.state <> c.last_state and c.close_date between c.last_seen_on and c.seen_on then c.close_date
            else c.seen_on
        end as changed_on,
        c.stage,
        c.pipeline,
        c.state,
        c.last_state is null as is_first,
        c.created_at,
        coalesce(c.previous_on, c.seen_on) as known_since
    from compared as c
    where c.last_state is null
        or c.stage is distinct from c.last_stage
        or c.pipeline <> c.last_pipeline
        or c.state <> c.last_state
    union all
    select
        l.opportunity_id,
        l._effective_at,
        s.seen_on,
        l.stage,
        l.pipeline,
        l.state,
        true,
        l.created_at,
        coalesce(s.previous_on, s.seen_on)
    from stg_opportunity_states as l
    inner join config_snapshots as s on s.source = l._source and s.effective_at = l._effective_at
    anti join stg_opportunity_versions as v on v.opportunity_id = l.opportunity_id
)

select
    c.opportunity_id,
    c.changed_at,
    c.changed_on,
    c.stage,
    c.pipeline,
    c.state,
    not c.is_first
    or coalesce(case when c.created_at >= d.turns_at then d.next_local_day else d.local_day end >= c.known_since, false) as is_dated
from changes as c
left join config_utc_days as d on d.utc_day = cast(c.created_at as date)
