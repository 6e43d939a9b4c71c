/*
description: >-
    What marketing and sales cost, what they won for it, and what a new customer, a lead and a
    qualified lead cost, by month of the ledger, outcome date of wins and creation date of leads.
grain: one row per segment and period; no weeks, since the ledger is monthly
unique_key: [segment, period_grain, period_start]
version: 2
columns:
    segment: go-to-market segment; All is the whole company
    period_grain: month, quarter, year (fiscal) or all
    period_start: first day of the period; NULL for all
    is_complete: whether the period had ended by the as-of date; never for all
    marketing_cost: cost of the marketing categories
    sales_cost: cost of the sales categories
    other_cost: cost of all other categories
    market_entry_cost: cost of entering a market, whatever its category
    total_cost: sum of the four
    direct_cost: part of the total that lines name a segment or a campaign for
    allocated_cost: part of the total that is shared by a driver
    won_count: deals won
    won_value: value of the deals won
    cost_of_sale_ratio: total_cost / won_value
    cost_per_won: total_cost / won_count
    new_customer_count: accounts whose first won new-business deal falls in the period and that were no customers before
    unattributed_count: won new-business deals without an account
    cac: total_cost / new_customer_count
    lead_count: leads created
    mql_count: leads created that marketing has qualified by the as-of date
    cost_per_lead: marketing_cost / lead_count
    cost_per_mql: marketing_cost / mql_count
    cost_of_goods: cost of the goods of the deals won; NULL unless all of them carry one
    margin_value: won_value - cost_of_goods - total_cost; NULL unless all won deals carry a cost of goods
    margin_ratio: margin_value / won_value
    lag_months: the segment's median won cycle up to the as-of date in months of 30.4375 days, rounded half up
    lagged_cost: total cost of the months that lie lag_months earlier; NULL if one of them lies before the ledger begins
    strategy: how the company goes to market in the segment; NULL for All and Unassigned, and where the configuration does not say
    motion: how the segment is sold to; NULL likewise
    number_owner: who answers for the segment's number; NULL likewise
*/
with lags as (
    select
        segment,
        cast(floor(median_days / 30.4375e0 + 0.5e0) as integer) as lag_months
    from rpt_sales_cycle
    where period_grain = 'all'
        and breakdown = 'none'
        and anchor = 'created'
        and outcome = 'won'
),

costs as (
    select
        case when grouping(segment) = 1 then 'All' else segment end as segment,
        month_start,
        cast(sum(case when bucket = 'marketing' then direct_cents + allocated_cents else 0 end) as bigint) as marketing_cents,
        cast(sum(case when bucket = 'sales' then direct_cents + allocated_cents else 0 end) as bigint) as sales_cents,
        cast(sum(case when bucket = 'other' then direct_cents + allocated_cents else 0 end) as bigint) as other_cents,
        cast(sum(case when bucket = 'market_entry' then direct_cents + allocated_cents else 0 end) as bigint) as market_entry_cents,
        cast(sum(direct_cents) as bigint) as direct_cents,
        cast(sum(allocated_cents) as bigint) as allocated_cents
    from int_costs
    group by grouping sets ((segment, month_start), (month_start))
),

wins as (
    select
        case when grouping(o.segment) = 1 then 'All' else o.segment end as segment,
        coalesce(cast(date_trunc('month', o.outcome_date) as date), date '1900-01-01') as month_start,
        count(*) as won_count,
        sum(o.amount) as won_value,
        count(case when o.is_new_business and o.account_id is null then 1 end) as unattributed_count,
        sum(o.cost_of_goods) as cost_of_goods,
        count(o.cost_of_goods) as cost_of_goods_count
    from int_opportunities as o
    where o.exclusion is null and o.outcome = 'won'
    group by grouping sets (
        (o.segment, coalesce(cast(date_trunc('month', o.outcome_date) as date), date '1900-01-01')),
        (coalesce(cast(date_trunc('month', o.outcome_date) as date), date '1900-01-01'))
    )
),

