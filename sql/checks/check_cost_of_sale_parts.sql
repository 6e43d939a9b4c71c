/*
description: In the cost of sale, the segments of every period add up to All.
grain: one row
severity: block
version: 1
*/
with gaps as (
    select
        period_grain,
        period_start,
        sum(case when segment = 'All' then marketing_cost else -marketing_cost end) as marketing_cost,
        sum(case when segment = 'All' then sales_cost else -sales_cost end) as sales_cost,
        sum(case when segment = 'All' then other_cost else -other_cost end) as other_cost,
        sum(case when segment = 'All' then market_entry_cost else -market_entry_cost end) as market_entry_cost,
        sum(case when segment = 'All' then total_cost else -total_cost end) as total_cost,
        sum(case when segment = 'All' then direct_cost else -direct_cost end) as direct_cost,
        sum(case when segment = 'All' then allocated_cost else -allocated_cost end) as allocated_cost,
        sum(case when segment = 'All' then won_count else -won_count end) as won_count,
        sum(case when segment = 'All' then won_value else -won_value end) as won_value,
        sum(case when segment = 'All' then new_customer_count else -new_customer_count end) as new_customer_count,
        sum(case when segment = 'All' then unattributed_count else -unattributed_count end) as unattributed_count,
        sum(case when segment = 'All' then lead_count else -lead_count end) as lead_count,
        sum(case when segment = 'All' then mql_count else -mql_count end) as mql_count
    from rpt_cost_of_sale
    group by period_grain, period_start
),

gaps_found as (
    select
        concat_ws(' ', period_grain, cast(period_start as varchar)) as label,
        marketing_cost <> 0
            or sales_cost <> 0
            or other_cost <> 0
            or market_entry_cost <> 0
            or total_cost <> 0
            or direct_cost <> 0
            or allocated_cost <> 0
            or won_count <> 0
            or won_value <> 0
            or new_customer_count <> 0
            or unattributed_count <> 0
            or lead_count <> 0
            or mql_count <> 0 as is_broken
    from gaps
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from gaps_found
