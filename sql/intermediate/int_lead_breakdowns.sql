/*
description: >-
    Every lead once for each configured breakdown that leads have, and once for none.
grain: one row per lead and breakdown
unique_key: [lead_id, breakdown]
version: 1
view: true
needs: [lead]
columns:
    lead_id: the CRM's id of the lead
    breakdown: none, or the dimension
    breakdown_value: value of the dimension; empty for none, Unknown where the lead has no value
    source: where the lead came from; unknown where the CRM does not say
    campaign_id: the campaign that brought it
    segment: first segment whose rule holds, else Unassigned
    exclusion: why the record is not counted; NULL if it is counted
    created_on: local date of creation
    furthest_stage: furthest funnel stage; a later stage implies the earlier ones
    outcome: outcome of the deal that it became
    opportunity_segment: the segment of that deal
    won_amount: value of the deals won that are credited to this lead
    clock_on: local date on which the clock of its first answer began
    is_followup_due: whether its deadline lies within the as-of date, or it was answered
    is_within_sla: whether it was answered by the deadline
    response_source: what answered it (lead, contact or conversion); NULL while nobody has
    response_minutes: business minutes until the answer; NULL while nobody has answered
*/
select
    l.lead_id,
    b.breakdown,
    case b.breakdown_order
        when 0 then ''
        when 1 then coalesce(l.breakdown_1, 'Unknown')
        when 2 then coalesce(l.breakdown_2, 'Unknown')
        when 3 then coalesce(l.breakdown_3, 'Unknown')
        when 4 then coalesce(l.breakdown_4, 'Unknown')
        when 5 then coalesce(l.breakdown_5, 'Unknown')
        when 6 then coalesce(l.breakdown_6, 'Unknown')
        when 7 then coalesce(l.breakdown_7, 'Unknown')
        else coalesce(l.breakdown_8, 'Unknown')
    end as breakdown_value,
    l.source,
    l.campaign_id,
    l.segment,
    l.exclusion,
    l.created_on,
    l.furthest_stage,
    l.outcome,
    l.opportunity_segment,
    l.won_amount,
    l.clock_on,
    l.is_followup_due,
    l.is_within_sla,
    l.response_source,
    l.response_minutes
from fct_lead as l
cross join config_lead_breakdowns as b