new_customers as (
    select
        case when grouping(segment) = 1 then 'All' else segment end as segment,
        coalesce(cast(date_trunc('month', outcome_date) as date), date '1900-01-01') as month_start,
        count(*) as new_customer_count
    from int_new_customers
    group by grouping sets (
        (segment, coalesce(cast(date_trunc('month', outcome_date) as date), date '1900-01-01')),
        (coalesce(cast(date_trunc('month', outcome_date) as date), date '1900-01-01'))
    )
),

leads as (
    select
        case when grouping(l.segment) = 1 then 'All' else l.segment end as segment,
        cast(date_trunc('month', l.created_on) as date) as month_start,
        count(*) as lead_count,
        count(l.mql_on) as mql_count
    from fct_lead as l
    where l.exclusion is null
    group by grouping sets (
        (l.segment, cast(date_trunc('month', l.created_on) as date)),
        (cast(date_trunc('month', l.created_on) as date))
    )
),

bounds as (
    select
        (select min(month_start) from int_cost_lines where cents is not null) as ledger_begins,
        min(month_start) as first_month
    from (
        select month_start from int_cost_lines where cents is not null
        union all
        select month_start from leads
        union all
        select cast(date_trunc('month', least(min(created_on), min(outcome_date))) as date) from int_opportunities where exclusion is null
    ) as months
),

-- every segment and month, the month of undated wins among them
months as (
    select
        s.segment,
        m.month_start,
        l.lag_months,
        coalesce(c.marketing_cents, 0) as marketing_cents,
        coalesce(c.sales_cents, 0) as sales_cents,
        coalesce(c.other_cents, 0) as other_cents,
        coalesce(c.market_entry_cents, 0) as market_entry_cents,
        coalesce(c.direct_cents, 0) as direct_cents,
        coalesce(c.allocated_cents, 0) as allocated_cents,
        coalesce(w.won_count, 0) as won_count,
        coalesce(w.won_value, 0) as won_value,
        coalesce(w.unattributed_count, 0) as unattributed_count,
        coalesce(n.new_customer_count, 0) as new_customer_count,
        coalesce(w.cost_of_goods, 0) as cost_of_goods,
        coalesce(w.cost_of_goods_count, 0) as cost_of_goods_count,
        coalesce(d.lead_count, 0) as lead_count,
        coalesce(d.mql_count, 0) as mql_count,
        coalesce(g.direct_cents, 0) + coalesce(g.allocated_cents, 0) as lagged_cents
    from config_segments as s
    cross join bounds as b
    cross join (
        select distinct coalesce(period_start, date '1900-01-01') as month_start
        from config_periods
        where period_grain in ('month', 'all')
    ) as m
    left join lags as l on l.segment = s.segment
    left join costs as c on c.segment = s.segment and c.month_start = m.month_start
    left join wins as w on w.segment = s.segment and w.month_start = m.month_start
    left join new_customers as n on n.segment = s.segment and n.month_start = m.month_start
    left join leads as d on d.segment = s.segment and d.month_start = m.month_start
    left join costs as g on g.segment = s.segment and g.month_start = add_months(m.month_start, -l.lag_months)
    where m.month_start >= b.first_month or m.month_start = date '1900-01-01'
),

