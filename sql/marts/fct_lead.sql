/*
description: >-
    Every lead with its segment, dates and the flags by which the reports count it, so that any
    number can be traced to its leads, and how soon it was answered, in business time. The answer is the
    first touch by a person after the clock began; a conversion before any of them is the answer itself.
grain: one row per lead
unique_key: [lead_id]
version: 2
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
    is_counted: whether the reports count the record
    created_on: local date of creation
    mql_on: local date on which marketing called it qualified
    accepted_on: local date on which sales accepted it
    rejected_on: local date on which sales rejected it
    converted_on: local date of conversion
    is_rejected: whether sales rejected it
    is_recycled: whether the history shows that it went back to marketing and has not come back since
    opportunity_id: the counted deal that it became; of several the one that stands for it
    opportunity_segment: the segment of that deal
    opportunity_pipeline: the pipeline whose process that deal follows; empty for the process of all other pipelines
    is_segment_moved: whether the deal is in another segment than the lead
    outcome: outcome of that deal at the as-of date
    outcome_date: local date of that outcome
    furthest_stage: furthest funnel stage, by number
    furthest_step: furthest funnel stage, by name
    strict_stage: last stage up to which every stage was observed, in order
    amount: value, in the reporting currency, of the deals that are credited to this lead
    won_amount: value of those of them that are won
    clock_on: local date on which the clock of its first answer began
    is_followup_due: whether its deadline lies within the as-of date, or it was answered
    is_within_sla: whether it was answered by the deadline
    response_source: what answered it (lead, contact or conversion); NULL while nobody has
    response_minutes: business minutes until the answer; NULL while nobody has answered
*/
with days as (
    select
        d.utc_day,
        d.local_day,
        d.turns_at,
        d.next_local_day,
        b.business_before,
        b.open1,
        b.close1,
        b.open2,
        b.close2
    from config_utc_days as d
    inner join config_business_intervals as b on b.utc_day = d.utc_day
),

-- the business seconds before the end of the as-of date
ended as (
    select
        b.business_before
        + greatest(least(hour(r.ends_at) * 3600 + minute(r.ends_at) * 60 + second(r.ends_at), b.close1) - b.open1, 0)
        + greatest(least(hour(r.ends_at) * 3600 + minute(r.ends_at) * 60 + second(r.ends_at), b.close2) - b.open2, 0) as ended_second
    from config_run as r
    inner join config_business_intervals as b on b.utc_day = cast(r.ends_at as date)
),

answered as (
    select
        l.lead_id,
        l.source,
        l.campaign_id,
        l.owner_id,
        l.segment,
        l.breakdown_1,
        l.breakdown_2,
        l.breakdown_3,
        l.breakdown_4,
        l.breakdown_5,
        l.breakdown_6,
        l.breakdown_7,
        l.breakdown_8,
        l.exclusion,
        l.created_on,
        l.mql_on,
        l.accepted_on,
        l.rejected_on,
        l.converted_on,
        l.is_rejected,
        l.is_recycled,
        l.opportunity_id,
        l.opportunity_segment,
        l.opportunity_pipeline,
        l.outcome,
        l.outcome_date,
        l.furthest_stage,
        l.strict_stage,
        l.amount,
        l.won_amount,
        l.clock_at,
        t.lead_touch_at,
        t.contact_touch_at,
        least(t.lead_touch_at, t.contact_touch_at, l.conversion_at) as responded_at
    from int_leads as l
    left join int_lead_touches as t on t.lead_id = l.lead_id
),

-- a time that is missing takes another day along: rows of which none goes without a match join faster
timed as (
    select
        l.*,
        case when l.clock_at >= c.turns_at then c.next_local_day when l.clock_at is not null then c.local_day end as clock_on,
        case
            when l.clock_at is not null
                then c.business_before
                + greatest(least(hour(l.clock_at) * 3600 + minute(l.clock_at) * 60 + second(l.clock_at), c.close1) - c.open1, 0)
                + greatest(least(hour(l.clock_at) * 3600 + minute(l.clock_at) * 60 + second(l.clock_at), c.close2) - c.open2, 0)
        end as started_second,
        case
            when l.responded_at is not null
                then a.business_before
                + greatest(least(hour(l.responded_at) * 3600 + minute(l.responded_at) * 60 + second(l.responded_at), a.close1) - a.open1, 0)
                + greatest(least(hour(l.responded_at) * 3600 + minute(l.responded_at) * 60 + second(l.responded_at), a.close2) - a.open2, 0)
        end as answered_second
    from answered as l
    left join days as c on c.utc_day = coalesce(cast(l.clock_at as date), l.created_on)
    left join config_business_intervals as a on a.utc_day = coalesce(cast(l.responded_at as date), cast(l.clock_at as date), l.created_on)
)

select
    l.lead_id,
    l.source,
    l.campaign_id,
    l.owner_id,
    l.segment,
    l.breakdown_1,
    l.breakdown_2,
    l.breakdown_3,
    l.breakdown_4,
    l.breakdown_5,
    l.breakdown_6,
    l.breakdown_7,
    l.breakdown_8,
    l.exclusion,
    l.exclusion is null as is_counted,
    l.created_on,
    l.mql_on,
    l.accepted_on,
    l.rejected_on,
    l.converted_on,
    l.is_rejected,
    l.is_recycled,
    l.opportunity_id,
    l.opportunity_segment,
    l.opportunity_pipeline,
    coalesce(l.opportunity_segment <> l.segment, false) as is_segment_moved,
    l.outcome,
    l.outcome_date,
    l.furthest_stage,
    s.step as furthest_step,
    l.strict_stage,
    l.amount,
    l.won_amount,
    l.clock_on,
    l.responded_at is not null or e.ended_second - l.started_second >= r.respond_within_seconds as is_followup_due,
    case
        when l.clock_at is not null then coalesce(l.answered_second - l.started_second <= r.respond_within_seconds, false)
    end as is_within_sla,
    case
        when l.responded_at = l.lead_touch_at then 'lead'
        when l.responded_at = l.contact_touch_at then 'contact'
        when l.responded_at is not null then 'conversion'
    end as response_source,
    cast(l.answered_second - l.started_second as double) / 60 as response_minutes
from timed as l
cross join ended as e
cross join config_run as r
left join config_funnel_steps as s
    on s.stage = l.furthest_stage
    and s.pipeline = case when l.furthest_stage < 5 then '' else l.opportunity_pipeline end
