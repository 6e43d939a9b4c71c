/*
description: >-
    Every entry of the stage history once. Where the source has no id for an entry, entries of one
    deal at the same moment in the same stage are one entry.
grain: one row per entry
unique_key: [opportunity_id, changed_at, sequence]
version: 1
columns:
    opportunity_id: the deal
    changed_at: when it entered the stage, UTC
    sequence: the source's id of the entry; with a leading # its place in the file
    stage: the stage it entered
*/
select
    l.opportunity_id,
    l.changed_at,
    l.sequence,
    l.stage,
    l.amount,
    l.close_date,
    l._effective_at,
    l._file,
    l._line
from landing_stage_change as l
anti join (
    select _source, _load_id, _file, _line from stg_stage_change_versions where version_rank > 1
) as older
    on older._source = l._source
    and older._load_id = l._load_id
    and older._file = l._file
    and older._line = l._line
where l._is_current
