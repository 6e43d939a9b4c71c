/*
description: >-
    What became of the leads of each source and campaign, by the date on which they were created, and
    what marketing spent on them. There is a row for each source and campaign that a segment has leads
    of, or spent on, in a period; the one in which both are unknown is always there, so that every
    segment and period has a row.
grain: one row per segment, period, breakdown value, source and campaign
unique_key: [segment, period_grain, period_start, breakdown, breakdown_value, source, campaign]
version: 2
columns:
    segment: the lead's segment; All is every lead
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    breakdown: none, or the dimension by which the row is broken down; only dimensions that leads have
    breakdown_value: value of the dimension; empty for none
    source: where the leads came from; unknown where the CRM does not say
    campaign: id of the campaign that brought them; unknown where the CRM does not say
    campaign_name: name of the campaign; its id where the CRM does not say
    is_complete: whether the period had ended by the as-of date; never for all
    lead_count: leads created in the period
    mql_count: of these, leads that marketing called qualified, or that came further
    sql_count: of these, leads that were converted
    won_count: of these, leads whose deal is won
    mql_rate: mql_count / lead_count
    mql_rate_low: lower end of the 95 % Wilson interval of mql_rate
    mql_rate_high: upper end of the 95 % Wilson interval of mql_rate
    sql_rate: sql_count / lead_count
    sql_rate_low: lower end of the 95 % Wilson interval of sql_rate
    sql_rate_high: upper end of the 95 % Wilson interval of sql_rate
    won_rate: won_count / lead_count
    won_rate_low: lower end of the 95 % Wilson interval of won_rate
    won_rate_high: upper end of the 95 % Wilson interval of won_rate
    is_small: whether lead_count is under 10
    is_mature: whether every lead of the row has had the cohort's days
    won_value: value of the deals won, each credited to the lead that was converted first
    value_per_lead: won_value / lead_count
    marketing_cost: >-
        marketing cost of the ledger's lines that name the campaign, by the month of the ledger; NULL in
        weeks, in breakdowns and where the campaign is unknown
    cost_per_lead: marketing_cost / lead_count
    segment_moved_count: leads whose deal is in another segment
*/
with facts as (
    select
        l.segment,
        l.breakdown,
        l.breakdown_value,
        l.source,
        coalesce(l.campaign_id, 'unknown') as campaign,
        cast(greatest(date_trunc('month', l.created_on), case when r.has_weeks then date_trunc('week', l.created_on) end) as date) as slice_start,
        count(*) as lead_count,
        count(case when l.furthest_stage >= 2 then 1 end) as mql_count,
        count(case when l.furthest_stage >= 4 then 1 end) as sql_count,
        count(case when l.outcome = 'won' then 1 end) as won_count,
        sum(l.won_amount) as won_value,
        count(case when l.opportunity_segment <> l.segment then 1 end) as segment_moved_count,
        max(l.created_on) as youngest_on,
        cast(0 as bigint) as cents
    from int_lead_breakdowns as l
    cross join config_run as r
    where l.exclusion is null
    group by all
    union all
    select
        segment,
        'none',
        '',
        source,
        campaign_id,
        month_start,
        0,
        0,
        0,
        0,
        cast(null as decimal(38, 2)),
        0,
        cast(null as date),
        cents
    from int_campaign_costs
),

rolled as (
    select
        case when grouping(f.segment) = 1 then 'All' else f.segment end as segment,
        p.period_grain,
        p.period_start,
        f.breakdown,
        f.breakdown_value,
        f.source,
        f.campaign,
        cast(sum(f.lead_count) as bigint) as lead_count,
        cast(sum(f.mql_count) as bigint) as mql_count,
        cast(sum(f.sql_count) as bigint) as sql_count,
        cast(sum(f.won_count) as bigint) as won_count,
        cast(sum(f.won_value) as decimal(18, 2)) as won_value,
        cast(sum(f.segment_moved_count) as bigint) as segment_moved_count,
        max(f.youngest_on) as youngest_on,
        cast(sum(f.cents) as bigint) as cents
    from facts as f
    inner join config_periods as p on p.slice_start = f.slice_start
    -- the ledger knows no weeks
    where p.period_grain <> 'week' or f.lead_count > 0
    group by grouping sets (
        (f.segment, p.period_grain, p.period_start, f.breakdown, f.breakdown_value, f.source, f.campaign),
        (p.period_grain, p.period_start, f.breakdown, f.breakdown_value, f.source, f.campaign)
    )
),

