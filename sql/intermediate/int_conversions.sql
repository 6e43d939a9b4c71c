/*
description: >-
    Leads with the counted deals to which they were converted by the as-of date. Where several leads
    became the same deal, its value is credited to the one that was converted first. No lead can have
    been converted before it was created.
grain: one row per lead and counted deal
unique_key: [lead_id, opportunity_id]
version: 3
needs: [lead]
columns:
    lead_id: the lead
    contact_id: the contact that the lead became
    source: where the lead came from; unknown where the CRM does not say
    campaign_id: the campaign that brought the lead
    opportunity_id: the deal
    segment: the deal's segment
    pipeline: the pipeline whose process the deal follows; empty for the process of all other pipelines
    created_on: local date on which the deal was created
    outcome: won, lost or open at the as-of date
    outcome_date: local date on which the outcome was reached
    qualified_on: local date of the deal's first entry into any process step
    furthest_step: furthest process step reached
    strict_step: last step up to which the history shows every step in order
    amount: value of the deal in the reporting currency
    is_first: whether the deal is credited to this lead
*/
with links as (
    select
        l.lead_id,
        l.opportunity_id,
        l.contact_id,
        coalesce(l.source, 'unknown') as source,
        l.campaign_id,
        l.converted_at,
        l.created_at
    from stg_classified_leads as l
    where l.opportunity_id is not null
        and not l.is_deleted_record
        and l.merged_into is null
        and not l.is_excluded_by_rule
    union all
    select
        l.lead_id,
        x.opportunity_id,
        l.contact_id,
        coalesce(l.source, 'unknown') as source,
        l.campaign_id,
        l.converted_at,
        l.created_at
    from stg_lead_opportunities as x
    inner join stg_classified_leads as l on l.lead_id = x.lead_id
    where x.opportunity_id is distinct from l.opportunity_id
        and not l.is_deleted_record
        and l.merged_into is null
        and not l.is_excluded_by_rule
),

-- leads are ranked before they meet the deal's columns: narrow rows sort faster
ranked as (
    select
        l.lead_id,
        l.contact_id,
        l.source,
        l.campaign_id,
        l.opportunity_id,
        row_number() over (
            partition by l.opportunity_id
            order by l.converted_at nulls last, l.created_at nulls last, l.lead_id nulls last
        ) = 1 as is_first
    from links as l
    cross join config_run as r
    left join config_utc_days as d on d.utc_day = cast(greatest(l.converted_at, l.created_at) as date)
    where coalesce(case when greatest(l.converted_at, l.created_at) >= d.turns_at then d.next_local_day else d.local_day end <= r.as_of, true)
)

select
    l.lead_id,
    l.contact_id,
    l.source,
    l.campaign_id,
    o.opportunity_id,
    o.segment,
    o.pipeline,
    o.created_on,
    o.outcome,
    o.outcome_date,
    o.qualified_on,
    o.furthest_step,
    o.strict_step,
    o.amount,
    l.is_first
from ranked as l
inner join int_opportunities as o on o.opportunity_id = l.opportunity_id
where o.exclusion is null
