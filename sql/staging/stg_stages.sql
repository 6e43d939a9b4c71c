/*
description: >-
    The newest version of every stage that the CRM itself lists, also of those that it lists no more. A
    stage that it lists in another pipeline than before is in that one alone.
grain: one row per stage and pipeline
unique_key: [stage, pipeline]
version: 2
columns:
    stage: the stage as deals name it
    label: the stage as people read it
    pipeline: the pipeline it belongs to; NULL for none
    is_closed: whether a deal in it is decided
    is_won: whether a deal in it is won
    place_by_age: place among all lines with the stage's name, from 1 for the newest
*/
with versions as (
    select
        v.stage,
        v.label,
        v.pipeline,
        v.is_closed,
        v.is_won,
        case when v._is_current then 1 else 0 end as is_current,
        max(case when v._is_current then 1 else 0 end) over (partition by v.stage) as is_listed,
        row_number() over (
            partition by v.stage, v.pipeline
            order by
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank,
        row_number() over (
            partition by v.stage
            order by
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as place_by_age
    from landing_stage as v
)

select
    stage,
    label,
    pipeline,
    is_closed,
    is_won,
    place_by_age
from versions
where version_rank = 1 and is_current = is_listed
