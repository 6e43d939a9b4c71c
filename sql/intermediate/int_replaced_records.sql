/*
description: >-
    How many records of each extract count no more because newer ones replace them: all that its visible
    files hold less those that are left.
grain: one row per entity
unique_key: [entity]
version: 1
columns:
    entity: the entity
    record_count: how many records are replaced
*/
-- a deal may have several accounts; a deal that is merged into itself is no newer version of anything
with links as (
    select distinct opportunity_id, account_id
    from landing_opportunity_account
    where _is_current
),

merges as (
    select distinct opportunity_id
    from landing_opportunity_merge
    where _is_current
)

select 'opportunity' as entity, (select count(*) from landing_opportunity) - (select count(*) from int_opportunities) as record_count
union all
select 'lead', (select count(*) from landing_lead) - (select count(*) from fct_lead)
union all
select 'stage_change', (select count(*) from landing_stage_change) - (select count(*) from stg_stage_changes)
union all
select 'lead_status_change', (select count(*) from landing_lead_status_change) - (select count(*) from stg_lead_status_changes)
union all
select 'lead_opportunity', (select count(*) from landing_lead_opportunity) - (select count(*) from stg_lead_opportunities)
union all
select 'account', (select count(*) from landing_account) - (select count(*) from stg_accounts)
union all
select 'owner', (select count(*) from landing_owner) - (select count(*) from stg_owners)
union all
select 'campaign', (select count(*) from landing_campaign) - (select count(*) from stg_campaigns)
union all
select 'campaign_touch', (select count(*) from landing_campaign_touch) - (select count(*) from stg_campaign_touches)
union all
select 'activity', (select count(*) from landing_activity) - (select count(*) from stg_activities)
union all
select 'opportunity_split', (select count(*) from landing_opportunity_split) - (select count(*) from stg_opportunity_splits)
union all
select 'quota', (select count(*) from landing_quota) - (select count(*) from stg_quotas)
union all
select 'cost', (select count(*) from landing_cost) - (select count(*) from stg_costs)
union all
select 'content', (select count(*) from landing_content) - (select count(*) from stg_contents)
union all
select 'content_use', (select count(*) from landing_content_use) - (select count(*) from stg_content_uses)
union all
select 'exchange_rate', (select count(*) from landing_exchange_rate) - (select count(*) from stg_exchange_rates)
union all
select 'stage', (select count(*) from landing_stage) - (select count(*) from stg_stages)
union all
select 'opportunity_account', (select count(*) from landing_opportunity_account) - (select count(*) from links)
union all
select 'opportunity_merge', (select count(*) from landing_opportunity_merge) - (select count(*) from merges)
