/*
description: The newest version of every share of a deal that is credited to an owner.
grain: one row per deal and owner
unique_key: [opportunity_id, owner_id]
version: 1
view: false
columns:
    opportunity_id: the deal
    owner_id: the owner
    share: share in percent
*/
with versions as (
    select
        v.opportunity_id,
        v.owner_id,
        v.share,
        row_number() over (
            partition by v.opportunity_id, v.owner_id
            order by
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_opportunity_split as v
    where v._is_current
)

select
    opportunity_id,
    owner_id,
    share
from versions
where version_rank = 1
