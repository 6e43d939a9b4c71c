/*
description: >-
    In lead_quality the segments add up to All, the values of every breakdown to the row without one,
    the sources and campaigns to the funnel, and the costs to what the ledger's lines name campaigns for.
grain: one row
severity: block
version: 1
needs: [lead]
*/
with dimensions as (
    select breakdown
    from config_lead_breakdowns
    where breakdown <> 'none'
),

signed_breakdowns as (
    select d.breakdown, q.segment, q.period_grain, q.period_start, q.source, q.campaign, q.lead_count, q.won_count, q.won_value
    from rpt_lead_quality as q
    cross join dimensions as d
    where q.breakdown = 'none'
    union all
    select breakdown, segment, period_grain, period_start, source, campaign, -lead_count, -won_count, -won_value
    from rpt_lead_quality
    where breakdown <> 'none'
),

signed_funnel as (
    select segment, period_grain, period_start, lead_count, mql_count, sql_count, won_count
    from rpt_lead_quality
    where breakdown = 'none'
    union all
    select
        segment,
        period_grain,
        period_start,
        case when step = 'Lead' then -entered_count else 0 end,
        case when step = 'MQL' then -entered_count else 0 end,
        case when step = 'SQL' then -entered_count else 0 end,
        case when step = 'Won' then -entered_count else 0 end
    from rpt_funnel
),

signed_costs as (
    select period_start as month_start, cast(marketing_cost * 100 as bigint) as cents
    from rpt_lead_quality
    where segment = 'All' and period_grain = 'month' and breakdown = 'none'
    union all
    select month_start, -cents
    from int_cost_lines
    where bucket = 'marketing' and named_campaign_id is not null and cents is not null
),

compared as (
    select
        concat_ws(' ', 'All', period_grain, cast(period_start as varchar), breakdown, breakdown_value, source, campaign) as label,
        sum(case when segment = 'All' then lead_count else -lead_count end) <> 0
            or coalesce(sum(case when segment = 'All' then mql_count else -mql_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then sql_count else -sql_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then won_count else -won_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then won_value else -won_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then marketing_cost else -marketing_cost end) <> 0, false) as is_broken
    from rpt_lead_quality
    group by period_grain, period_start, breakdown, breakdown_value, source, campaign
    union all
    select
        concat_ws(' ', 'breakdown', segment, period_grain, cast(period_start as varchar), breakdown, source, campaign),
        sum(lead_count) <> 0 or coalesce(sum(won_count) <> 0 or sum(won_value) <> 0, false)
    from signed_breakdowns
    group by segment, period_grain, period_start, breakdown, source, campaign
    union all
    select
        concat_ws(' ', 'funnel', segment, period_grain, cast(period_start as varchar)),
        sum(lead_count) <> 0
            or coalesce(sum(mql_count) <> 0, false)
            or coalesce(sum(sql_count) <> 0, false)
            or coalesce(sum(won_count) <> 0, false)
    from signed_funnel
    group by segment, period_grain, period_start
    union all
    select
        concat_ws(' ', 'cost', cast(month_start as varchar)),
        coalesce(sum(cents) <> 0, false)
    from signed_costs
    group by month_start
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
