/*
description: Every opportunity once for each configured breakdown, and once for none.
grain: one row per opportunity and breakdown
unique_key: [opportunity_id, breakdown]
version: 2
view: true
columns:
    opportunity_id: the CRM's id of the deal
    breakdown: none, or the dimension
    breakdown_value: value of the dimension; empty for none, Unknown where the deal has no value
    segment: first segment whose rule holds, else Unassigned
    created_segment: segment by which the deal counts as created
    exclusion: why the record is not counted; NULL if it is counted
    created_on: local date of creation
    outcome: won, lost or open at the as-of date
    outcome_date: local date on which the outcome was reached
    is_no_decision: lost because the customer did not decide
    qualified_on: local date of the first entry into any process step
    amount: value in the reporting currency
    original_amount: value as exported
    has_no_rate: whether there is an amount that cannot be converted
*/
select
    o.opportunity_id,
    b.breakdown,
    case b.breakdown_order
        when 0 then ''
        when 1 then coalesce(o.breakdown_1, 'Unknown')
        when 2 then coalesce(o.breakdown_2, 'Unknown')
        when 3 then coalesce(o.breakdown_3, 'Unknown')
        when 4 then coalesce(o.breakdown_4, 'Unknown')
        when 5 then coalesce(o.breakdown_5, 'Unknown')
        when 6 then coalesce(o.breakdown_6, 'Unknown')
        when 7 then coalesce(o.breakdown_7, 'Unknown')
        else coalesce(o.breakdown_8, 'Unknown')
    end as breakdown_value,
    o.segment,
    coalesce(o.created_segment, o.segment) as created_segment,
    o.exclusion,
    o.created_on,
    o.outcome,
    o.outcome_date,
    o.is_no_decision,
    o.qualified_on,
    o.amount,
    o.original_amount,
    o.has_no_rate
from int_opportunities as o
cross join config_breakdowns as b
