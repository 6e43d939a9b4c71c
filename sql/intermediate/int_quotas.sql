/*
description: >-
    Every quota in the reporting currency, by the rate of its first day, with the team of its owner and
    its segment.
grain: one row per owner or team, first day and segment as exported
unique_key: [subject_kind, subject_id, start_date, named_segment]
version: 1
needs: [quota]
columns:
    subject_kind: owner or team
    subject_id: the owner's id, or the team
    start_date: first day that it holds
    end_date: last day that it holds
    named_segment: the segment as exported; NULL means all
    segment: the segment; Unassigned if it is not configured, NULL means all
    team: the team, or the team of the owner
    day_count: days that it holds, both ends included; NULL if it ends before it starts
    cents: amount for the whole time in hundredths of the reporting currency; NULL where there is no rate
*/
select
    q.subject_kind,
    q.subject_id,
    q.start_date,
    q.end_date,
    q.segment as named_segment,
    case when q.segment is not null then coalesce(s.segment, 'Unassigned') end as segment,
    case when q.subject_kind = 'team' then q.subject_id else o.team end as team,
    case when q.end_date >= q.start_date then unix_date(q.end_date) - unix_date(q.start_date) + 1 end as day_count,
    -- whole cents are converted: binary fractions miss half cents by a hair, which the seventh decimal makes up for
    cast(floor(floor(abs(cast(q.amount as double)) * 100 + 0.5) * f.factor + 0.5000001) as bigint)
    * case when q.amount < 0 then -1 else 1 end as cents
from stg_quotas as q
cross join config_run as r
left join stg_owners as o on o.owner_id = case when q.subject_kind = 'owner' then q.subject_id end
left join config_segments as s on s.segment = q.segment and s.segment <> 'All'
left join int_rates as f on f.currency = q.currency and f.rate_date = least(q.start_date, r.as_of)
where q.subject_kind in ('owner', 'team')
