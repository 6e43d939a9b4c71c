/*
description: >-
    The versions of entries of the stage history of which the landing holds several lines, with their rank; 1 is the
    newest.
grain: one row per line of a record that occurs more than once
unique_key: [_source, _load_id, _file, _line]
version: 1
view: false
columns:
    _source: the source of the version
    _load_id: the load that brought it
    _file: the file it is in
    _line: the line on which it starts
    version_rank: 1 for the version that counts
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
)

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
