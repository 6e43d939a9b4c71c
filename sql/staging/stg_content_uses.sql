/*
description: >-
    Every use of a piece of content once. Where the source has no id for a use, uses of one piece at the
    same moment, of the same kind, by the same user and for the same deal are one use.
grain: one row per use
unique_key: [content_id, used_at, sequence]
version: 1
columns:
    content_id: the piece of content
    used_at: when it was used, UTC
    sequence: the source's id of the use; with a leading # its place in the file
    user_id: who used it
    opportunity_id: the deal that it was used for
    kind: view, download or send, or the source's own word, in lower case
*/
with uses as (
    select
        l.content_id,
        l.used_at,
        l.sequence,
        l.user_id,
        l.opportunity_id,
        lower(l.kind) as kind,
        case
            when l.sequence like '#%'
                then '#' || coalesce(lower(l.kind), '') || '#' || coalesce(l.user_id, '') || '#' || coalesce(l.opportunity_id, '')
            else l.sequence
        end as entry,
        l._may_repeat,
        l._effective_at,
        l._source,
        l._load_id,
        l._landed_at,
        l._file,
        l._line
    from landing_content_use as l
    where l._is_current
),

repeated as (
    select
        content_id,
        used_at,
        entry
    from uses
    where _may_repeat
    group by content_id, used_at, entry
    having count(*) > 1
),

versions as (
    select
        u._source,
        u._load_id,
        u._file,
        u._line,
        row_number() over (
            partition by u.content_id, u.used_at, u.entry
            order by
                u._effective_at desc nulls last,
                u._file desc nulls last,
                u._landed_at desc nulls last,
                u._source desc nulls last,
                u._line desc nulls last
        ) as version_rank
    from uses as u
    semi join repeated as r on r.content_id = u.content_id and r.used_at = u.used_at and r.entry = u.entry
),

older as (
    select * from versions where version_rank > 1
)

select
    u.content_id,
    u.used_at,
    u.sequence,
    u.user_id,
    u.opportunity_id,
    u.kind
from uses as u
anti join older as o
    on o._source = u._source
    and o._load_id = u._load_id
    and o._file = u._file
    and o._line = u._line
