/*
description: >-
    Every entry of the leads' status history once. Where the source has no id for an entry, entries of
    one lead at the same moment with the same status are one entry.
grain: one row per entry
unique_key: [lead_id, changed_at, sequence]
version: 1
columns:
    lead_id: the lead
    changed_at: when it got the status, UTC
    sequence: the source's id of the entry; with a leading # its place in the file
    status: the status it got
*/
with entries as (
    select
        l.lead_id,
        l.changed_at,
        l.sequence,
        l.status,
        case when l.sequence like '#%' then '#' || coalesce(l.status, '') else l.sequence end as entry,
        l._may_repeat,
        l._effective_at,
        l._source,
        l._load_id,
        l._landed_at,
        l._file,
        l._line
    from landing_lead_status_change as l
    where l._is_current
),

repeated as (
    select
        lead_id,
        changed_at,
        entry
    from entries
    where _may_repeat
    group by lead_id, changed_at, entry
    having count(*) > 1
),

versions as (
    select
        e._source,
        e._load_id,
        e._file,
        e._line,
        row_number() over (
            partition by e.lead_id, e.changed_at, e.entry
            order by
                e._effective_at desc nulls last,
                e._file desc nulls last,
                e._landed_at desc nulls last,
                e._source desc nulls last,
                e._line desc nulls last
        ) as version_rank
    from entries as e
    semi join repeated as r on r.lead_id = e.lead_id and r.changed_at = e.changed_at and r.entry = e.entry
),

older as (
    select * from versions where version_rank > 1
)

select
    e.lead_id,
    e.changed_at,
    e.sequence,
    e.status
from entries as e
anti join older as o
    on o._source = e._source
    and o._load_id = e._load_id
    and o._file = e._file
    and o._line = e._line
