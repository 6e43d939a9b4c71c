/*
description: The deals that were merged into others by the extract of merges. A deal is never merged into itself.
grain: one row per deal that is gone
unique_key: [opportunity_id]
version: 1
view: false
columns:
    opportunity_id: the deal that is gone
    merged_into: the deal that is left
*/
with versions as (
    select
        v.opportunity_id,
        v.merged_into,
        row_number() over (
            partition by v.opportunity_id
            order by
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_opportunity_merge as v
    where v._is_current and v.merged_into <> v.opportunity_id
)

select
    opportunity_id,
    merged_into
from versions
where version_rank = 1
