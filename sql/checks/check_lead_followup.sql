/*
description: >-
    The leads of lead_followup add up: the segments to All, the values of each breakdown to none, what
    answered them to those that were answered, and all of them to the leads that are counted.
grain: one row
severity: block
version: 1
needs: [lead]
*/
with signed as (
    select
        concat_ws(' ', period_grain, cast(period_start as varchar), breakdown, breakdown_value) as label,
        case when segment = 'All' then -1 else 1 end as sign,
        lead_count,
        due_count,
        responded_count,
        within_sla_count
    from rpt_lead_followup
    union all
    select
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), 'by', d.breakdown),
        case when f.breakdown = 'none' then -1 else 1 end,
        f.lead_count,
        f.due_count,
        f.responded_count,
        f.within_sla_count
    from rpt_lead_followup as f
    inner join config_lead_breakdowns as d on d.breakdown = f.breakdown or f.breakdown = 'none'
    where d.breakdown <> 'none'
    union all
    select
        'All leads',
        1,
        f.lead_count,
        cast(null as bigint),
        cast(null as bigint),
        cast(null as bigint)
    from rpt_lead_followup as f
    where f.segment = 'All' and f.period_grain = 'all' and f.breakdown = 'none'
    union all
    select
        'All leads',
        -1,
        count(*),
        cast(null as bigint),
        cast(null as bigint),
        cast(null as bigint)
    from fct_lead
    where is_counted
),

sums as (
    select
        label,
        coalesce(sum(sign * lead_count) <> 0, false)
            or coalesce(sum(sign * due_count) <> 0, false)
            or coalesce(sum(sign * responded_count) <> 0, false)
            or coalesce(sum(sign * within_sla_count) <> 0, false) as is_broken
    from signed
    group by label
    union all
    select
        concat_ws(' ', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value, 'in itself'),
        coalesce(within_sla_count > responded_count or responded_count > due_count or due_count > lead_count, false)
            or coalesce(untouched_count <> due_count - responded_count, false)
            or coalesce(response_lead_count + response_contact_count + response_conversion_count <> responded_count, false)
            or coalesce((median_minutes is null) <> (responded_count = 0) or p90_minutes < median_minutes, false)
    from rpt_lead_followup
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from sums
