/*
description: >-
    What was loaded, what was refused, what is not counted and why, which values nothing is known
    about, how old the extracts are, and what the metrics are missing.
grain: one row per kind, subject and reason
unique_key: [kind, subject, reason]
version: 1
columns:
    kind: >-
        extract (records of an extract's visible files), quarantine (refused records by rule), version
        (records that newer versions replace), exclusion (records that are not counted), value
        (counted records without a date, value or rate), unmapped (values that the configuration or
        another extract does not know; opportunity.outcome has the stages of deals of which neither
        stage nor status nor flag says how they stand), spelling (values that are probably others, with
        the records of the current files that have them), freshness, needs (what a metric is missing)
    subject: the extract, field or metric
    reason: what the row says about it
    record_count: how many records; NULL for freshness and needs
    newest_at: for freshness the effective time of the newest file, UTC
    age_days: for freshness the days from that time to the end of the as-of date; negative for newer files
*/
with extract_counts as (
    select
        f.source || '/' || f.entity as subject,
        count(*) as file_count,
        cast(sum(f.record_count) as bigint) as record_count,
        cast(sum(f.header_count) as bigint) as header_count,
        cast(sum(f.loaded_count) as bigint) as loaded_count,
        cast(sum(f.quarantined_count) as bigint) as quarantined_count,
        cast(sum(f.blank_count) as bigint) as blank_count,
        cast(sum(f.ignored_count) as bigint) as ignored_count,
        max(f.effective_at) as newest_at
    from config_files as f
    group by f.source, f.entity
),

extracts as (
    select 'extract' as kind, subject, 'files' as reason, file_count as record_count from extract_counts
    union all
    select 'extract', subject, 'records', record_count from extract_counts
    union all
    select 'extract', subject, 'header', header_count from extract_counts
    union all
    select 'extract', subject, 'loaded', loaded_count from extract_counts
    union all
    select 'extract', subject, 'quarantined', quarantined_count from extract_counts
    union all
    select 'extract', subject, 'blank', blank_count from extract_counts
    union all
    select 'extract', subject, 'ignored', ignored_count from extract_counts
),

quarantine as (
    select
        'quarantine' as kind,
        source || '/' || entity as subject,
        rule as reason,
        cast(sum(quarantined_count) as bigint) as record_count
    from config_file_rules
    group by source, entity, rule
),

opportunity_counts as (
    select
        count(*) as record_count,
        count(case when exclusion is null then 1 end) as counted_count,
        count(case when exclusion = 'deleted' then 1 end) as deleted_count,
        count(case when exclusion = 'merged' then 1 end) as merged_count,
        count(case when exclusion = 'rule' then 1 end) as rule_count,
        count(case when exclusion = 'future' then 1 end) as future_count,
        count(case when exclusion is null and created_on is null then 1 end) as no_creation_count,
        count(case when exclusion is null and outcome <> 'open' and outcome_date is null then 1 end) as undated_count,
        count(case when exclusion is null and outcome_date < created_on then 1 end) as negative_count,
        count(case when exclusion is null and has_no_rate then 1 end) as no_rate_count,
        count(case when exclusion is null and outcome = 'won' and original_amount is null then 1 end) as won_without_amount_count
    from int_opportunities
),

lead_counts as (
    select
        count(*) as record_count,
        count(case when exclusion is null then 1 end) as counted_count,
        count(case when exclusion = 'deleted' then 1 end) as deleted_count,
        count(case when exclusion = 'merged' then 1 end) as merged_count,
        count(case when exclusion = 'rule' then 1 end) as rule_count,
        count(case when exclusion = 'future' then 1 end) as future_count
    from int_leads
),

exclusions as (
    select 'exclusion' as kind, 'opportunity' as subject, 'counted' as reason, counted_count as record_count from opportunity_counts
    union all
    select 'exclusion', 'opportunity', 'deleted', deleted_count from opportunity_counts
    union all
    select 'exclusion', 'opportunity', 'merged', merged_count from opportunity_counts
    union all
    select 'exclusion', 'opportunity', 'rule', rule_count from opportunity_counts
    union all
    select 'exclusion', 'opportunity', 'future', future_count from opportunity_counts
    union all
    select 'exclusion', 'lead', 'counted', counted_count from lead_counts cross join config_run where has_lead
    union all
    select 'exclusion', 'lead', 'deleted', deleted_count from lead_counts cross join config_run where has_lead
    union all
    select 'exclusion', 'lead', 'merged', merged_count from lead_counts cross join config_run where has_lead
    union all
    select 'exclusion', 'lead', 'rule', rule_count from lead_counts cross join config_run where has_lead
    union all
    select 'exclusion', 'lead', 'future', future_count from lead_counts cross join config_run where has_lead
),

