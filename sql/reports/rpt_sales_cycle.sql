/*
description: >-
    Days from an anchor to the outcome, by outcome date. Percentiles interpolate linearly between the
    two nearest deals. The censored median also counts open deals, up to the as-of date (Kaplan and
    Meier 1958, Journal of the American Statistical Association 53, 457-481).
grain: one row per segment, period, breakdown value, anchor and outcome
unique_key: [segment, period_grain, period_start, breakdown, breakdown_value, anchor, outcome]
version: 1
columns:
    segment: go-to-market segment; All is every deal
    period_grain: month, quarter, year (fiscal) or all
    period_start: first day of the period; NULL for all
    breakdown: none, or the dimension by which the row is broken down
    breakdown_value: value of the dimension; empty for none
    anchor: created, qualified (first entry into any process step) or first_meeting (first completed meeting)
    outcome: won, lost or any
    is_complete: whether the period had ended by the as-of date; never for all
    deal_count: deals with the outcome in the period
    measured_count: deals with a cycle of zero days or more; NULL where the anchor's extract is missing
    missing_count: deals without the anchor's date or the outcome's; NULL where the extract is missing
    negative_count: deals whose outcome lies before the anchor; NULL where the extract is missing
    mean_days: mean of the measured cycles
    median_days: median of the measured cycles
    p25_days: first quartile of the measured cycles
    p90_days: ninth decile of the measured cycles
    is_small: whether measured_count is under 10
    median_days_censored: >-
        smallest day on which the Kaplan-Meier share of deals still open is at most one half; only for
        the outcome any in grain all; NULL where it is not reached
*/
with anchors as (
    select 'created' as anchor
    union all
    select 'qualified'
    union all
    select 'first_meeting'
),

outcomes as (
    select 'won' as outcome
    union all
    select 'lost'
    union all
    select 'any'
),

-- one row per month and number of days: every figure is read off these counts
facts as (
    select
        o.segment,
        o.breakdown,
        o.breakdown_value,
        a.anchor,
        o.outcome,
        coalesce(cast(date_trunc('month', o.outcome_date) as date), date '1900-01-01') as month_start,
        unix_date(case when o.outcome = 'open' then r.as_of else o.outcome_date end)
        - unix_date(case a.anchor when 'created' then o.created_on when 'qualified' then o.qualified_on else m.first_meeting_on end) as days,
        count(*) as deal_count
    from int_opportunity_breakdowns as o
    left join int_first_meetings as m on m.opportunity_id = o.opportunity_id
    cross join anchors as a
    cross join config_run as r
    where o.exclusion is null
    group by
        o.segment,
        o.breakdown,
        o.breakdown_value,
        a.anchor,
        o.outcome,
        coalesce(cast(date_trunc('month', o.outcome_date) as date), date '1900-01-01'),
        unix_date(case when o.outcome = 'open' then r.as_of else o.outcome_date end)
        - unix_date(case a.anchor when 'created' then o.created_on when 'qualified' then o.qualified_on else m.first_meeting_on end)
),

rolled as (
    select
        case when grouping(f.segment) = 1 then 'All' else f.segment end as segment,
        f.breakdown,
        f.breakdown_value,
        f.anchor,
        p.period_grain,
        p.period_start,
        case when grouping(f.outcome) = 1 then 'any' else f.outcome end as outcome,
        f.days,
        cast(sum(f.deal_count) as bigint) as deal_count
    from facts as f
    inner join config_periods as p on p.month_start = f.month_start
    where f.outcome <> 'open'
    group by grouping sets (
        (f.segment, f.breakdown, f.breakdown_value, f.anchor, p.period_grain, p.period_start, f.outcome, f.days),
        (f.segment, f.breakdown, f.breakdown_value, f.anchor, p.period_grain, p.period_start, f.days),
        (f.breakdown, f.breakdown_value, f.anchor, p.period_grain, p.period_start, f.outcome, f.days),
        (f.breakdown, f.breakdown_value, f.anchor, p.period_grain, p.period_start, f.days)
    )
),

ranked as (
    select
        segment,
        breakdown,
        breakdown_value,
        anchor,
        period_grain,
        period_start,
        outcome,
        days,
        deal_count,
        case when days >= 0 then deal_count else 0 end as measured,
        cast(sum(case when days >= 0 then deal_count else 0 end) over (
            partition by segment, breakdown, breakdown_value, anchor, period_grain, period_start, outcome
            order by days nulls first
            rows between unbounded preceding and current row
        ) as bigint) as upto,
        cast(sum(case when days >= 0 then deal_count else 0 end) over (
            partition by segment, breakdown, breakdown_value, anchor, period_grain, period_start, outcome
        ) as bigint) as total
    from rolled
),

