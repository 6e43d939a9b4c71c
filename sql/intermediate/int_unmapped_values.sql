/*
description: >-
    Values that the configuration or another extract does not know, in the words of data_quality. Nothing
    is repaired: the records count as they are.
grain: one row per subject and reason
unique_key: [subject, reason]
version: 1
columns:
    subject: >-
        the field; opportunity.stage and stage_change.stage have stages that neither end a deal nor belong
        to a step of its process, opportunity.outcome those of deals of which neither stage nor status nor
        flag says how they stand, opportunity.lead_source and lead.source sources that sourcing does not
        list, where it lists any
    reason: >-
        the stage, with its pipeline where that is a listed one; the source if it is one of the twenty with
        the most records, else (others); of other fields what does not know the value
    record_count: how many records have it; 0 where all is known
*/
with deal_counts as (
    select
        stage,
        pipeline,
        status,
        is_closed,
        is_won,
        count(*) as record_count
    from stg_opportunities
    group by stage, pipeline, status, is_closed, is_won
),

-- whether flags or the status say how a deal stands, by its stage
stage_counts as (
    select
        o.stage,
        coalesce(p.pipeline, '') as pipeline,
        coalesce(o.is_closed, false) or coalesce(lower(o.status) in ('won', 'lost'), false) as is_ended,
        coalesce(not o.is_closed or (o.is_closed and o.is_won is not null), false)
        or coalesce(lower(o.status) in ('won', 'lost', 'open'), false) as is_told,
        o.record_count
    from deal_counts as o
    left join config_pipelines as p on p.pipeline = o.pipeline
),

-- the steps of each process; where there are none, no stage could belong to one
processes as (
    select '' as pipeline, step_count from config_run
    union all
    select pipeline, step_count from config_pipelines
),

unclaimed as (
    select s.pipeline, s.stage
    from int_stages as s
    inner join processes as p on p.pipeline = s.pipeline
    where s.state = 0 and p.step_count > 0
),

judged_stages as (
    select
        coalesce(c.stage, '(empty)') || case when c.pipeline = '' then '' else ' in ' || c.pipeline end as stage,
        case when not c.is_ended and (s.stage is null or n.stage is not null) then c.record_count else 0 end as unmapped_count,
        case when not c.is_told and s.stage is null then c.record_count else 0 end as untold_count
    from stage_counts as c
    left join int_stages as s on s.pipeline = c.pipeline and s.stage = c.stage
    left join unclaimed as n on n.pipeline = c.pipeline and n.stage = c.stage
),

unmapped_stages as (
    select
        stage,
        cast(sum(unmapped_count) as bigint) as unmapped_count,
        cast(sum(untold_count) as bigint) as untold_count
    from judged_stages
    group by stage
),

entry_counts as (
    select
        h.stage,
        coalesce(p.pipeline, '') as pipeline,
        count(*) as record_count
    from stg_stage_changes as h
    left join int_opportunity_pipelines as p on p.opportunity_id = h.opportunity_id
    group by h.stage, coalesce(p.pipeline, '')
),

unmapped_entries as (
    select
        coalesce(c.stage, '(empty)') || case when c.pipeline = '' then '' else ' in ' || c.pipeline end as stage,
        c.record_count
    from entry_counts as c
    left join int_stages as s on s.pipeline = c.pipeline and s.stage = c.stage
    left join unclaimed as n on n.pipeline = c.pipeline and n.stage = c.stage
    where s.stage is null or n.stage is not null
),

sourcing as (
    select count(*) as source_count
    from config_lead_sources
),

source_counts as (
    select 'opportunity.lead_source' as subject, lead_source as source, count(*) as record_count
    from int_opportunities
    where lead_source is not null
    group by lead_source
    union all
    select 'lead.source', source, count(*)
    from fct_lead
    where source <> 'unknown'
    group by source
),