cost_counts as (
    select
        count(case when l.cents is null then 1 end) as no_rate_count,
        count(case when l.is_unknown_segment then 1 end) as unknown_segment_count
    from int_cost_lines as l
),

later_costs as (
    select count(*) as record_count
    from stg_costs as c
    cross join config_run as r
    where c.month_start > r.as_of
),

record_values as (
    select 'value' as kind, 'opportunity' as subject, 'without a creation date' as reason, no_creation_count as record_count from opportunity_counts
    union all
    select 'value', 'opportunity', 'decided without a date', undated_count from opportunity_counts
    union all
    select 'value', 'opportunity', 'decided before created', negative_count from opportunity_counts
    union all
    select 'value', 'opportunity', 'without an exchange rate', no_rate_count from opportunity_counts
    union all
    select 'value', 'opportunity', 'won without an amount', won_without_amount_count from opportunity_counts
    union all
    select 'value', 'cost', 'without an exchange rate', no_rate_count from cost_counts cross join config_run where has_cost
    union all
    select 'value', 'cost', 'in a later month', record_count from later_costs cross join config_run where has_cost
),

versions as (
    select
        'version' as kind,
        'opportunity' as subject,
        'replaced by a newer version' as reason,
        (select count(*) from landing_opportunity) - record_count as record_count
    from opportunity_counts
    union all
    select 'version', 'lead', 'replaced by a newer version', (select count(*) from landing_lead) - record_count
    from lead_counts
    cross join config_run
    where has_lead
    union all
    select 'version', 'opportunity', 'conflicting lines of one file', count(*)
    from int_conflicts
    where entity = 'opportunity'
    union all
    select 'version', 'lead', 'conflicting lines of one file', (select count(*) from int_conflicts where entity = 'lead')
    from config_run
    where has_lead
),

-- whether flags or the status say how a deal stands, by its stage
stage_counts as (
    select
        o.stage,
        coalesce(o.is_closed, false) or coalesce(lower(o.status) in ('won', 'lost'), false) as is_ended,
        coalesce(not o.is_closed or (o.is_closed and o.is_won is not null), false)
        or coalesce(lower(o.status) in ('won', 'lost', 'open'), false) as is_told,
        count(*) as record_count
    from stg_opportunities as o
    group by
        o.stage,
        coalesce(o.is_closed, false) or coalesce(lower(o.status) in ('won', 'lost'), false),
        coalesce(not o.is_closed or (o.is_closed and o.is_won is not null), false)
        or coalesce(lower(o.status) in ('won', 'lost', 'open'), false)
),

unmapped_stages as (
    select
        coalesce(c.stage, '(empty)') as stage,
        cast(sum(case when c.is_ended then 0 else c.record_count end) as bigint) as unmapped_count,
        cast(sum(case when c.is_told then 0 else c.record_count end) as bigint) as untold_count
    from stage_counts as c
    anti join int_stages as s on s.stage = c.stage
    group by coalesce(c.stage, '(empty)')
),

