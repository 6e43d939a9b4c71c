/*
description: >-
    Days from an anchor to the outcome, by outcome date. Percentiles interpolate linearly between the
    two nearest deals. The censored median also counts open deals, up to the as-of date (Kaplan and
    Meier 1958, Journal of the American Statistical Association 53, 457-481).
grain: one row per segment, period, breakdown value, anchor and outcome
unique_key: [segment, period_grain, period_start, breakdown, breakdown_value, anchor, outcome]
version: 2
columns:
    segment: go-to-market segment; All is every deal. Where segments are as of the anchor, that of the outcome date
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
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
    strategy: how the company goes to market in the segment; NULL for All and Unassigned, and where the configuration does not say
    motion: how the segment is sold to; NULL likewise
    number_owner: who answers for the segment's number; NULL likewise
*/
with anchors as (
    select 1 as anchor_id, 'created' as anchor
    union all
    select 2, 'qualified'
    union all
    select 3, 'first_meeting'
),

-- the outcome any is 0
outcomes as (
    select 1 as outcome_id, 'won' as outcome
    union all
    select 2, 'lost'
    union all
    select 0, 'any'
),

-- counts are kept by numbers: sorting millions of them by names takes several times as long
segment_ids as (
    select
        segment,
        case when segment = 'All' then 0 else cast(row_number() over (order by segment nulls last) as integer) end as segment_id
    from rpt_win_rate
    group by segment
),

value_ids as (
    select
        breakdown,
        breakdown_value,
        cast(row_number() over (order by breakdown nulls last, breakdown_value nulls last) as integer) as value_id
    from rpt_win_rate
    group by breakdown, breakdown_value
),

period_ids as (
    select
        period_grain,
        period_start,
        cast(row_number() over (order by period_grain nulls last, period_start nulls last) as integer) as period_id
    from config_periods
    group by period_grain, period_start
),

slices as (
    select
        p.slice_start,
        i.period_id
    from config_periods as p
    inner join period_ids as i on i.period_grain = p.period_grain and i.period_start is not distinct from p.period_start
),

deals as (
    select
        s.segment_id,
        v.value_id,
        case o.outcome when 'won' then 1 when 'lost' then 2 else 3 end as outcome_id,
        coalesce(cast(greatest(date_trunc('month', o.outcome_date), case when r.has_weeks then date_trunc('week', o.outcome_date) end) as date), date '1900-01-01') as slice_start,
        unix_date(case when o.outcome = 'open' then r.as_of else o.outcome_date end) as ends_on,
        unix_date(o.created_on) as created_on,
        unix_date(o.qualified_on) as qualified_on,
        unix_date(m.first_meeting_on) as first_meeting_on
    from int_opportunity_breakdowns as o
    inner join value_ids as v on v.breakdown = o.breakdown and v.breakdown_value = o.breakdown_value
    left join segment_ids as s on s.segment = o.segment
    left join int_first_meetings as m on m.opportunity_id = o.opportunity_id
    cross join config_run as r
    where o.exclusion is null
),

-- one row per slice (a month or, with weeks, the part of a week within a month) and number of days: every figure is read off these counts
facts as (
    select
        d.segment_id,
        d.value_id,
        a.anchor_id,
        d.outcome_id,
        d.slice_start,
        d.ends_on - case a.anchor_id when 1 then d.created_on when 2 then d.qualified_on else d.first_meeting_on end as days,
        count(*) as deal_count
    from deals as d
    cross join anchors as a
    group by
        d.segment_id,
        d.value_id,
        a.anchor_id,
        d.outcome_id,
        d.slice_start,
        d.ends_on - case a.anchor_id when 1 then d.created_on when 2 then d.qualified_on else d.first_meeting_on end
),

