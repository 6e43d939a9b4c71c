/*
description: >-
    Records that one file holds several times, with the same modification time and different content.
    The last line wins; a person should look at the export.
grain: one row per entity, record and file
unique_key: [entity, record_id, file]
version: 1
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

opportunity_lines as (
    select
        opportunity_id,
        modified_at,
        _source,
        _load_id,
        _file,
        concat_ws('|',
            coalesce(account_id, '~'), coalesce(owner_id, '~'), coalesce(created_by, '~'), coalesce(campaign_id, '~'),
            coalesce(pipeline, '~'), coalesce(name, '~'), coalesce(type, '~'),
            coalesce(product, '~'), coalesce(stage, '~'), coalesce(status, '~'),
            coalesce(cast(is_closed as varchar), '~'), coalesce(cast(is_won as varchar), '~'),
            coalesce(cast(amount as varchar), '~'), coalesce(currency, '~'),
            coalesce(cast(cost_of_goods as varchar), '~'),
            coalesce(cast(probability as varchar), '~'), coalesce(lead_source, '~'),
            coalesce(loss_reason, '~'), coalesce(competitor, '~'),
            coalesce(cast(created_at as varchar), '~'), coalesce(cast(close_date as varchar), '~'),
            coalesce(cast(is_deleted as varchar), '~'), coalesce(merged_into, '~')
        ) as content
    from landing_opportunity as l
    semi join repeated_opportunities as v on v.opportunity_id = l.opportunity_id
),

lead_lines as (
    select
        lead_id,
        modified_at,
        _source,
        _load_id,
        _file,
        concat_ws('|',
            coalesce(contact_id, '~'), coalesce(owner_id, '~'), coalesce(source, '~'),
            coalesce(campaign_id, '~'), coalesce(status, '~'),
            coalesce(cast(created_at as varchar), '~'), coalesce(cast(assigned_at as varchar), '~'),
            coalesce(cast(mql_at as varchar), '~'), coalesce(cast(accepted_at as varchar), '~'),
            coalesce(cast(rejected_at as varchar), '~'), coalesce(rejection_reason, '~'),
            coalesce(cast(converted_at as varchar), '~'), coalesce(opportunity_id, '~'),
            coalesce(account_id, '~'), coalesce(person_key, '~'),
            coalesce(cast(is_deleted as varchar), '~'), coalesce(merged_into, '~')
        ) as content
    from landing_lead as l
    semi join repeated_leads as v on v.lead_id = l.lead_id
)

select
    'opportunity' as entity,
    opportunity_id as record_id,
    _file as file
from opportunity_lines
group by opportunity_id, modified_at, _source, _load_id, _file
having min(content) <> max(content)
union
select
    'lead',
    lead_id,
    _file
from lead_lines
group by lead_id, modified_at, _source, _load_id, _file
having min(content) <> max(content)
