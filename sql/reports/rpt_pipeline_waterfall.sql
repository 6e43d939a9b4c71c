/*
description: >-
    What became of the pipeline that was due: from the deals that are expected to close in a period when
    it starts to those when it ends, or at the as-of date. Each deal makes one step in and one out, by
    what it is at both ends, not by what happened between: its date first, then its value, then its
    outcome. Deals that are decided in the period were due in it. In the period all everything is due.
grain: one row per segment, period and component
unique_key: [segment, period_grain, period_start, component]
version: 1
columns:
    segment: go-to-market segment; All is every deal
    period_grain: month, quarter, year (fiscal) or all
    period_start: first day of the period; NULL for all
    component: >-
        start (due and open when the period starts), created (since then), reopened (closed then), pulled_in
        (due at another time then), segment_in, increased and decreased (the value of those that stay due),
        segment_out, pushed_out (due at another time at the end), removed (without an expected close at the
        end), lost, won, end (due and open when it ends). Segments are those of now, so that no deal moves
        between them
    component_order: place of the component in the sum, from 1
    is_complete: whether the period had ended by the as-of date; never for all
    deal_count: deals; start + created + reopened + pulled_in - pushed_out - removed - lost - won = end
    value: >-
        their value in the reporting currency; of increased and decreased the difference; with start,
        pulled_in, pushed_out and removed as the period starts, else as it ends; adds up like the deals, with
        increased and decreased
    slip_rate: for pushed_out, deals pushed out / deals at the start
    slip_rate_low: lower end of the 95 % Wilson interval of slip_rate
    slip_rate_high: upper end of the 95 % Wilson interval of slip_rate
    slip_rate_value: for pushed_out, value pushed out / value at the start
    is_small: whether there are under 10 deals at the start
*/
with periods as (
    select
        p.month_start,
        p.period_grain,
        p.period_start,
        p.period_end,
        least(p.period_end, r.as_of) as last_on
    from config_periods as p
    cross join config_run as r
    where p.period_grain <> 'all'
),

-- a month after the as-of date is in no period of its own, but may be in the quarter or year
due as (
    select
        s.opportunity_id,
        s.segment,
        s.starts_on,
        s.ends_before,
        s.cents,
        p.period_grain,
        p.period_start,
        p.last_on
    from int_opportunity_spans as s
    cross join config_run as r
    inner join periods as p on p.month_start = cast(date_trunc('month', least(s.close_date, r.as_of)) as date)
    where s.state = 'open' and s.close_date <= p.period_end
),

ends as (
    select
        opportunity_id,
        segment,
        period_grain,
        period_start,
        last_on,
        1 as is_start,
        cents as start_cents,
        cast(null as varchar) as final_state,
        cast(null as bigint) as final_cents
    from due
    where starts_on < period_start and ends_before >= period_start
    union all
    select opportunity_id, segment, period_grain, period_start, last_on, 0, cast(null as bigint), 'open', cents
    from due
    where starts_on <= last_on and ends_before > last_on
    union all
    select s.opportunity_id, s.segment, p.period_grain, p.period_start, p.last_on, 0, cast(null as bigint), s.state, s.cents
    from int_opportunity_spans as s
    inner join periods as p on p.month_start = cast(date_trunc('month', s.starts_on) as date)
    where s.state <> 'open' and s.ends_before > p.last_on
),

walks as (
    select
        opportunity_id,
        segment,
        period_grain,
        period_start,
        max(is_start) as is_start,
        coalesce(max(start_cents), 0) as start_cents,
        max(final_state) as final_state,
        coalesce(max(final_cents), 0) as final_cents,
        -- where only one end is known, the day at the other one
        case when max(is_start) = 0 then date_add(period_start, -1) else max(last_on) end as other_on,
        case when max(is_start) = 0 or max(final_state) is null then opportunity_id end as sought_id
    from ends
    group by opportunity_id, segment, period_grain, period_start
),

steps as (
    select
        w.segment,
        w.period_grain,
        w.period_start,
        w.is_start,
        w.start_cents,
        coalesce(w.final_state, case when s.close_date is null then 'removed' else 'pushed_out' end) as leaves,
        case
            when w.is_start = 1 then 'start'
            when s.opportunity_id is null then 'created'
            when s.state <> 'open' then 'reopened'
            else 'pulled_in'
        end as enters,
        case when w.is_start = 0 and s.state = 'open' then coalesce(s.cents, 0) else w.start_cents end as before_cents,
        w.final_cents
    from walks as w
    left join int_opportunity_spans as s
        on s.opportunity_id = w.sought_id
        and s.starts_on <= w.other_on
        and s.ends_before > w.other_on
),