rolled as (
    select
        case when grouping(f.segment_id) = 1 then 0 else f.segment_id end as segment_id,
        f.value_id,
        f.anchor_id,
        m.period_id,
        case when grouping(f.outcome_id) = 1 then 0 else f.outcome_id end as outcome_id,
        f.days,
        cast(sum(f.deal_count) as bigint) as deal_count
    from facts as f
    inner join slices as m on m.slice_start = f.slice_start
    where f.outcome_id <> 3
    group by grouping sets (
        (f.segment_id, f.value_id, f.anchor_id, m.period_id, f.outcome_id, f.days),
        (f.segment_id, f.value_id, f.anchor_id, m.period_id, f.days),
        (f.value_id, f.anchor_id, m.period_id, f.outcome_id, f.days),
        (f.value_id, f.anchor_id, m.period_id, f.days)
    )
),

ranked as (
    select
        segment_id,
        value_id,
        anchor_id,
        period_id,
        outcome_id,
        days,
        deal_count,
        case when days >= 0 then deal_count else 0 end as measured,
        cast(sum(case when days >= 0 then deal_count else 0 end) over (
            partition by segment_id, value_id, anchor_id, period_id, outcome_id
            order by days nulls first
            rows between unbounded preceding and current row
        ) as bigint) as upto,
        cast(sum(case when days >= 0 then deal_count else 0 end) over (
            partition by segment_id, value_id, anchor_id, period_id, outcome_id
        ) as bigint) as total
    from rolled
),

cycles as (
    select
        segment_id,
        value_id,
        anchor_id,
        period_id,
        outcome_id,
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
    group by segment_id, value_id, anchor_id, period_id, outcome_id
),

-- the censored median: open deals leave the risk set at the as-of date without an outcome
observed as (
    select
        case when grouping(segment_id) = 1 then 0 else segment_id end as segment_id,
        value_id,
        anchor_id,
        days,
        cast(sum(deal_count) as bigint) as deal_count,
        cast(sum(case when outcome_id <> 3 then deal_count else 0 end) as bigint) as closed_count
    from facts
    where days >= 0
    group by grouping sets (
        (segment_id, value_id, anchor_id, days),
        (value_id, anchor_id, days)
    )
),

risk as (
    select
        segment_id,
        value_id,
        anchor_id,
        days,
        closed_count,
        cast(sum(deal_count) over (
            partition by segment_id, value_id, anchor_id
            order by days desc nulls last
            rows between unbounded preceding and current row
        ) as bigint) as at_risk_count
    from observed
),

survival as (
    select
        segment_id,
        value_id,
        anchor_id,
        days,
        sum(case when closed_count = at_risk_count then 1 else 0 end) over to_day as ended_count,
        exp(coalesce(sum(ln(
            nullif(cast(at_risk_count - closed_count as double), 0) / cast(at_risk_count as double)
        )) over to_day, 0)) as still_open
    from risk
    window to_day as (
        partition by segment_id, value_id, anchor_id
        order by days nulls last
        rows between unbounded preceding and current row
    )
),

censored as (
    select
        segment_id,
        value_id,
        anchor_id,
        min(days) as median_days_censored
    from survival
    where ended_count > 0 or still_open <= 0.5e0 + 1e-9
    group by segment_id, value_id, anchor_id
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
        s.segment_id,
        v.value_id,
        a.anchor_id,
        p.period_id,
        o.outcome_id,
        case a.anchor
            when 'created' then true
            when 'qualified' then r.has_stage_change and r.has_process
            else r.has_activity
        end as is_measurable,
        r.small_below,
        w.strategy,
        w.motion,
        w.number_owner
    from rpt_win_rate as w
    inner join segment_ids as s on s.segment = w.segment
    inner join value_ids as v on v.breakdown = w.breakdown and v.breakdown_value = w.breakdown_value
    inner join period_ids as p on p.period_grain = w.period_grain and p.period_start is not distinct from w.period_start
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
        on c.segment_id = d.segment_id
        and c.value_id = d.value_id
        and c.anchor_id = d.anchor_id
        and c.period_id = d.period_id
        and c.outcome_id = d.outcome_id
    left join censored as k
        on k.segment_id = d.segment_id
        and k.value_id = d.value_id
        and k.anchor_id = d.anchor_id
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
    case when is_measurable then median_days_censored end as median_days_censored,
    strategy,
    motion,
    number_owner
from joined
