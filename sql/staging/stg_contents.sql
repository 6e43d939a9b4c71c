/*
description: The newest version of every piece of content.
grain: one row per piece of content
unique_key: [content_id]
version: 1
columns:
    content_id: id of the piece
    title: its title
    kind: kind of content, such as case study
    published_on: first day that it was there
    retired_on: last day that it was there
*/
with versions as (
    select
        v.*,
        row_number() over (
            partition by v.content_id
            order by
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_content as v
)

select
    content_id,
    title,
    kind,
    published_on,
    retired_on
from versions
where version_rank = 1