cells as (
    select
        segment,
        period_grain,
        period_start,
        enters,
        leaves,
        count(*) as deal_count,
        cast(sum(before_cents) as bigint) as before_cents,
        cast(sum(final_cents) as bigint) as final_cents,
        count(case when final_cents > before_cents then 1 end) as increased_count,
        cast(sum(greatest(final_cents - before_cents, 0)) as bigint) as increased_cents,
        count(case when final_cents < before_cents then 1 end) as decreased_count,
        cast(sum(greatest(before_cents - final_cents, 0)) as bigint) as decreased_cents
    from steps
    group by segment, period_grain, period_start, enters, leaves
    union all
    select
        segment,
        'all',
        cast(null as date),
        'created',
        outcome,
        count(*),
        cast(0 as bigint),
        cast(sum(coalesce(
            cast(floor(abs(cast(amount as double)) * 100 + 0.5) as bigint) * case when amount < 0 then -1 else 1 end, 0
        )) as bigint),
        cast(0 as bigint),
        cast(0 as bigint),
        cast(0 as bigint),
        cast(0 as bigint)
    from int_opportunities
    where exclusion is null
    group by segment, outcome
),

-- what enters by start or pulled_in has a value before, and a change of it if it stays
parts as (
    select
        c.segment,
        c.period_grain,
        c.period_start,
        n.component,
        case
            when n.component in (c.enters, case when c.leaves = 'open' then 'end' else c.leaves end) then c.deal_count
            when c.leaves in ('pushed_out', 'removed') or c.enters in ('created', 'reopened') then 0
            when n.component = 'increased' then c.increased_count
            when n.component = 'decreased' then c.decreased_count
            else 0
        end as deal_count,
        case
            when n.component = c.enters
                then case when c.enters in ('created', 'reopened') then c.final_cents else c.before_cents end
            when n.component = case when c.leaves = 'open' then 'end' else c.leaves end
                then case when c.leaves in ('pushed_out', 'removed') then c.before_cents else c.final_cents end
            when c.leaves in ('pushed_out', 'removed') or c.enters in ('created', 'reopened') then 0
            when n.component = 'increased' then c.increased_cents
            when n.component = 'decreased' then c.decreased_cents
            else 0
        end as cents
    from cells as c
    cross join config_waterfall_components as n
),

rolled as (
    select
        case when grouping(segment) = 1 then 'All' else segment end as segment,
        period_grain,
        period_start,
        component,
        cast(sum(deal_count) as bigint) as deal_count,
        cast(sum(cents) as bigint) as cents
    from parts
    group by grouping sets ((segment, period_grain, period_start, component), (period_grain, period_start, component))
),

-- the segments and periods of the win rate
joined as (
    select
        w.segment,
        w.period_grain,
        w.period_start,
        n.component,
        n.component_order,
        w.is_complete,
        case when r.has_deal_history then coalesce(c.deal_count, 0) end as deal_count,
        case when r.has_deal_history and r.has_amount then coalesce(c.cents, 0) end as cents,
        case when r.has_deal_history then coalesce(b.deal_count, 0) end as start_count,
        case when r.has_deal_history and r.has_amount then coalesce(b.cents, 0) end as start_cents,
        r.small_below,
        r.z
    from rpt_win_rate as w
    cross join config_waterfall_components as n
    cross join config_run as r
    left join rolled as c
        on c.segment = w.segment
        and c.period_grain = w.period_grain
        and c.period_start is not distinct from w.period_start
        and c.component = n.component
    left join rolled as b
        on b.segment = w.segment
        and b.period_grain = w.period_grain
        and b.period_start is not distinct from w.period_start
        and b.component = 'start'
    where w.breakdown = 'none'
),

rates as (
    select
        *,
        case when component = 'pushed_out' then cast(deal_count as double) / cast(nullif(start_count, 0) as double) end as slip_rate,
        cast(nullif(start_count, 0) as double) as total
    from joined
)

select
    segment,
    period_grain,
    period_start,
    component,
    component_order,
    is_complete,
    deal_count,
    cast(cast(cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) as value,
    slip_rate,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * slip_rate,
        (slip_rate + z * z / (2 * total) - z * sqrt(slip_rate * (1 - slip_rate) / total + z * z / (4 * total * total))) / (1 + z * z / total)
    ) as slip_rate_low,
    least(
        1 + 0 * slip_rate,
        (slip_rate + z * z / (2 * total) + z * sqrt(slip_rate * (1 - slip_rate) / total + z * z / (4 * total * total))) / (1 + z * z / total)
    ) as slip_rate_high,
    case when component = 'pushed_out' then cast(cents as double) / cast(nullif(start_cents, 0) as double) end as slip_rate_value,
    coalesce(start_count < small_below, true) as is_small
from rates