cycles as (
    select
        segment,
        breakdown,
        breakdown_value,
        anchor,
        period_grain,
        period_start,
        outcome,
        cast(sum(deal_count) as bigint) as deal_count,
        max(total) as measured_count,
        cast(sum(case when days is null then deal_count else 0 end) as bigint) as missing_count,
        cast(sum(case when days < 0 then deal_count else 0 end) as bigint) as negative_count,
        cast(sum(days * measured) as bigint) as total_days,
        min(case when measured > 0 and upto > floor((total - 1) * 0.25e0) then days end) as p25_low,
        min(case when measured > 0 and upto > ceil((total - 1) * 0.25e0) then days end) as p25_high,
        min(case when measured > 0 and upto > floor((total - 1) * 0.5e0) then days end) as p50_low,
        min(case when measured > 0 and upto > ceil((total - 1) * 0.5e0) then days end) as p50_high,
        min(case when measured > 0 and upto > floor((total - 1) * 0.9e0) then days end) as p90_low,
        min(case when measured > 0 and upto > ceil((total - 1) * 0.9e0) then days end) as p90_high
    from ranked
    group by segment, breakdown, breakdown_value, anchor, period_grain, period_start, outcome
),

-- the censored median: open deals leave the risk set at the as-of date without an outcome
observed as (
    select
        case when grouping(segment) = 1 then 'All' else segment end as segment,
        breakdown,
        breakdown_value,
        anchor,
        days,
        cast(sum(deal_count) as bigint) as deal_count,
        cast(sum(case when outcome <> 'open' then deal_count else 0 end) as bigint) as closed_count
    from facts
    where days >= 0
    group by grouping sets (
        (segment, breakdown, breakdown_value, anchor, days),
        (breakdown, breakdown_value, anchor, days)
    )
),

risk as (
    select
        segment,
        breakdown,
        breakdown_value,
        anchor,
        days,
        closed_count,
        cast(sum(deal_count) over (
            partition by segment, breakdown, breakdown_value, anchor
            order by days desc nulls last
            rows between unbounded preceding and current row
        ) as bigint) as at_risk_count
    from observed
),

survival as (
    select
        segment,
        breakdown,
        breakdown_value,
        anchor,
        days,
        sum(case when closed_count = at_risk_count then 1 else 0 end) over to_day as ended_count,
        exp(coalesce(sum(ln(
            nullif(cast(at_risk_count - closed_count as double), 0) / cast(at_risk_count as double)
        )) over to_day, 0)) as still_open
    from risk
    window to_day as (
        partition by segment, breakdown, breakdown_value, anchor
        order by days nulls last
        rows between unbounded preceding and current row
    )
),

censored as (
    select
        segment,
        breakdown,
        breakdown_value,
        anchor,
        min(days) as median_days_censored
    from survival
    where ended_count > 0 or still_open <= 0.5e0 + 1e-9
    group by segment, breakdown, breakdown_value, anchor
),

-- dense: the segments, periods and breakdown values of the win rate
dense as (
    select
        w.segment,
        w.period_grain,
        w.period_start,
        w.breakdown,
        w.breakdown_value,
        w.is_complete,
        a.anchor,
        o.outcome,
        case a.anchor
            when 'created' then true
            when 'qualified' then r.has_stage_change and r.has_process
            else r.has_activity
        end as is_measurable,
        r.small_below
    from rpt_win_rate as w
    cross join anchors as a
    cross join outcomes as o
    cross join config_run as r
),

joined as (
    select
        d.*,
        coalesce(c.deal_count, 0) as deal_count,
        coalesce(c.measured_count, 0) as measured,
        coalesce(c.missing_count, 0) as missing,
        coalesce(c.negative_count, 0) as negative,
        cast(nullif(c.measured_count, 0) as double) as n,
        cast(c.total_days as double) as total_days,
        c.p25_low,
        c.p25_high,
        c.p50_low,
        c.p50_high,
        c.p90_low,
        c.p90_high,
        case when d.period_grain = 'all' and d.outcome = 'any' then k.median_days_censored end as median_days_censored
    from dense as d
    left join cycles as c
        on c.segment = d.segment
        and c.breakdown = d.breakdown
        and c.breakdown_value = d.breakdown_value
        and c.anchor = d.anchor
        and c.outcome = d.outcome
        and c.period_grain = d.period_grain
        and c.period_start is not distinct from d.period_start
    left join censored as k
        on k.segment = d.segment
        and k.breakdown = d.breakdown
        and k.breakdown_value = d.breakdown_value
        and k.anchor = d.anchor
)

select
    segment,
    period_grain,
    period_start,
    breakdown,
    breakdown_value,
    anchor,
    outcome,
    is_complete,
    deal_count,
    case when is_measurable then measured end as measured_count,
    case when is_measurable then missing end as missing_count,
    case when is_measurable then negative end as negative_count,
    total_days / n as mean_days,
    p50_low + ((n - 1) * 0.5e0 - floor((n - 1) * 0.5e0)) * (p50_high - p50_low) as median_days,
    p25_low + ((n - 1) * 0.25e0 - floor((n - 1) * 0.25e0)) * (p25_high - p25_low) as p25_days,
    p90_low + ((n - 1) * 0.9e0 - floor((n - 1) * 0.9e0)) * (p90_high - p90_low) as p90_days,
    measured < small_below as is_small,
    case when is_measurable then median_days_censored end as median_days_censored
from joined
