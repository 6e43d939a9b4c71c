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
with repeated as (
    select
        opportunity_id,
        changed_at,
        case when sequence like '#%' then '#' || coalesce(stage, '') else sequence end as entry
    from landing_stage_change
    where _may_repeat
    group by
        opportunity_id,
        changed_at,
        case when sequence like '#%' then '#' || coalesce(stage, '') else sequence end
    having count(*) > 1
),

versions as (
    select
        v._source,
        v._load_id,
        v._file,
        v._line,
        row_number() over (
            partition by r.opportunity_id, r.changed_at, r.entry
            order by
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_stage_change as v
    inner join repeated as r
        on r.opportunity_id = v.opportunity_id
        and r.changed_at = v.changed_at
        and r.entry = case when v.sequence like '#%' then '#' || coalesce(v.stage, '') else v.sequence end
)

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
    select _source, _load_id, _file, _line from versions where version_rank > 1
) as older
    on older._source = l._source
    and older._load_id = l._load_id
    and older._file = l._file
    and older._line = l._line
where l._is_current
