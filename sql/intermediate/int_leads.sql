/*
description: >-
    Every lead as it stands at the as-of date: its segment, its dates as local dates, how far it came
    in the funnel, and why it is not counted if it is not. A funnel stage is a number: 1 Lead, 2 MQL,
    3 SAL, 4 SQL, then the steps of the process that its deal follows, then Won.
grain: one row per lead
unique_key: [lead_id]
version: 2
view: true
needs: [lead]
columns:
    lead_id: the CRM's id of the lead
    source: where the lead came from; unknown where the CRM does not say
    campaign_id: the campaign that brought it
    owner_id: who follows it up
    segment: >-
        first segment whose rule holds, else Unassigned; where segments are as of the anchor, on the local day of
        its creation
    breakdown_1: value of the first configured breakdown; NULL where leads do not have it
    breakdown_2: value of the second configured breakdown; NULL where leads do not have it
    breakdown_3: value of the third configured breakdown; NULL where leads do not have it
    breakdown_4: value of the fourth configured breakdown; NULL where leads do not have it
    breakdown_5: value of the fifth configured breakdown; NULL where leads do not have it
    breakdown_6: value of the sixth configured breakdown; NULL where leads do not have it
    breakdown_7: value of the seventh configured breakdown; NULL where leads do not have it
    breakdown_8: value of the eighth configured breakdown; NULL where leads do not have it
    exclusion: why the record is not counted (deleted, merged, rule, future); NULL if it is counted
    created_on: local date of creation
    mql_on: local date on which marketing called it qualified; the lead's own, else the first of its history
    accepted_on: local date on which sales accepted it; the lead's own, else the first of its history
    rejected_on: local date on which sales rejected it; the lead's own, else the first of its history
    converted_on: local date of conversion; the deal's creation where only the deal is known
    clock_at: >-
        when the clock of its first answer began, UTC: its last assignment by the as-of date, unless that came
        after its conversion, else its creation; NULL if it is not counted
    conversion_at: >-
        when its conversion would be its first answer, UTC: not before the clock began; the deal's creation
        where only the deal is known; NULL if it is not counted or was not converted by the as-of date
    is_rejected: whether sales rejected it, by date or status, and did not accept it later
    is_recycled: whether the history shows that it went back to marketing and has not come back since
    opportunity_id: >-
        the counted deal that it became; of several a won one before an open one before a lost one, and
        among those the one that got furthest
    opportunity_segment: the segment of that deal
    opportunity_pipeline: the pipeline whose process that deal follows; empty for the process of all other pipelines
    outcome: outcome of that deal at the as-of date
    outcome_date: local date of that outcome
    furthest_stage: >-
        furthest funnel stage, by any of its deals in that process; a later stage implies the earlier ones
    strict_stage: last stage up to which every stage was observed, in order
    amount: value of the deals that are credited to this lead
    won_amount: value of those of them that are won
*/
-- a time that is missing takes the day of the creation along: rows of which none goes without a match join faster;
-- to compare a time with the end of the as-of date is cheaper than to find the time's local day
with dated as (
    select
        l.lead_id,
        coalesce(l.source, 'unknown') as source,
        l.campaign_id,
        l.owner_id,
        coalesce(x.segment, l.segment) as segment,
        l.breakdown_1,
        l.breakdown_2,
        l.breakdown_3,
        l.breakdown_4,
        l.breakdown_5,
        l.breakdown_6,
        l.breakdown_7,
        l.breakdown_8,
        l.is_deleted_record,
        l.merged_into,
        l.is_excluded_by_rule,
        l.opportunity_id as linked_id,
        l.created_at,
        l.converted_at,
        case when l.assigned_at < r.ends_at then l.assigned_at end as assigned_at,
        case when l.created_at >= d1.turns_at then d1.next_local_day else d1.local_day end as created_on,
        case when l.mql_at >= d2.turns_at then d2.next_local_day when l.mql_at is not null then d2.local_day end as mql_on,
        case when l.accepted_at >= d3.turns_at then d3.next_local_day when l.accepted_at is not null then d3.local_day end as accepted_on,
        case when l.rejected_at >= d4.turns_at then d4.next_local_day when l.rejected_at is not null then d4.local_day end as rejected_on,
        case when l.converted_at >= d5.turns_at then d5.next_local_day when l.converted_at is not null then d5.local_day end as converted_on,
        coalesce(l.modified_at < r.ends_at, true) as is_known_status,
        l.status,
        s.step as status_step
    from stg_classified_leads as l
    cross join config_run as r
    left join int_lead_segments as x on x.lead_id = l.lead_id
    left join config_utc_days as d1 on d1.utc_day = cast(l.created_at as date)
    left join config_utc_days as d2 on d2.utc_day = cast(coalesce(l.mql_at, l.created_at) as date)
    left join config_utc_days as d3 on d3.utc_day = cast(coalesce(l.accepted_at, l.created_at) as date)
    left join config_utc_days as d4 on d4.utc_day = cast(coalesce(l.rejected_at, l.created_at) as date)
    left join config_utc_days as d5 on d5.utc_day = cast(coalesce(l.converted_at, l.created_at) as date)
    left join config_lead_statuses as s on s.status = l.status
),

-- deals that were created after the as-of date: no lead had become one of them
later_deals as (
    select o.opportunity_id
    from int_opportunities as o
    cross join config_run as r
    where o.created_on > r.as_of
),

