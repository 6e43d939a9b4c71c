/*
description: >-
    In the quota attainment what is credited and what shares miss are together what is won, by teams and
    by segments; nobody is asked for anything other than what the pipeline velocity says; and no more
    owners reach their quota than have one.
grain: one row
severity: block
version: 1
*/
with signed as (
    select
        'won' as what,
        segment,
        period_grain,
        period_start,
        credited_value + split_gap_value as value
    from rpt_quota_attainment
    where subject_kind = 'all'
    union all
    select 'won', segment, period_grain, period_start, -won_value
    from rpt_win_rate
    where breakdown = 'none'
    union all
    select 'teams', segment, period_grain, period_start, case when subject_kind = 'all' then credited_value else -credited_value end
    from rpt_quota_attainment
    where subject_kind in ('all', 'team')
    union all
    select 'gaps of teams', segment, period_grain, period_start, case when subject_kind = 'all' then split_gap_value else -split_gap_value end
    from rpt_quota_attainment
    where subject_kind in ('all', 'team')
    union all
    select 'quotas of teams', segment, period_grain, period_start, case when subject_kind = 'all' then quota_value else -quota_value end
    from rpt_quota_attainment
    where subject_kind in ('all', 'team')
    union all
    select 'quota', a.segment, a.period_grain, a.period_start, coalesce(a.quota_value, 0) - coalesce(v.quota_value, 0)
    from rpt_quota_attainment as a
    inner join rpt_pipeline_velocity as v on v.segment = a.segment and v.quarter = a.period_start
    where a.subject_kind = 'all' and a.period_grain = 'quarter'
),

compared as (
    select
        concat_ws(' ', what, segment, period_grain, cast(period_start as varchar)) as label,
        coalesce(sum(value) <> 0, false) as is_broken
    from signed
    group by what, segment, period_grain, period_start
    union all
    select
        concat_ws(' ', 'All', period_grain, cast(period_start as varchar), subject_kind, subject_id),
        sum(case when segment = 'All' then credited_count else -credited_count end) <> 0
            or sum(case when segment = 'All' then unvalued_count else -unvalued_count end) <> 0
            or sum(case when segment = 'All' then split_gap_count else -split_gap_count end) <> 0
            or coalesce(sum(case when segment = 'All' then credited_value else -credited_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then split_gap_value else -split_gap_value end) <> 0, false)
            or bool_or(coalesce(owner_at_quota_count > owner_count, false))
            or bool_or(coalesce(is_met <> (attainment >= 1), false))
    from rpt_quota_attainment
    group by period_grain, period_start, subject_kind, subject_id
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