ranked_sources as (
    select
        c.subject,
        c.source,
        c.record_count,
        row_number() over (partition by c.subject order by c.record_count desc nulls last, c.source nulls last) as place
    from source_counts as c
    cross join sourcing as s
    anti join config_lead_sources as l on l.lead_source = c.source
    where s.source_count > 0
),

unlisted_sources as (
    select
        subject,
        case when place <= 20 then source else '(others)' end as source,
        record_count
    from ranked_sources
),

-- deals that only the history names; they are few, and their changes are quick to find
unknown_deals as (
    select h.opportunity_id
    from int_opportunity_history as h
    anti join int_opportunities as o on o.opportunity_id = h.opportunity_id
)

select
    'opportunity.stage' as subject,
    stage as reason,
    unmapped_count as record_count
from unmapped_stages
union all
select 'opportunity.outcome', stage, untold_count
from unmapped_stages
union all
select 'opportunity.owner_id', 'not in the owner extract', count(o.owner_id)
from int_opportunities as o
cross join config_run as r
anti join stg_owners as w on w.owner_id = o.owner_id
where r.has_owner
union all
select 'opportunity.account_id', 'not in the account extract', count(o.account_id)
from int_opportunities as o
cross join config_run as r
anti join stg_accounts as a on a.lookup_id = o.account_id
where r.has_account
union all
select 'lead.opportunity_id', 'not in the opportunity extract', count(*)
from stg_leads as l
cross join config_run as r
anti join int_opportunities as o on o.opportunity_id = l.opportunity_id
where r.has_lead and l.opportunity_id is not null
union all
select 'lead.owner_id', 'not in the owner extract', count(*)
from fct_lead as l
cross join config_run as r
anti join stg_owners as w on w.owner_id = l.owner_id
where r.has_owner and l.owner_id is not null
union all
select subject, source, cast(sum(record_count) as bigint)
from unlisted_sources
group by subject, source
union all
select 'campaign_touch.campaign_id', 'not in the campaign extract', count(*)
from stg_campaign_touches as t
cross join config_run as r
anti join stg_campaigns as c on c.campaign_id = t.campaign_id
where r.has_campaign
union all
select 'content_use.content_id', 'not in the content extract', count(*)
from stg_content_uses as u
cross join config_run as r
anti join stg_contents as c on c.content_id = u.content_id
where r.has_content
union all
select 'cost.segment', 'not a configured segment', count(*)
from int_cost_lines
where is_unknown_segment
union all
select 'stage_change.opportunity_id', 'not in the opportunity extract', count(*)
from stg_stage_changes as h
semi join unknown_deals as u on u.opportunity_id = h.opportunity_id
union all
select 'stage_change.stage', stage, cast(sum(record_count) as bigint)
from unmapped_entries
group by stage
union all
select 'lead_status_change.lead_id', 'not in the lead extract', count(*)
from stg_lead_status_changes as h
anti join stg_leads as l on l.lead_id = h.lead_id
union all
select 'lead_opportunity.lead_id', 'not in the lead extract', count(*)
from stg_lead_opportunities as x
anti join stg_leads as l on l.lead_id = x.lead_id
union all
select 'lead_opportunity.opportunity_id', 'not in the opportunity extract', count(*)
from stg_lead_opportunities as x
anti join int_opportunities as o on o.opportunity_id = x.opportunity_id
union all
select 'activity.opportunity_id', 'not in the opportunity extract', count(*)
from stg_activities as a
anti join int_opportunities as o on o.opportunity_id = a.opportunity_id
where a.opportunity_id is not null
union all
select 'opportunity_account.opportunity_id', 'not in the opportunity extract', count(*)
from stg_opportunity_accounts as x
anti join int_opportunities as o on o.opportunity_id = x.opportunity_id
union all
select 'opportunity_merge.opportunity_id', 'not in the opportunity extract', count(*)
from stg_opportunity_merges as x
anti join int_opportunities as o on o.opportunity_id = x.opportunity_id
