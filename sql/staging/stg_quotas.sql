/*
description: The newest version of every quota.
grain: one row per owner or team, first day and segment
unique_key: [subject_kind, subject_id, start_date, segment]
version: 1
columns:
    subject_kind: owner or team
    subject_id: the owner's id, or the team
    start_date: first day that it holds
    segment: the segment that it is for; NULL means all
    end_date: last day that it holds
    amount: amount in its currency for the whole time
    currency: ISO 4217 code of the amount's currency
*/
with versions as (
    select
        v.*,
        row_number() over (
            partition by v.subject_kind, v.subject_id, v.start_date, v.segment
            order by
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_quota as v
    where v._is_current
)

select
    subject_kind,
    subject_id,
    start_date,
    segment,
    end_date,
    amount,
    currency
from versions
where version_rank = 1
