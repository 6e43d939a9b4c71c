/*
description: >-
    The deals that won a new customer: the first won new-business deal of an account that was no
    customer before, by an earlier won deal of any kind, by customer_since, or, where that is
    unknown, by is_customer. Whatever has a date comes before a deal that has none.
grain: one row per account that became a customer
unique_key: [account_id]
version: 1
columns:
    account_id: the account
    opportunity_id: its first won new-business deal; ties go to the smallest id
    segment: the deal's segment
    outcome_date: local date on which it was won
*/
with won as (
    select
        o.account_id,
        o.opportunity_id,
        o.segment,
        o.outcome_date,
        o.is_new_business,
        row_number() over (
            partition by o.account_id
            order by o.is_new_business desc nulls last, o.outcome_date nulls last, o.opportunity_id nulls last
        ) as win_rank,
        min(o.outcome_date) over (partition by o.account_id) as first_won_on
    from int_opportunities as o
    where o.exclusion is null
        and o.outcome = 'won'
        and o.account_id is not null
)

select
    w.account_id,
    w.opportunity_id,
    w.segment,
    w.outcome_date
from won as w
left join stg_accounts as a on a.lookup_id = w.account_id
where w.is_new_business
    and w.win_rank = 1
    and not coalesce(w.first_won_on < w.outcome_date, w.first_won_on is not null)
    and not coalesce(case
        when a.customer_since is not null then coalesce(a.customer_since < w.outcome_date, true)
        else a.is_customer
    end, false)
