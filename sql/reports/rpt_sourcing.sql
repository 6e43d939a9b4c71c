/*
description: >-
    Pipeline by the date of its creation and wins by their outcome date, by who found the deal; beside
    them, not in addition, what a campaign touched before its outcome.
grain: one row per segment, period and origin
unique_key: [segment, period_grain, period_start, origin]
version: 2
columns:
    segment: >-
        go-to-market segment; All is every deal. Where segments are as of the anchor, deals count as created
        in the segment of that day and as decided in that of the outcome date
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    origin: marketing, sales, partner or unknown
    is_complete: whether the period had ended by the as-of date; never for all
    created_count: deals created in the period
    created_value: their value, in the reporting currency
    created_value_share: created_value / the value of all deals created in the period
    influenced_created_count: of the deals created, those that a campaign touched before their outcome
    influenced_created_value: their value
    won_count: deals won, by outcome date
    lost_count: deals lost, by outcome date, those without a decision included
    win_rate: won / (won + lost)
    win_rate_low: lower end of the 95 % Wilson interval of win_rate
    win_rate_high: upper end of the 95 % Wilson interval of win_rate
    is_small: whether won + lost is under 10
    won_value: value of the deals won
    won_value_share: won_value / the value of all deals won in the period
    influenced_won_count: of the deals won, those that a campaign touched before
    influenced_won_value: their value
*/
-- a slice is a month or, with weeks, the part of a week within a month; 1900-01-01 means undated and
-- reaches only the grain all
with facts as (
    select
        o.created_segment as segment,
        o.origin,
        case
            when o.created_on <= r.as_of
                then cast(greatest(date_trunc('month', o.created_on), case when r.has_weeks then date_trunc('week', o.created_on) end) as date)
            else date '1900-01-01'
        end as slice_start,
        count(*) as created_count,
        sum(o.amount) as created_value,
        count(case when o.is_influenced then 1 end) as influenced_created_count,
        sum(case when o.is_influenced then o.amount end) as influenced_created_value,
        cast(0 as bigint) as won_count,
        cast(0 as bigint) as lost_count,
        cast(null as decimal(38, 2)) as won_value,
        cast(0 as bigint) as influenced_won_count,
        cast(null as decimal(38, 2)) as influenced_won_value
    from fct_opportunity as o
    cross join config_run as r
    where o.is_counted
    group by all
    union all
    select
        o.segment,
        o.origin,
        coalesce(cast(greatest(date_trunc('month', o.outcome_date), case when r.has_weeks then date_trunc('week', o.outcome_date) end) as date), date '1900-01-01'),
        0,
        null,
        0,
        null,
        count(case when o.outcome = 'won' then 1 end),
        count(case when o.outcome = 'lost' then 1 end),
        sum(case when o.outcome = 'won' then o.amount end),
        count(case when o.outcome = 'won' and o.is_influenced then 1 end),
        sum(case when o.outcome = 'won' and o.is_influenced then o.amount end)
    from fct_opportunity as o
    cross join config_run as r
    where o.is_counted and o.outcome <> 'open'
    group by o.segment, o.origin, coalesce(cast(greatest(date_trunc('month', o.outcome_date), case when r.has_weeks then date_trunc('week', o.outcome_date) end) as date), date '1900-01-01')
),

rolled as (
    select
        case when grouping(f.segment) = 1 then 'All' else f.segment end as segment,
        p.period_grain,
        p.period_start,
        f.origin,
        cast(sum(f.created_count) as bigint) as created_count,
        cast(sum(f.created_value) as decimal(18, 2)) as created_value,
        cast(sum(f.influenced_created_count) as bigint) as influenced_created_count,
        cast(sum(f.influenced_created_value) as decimal(18, 2)) as influenced_created_value,
        cast(sum(f.won_count) as bigint) as won_count,
        cast(sum(f.lost_count) as bigint) as lost_count,
        cast(sum(f.won_value) as decimal(18, 2)) as won_value,
        cast(sum(f.influenced_won_count) as bigint) as influenced_won_count,
        cast(sum(f.influenced_won_value) as decimal(18, 2)) as influenced_won_value
    from facts as f
    inner join config_periods as p on p.slice_start = f.slice_start
    group by grouping sets (
        (f.segment, p.period_grain, p.period_start, f.origin),
        (p.period_grain, p.period_start, f.origin)
    )
),

-- dense: the segments and periods of the win rate
dense as (
    select
        w.segment,
        w.period_grain,
        w.period_start,
        s.origin,
        w.is_complete,
        coalesce(f.created_count, 0) as created_count,
        case when r.has_amount then coalesce(f.created_value, 0) end as created_value,
        case when r.has_campaign_touch then coalesce(f.influenced_created_count, 0) end as influenced_created_count,
        case when r.has_campaign_touch and r.has_amount then coalesce(f.influenced_created_value, 0) end as influenced_created_value,
        coalesce(f.won_count, 0) as won_count,
        coalesce(f.lost_count, 0) as lost_count,
        case when r.has_amount then coalesce(f.won_value, 0) end as won_value,
        case when r.has_campaign_touch then coalesce(f.influenced_won_count, 0) end as influenced_won_count,
        case when r.has_campaign_touch and r.has_amount then coalesce(f.influenced_won_value, 0) end as influenced_won_value,
        r.small_below,
        r.z
    from rpt_win_rate as w
    cross join config_origins as s
    cross join config_run as r
    left join rolled as f
        on f.segment = w.segment
        and f.period_grain = w.period_grain
        and f.period_start is not distinct from w.period_start
        and f.origin = s.origin
    where w.breakdown = 'none'
),

rates as (
    select
        *,
        sum(created_value) over (partition by segment, period_grain, period_start) as all_created_value,
        sum(won_value) over (partition by segment, period_grain, period_start) as all_won_value,
        cast(nullif(won_count + lost_count, 0) as double) as decided,
        cast(won_count as double) / cast(nullif(won_count + lost_count, 0) as double) as win_rate
    from dense
)

select
    segment,
    period_grain,
    period_start,
    origin,
    is_complete,
    created_count,
    created_value,
    cast(created_value as double) / nullif(cast(all_created_value as double), 0) as created_value_share,
    influenced_created_count,
    influenced_created_value,
    won_count,
    lost_count,
    win_rate,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * win_rate,
        (win_rate + z * z / (2 * decided) - z * sqrt(win_rate * (1 - win_rate) / decided + z * z / (4 * decided * decided)))
        / (1 + z * z / decided)
    ) as win_rate_low,
    least(
        1 + 0 * win_rate,
        (win_rate + z * z / (2 * decided) + z * sqrt(win_rate * (1 - win_rate) / decided + z * z / (4 * decided * decided)))
        / (1 + z * z / decided)
    ) as win_rate_high,
    won_count + lost_count < small_below as is_small,
    won_value,
    cast(won_value as double) / nullif(cast(all_won_value as double), 0) as won_value_share,
    influenced_won_count,
    influenced_won_value
from rates
