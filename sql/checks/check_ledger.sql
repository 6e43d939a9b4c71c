/*
description: >-
    What the segments bear is what the ledger says, to the cent, for every month and bucket, and in
    the cost of sale for every month.
grain: one row
severity: block
version: 1
needs: [cost]
*/
with signed as (
    select month_start, bucket, cents
    from int_cost_lines
    where cents is not null
    union all
    select month_start, bucket, -(direct_cents + allocated_cents)
    from int_costs
    union all
    select month_start, 'cost_of_sale', cents
    from int_cost_lines
    where cents is not null
    union all
    select period_start, 'cost_of_sale', -cast(total_cost * 100 as bigint)
    from rpt_cost_of_sale
    where segment = 'All' and period_grain = 'month'
),

compared as (
    select
        concat_ws(' ', cast(month_start as varchar), bucket) as label,
        sum(cents) <> 0 as is_broken
    from signed
    group by month_start, bucket
    union all
    select 'the whole ledger', coalesce(sum(cents), 0) <> 0
    from signed
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
