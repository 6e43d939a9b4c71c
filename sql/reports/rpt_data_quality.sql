/*
description: >-
    What was loaded, what was refused, what is not counted and why, which values nothing is known
    about, how old the extracts are, and what the metrics are missing.
grain: one row per kind, subject and reason
unique_key: [kind, subject, reason]
version: 3
columns:
    kind: >-
        extract (records of an extract's visible files), quarantine (refused records by rule), version
        (records that newer versions replace), exclusion (records that are not counted), value
        (counted records without a date, value or rate, or with one that cannot be right), unmapped
        (values that the configuration or another extract does not know, stages with the pipeline in which
        no step claims them; opportunity.outcome has the stages of deals of which neither stage nor status
        nor flag says how they stand), spelling (values that are probably others, with the records of the
        current files that have them), freshness, needs (what a metric is missing: it is NULL, or rests on
        less than it should)
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
    from fct_lead
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
    select count(case when l.cents is null then 1 end) as no_rate_count
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

-- when the leads were answered, if the listed holidays end before the as-of date
answers as (
    select least(t.lead_touch_at, t.contact_touch_at, l.conversion_at) as responded_at
    from int_leads as l
    left join int_lead_touches as t on t.lead_id = l.lead_id
    cross join config_run as r
    where r.holidays_until < r.as_of
        and l.clock_at is not null
),

-- leads that were answered, or still wait, after the last day of which anybody said whether it is a holiday
late_clocks as (
    select count(*) as record_count
    from answers as a
    cross join config_run as r
    left join config_utc_days as d on d.utc_day = cast(a.responded_at as date)
    where r.holidays_until < case
        when a.responded_at is null then r.as_of
        when a.responded_at >= d.turns_at then d.next_local_day
        else d.local_day
    end
),

rare_values as (
    select 'lead' as subject, 'follow-up after the last listed holiday' as reason, record_count
    from late_clocks
    union all
    select 'exchange_rate', 'not above zero', count(*)
    from stg_exchange_rates
    where not coalesce(rate > 0, false)
),

versions as (
    select
        'version' as kind,
        v.entity as subject,
        'replaced by a newer version' as reason,
        v.record_count
    from int_replaced_records as v
    cross join config_run as r
    where v.record_count > 0 or v.entity = 'opportunity' or (v.entity = 'lead' and r.has_lead)
    union all
    select 'version', 'opportunity', 'conflicting lines of one file', count(*)
    from int_conflicts
    where entity = 'opportunity'
    union all
    select 'version', 'lead', 'conflicting lines of one file', (select count(*) from int_conflicts where entity = 'lead')
    from config_run
    where has_lead
),

spellings as (
    select
        'spelling' as kind,
        entity || '.' || field as subject,
        value || ' looks like ' || spelled_as as reason,
        record_count
    from config_spellings
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
    select 'value', subject, reason, record_count from rare_values where record_count > 0
    union all
    select 'unmapped', subject, reason, record_count from int_unmapped_values where record_count > 0
    union all
    select kind, subject, reason, record_count from spellings
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
