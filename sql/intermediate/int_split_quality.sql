/*
description: What is wrong with the shares of deals, in the words of data_quality. Nothing is repaired.
grain: one row per kind, subject and reason
unique_key: [kind, subject, reason]
version: 1
needs: [opportunity_split]
columns:
    kind: value or unmapped
    subject: opportunity_split, or one of its fields
    reason: what is wrong
    record_count: how many deals, or shares
*/
with missed as (
    select opportunity_id
    from stg_opportunity_splits
    group by opportunity_id
    having abs(cast(sum(coalesce(share, 0)) as double) - 100) >= 0.001
)

select
    'value' as kind,
    'opportunity_split' as subject,
    'shares of a deal miss 100 %' as reason,
    count(*) as record_count
from missed
union all
select 'unmapped', 'opportunity_split.opportunity_id', 'not in the opportunity extract', count(*)
from stg_opportunity_splits as s
anti join stg_opportunities as o on o.opportunity_id = s.opportunity_id
union all
select 'unmapped', 'opportunity_split.owner_id', 'not in the owner extract', count(*)
from stg_opportunity_splits as s
cross join config_run as r
anti join stg_owners as o on o.owner_id = s.owner_id
where r.has_owner
