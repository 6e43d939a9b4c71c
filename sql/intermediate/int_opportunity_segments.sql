/*
description: >-
    The segments in which a deal was, for deals that changed it, by the versions of the deal, its account
    and its owner. Before its first version a deal was as that one says. What is valid after the as-of
    date does not matter. Empty unless segments are as of the anchor.
grain: one row per deal and time in one segment
unique_key: [opportunity_id, starts_on]
version: 1
columns:
    opportunity_id: the deal
    starts_on: first local day that ends in the segment; 1900-01-01 for the first
    ends_before: first local day that ends in another one; 2200-01-01 for the last
    segment: first segment whose rule held, else Unassigned
    segment_order: place of the segment in the configuration
*/
with compared as (
    select
        opportunity_id,
        starts_on,
        segment,
        segment_order,
        lag(segment_order) over (partition by opportunity_id order by starts_on nulls last) as previous_order
    from stg_opportunity_segments
),

changes as (
    select
        *,
        count(*) over (partition by opportunity_id) as segment_count
    from compared
    where segment_order is distinct from previous_order
)

select
    c.opportunity_id,
    c.starts_on,
    coalesce(
        lead(c.starts_on) over (partition by c.opportunity_id order by c.starts_on nulls last), date '2200-01-01'
    ) as ends_before,
    c.segment,
    c.segment_order
from changes as c
cross join config_run as r
where c.segment_count > 1 and c.starts_on <= r.as_of
