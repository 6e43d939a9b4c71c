/*
description: What is wrong with quotas, in the words of data_quality. Nothing is repaired.
grain: one row per kind, subject and reason
unique_key: [kind, subject, reason]
version: 1
needs: [quota]
columns:
    kind: value or unmapped
    subject: quota, or one of its fields
    reason: what is wrong
    record_count: how many quotas
*/
select
    'value' as kind,
    'quota' as subject,
    'without an exchange rate' as reason,
    count(*) as record_count
from int_quotas
where cents is null
union all
select 'value', 'quota', 'ends before it starts', count(*)
from int_quotas
where day_count is null
union all
-- both count: the amounts of the days that they share are added up
select 'value', 'quota', 'overlaps an earlier one for the same', count(*)
from int_quotas as later
semi join int_quotas as earlier
    on earlier.subject_kind = later.subject_kind
    and earlier.subject_id = later.subject_id
    and earlier.named_segment is not distinct from later.named_segment
    and earlier.start_date < later.start_date
    and earlier.end_date >= later.start_date
union all
select 'unmapped', 'quota.segment', 'not a configured segment', count(*)
from int_quotas
where segment = 'Unassigned' and named_segment <> 'Unassigned'
union all
select 'unmapped', 'quota.subject_kind', coalesce(subject_kind, '(empty)'), count(*)
from stg_quotas
where coalesce(subject_kind, '') not in ('owner', 'team')
group by coalesce(subject_kind, '(empty)')
union all
select 'unmapped', 'quota.subject_id', 'not in the owner extract', count(*)
from int_quotas as q
cross join config_run as r
anti join stg_owners as o on o.owner_id = q.subject_id
where r.has_owner and q.subject_kind = 'owner'
