/*
description: >-
    Every lead with its segment, dates and the flags by which the reports count it, so that any
    number can be traced to its leads.
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
    f.clock_on,
    f.is_due as is_followup_due,
    f.is_within_sla,
    f.response_source,
    cast(f.response_seconds as double) / 60 as response_minutes
from int_leads as l
left join config_funnel_steps as s
    on s.stage = l.furthest_stage
    and s.pipeline = case when l.furthest_stage < 5 then '' else l.opportunity_pipeline end
left join int_lead_followup as f on f.lead_id = l.lead_id
