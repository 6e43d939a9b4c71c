/*
description: >-
    What the deals of a lead come to. One of them stands for the lead: a won one before an open one
    before a lost one, and among those the one that got furthest, then the one created on the earlier day,
    then the one with the smaller id.
grain: one row per lead with a counted deal
unique_key: [lead_id]
version: 2
view: true
needs: [lead]
columns:
    lead_id: the lead
    opportunity_id: the deal that stands for it
    segment: that deal's segment
    pipeline: the pipeline whose process that deal follows; empty for the process of all other pipelines
    outcome: that deal's outcome at the as-of date
    outcome_date: local date of that outcome
    qualified_on: local date of that deal's first entry into any process step
    furthest_step: furthest step of that process that any of the deals reached
    strict_step: last step up to which that deal's history shows every step in order
    created_on: local date on which the first of the deals was created
    amount: value of the deals that are credited to the lead; NULL if there is none
    won_amount: value of those of them that are won
*/
-- only leads of the extract of links can have several deals
with several as (
    select
        c.lead_id,
        c.opportunity_id,
        c.segment,
        c.pipeline,
        c.outcome,
        c.outcome_date,
        c.qualified_on,
        c.strict_step,
        max(c.furthest_step) over (partition by c.lead_id, c.pipeline) as furthest_step,
        min(c.created_on) over (partition by c.lead_id) as created_on,
        sum(case when c.is_first then c.amount end) over (partition by c.lead_id) as amount,
        sum(case when c.is_first and c.outcome = 'won' then c.amount end) over (partition by c.lead_id) as won_amount,
        row_number() over (
            partition by c.lead_id
            order by
                case c.outcome when 'won' then 1 when 'open' then 2 else 3 end nulls last,
                c.furthest_step desc nulls last,
                c.created_on nulls last,
                c.opportunity_id nulls last
        ) as place
    from int_conversions as c
    semi join stg_lead_opportunities as x on x.lead_id = c.lead_id
)

select
    c.lead_id,
    c.opportunity_id,
    c.segment,
    c.pipeline,
    c.outcome,
    c.outcome_date,
    c.qualified_on,
    c.furthest_step,
    c.strict_step,
    c.created_on,
    case when c.is_first then c.amount end as amount,
    case when c.is_first and c.outcome = 'won' then c.amount end as won_amount
from int_conversions as c
anti join stg_lead_opportunities as x on x.lead_id = c.lead_id
union all
select
    s.lead_id,
    s.opportunity_id,
    s.segment,
    s.pipeline,
    s.outcome,
    s.outcome_date,
    s.qualified_on,
    s.furthest_step,
    s.strict_step,
    s.created_on,
    cast(s.amount as decimal(18, 2)) as amount,
    cast(s.won_amount as decimal(18, 2)) as won_amount
from several as s
where s.place = 1
