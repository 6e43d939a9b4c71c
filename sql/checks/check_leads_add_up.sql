/*
description: >-
    Every distinct lead of the landing is a lead of the models, and those that are counted enter the
    funnel.
grain: one row
severity: block
version: 1
needs: [lead]
*/
with entered as (
    select coalesce(sum(entered_count), 0) as record_count
    from rpt_funnel
    where segment = 'All' and period_grain = 'all' and step_order = 1
),

modelled as (
    select
        count(*) as record_count,
        count(case when exclusion is null then 1 end) as counted_count
    from fct_lead
),

landed as (
    select
        (select count(distinct lead_id) from landing_lead where _may_repeat)
        + (select count(*) from landing_lead where not _may_repeat) as record_count
),

compared as (
    select
        concat_ws(' ', 'funnel', cast(e.record_count as varchar), 'counted', cast(m.counted_count as varchar),
            'modelled', cast(m.record_count as varchar), 'landed', cast(l.record_count as varchar)) as label,
        e.record_count <> m.counted_count or m.record_count <> l.record_count as is_broken
    from entered as e
    cross join modelled as m
    cross join landed as l
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