unmapped as (
    select
        'unmapped' as kind,
        'opportunity.stage' as subject,
        stage as reason,
        unmapped_count as record_count
    from unmapped_stages
    union all
    select 'unmapped', 'opportunity.outcome', stage, untold_count
    from unmapped_stages
    union all
    select 'unmapped', 'opportunity.owner_id', 'not in the owner extract', count(*)
    from stg_opportunities as o
    cross join config_run as r
    anti join stg_owners as w on w.owner_id = o.owner_id
    where r.has_owner and o.owner_id is not null
    union all
    select 'unmapped', 'opportunity.account_id', 'not in the account extract', count(*)
    from stg_opportunities as o
    cross join config_run as r
    anti join stg_accounts as a on a.lookup_id = o.account_id
    where r.has_account and o.account_id is not null
    union all
    select 'unmapped', 'lead.opportunity_id', 'not in the opportunity extract', count(*)
    from stg_leads as l
    cross join config_run as r
    anti join stg_opportunities as o on o.opportunity_id = l.opportunity_id
    where r.has_lead and l.opportunity_id is not null
    union all
    select 'unmapped', 'cost.segment', 'not a configured segment', unknown_segment_count
    from cost_counts
    cross join config_run
    where has_cost
    union all
    select 'unmapped', 'stage_change.opportunity_id', 'not in the opportunity extract', count(*)
    from stg_stage_changes as h
    anti join stg_opportunities as o on o.opportunity_id = h.opportunity_id
    union all
    select 'unmapped', 'stage_change.stage', coalesce(h.stage, '(empty)'), count(*)
    from stg_stage_changes as h
    anti join int_stages as s on s.stage = h.stage
    group by coalesce(h.stage, '(empty)')
    union all
    select 'unmapped', 'lead_status_change.lead_id', 'not in the lead extract', count(*)
    from stg_lead_status_changes as h
    anti join stg_leads as l on l.lead_id = h.lead_id
    union all
    select 'unmapped', 'lead_opportunity.lead_id', 'not in the lead extract', count(*)
    from stg_lead_opportunities as x
    anti join stg_leads as l on l.lead_id = x.lead_id
    union all
    select 'unmapped', 'lead_opportunity.opportunity_id', 'not in the opportunity extract', count(*)
    from stg_lead_opportunities as x
    anti join stg_opportunities as o on o.opportunity_id = x.opportunity_id
    union all
    select 'unmapped', 'activity.opportunity_id', 'not in the opportunity extract', count(*)
    from stg_activities as a
    anti join stg_opportunities as o on o.opportunity_id = a.opportunity_id
    where a.opportunity_id is not null
),

spellings as (
    select
        'spelling' as kind,
        entity || '.' || field as subject,
        value || ' looks like ' || spelled_as as reason,
        record_count
    from config_spellings
),

-- of extracts without a report of their own, what newer versions replaced
replaced as (
    select
        'version' as kind,
        'stage_change' as subject,
        'replaced by a newer version' as reason,
        (select count(*) from landing_stage_change) - (select count(*) from stg_stage_changes) as record_count
    union all
    select 'version', 'cost', 'replaced by a newer version', (select count(*) from landing_cost) - (select count(*) from stg_costs)
    union all
    select 'version', 'account', 'replaced by a newer version', (select count(*) from landing_account) - (select count(*) from stg_accounts)
    union all
    select 'version', 'owner', 'replaced by a newer version', (select count(*) from landing_owner) - (select count(*) from stg_owners)
    union all
    select
        'version',
        'lead_status_change',
        'replaced by a newer version',
        (select count(*) from landing_lead_status_change) - (select count(*) from stg_lead_status_changes)
    union all
    select
        'version',
        'lead_opportunity',
        'replaced by a newer version',
        (select count(*) from landing_lead_opportunity) - (select count(*) from stg_lead_opportunities)
    union all
    select 'version', 'activity', 'replaced by a newer version', (select count(*) from landing_activity) - (select count(*) from stg_activities)
    union all
    select
        'version',
        'exchange_rate',
        'replaced by a newer version',
        (select count(*) from landing_exchange_rate) - (select count(*) from stg_exchange_rates)
),

counted as (
    select kind, subject, reason, record_count from extracts
    union all
    select kind, subject, reason, record_count from quarantine
    union all
    select kind, subject, reason, record_count from versions
    union all
    select kind, subject, reason, record_count from exclusions
    union all
    select kind, subject, reason, record_count from record_values
    union all
    select kind, subject, reason, record_count from unmapped where record_count > 0
    union all
    select kind, subject, reason, record_count from spellings
    union all
    select kind, subject, reason, record_count from replaced where record_count > 0
    union all
    select kind, subject, reason, record_count from int_quota_quality where record_count > 0
    union all
    select kind, subject, reason, record_count from int_split_quality where record_count > 0
)

select
    kind,
    subject,
    reason,
    cast(record_count as bigint) as record_count,
    cast(null as timestamp) as newest_at,
    cast(null as integer) as age_days
from counted
union all
select
    'freshness',
    e.subject,
    'newest file',
    cast(null as bigint),
    e.newest_at,
    unix_date(r.as_of) - unix_date(cast(e.newest_at as date))
from extract_counts as e
cross join config_run as r
union all
select
    'needs',
    n.subject,
    n.reason,
    cast(null as bigint),
    cast(null as timestamp),
    cast(null as integer)
from config_needs as n
