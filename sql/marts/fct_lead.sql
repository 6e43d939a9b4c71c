/*
description: >-
    Every lead with its segment, dates and the flags by which the reports count it, so that any
    number can be traced to its leads.
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
    exclusion: why the record is not counted (deleted, merged, rule, future); NULL if it is counted
    is_counted: whether the reports count the record
    created_on: local date of creation
    mql_on: local date on which marketing called it qualified
    accepted_on: local date on which sales accepted it
    rejected_on: local date on which sales rejected it
    converted_on: local date of conversion
    is_rejected: whether sales rejected it
    opportunity_id: the counted deal that it became
    opportunity_segment: the segment of that deal
    is_segment_moved: whether the deal is in another segment than the lead
    outcome: outcome of that deal at the as-of date
    outcome_date: local date of that outcome
    furthest_stage: furthest funnel stage, by number
    furthest_step: furthest funnel stage, by name
    strict_stage: last stage up to which every stage was observed, in order
    amount: value of the deal in the reporting currency, where it is credited to this lead
*/
select
    l.lead_id,
    l.source,
    l.campaign_id,
    l.owner_id,
    l.segment,
    l.exclusion,
    l.exclusion is null as is_counted,
    l.created_on,
    l.mql_on,
    l.accepted_on,
    l.rejected_on,
    l.converted_on,
    l.is_rejected,
    l.opportunity_id,
    l.opportunity_segment,
    coalesce(l.opportunity_segment <> l.segment, false) as is_segment_moved,
    l.outcome,
    l.outcome_date,
    l.furthest_stage,
    s.step as furthest_step,
    l.strict_stage,
    l.amount
from int_leads as l
left join config_funnel_steps as s on s.stage = l.furthest_stage
