/*
description: >-
    No deal and no lead was created more than 24 hours after the load that brought it. Records that are
    deleted, merged or excluded by a rule are left alone.
grain: one row
severity: block
version: 1
*/
-- almost no file has a later moment than that of its load: nothing of the others is read
with records as (
    select
        'opportunity' as entity,
        s.opportunity_id as record_id,
        s.created_at,
        s._landed_at as landed_at,
        s._file as file
    from stg_opportunities as s
    where s.created_at > s._landed_at
    union all
    select
        'lead',
        s.lead_id,
        s.created_at,
        s._landed_at,
        s._file
    from stg_leads as s
    where s.created_at > s._landed_at
),

late as (
    select
        entity,
        record_id,
        entity || ' ' || record_id || ' of ' || cast(created_at as varchar) || ' in ' || file as label
    from records
    where cast(created_at as date) > date_add(cast(landed_at as date), 1)
        or (
            cast(created_at as date) > cast(landed_at as date)
            and hour(created_at) * 3600 + minute(created_at) * 60 + second(created_at)
            > hour(landed_at) * 3600 + minute(landed_at) * 60 + second(landed_at)
        )
),

counted as (
    select l.label
    from late as l
    inner join int_opportunities as o on o.opportunity_id = l.record_id
    where l.entity = 'opportunity'
        and coalesce(o.exclusion, 'future') = 'future'
    union all
    select l.label
    from late as l
    inner join fct_lead as d on d.lead_id = l.record_id
    where l.entity = 'lead'
        and coalesce(d.exclusion, 'future') = 'future'
)

select
    (select count(*) from int_opportunities) + (select count(*) from fct_lead) + (select count(*) from config_run) as checked_count,
    count(*) as failed_count,
    min(label) as example
from counted