rolled as (
    select
        f.segment,
        p.period_grain,
        p.period_start,
        p.period_end,
        max(f.lag_months) as lag_months,
        cast(sum(f.marketing_cents) as bigint) as marketing_cents,
        cast(sum(f.sales_cents) as bigint) as sales_cents,
        cast(sum(f.other_cents) as bigint) as other_cents,
        cast(sum(f.market_entry_cents) as bigint) as market_entry_cents,
        cast(sum(f.direct_cents) as bigint) as direct_cents,
        cast(sum(f.allocated_cents) as bigint) as allocated_cents,
        cast(sum(f.won_count) as bigint) as won_count,
        cast(sum(f.won_value) as decimal(18, 2)) as won_value,
        cast(sum(f.unattributed_count) as bigint) as unattributed_count,
        cast(sum(f.new_customer_count) as bigint) as new_customer_count,
        cast(sum(f.cost_of_goods) as decimal(18, 2)) as cost_of_goods,
        cast(sum(f.cost_of_goods_count) as bigint) as cost_of_goods_count,
        cast(sum(f.lead_count) as bigint) as lead_count,
        cast(sum(f.mql_count) as bigint) as mql_count,
        cast(sum(f.lagged_cents) as bigint) as lagged_cents
    from months as f
    inner join config_periods as p on p.slice_start = f.month_start
    where p.period_grain <> 'week'
    group by f.segment, p.period_grain, p.period_start, p.period_end
),

goods as (
    select sum(cost_of_goods_count) as carrier_count
    from wins
    where segment = 'All'
),

amounts as (
    select
        f.segment,
        f.period_grain,
        f.period_start,
        coalesce(f.period_end <= r.as_of, false) as is_complete,
        case when r.has_cost then cast(cast(f.marketing_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) end as marketing_cost,
        case when r.has_cost then cast(cast(f.sales_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) end as sales_cost,
        case when r.has_cost then cast(cast(f.other_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) end as other_cost,
        case when r.has_cost then cast(cast(f.market_entry_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) end as market_entry_cost,
        case when r.has_cost then cast(cast(f.direct_cents + f.allocated_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) end as total_cost,
        case when r.has_cost then cast(cast(f.direct_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) end as direct_cost,
        case when r.has_cost then cast(cast(f.allocated_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) end as allocated_cost,
        f.won_count,
        case when r.has_amount then f.won_value end as won_value,
        case when r.has_account_id then f.new_customer_count end as new_customer_count,
        f.unattributed_count,
        case when r.has_lead then f.lead_count end as lead_count,
        case when r.has_lead and r.has_mql_at then f.mql_count end as mql_count,
        case when g.carrier_count > 0 and f.cost_of_goods_count = f.won_count then f.cost_of_goods end as cost_of_goods,
        f.lag_months,
        -- the first month of the period is the first to lie before the ledger
        case
            when r.has_cost and add_months(coalesce(f.period_start, b.first_month), -f.lag_months) >= b.ledger_begins
                then cast(cast(f.lagged_cents as decimal(18, 0)) * 0.01 as decimal(18, 2))
        end as lagged_cost,
        s.strategy,
        s.motion,
        s.number_owner
    from rolled as f
    left join config_segments as s on s.segment = f.segment
    cross join config_run as r
    cross join goods as g
    cross join bounds as b
),

margins as (
    select
        *,
        cast(won_value - cost_of_goods - total_cost as decimal(18, 2)) as margin_value
    from amounts
)

select
    segment,
    period_grain,
    period_start,
    is_complete,
    marketing_cost,
    sales_cost,
    other_cost,
    market_entry_cost,
    total_cost,
    direct_cost,
    allocated_cost,
    won_count,
    won_value,
    cast(total_cost as double) / nullif(cast(won_value as double), 0) as cost_of_sale_ratio,
    cast(total_cost as double) / nullif(cast(won_count as double), 0) as cost_per_won,
    new_customer_count,
    unattributed_count,
    cast(total_cost as double) / nullif(cast(new_customer_count as double), 0) as cac,
    lead_count,
    mql_count,
    cast(marketing_cost as double) / nullif(cast(lead_count as double), 0) as cost_per_lead,
    cast(marketing_cost as double) / nullif(cast(mql_count as double), 0) as cost_per_mql,
    cost_of_goods,
    margin_value,
    cast(margin_value as double) / nullif(cast(won_value as double), 0) as margin_ratio,
    lag_months,
    lagged_cost,
    strategy,
    motion,
    number_owner
from margins
