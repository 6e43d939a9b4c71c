/*
description: >-
    What became of the pipeline that was due: from the deals that are expected to close in a period when
    it starts to those when it ends, or at the as-of date. Each deal makes one step in and one out, by
    what it is at both ends, not by what happened between: its segment first, then its date, its value
    and its outcome. Deals that are decided in the period were due in it. In the period all everything is
    due, each deal in its last segment.
grain: one row per segment, period and component
unique_key: [segment, period_grain, period_start, component]
version: 2
columns:
    segment: >-
        go-to-market segment; All is the sum of the others. A deal is in its segment of the period's last day,
        or of the day on which it was decided; one that was due when the period started comes from its
        segment of then
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    component: >-
        start (due and open when the period starts), created (since then), reopened (closed then), pulled_in
        (due at another time then), segment_in (due then in another segment), increased and decreased (the
        value of those that stay due), segment_out (due then, in another segment since), pushed_out (due at
        another time at the end), removed (without an expected close at the end), lost, won, end (due and
        open when it ends). In All the deals of segment_in are those of segment_out. Without
        segments_as_of anchor nobody moves
    component_order: place of the component in the sum, from 1
    is_complete: whether the period had ended by the as-of date; never for all
    deal_count: >-
        deals; start + created + reopened + pulled_in + segment_in - segment_out - pushed_out - removed - lost
        - won = end
    value: >-
        their value in the reporting currency; of increased and decreased the difference; with start,
        pulled_in, segment_in, segment_out, pushed_out and removed as the period starts, else as it ends;
        adds up like the deals, with increased and decreased
    slip_rate: >-
        for pushed_out, deals pushed out / deals at the start, which are start + segment_in - segment_out,
        since a deal slips in the segment to which it moved
    slip_rate_low: lower end of the 95 % Wilson interval of slip_rate
    slip_rate_high: upper end of the 95 % Wilson interval of slip_rate
    slip_rate_value: for pushed_out, value pushed out / value of these deals at the start
    is_small: whether these are under 10 deals
*/
with periods as (
    select
        p.slice_start,
        p.period_grain,
        p.period_start,
        p.period_end,
        least(p.period_end, r.as_of) as last_on
    from config_periods as p
    cross join config_run as r
    where p.period_grain <> 'all'
),

-- what a deal is at both ends of a period in which it changes, by its last change; what it was at the
-- start is looked up if it changed more than once; then the deals that stay due without a change
ends as (
    select
        s.opportunity_id,
        s.segment,
        p.period_grain,
        p.period_start,
        p.period_end,
        case when s.starts_on < p.period_start then s.state end as state,
        s.close_date,
        s.cents,
        s.next_state as final_state,
        s.next_close_date as final_close_date,
        s.next_cents as final_cents,
        case when s.next_state = 'open' then p.last_on else s.ends_before end as stands_on
    from int_opportunity_spans as s
    inner join periods as p on p.slice_start = s.ends_slice
    where s.next_ends_before > p.last_on and (s.starts_on < p.period_start or s.first_on >= p.period_start)
    union all
    select
        s.opportunity_id,
        s.segment,
        p.period_grain,
        p.period_start,
        p.period_end,
        b.state,
        b.close_date,
        b.cents,
        s.next_state,
        s.next_close_date,
        s.next_cents,
        case when s.next_state = 'open' then p.last_on else s.ends_before end
    from int_opportunity_spans as s
    inner join periods as p on p.slice_start = s.ends_slice
    inner join int_opportunity_spans as b
        on b.opportunity_id = s.opportunity_id
        and b.starts_on < p.period_start
        and b.ends_before >= p.period_start
    where s.next_ends_before > p.last_on
        and s.starts_on >= p.period_start
        and s.first_on < p.period_start
        and s.place > 1
        and b.next_ends_before < date '2200-01-01'
    union all
    select
        s.opportunity_id,
        s.segment,
        p.period_grain,
        p.period_start,
        p.period_end,
        case when s.starts_on < p.period_start then s.state end,
        s.close_date,
        s.cents,
        s.state,
        s.close_date,
        s.cents,
        p.last_on
    from int_opportunity_spans as s
    inner join periods as p on p.slice_start = s.due_slice
    where s.state = 'open'
        and s.ends_before > p.last_on
        and (s.starts_on < p.period_start or (s.place = 1 and s.starts_on <= p.last_on))
),

walks as (
    select
        opportunity_id,
        segment,
        period_grain,
        period_start,
        stands_on,
        case
            when state is null then 'created'
            when state <> 'open' then 'reopened'
            when close_date between period_start and period_end then 'start'
            else 'pulled_in'
        end as enters,
        case
            when final_state <> 'open' then final_state
            when final_close_date between period_start and period_end then 'open'
            when final_close_date is null then 'removed'
            else 'pushed_out'
        end as leaves,
        coalesce(cents, 0) as before_cents,
        coalesce(final_cents, 0) as final_cents
    from ends
),

steps as (
    select
        coalesce(b.segment, e.segment, w.segment) as start_segment,
        coalesce(e.segment, w.segment) as segment,
        w.period_grain,
        w.period_start,
        w.enters,
        w.leaves,
        w.before_cents,
        w.final_cents
    from walks as w
    left join int_opportunity_segments as e
        on e.opportunity_id = w.opportunity_id
        and e.starts_on <= w.stands_on
        and e.ends_before > w.stands_on
    left join int_opportunity_segments as b
        on b.opportunity_id = case when w.enters = 'start' then w.opportunity_id end
        and b.starts_on < w.period_start
        and b.ends_before >= w.period_start
    where w.enters = 'start' or w.leaves in ('open', 'won', 'lost')
),

cells as (
    select
        start_segment,
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
    group by start_segment, segment, period_grain, period_start, enters, leaves
    union all
    select
        segment,
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
        case when n.component in ('start', 'segment_out') then c.start_segment else c.segment end as segment,
        c.period_grain,
        c.period_start,
        n.component,
        case
            when n.component in ('segment_in', 'segment_out')
                then case when c.start_segment <> c.segment then c.deal_count else 0 end
            when n.component in (c.enters, case when c.leaves = 'open' then 'end' else c.leaves end) then c.deal_count
            when c.leaves in ('pushed_out', 'removed') or c.enters in ('created', 'reopened') then 0
            when n.component = 'increased' then c.increased_count
            when n.component = 'decreased' then c.decreased_count
            else 0
        end as deal_count,
        case
            when n.component in ('segment_in', 'segment_out')
                then case when c.start_segment <> c.segment then c.before_cents else 0 end
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

-- the deals at the start, where they are at the end
starts as (
    select
        r.segment,
        r.period_grain,
        r.period_start,
        cast(sum(n.sign * r.deal_count) as bigint) as deal_count,
        cast(sum(n.sign * r.cents) as bigint) as cents
    from rolled as r
    inner join config_waterfall_components as n on n.component = r.component
    where r.component in ('start', 'segment_in', 'segment_out')
    group by r.segment, r.period_grain, r.period_start
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
    left join starts as b
        on b.segment = w.segment
        and b.period_grain = w.period_grain
        and b.period_start is not distinct from w.period_start
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