-- deals that the extract of links names: a lead without a conversion date was converted if one of them
-- had been created by the as-of date
links as (
    select
        x.lead_id,
        bool_or(o.opportunity_id is null) as is_by_as_of
    from stg_lead_opportunities as x
    left join later_deals as o on o.opportunity_id = x.opportunity_id
    group by x.lead_id
),

-- leads that may have a deal but no conversion date of their own
undated as (
    select lead_id
    from stg_classified_leads
    where opportunity_id is not null and converted_at is null
    union
    select lead_id
    from stg_lead_opportunities
),

-- the creation of the deal that stands for such a lead stands for its conversion
deal_creations as (
    select
        c.lead_id,
        o.created_at
    from int_lead_deals as c
    semi join undated as u on u.lead_id = c.lead_id
    inner join stg_opportunities as o on o.opportunity_id = c.opportunity_id
),

-- what was known at the as-of date; a status that was set later says nothing about that day, and leads that
-- were converted later have no row in int_lead_deals
known as (
    select
        d.lead_id,
        d.source,
        d.campaign_id,
        d.owner_id,
        d.segment,
        d.breakdown_1,
        d.breakdown_2,
        d.breakdown_3,
        d.breakdown_4,
        d.breakdown_5,
        d.breakdown_6,
        d.breakdown_7,
        d.breakdown_8,
        case
            when d.is_deleted_record then 'deleted'
            when d.merged_into is not null then 'merged'
            when d.is_excluded_by_rule then 'rule'
            when d.created_on > r.as_of then 'future'
        end as exclusion,
        d.created_at,
        d.assigned_at,
        d.created_on,
        coalesce(case when d.mql_on <= r.as_of then d.mql_on end, h.mql_on) as mql_on,
        coalesce(case when d.accepted_on <= r.as_of then d.accepted_on end, h.accepted_on) as accepted_on,
        coalesce(case when d.rejected_on <= r.as_of then d.rejected_on end, h.rejected_on) as rejected_on,
        case when coalesce(d.converted_on, c.created_on) <= r.as_of then coalesce(d.converted_on, c.created_on) end as converted_on,
        case when coalesce(d.converted_on, c.created_on) <= r.as_of then coalesce(d.converted_at, u.created_at) end as converted_at,
        case
            when d.converted_on is not null then d.converted_on <= r.as_of
            when d.linked_id is not null and f.opportunity_id is null then true
            else coalesce(x.is_by_as_of, false)
        end as is_converted,
        case when d.rejected_on <= r.as_of then d.rejected_on else h.rejected_since end as rejected_since,
        greatest(case when d.accepted_on <= r.as_of then d.accepted_on end, h.last_accepted_on) as last_accepted_on,
        case
            when h.has_moved_later or d.status is null then h.last_step
            when d.is_known_status then d.status_step
            else h.last_step
        end as status_step,
        h.lead_id is not null as has_history,
        c.opportunity_id,
        c.segment as opportunity_segment,
        c.pipeline as opportunity_pipeline,
        c.outcome,
        c.outcome_date,
        c.qualified_on,
        c.furthest_step,
        c.strict_step,
        c.amount,
        c.won_amount,
        r.has_mql,
        r.has_accepted
    from dated as d
    left join later_deals as f on f.opportunity_id = d.linked_id
    left join links as x on x.lead_id = d.lead_id
    left join deal_creations as u on u.lead_id = d.lead_id
    left join int_lead_history as h on h.lead_id = d.lead_id
    left join int_lead_deals as c on c.lead_id = d.lead_id
    cross join config_run as r
),

observed as (
    select
        k.*,
        k.mql_on is not null or coalesce(k.status_step = 'mql', false) as is_mql,
        k.accepted_on is not null or coalesce(k.status_step = 'accepted', false) as is_accepted,
        (k.rejected_since is not null and not coalesce(k.last_accepted_on > k.rejected_since, false))
        or coalesce(k.status_step = 'rejected', false) as is_rejected,
        k.has_history and coalesce(k.status_step = 'recycled', false) as is_recycled,
        case
            when k.exclusion is not null then null
            when k.assigned_at is null or k.assigned_at > k.converted_at then k.created_at
            else greatest(k.assigned_at, k.created_at)
        end as clock_at
    from known as k
)

select
    lead_id,
    source,
    campaign_id,
    owner_id,
    segment,
    breakdown_1,
    breakdown_2,
    breakdown_3,
    breakdown_4,
    breakdown_5,
    breakdown_6,
    breakdown_7,
    breakdown_8,
    exclusion,
    created_on,
    mql_on,
    accepted_on,
    rejected_on,
    converted_on,
    clock_at,
    case when clock_at is not null and converted_at is not null then greatest(converted_at, clock_at) end as conversion_at,
    is_rejected,
    is_recycled,
    opportunity_id,
    opportunity_segment,
    opportunity_pipeline,
    outcome,
    outcome_date,
    case
        -- a won deal has passed every step of its process
        when is_converted and outcome = 'won' then 5 + furthest_step
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
        when coalesce(outcome = 'won' and furthest_step = 0, false) then 5
        when qualified_on is null or coalesce(qualified_on < converted_on, false) then 4
        when strict_step = furthest_step and outcome = 'won' then 5 + furthest_step
        else 4 + strict_step
    end as strict_stage,
    amount,
    won_amount
from observed
