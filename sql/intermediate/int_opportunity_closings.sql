/*
description: >-
    For deals of which the landing holds several versions, the version that closed them: the first of
    those that have had the outcome without a break up to the newest one. A later edit makes a newer
    version, but does not close the deal again.
grain: one row per opportunity with several versions that was ever closed
unique_key: [opportunity_id]
version: 1
columns:
    opportunity_id: the deal
    seen_at: effective time of the load that closed it
    modified_at: when the version that closed it was modified
*/
with closings as (
    select
        opportunity_id,
        _effective_at as seen_at,
        modified_at,
        row_number() over (partition by opportunity_id order by version_rank nulls last) as closing_rank
    from stg_opportunity_versions
    where state >= 1000 and state is distinct from previous_state
)

select
    opportunity_id,
    seen_at,
    modified_at
from closings
where closing_rank = 1