first_slice as (
    select min(slice_start) as slice_start
    from facts
),

periods as (
    select distinct
        p.period_grain,
        p.period_start,
        p.period_end
    from config_periods as p
    cross join first_slice as f
    where p.slice_start >= f.slice_start or p.period_grain = 'all'
),

members as (
    select segment, period_grain, period_start, breakdown, breakdown_value, source, campaign
    from rolled
    union
    select s.segment, p.period_grain, p.period_start, 'none', '', 'unknown', 'unknown'
    from config_segments as s
    cross join periods as p
),

steps as (
    select bool_and(is_available) as has_conversion
    from config_funnel_steps
    where stage = 4
),

dense as (
    select
        m.segment,
        m.period_grain,
        m.period_start,
        m.breakdown,
        m.breakdown_value,
        m.source,
        m.campaign,
        coalesce(c.name, m.campaign) as campaign_name,
        coalesce(p.period_end <= r.as_of, false) as is_complete,
        case when r.has_lead then coalesce(f.lead_count, 0) end as lead_count,
        case when r.has_lead and r.has_mql then coalesce(f.mql_count, 0) end as mql_count,
        case when r.has_lead and t.has_conversion then coalesce(f.sql_count, 0) end as sql_count,
        case when r.has_lead and t.has_conversion then coalesce(f.won_count, 0) end as won_count,
        cast(nullif(f.lead_count, 0) as double) as n,
        case
            when m.period_grain = 'all' then coalesce(date_add(f.youngest_on, r.cohort_days) <= r.as_of, false)
            else coalesce(date_add(p.period_end, r.cohort_days) <= r.as_of, false)
        end as is_mature,
        case when r.has_lead and t.has_conversion and r.has_amount then coalesce(f.won_value, 0) end as won_value,
        case
            when r.has_cost and m.breakdown = 'none' and m.campaign <> 'unknown' and m.period_grain <> 'week'
                then cast(cast(coalesce(f.cents, 0) as decimal(18, 0)) * 0.01 as decimal(18, 2))
        end as marketing_cost,
        case when r.has_lead and t.has_conversion then coalesce(f.segment_moved_count, 0) end as segment_moved_count,
        r.small_below,
        r.z
    from members as m
    inner join periods as p
        on p.period_grain = m.period_grain
        and p.period_start is not distinct from m.period_start
    cross join config_run as r
    cross join steps as t
    left join stg_campaigns as c on c.campaign_id = m.campaign
    left join rolled as f
        on f.segment = m.segment
        and f.period_grain = m.period_grain
        and f.period_start is not distinct from m.period_start
        and f.breakdown = m.breakdown
        and f.breakdown_value = m.breakdown_value
        and f.source = m.source
        and f.campaign = m.campaign
),

rates as (
    select
        *,
        cast(mql_count as double) / n as mql_rate,
        cast(sql_count as double) / n as sql_rate,
        cast(won_count as double) / n as won_rate
    from dense
)

select
    segment,
    period_grain,
    period_start,
    breakdown,
    breakdown_value,
    source,
    campaign,
    campaign_name,
    is_complete,
    lead_count,
    mql_count,
    sql_count,
    won_count,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    mql_rate,
    greatest(
        0 * mql_rate,
        (mql_rate + z * z / (2 * n) - z * sqrt(mql_rate * (1 - mql_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as mql_rate_low,
    least(
        1 + 0 * mql_rate,
        (mql_rate + z * z / (2 * n) + z * sqrt(mql_rate * (1 - mql_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as mql_rate_high,
    sql_rate,
    greatest(
        0 * sql_rate,
        (sql_rate + z * z / (2 * n) - z * sqrt(sql_rate * (1 - sql_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as sql_rate_low,
    least(
        1 + 0 * sql_rate,
        (sql_rate + z * z / (2 * n) + z * sqrt(sql_rate * (1 - sql_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as sql_rate_high,
    won_rate,
    greatest(
        0 * won_rate,
        (won_rate + z * z / (2 * n) - z * sqrt(won_rate * (1 - won_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as won_rate_low,
    least(
        1 + 0 * won_rate,
        (won_rate + z * z / (2 * n) + z * sqrt(won_rate * (1 - won_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as won_rate_high,
    coalesce(lead_count < small_below, true) as is_small,
    is_mature,
    won_value,
    cast(won_value as double) / n as value_per_lead,
    marketing_cost,
    cast(marketing_cost as double) / n as cost_per_lead,
    segment_moved_count
from rates
