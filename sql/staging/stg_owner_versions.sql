/*
description: >-
    The versions of owners of which the landing holds several lines, with their rank; 1 is the
    newest.
grain: one row per line of a record that occurs more than once
unique_key: [_source, _load_id, _file, _line]
version: 1
view: false
columns:
    owner_id: the CRM's id of the record
    _source: the source of the version
    _load_id: the load that brought it
    _file: the file it is in
    _line: the line on which it starts
    version_rank: 1 for the version that counts
*/
with repeated as (
    select owner_id
    from landing_owner
    where _may_repeat
    group by owner_id
    having count(*) > 1
)

select
    v.owner_id,
    v._source,
    v._load_id,
    v._file,
    v._line,
    row_number() over (
        partition by v.owner_id
        order by
            v._is_current desc nulls last,
            v._effective_at desc nulls last,
            v._file desc nulls last,
            v._landed_at desc nulls last,
            v._source desc nulls last,
            v._line desc nulls last
    ) as version_rank
from landing_owner as v
semi join repeated as r on r.owner_id = v.owner_id
