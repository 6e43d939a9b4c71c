/*
description: The newest version of every stage that the CRM itself lists, also of those that it lists no more.
grain: one row per stage
unique_key: [stage]
version: 1
columns:
    stage: the stage as deals name it
    label: the stage as people read it
    is_closed: whether a deal in it is decided
    is_won: whether a deal in it is won
*/
with versions as (
    select
        v.stage,
        v.label,
        v.is_closed,
        v.is_won,
        row_number() over (
            partition by v.stage
            order by
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_stage as v
)

select
    stage,
    label,
    is_closed,
    is_won
from versions
where version_rank = 1
