/*
description: >-
    Every opportunity with its segment, dates, outcome and the flags by which the reports count it,
    so that any number can be traced to its deals.
grain: one row per opportunity
unique_key: [opportunity_id]
version: 2
columns:
    opportunity_id: the CRM's id of the deal
    account_id: the account that buys, after merges
    owner_id: the person who sells
    pipeline: the pipeline whose process the deal follows; empty for the process of all other pipelines
    type: kind of deal
    lead_source: where the deal came from
    loss_reason: why it was lost
    competitor: who else was considered
    segment: >-
        first segment whose rule holds, else Unassigned; where segments are as of the anchor, on the outcome
        date, and while the deal is open at the as-of date
    created_segment: segment by which the deal counts as created
    breakdown_1: value of the first configured breakdown
    breakdown_2: value of the second configured breakdown
    breakdown_3: value of the third configured breakdown
    breakdown_4: value of the fourth configured breakdown
    breakdown_5: value of the fifth configured breakdown
    breakdown_6: value of the sixth configured breakdown
    breakdown_7: value of the seventh configured breakdown
    breakdown_8: value of the eighth configured breakdown
    exclusion: why the record is not counted (deleted, merged, rule, future); NULL if it is counted
    is_counted: whether the reports count the record
    outcome: won, lost or open at the as-of date
    is_no_decision: lost because the customer did not decide
    is_new_business: whether the deal can win a new customer
    is_new_customer: whether it is its account's first won new-business deal and the account was no customer before
    is_lead_sourced: whether a lead became the deal by the as-of date
    origin: who found the deal (marketing, sales, partner, unknown); NULL if it is not counted
    is_influenced: >-
        whether a campaign touched the deal before its outcome; NULL if it is not counted or nobody
        exports touches
    created_on: local date of creation
    qualified_on: local date of the first entry into any process step
    first_meeting_on: local date of the first meeting
    close_date: expected or actual close, a local date
    outcome_date: local date on which the outcome was reached; NULL if open or unknown
    outcome_date_source: history, snapshots (consecutive exports show it), close_date or modified_at
    cycle_days: days from creation to the outcome, also negative; NULL if open or undated
    qualified_cycle_days: days from the first process step to the outcome
    first_meeting_cycle_days: days from the first meeting to the outcome
    is_cohort_won: won within the cohort's days of its creation
    is_cohort_mature: created early enough to be judged
    furthest_step: furthest step of that process reached, by its place from 1; 0 for none
    reopen_count: times the deal came back from won or lost
    change_count: stage changes, repeated stages not counted
    currency: currency of the original amount
    original_amount: value as exported
    amount: value in the reporting currency
    has_no_rate: whether there is an amount that cannot be converted
    is_unvalued: won or lost without an amount, or lost with an amount of zero
    cost_of_goods: cost of what is sold in the reporting currency
    credited_amount: of the amount of a deal won, what is credited to those who share it; NULL if it is not counted
*/
select
    o.opportunity_id,
    o.account_id,
    o.owner_id,
    o.pipeline,
    o.type,
    o.lead_source,
    o.loss_reason,
    o.competitor,
    o.segment,
    coalesce(o.created_segment, o.segment) as created_segment,
    o.breakdown_1,
    o.breakdown_2,
    o.breakdown_3,
    o.breakdown_4,
    o.breakdown_5,
    o.breakdown_6,
    o.breakdown_7,
    o.breakdown_8,
    o.exclusion,
    o.exclusion is null as is_counted,
    o.outcome,
    o.is_no_decision,
    o.is_new_business,
    n.opportunity_id is not null as is_new_customer,
    coalesce(f.is_lead_sourced, false) as is_lead_sourced,
    f.origin,
    case when r.has_campaign_touch then f.is_influenced end as is_influenced,
    o.created_on,
    o.qualified_on,
    m.first_meeting_on,
    o.close_date,
    o.outcome_date,
    o.outcome_date_source,
    unix_date(o.outcome_date) - unix_date(o.created_on) as cycle_days,
    unix_date(o.outcome_date) - unix_date(o.qualified_on) as qualified_cycle_days,
    unix_date(o.outcome_date) - unix_date(m.first_meeting_on) as first_meeting_cycle_days,
    coalesce(
        o.outcome = 'won' and unix_date(o.outcome_date) - unix_date(o.created_on) between 0 and r.cohort_days, false
    ) as is_cohort_won,
    coalesce(o.created_on <= date_add(r.as_of, -r.cohort_days), false) as is_cohort_mature,
    o.furthest_step,
    o.reopen_count,
    o.change_count,
    o.currency,
    o.original_amount,
    o.amount,
    o.has_no_rate,
    o.outcome <> 'open' and (o.original_amount is null or (o.outcome = 'lost' and o.original_amount = 0)) as is_unvalued,
    o.cost_of_goods,
    case
        when o.exclusion is null and o.outcome = 'won'
            then cast(o.amount - cast(cast(coalesce(c.gap_cents, 0) as decimal(18, 0)) * 0.01 as decimal(18, 2)) as decimal(18, 2))
    end as credited_amount
from int_opportunities as o
cross join config_run as r
left join int_new_customers as n on n.opportunity_id = o.opportunity_id
left join int_opportunity_origins as f on f.opportunity_id = o.opportunity_id
left join int_first_meetings as m on m.opportunity_id = o.opportunity_id
-- one row of a deal says what its shares miss
left join int_opportunity_credits as c on c.opportunity_id = o.opportunity_id and c.gap_cents <> 0
