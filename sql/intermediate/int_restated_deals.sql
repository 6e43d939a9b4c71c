/*
description: >-
    Deals that are others than the predecessor published, as they were and as they are, among those that
    either run counts in a month of a period in which a number of deals moved.
grain: one row per opportunity
unique_key: [opportunity_id]
version: 1
columns:
    opportunity_id: the CRM's id of the deal
    was_counted: whether the predecessor counted it
    is_counted: whether this run counts it
    old_segment: segment for the predecessor; NULL, as all else that is old, if it had no such deal
    new_segment: segment now; NULL, as all else that is new, if there is no such deal any more
    old_created_segment: segment by which it counted as created
    new_created_segment: segment by which it counts as created
    old_outcome: won, lost or open for the predecessor
    new_outcome: won, lost or open now
    was_no_decision: lost for the predecessor because the customer did not decide
    is_no_decision: lost because the customer did not decide
    old_created_on: local date of creation for the predecessor
    new_created_on: local date of creation now
    old_outcome_date: local date of the outcome for the predecessor
    new_outcome_date: local date of the outcome now
    was_cohort_won: won within the cohort's days for the predecessor
    is_cohort_won: won within the cohort's days
    old_amount: value for the predecessor, in the reporting currency
    new_amount: value now, in the reporting currency
    old_breakdown_1: value of the predecessor's first breakdown
    old_breakdown_2: value of the predecessor's second breakdown
    old_breakdown_3: value of the predecessor's third breakdown
    old_breakdown_4: value of the predecessor's fourth breakdown
    old_breakdown_5: value of the predecessor's fifth breakdown
    old_breakdown_6: value of the predecessor's sixth breakdown
    old_breakdown_7: value of the predecessor's seventh breakdown
    old_breakdown_8: value of the predecessor's eighth breakdown
    new_breakdown_1: value of the first configured breakdown
    new_breakdown_2: value of the second configured breakdown
    new_breakdown_3: value of the third configured breakdown
    new_breakdown_4: value of the fourth configured breakdown
    new_breakdown_5: value of the fifth configured breakdown
    new_breakdown_6: value of the sixth configured breakdown
    new_breakdown_7: value of the seventh configured breakdown
    new_breakdown_8: value of the eighth configured breakdown
*/
with months as (
    select distinct
        r.clock in ('created', 'cohort') as is_of_creation,
        cast(date_trunc('month', p.slice_start) as date) as month_start
    from int_restatements as r
    inner join config_periods as p on p.period_grain = r.period_grain and p.period_start = r.period_start
    where r.clock is not null
),

decided_months as (
    select month_start
    from months
    where not is_of_creation
),

created_months as (
    select month_start
    from months
    where is_of_creation
),

touched as (
    select o.opportunity_id
    from previous_fct_opportunity as o
    left join decided_months as d on d.month_start = cast(date_trunc('month', o.outcome_date) as date)
    left join created_months as c on c.month_start = cast(date_trunc('month', o.created_on) as date)
    where d.month_start is not null or c.month_start is not null
    union
    select o.opportunity_id
    from fct_opportunity as o
    left join decided_months as d on d.month_start = cast(date_trunc('month', o.outcome_date) as date)
    left join created_months as c on c.month_start = cast(date_trunc('month', o.created_on) as date)
    where d.month_start is not null or c.month_start is not null
),

old_deals as (
    select
        o.opportunity_id,
        o.segment,
        o.created_segment,
        o.is_counted,
        o.outcome,
        o.is_no_decision,
        o.created_on,
        o.outcome_date,
        o.is_cohort_won,
        o.amount,
        o.breakdown_1,
        o.breakdown_2,
        o.breakdown_3,
        o.breakdown_4,
        o.breakdown_5,
        o.breakdown_6,
        o.breakdown_7,
        o.breakdown_8
    from previous_fct_opportunity as o
    semi join touched as t on t.opportunity_id = o.opportunity_id
),

new_deals as (
    select
        o.opportunity_id,
        o.segment,
        o.created_segment,
        o.is_counted,
        o.outcome,
        o.is_no_decision,
        o.created_on,
        o.outcome_date,
        o.is_cohort_won,
        cast(o.amount as double) as amount,
        o.breakdown_1,
        o.breakdown_2,
        o.breakdown_3,
        o.breakdown_4,
        o.breakdown_5,
        o.breakdown_6,
        o.breakdown_7,
        o.breakdown_8
    from fct_opportunity as o
    semi join touched as t on t.opportunity_id = o.opportunity_id
)

select
    coalesce(n.opportunity_id, o.opportunity_id) as opportunity_id,
    coalesce(o.is_counted, false) as was_counted,
    coalesce(n.is_counted, false) as is_counted,
    o.segment as old_segment,
    n.segment as new_segment,
    o.created_segment as old_created_segment,
    n.created_segment as new_created_segment,
    o.outcome as old_outcome,
    n.outcome as new_outcome,
    o.is_no_decision as was_no_decision,
    n.is_no_decision,
    o.created_on as old_created_on,
    n.created_on as new_created_on,
    o.outcome_date as old_outcome_date,
    n.outcome_date as new_outcome_date,
    o.is_cohort_won as was_cohort_won,
    n.is_cohort_won,
    o.amount as old_amount,
    n.amount as new_amount,
    o.breakdown_1 as old_breakdown_1,
    o.breakdown_2 as old_breakdown_2,
    o.breakdown_3 as old_breakdown_3,
    o.breakdown_4 as old_breakdown_4,
    o.breakdown_5 as old_breakdown_5,
    o.breakdown_6 as old_breakdown_6,
    o.breakdown_7 as old_breakdown_7,
    o.breakdown_8 as old_breakdown_8,
    n.breakdown_1 as new_breakdown_1,
    n.breakdown_2 as new_breakdown_2,
    n.breakdown_3 as new_breakdown_3,
    n.breakdown_4 as new_breakdown_4,
    n.breakdown_5 as new_breakdown_5,
    n.breakdown_6 as new_breakdown_6,
    n.breakdown_7 as new_breakdown_7,
    n.breakdown_8 as new_breakdown_8
from new_deals as n
full join old_deals as o on o.opportunity_id = n.opportunity_id
where (coalesce(n.is_counted, false) or coalesce(o.is_counted, false))
    and (
        n.is_counted is distinct from o.is_counted
        or n.segment is distinct from o.segment
        or n.created_segment is distinct from o.created_segment
        or n.outcome is distinct from o.outcome
        or n.is_no_decision is distinct from o.is_no_decision
        or n.created_on is distinct from o.created_on
        or n.outcome_date is distinct from o.outcome_date
        or n.is_cohort_won is distinct from o.is_cohort_won
        or n.amount is distinct from o.amount
        or n.breakdown_1 is distinct from o.breakdown_1
        or n.breakdown_2 is distinct from o.breakdown_2
        or n.breakdown_3 is distinct from o.breakdown_3
        or n.breakdown_4 is distinct from o.breakdown_4
        or n.breakdown_5 is distinct from o.breakdown_5
        or n.breakdown_6 is distinct from o.breakdown_6
        or n.breakdown_7 is distinct from o.breakdown_7
        or n.breakdown_8 is distinct from o.breakdown_8
    )
