/*
description: >-
    Records that one file holds several times, with the same modification time and different content.
    The last line wins; a person should look at the export.
grain: one row per entity, record and file
unique_key: [entity, record_id, file]
version: 2
columns:
    entity: opportunity or lead
    record_id: the CRM's id of the record
    file: the file
*/
-- lines of one file that say they are of the same moment: only their columns are worth reading
with repeated_opportunities as (
    select distinct opportunity_id
    from stg_opportunity_versions
    group by opportunity_id, modified_at, _source, _load_id, _file
    having count(*) > 1
),

repeated_leads as (
    select distinct lead_id
    from stg_lead_versions
    group by lead_id, modified_at, _source, _load_id, _file
    having count(*) > 1
),

-- lines that differ in anything
opportunity_lines as (
    select distinct
        l.opportunity_id,
        l.modified_at,
        l._source,
        l._load_id,
        l._file,
        l.account_id,
        l.owner_id,
        l.created_by,
        l.campaign_id,
        l.pipeline,
        l.name,
        l.type,
        l.product,
        l.stage,
        l.status,
        l.is_closed,
        l.is_won,
        l.amount,
        l.currency,
        l.cost_of_goods,
        l.probability,
        l.lead_source,
        l.loss_reason,
        l.competitor,
        l.created_at,
        l.close_date,
        l.is_deleted,
        l.merged_into
    from landing_opportunity as l
    semi join repeated_opportunities as v on v.opportunity_id = l.opportunity_id
),

lead_lines as (
    select distinct
        l.lead_id,
        l.modified_at,
        l._source,
        l._load_id,
        l._file,
        l.contact_id,
        l.owner_id,
        l.source,
        l.campaign_id,
        l.status,
        l.created_at,
        l.assigned_at,
        l.mql_at,
        l.accepted_at,
        l.rejected_at,
        l.rejection_reason,
        l.converted_at,
        l.opportunity_id,
        l.account_id,
        l.person_key,
        l.is_deleted,
        l.merged_into
    from landing_lead as l
    semi join repeated_leads as v on v.lead_id = l.lead_id
)

select
    'opportunity' as entity,
    opportunity_id as record_id,
    _file as file
from opportunity_lines
group by opportunity_id, modified_at, _source, _load_id, _file
having count(*) > 1
union
select
    'lead',
    lead_id,
    _file
from lead_lines
group by lead_id, modified_at, _source, _load_id, _file
having count(*) > 1
