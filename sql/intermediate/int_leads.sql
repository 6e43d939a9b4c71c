/*
description: >-
    Every lead as it stands at the as-of date: its segment, its dates as local dates, how far it came
    in the funnel, and why it is not counted if it is not. A funnel stage is a number: 1 Lead, 2 MQL,
    3 SAL, 4 SQL, then the process steps, then Won.
grain: one row per lead
unique_key: [lead_id]
version: 1
needs: [lead]
columns:
    lead_id: the CRM's id of the lead
    source: where the lead came from; unknown where the CRM does not say
    campaign_id: the campaign that brought it
    owner_id: who follows it up
    segment: first segment whose rule holds, else Unassigned
    segment_order: place of the segment in the configuration
    exclusion: why the record is not counted (deleted, merged, rule, future); NULL if it is counted
    created_on: local date of creation
    mql_on: local date on which marketing called it qualified
    accepted_on: local date on which sales accepted it
    rejected_on: local date on which sales rejected it
    converted_on: local date of conversion; the deal's creation where only the deal is known
    is_rejected: whether sales rejected it, by date or status, and did not accept it later
    opportunity_id: the counted deal that it became
    opportunity_segment: the segment of that deal
    outcome: outcome of that deal at the as-of date
    outcome_date: local date of that outcome
    furthest_stage: furthest funnel stage; a later stage implies the earlier ones
    strict_stage: last stage up to which every stage was observed, in order
    amount: value of the deal, where it is credited to this lead
*/
with dated as (
    select
        l.lead_id,
        coalesce(l.source, 'unknown') as source,
        l.campaign_id,
        l.owner_id,
        l.segment,
        l.segment_order,
        l.is_deleted_record,
        l.merged_into,
        l.is_excluded_by_rule,
        l.opportunity_id as linked_id,
        l.opportunity_id is not null or l.converted_at is not null as was_converted,
        case when l.created_at >= d1.turns_at then d1.next_local_day else d1.local_day end as created_on,
        case when l.mql_at >= d2.turns_at then d2.next_local_day else d2.local_day end as mql_on,
        case when l.accepted_at >= d3.turns_at then d3.next_local_day else d3.local_day end as accepted_on,
        case when l.rejected_at >= d4.turns_at then d4.next_local_day else d4.local_day end as rejected_on,
        case when l.converted_at >= d5.turns_at then d5.next_local_day else d5.local_day end as converted_on,
        case when l.modified_at >= d6.turns_at then d6.next_local_day else d6.local_day end as modified_on,
        s.step as status_step
    from stg_classified_leads as l
    left join config_lead_statuses as s on s.status = l.status
    left join config_utc_days as d1 on d1.utc_day = cast(l.created_at as date)
    left join config_utc_days as d2 on d2.utc_day = cast(l.mql_at as date)
    left join config_utc_days as d3 on d3.utc_day = cast(l.accepted_at as date)
    left join config_utc_days as d4 on d4.utc_day = cast(l.rejected_at as date)
    left join config_utc_days as d5 on d5.utc_day = cast(l.converted_at as date)
    left join config_utc_days as d6 on d6.utc_day = cast(l.modified_at as date)
),

-- what was known at the as-of date; a status that was set later says nothing about that day
known as (
    select
        d.lead_id,
        d.source,
        d.campaign_id,
        d.owner_id,
        d.segment,
        d.segment_order,
        case
            when d.is_deleted_record then 'deleted'
            when d.merged_into is not null then 'merged'
            when d.is_excluded_by_rule then 'rule'
            when d.created_on > r.as_of then 'future'
        end as exclusion,
        d.created_on,
        case when d.mql_on <= r.as_of then d.mql_on end as mql_on,
        case when d.accepted_on <= r.as_of then d.accepted_on end as accepted_on,
        case when d.rejected_on <= r.as_of then d.rejected_on end as rejected_on,
        case when coalesce(d.converted_on, c.created_on) <= r.as_of then coalesce(d.converted_on, c.created_on) end as converted_on,
        d.was_converted and coalesce(coalesce(d.converted_on, f.created_on) <= r.as_of, true) as is_converted,
        case when coalesce(d.modified_on <= r.as_of, true) then d.status_step end as status_step,
        c.opportunity_id,
        c.segment as opportunity_segment,
        c.outcome,
        c.outcome_date,
        c.qualified_on,
        c.furthest_step,
        c.strict_step,
        case when c.is_first then c.amount end as amount,
        r.has_mql,
        r.has_accepted,
        r.has_process,
        r.step_count
    from dated as d
    left join int_conversions as c on c.lead_id = d.lead_id
    left join int_opportunities as f on f.opportunity_id = d.linked_id
    cross join config_run as r
),

observed as (
    select
        k.*,
        k.mql_on is not null or coalesce(k.status_step = 'mql', false) as is_mql,
        k.accepted_on is not null or coalesce(k.status_step = 'accepted', false) as is_accepted,
        (k.rejected_on is not null and not coalesce(k.accepted_on > k.rejected_on, false))
        or coalesce(k.status_step = 'rejected', false) as is_rejected
    from known as k
)

select
    lead_id,
    source,
    campaign_id,
    owner_id,
    segment,
    segment_order,
    exclusion,
    created_on,
    mql_on,
    accepted_on,
    rejected_on,
    converted_on,
    is_rejected,
    case when is_converted then opportunity_id end as opportunity_id,
    case when is_converted then opportunity_segment end as opportunity_segment,
    case when is_converted then outcome end as outcome,
    case when is_converted then outcome_date end as outcome_date,
    case
        when is_converted and outcome = 'won' then 5 + step_count
        when is_converted then 4 + coalesce(furthest_step, 0)
        when is_accepted then 3
        when is_mql then 2
        else 1
    end as furthest_stage,
    case
        when has_mql and (not is_mql or coalesce(mql_on < created_on, false)) then 1
        when has_accepted and (not is_accepted or coalesce(accepted_on < coalesce(mql_on, created_on), false))
            then case when has_mql then 2 else 1 end
        when not is_converted or coalesce(converted_on < coalesce(accepted_on, mql_on, created_on), false)
            then case when has_accepted then 3 when has_mql then 2 else 1 end
        when not has_process and coalesce(outcome = 'won', false) then 5 + step_count
        when qualified_on is null or coalesce(qualified_on < converted_on, false) then 4
        when strict_step = step_count and outcome = 'won' then 5 + step_count
        else 4 + strict_step
    end as strict_stage,
    case when is_converted then amount end as amount
from observed
