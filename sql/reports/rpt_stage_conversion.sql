/*
description: >-
    How deals pass the steps of the sales process, by the date on which they first entered the step.
    Won passes every step, lost keeps the furthest; a step that was skipped is entered on the date of
    the next one that the history shows. Where pipelines have a process of their own, deals count in the
    process that they follow.
grain: one row per segment, period, pipeline and process step
unique_key: [segment, period_grain, period_start, pipeline, step]
version: 2
columns:
    segment: go-to-market segment; All is every deal
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    pipeline: the pipeline of the process; empty for the process of all other pipelines
    step: process step
    step_order: place of the step in the process, from 1
    is_complete: whether the period had ended by the as-of date; never for all
    reached_count: deals that entered the step or went past it
    strict_count: deals for which the history shows this step and all before it, in order
    skipped_count: deals that went past the step without ever being in it
    regressed_count: deals that came back to the step from a further one
    reopened_count: deals that came back to the step from won or lost
    converted_count: deals that reached the next step; after the last, deals that were won
    dropped_count: deals lost with this as their furthest step
    still_here_count: open deals with this as their furthest step
    conversion_rate: converted / reached
    conversion_rate_low: lower end of the 95 % Wilson interval of conversion_rate
    conversion_rate_high: upper end of the 95 % Wilson interval of conversion_rate
    is_small: whether reached_count is under 10
    is_mature: whether every deal of the row has had the cohort's days; for all, an open deal whose entry has no date has not
    median_days_in_step: median of the days that deals were in the step, all stays summed
    p90_days_in_step: ninth decile of the days that deals were in the step, all stays summed
*/
-- an advance from previous_step to step reaches all steps in between on one day
with advances as (
    select
        s.segment,
        s.pipeline,
        s.outcome,
        s.furthest_step,
        s.entered_on as reached_on,
        s.previous_step,
        s.step
    from int_opportunity_steps as s
    where s.previous_step is not null
    union all
    select
        o.segment,
        o.pipeline,
        o.outcome,
        o.furthest_step,
        o.outcome_date,
        o.seen_step,
        o.furthest_step
    from int_opportunities as o
    where o.exclusion is null
        and o.furthest_step > o.seen_step
),

advance_counts as (
    select
        a.segment,
        a.pipeline,
        a.outcome,
        a.furthest_step,
        a.previous_step,
        a.step,
        coalesce(cast(greatest(date_trunc('month', a.reached_on), case when r.has_weeks then date_trunc('week', a.reached_on) end) as date), date '1900-01-01') as slice_start,
        -- an open deal whose entry has no date may have entered today
        max(case when a.outcome = 'open' then coalesce(a.reached_on, r.as_of) else a.reached_on end) as youngest_on,
        count(*) as deal_count
    from advances as a
    cross join config_run as r
    group by all
),

reached as (
    select
        a.segment,
        a.slice_start,
        a.pipeline,
        n.step_order,
        cast(sum(a.deal_count) as bigint) as reached_count,
        cast(sum(case when a.furthest_step > n.step_order or a.outcome = 'won' then a.deal_count else 0 end) as bigint) as converted_count,
        cast(sum(case
            when a.furthest_step = n.step_order and a.outcome = 'lost' then a.deal_count else 0
        end) as bigint) as dropped_count,
        cast(sum(case
            when a.furthest_step = n.step_order and a.outcome = 'open' then a.deal_count else 0
        end) as bigint) as still_here_count,
        max(a.youngest_on) as youngest_on
    from advance_counts as a
    inner join config_step_spans as n on n.previous_step = a.previous_step and n.step = a.step
    group by a.segment, a.slice_start, a.pipeline, n.step_order
),

-- deals that the history shows in the step, by the date on which they reached it: for a step that was
-- skipped at first, that of the advance which went past it
visited as (
    select
        segment,
        pipeline,
        step as step_order,
        is_strict,
        regressed_count,
        reopened_count,
        days_in_step,
        entered_on as reached_on
    from int_opportunity_steps
    where previous_step is not null
    union all
    select
        v.segment,
        v.pipeline,
        v.step,
        v.is_strict,
        v.regressed_count,
        v.reopened_count,
        v.days_in_step,
        a.entered_on
    from int_opportunity_steps as v
    inner join int_opportunity_steps as a on a.opportunity_id = v.opportunity_id
    where v.previous_step is null
        and a.previous_step < v.step
        and a.step > v.step
    union all
    -- the step that only the record shows
    select
        segment,
        pipeline,
        furthest_step,
        false,
        0,
        0,
        null,
        outcome_date
    from int_opportunities
    where exclusion is null
        and outcome <> 'won'
        and furthest_step > seen_step
),

visits as (
    select
        v.segment,
        coalesce(cast(greatest(date_trunc('month', v.reached_on), case when r.has_weeks then date_trunc('week', v.reached_on) end) as date), date '1900-01-01') as slice_start,
        v.pipeline,
        v.step_order,
        v.days_in_step,
        count(*) as visited_count,
        count(case when v.is_strict then 1 end) as strict_count,
        count(case when v.regressed_count > 0 then 1 end) as regressed_count,
        count(case when v.reopened_count > 0 then 1 end) as reopened_count
    from visited as v
    cross join config_run as r
    group by all
),

facts as (
    select
        segment,
        slice_start,
        pipeline,
        step_order,
        reached_count,
        converted_count,
        dropped_count,
        still_here_count,
        youngest_on,
        cast(0 as bigint) as visited_count,
        cast(0 as bigint) as strict_count,
        cast(0 as bigint) as regressed_count,
        cast(0 as bigint) as reopened_count
    from reached
    union all
    select
        segment,
        slice_start,
        pipeline,
        step_order,
        0,
        0,
        0,
        0,
        cast(null as date),
        visited_count,
        strict_count,
        regressed_count,
        reopened_count
    from visits
),

counts as (
    select
        case when grouping(f.segment) = 1 then 'All' else f.segment end as segment,
        p.period_grain,
        p.period_start,
        f.pipeline,
        f.step_order,
        cast(sum(f.reached_count) as bigint) as reached_count,
        cast(sum(f.converted_count) as bigint) as converted_count,
        cast(sum(f.dropped_count) as bigint) as dropped_count,
        cast(sum(f.still_here_count) as bigint) as still_here_count,
        cast(sum(f.visited_count) as bigint) as visited_count,
        cast(sum(f.strict_count) as bigint) as strict_count,
        cast(sum(f.regressed_count) as bigint) as regressed_count,
        cast(sum(f.reopened_count) as bigint) as reopened_count,
        max(f.youngest_on) as youngest_on
    from facts as f
    inner join config_periods as p on p.slice_start = f.slice_start
    group by grouping sets (
        (f.segment, p.period_grain, p.period_start, f.pipeline, f.step_order),
        (p.period_grain, p.period_start, f.pipeline, f.step_order)
    )
),

-- days in the step, counted per number of days; an implied entry has none
days as (
    select
        segment,
        slice_start,
        pipeline,
        step_order,
        days_in_step,
        visited_count as deal_count
    from visits
    where days_in_step is not null
),

rolled_days as (
    select
        case when grouping(d.segment) = 1 then 'All' else d.segment end as segment,
        p.period_grain,
        p.period_start,
        d.pipeline,
        d.step_order,
        d.days_in_step,
        cast(sum(d.deal_count) as bigint) as deal_count
    from days as d
    inner join config_periods as p on p.slice_start = d.slice_start
    group by grouping sets (
        (d.segment, p.period_grain, p.period_start, d.pipeline, d.step_order, d.days_in_step),
        (p.period_grain, p.period_start, d.pipeline, d.step_order, d.days_in_step)
    )
),

ranked as (
    select
        segment,
        period_grain,
        period_start,
        pipeline,
        step_order,
        days_in_step,
        cast(sum(deal_count) over (
            partition by segment, period_grain, period_start, pipeline, step_order
            order by days_in_step nulls last
            rows between unbounded preceding and current row
        ) as bigint) as upto,
        cast(sum(deal_count) over (partition by segment, period_grain, period_start, pipeline, step_order) as bigint) as total
    from rolled_days
),

quantiles as (
    select
        segment,
        period_grain,
        period_start,
        pipeline,
        step_order,
        cast(max(total) as double) as n,
        min(case when upto > floor((total - 1) * 0.5e0) then days_in_step end) as p50_low,
        min(case when upto > ceil((total - 1) * 0.5e0) then days_in_step end) as p50_high,
        min(case when upto > floor((total - 1) * 0.9e0) then days_in_step end) as p90_low,
        min(case when upto > ceil((total - 1) * 0.9e0) then days_in_step end) as p90_high
    from ranked
    group by segment, period_grain, period_start, pipeline, step_order
),

first_slice as (
    select min(slice_start) as slice_start
    from facts
    where slice_start > date '1900-01-01'
),

spine as (
    select distinct
        g.segment,
        p.period_grain,
        p.period_start,
        p.period_end,
        s.pipeline,
        s.step_order,
        s.step
    from config_segments as g
    cross join config_periods as p
    cross join first_slice as f
    cross join config_steps as s
    where p.slice_start >= f.slice_start or p.period_grain = 'all'
),

dense as (
    select
        s.segment,
        s.period_grain,
        s.period_start,
        s.pipeline,
        s.step,
        s.step_order,
        coalesce(s.period_end <= r.as_of, false) as is_complete,
        case when r.has_stage_change then coalesce(c.reached_count, 0) end as reached_count,
        case when r.has_stage_change then coalesce(c.strict_count, 0) end as strict_count,
        case when r.has_stage_change then coalesce(c.reached_count - c.visited_count, 0) end as skipped_count,
        case when r.has_stage_change then coalesce(c.regressed_count, 0) end as regressed_count,
        case when r.has_stage_change then coalesce(c.reopened_count, 0) end as reopened_count,
        case when r.has_stage_change then coalesce(c.converted_count, 0) end as converted_count,
        case when r.has_stage_change then coalesce(c.dropped_count, 0) end as dropped_count,
        case when r.has_stage_change then coalesce(c.still_here_count, 0) end as still_here_count,
        case
            when s.period_grain = 'all' then coalesce(r.has_stage_change and date_add(c.youngest_on, r.cohort_days) <= r.as_of, false)
            else coalesce(date_add(s.period_end, r.cohort_days) <= r.as_of, false)
        end as is_mature,
        case when r.has_stage_change then cast(c.converted_count as double) / nullif(cast(c.reached_count as double), 0) end as rate,
        cast(nullif(c.reached_count, 0) as double) as reached,
        q.n,
        q.p50_low,
        q.p50_high,
        q.p90_low,
        q.p90_high,
        r.small_below,
        r.z
    from spine as s
    cross join config_run as r
    left join counts as c
        on c.segment = s.segment
        and c.period_grain = s.period_grain
        and c.period_start is not distinct from s.period_start
        and c.pipeline = s.pipeline
        and c.step_order = s.step_order
    left join quantiles as q
        on q.segment = s.segment
        and q.period_grain = s.period_grain
        and q.period_start is not distinct from s.period_start
        and q.pipeline = s.pipeline
        and q.step_order = s.step_order
)

select
    segment,
    period_grain,
    period_start,
    pipeline,
    step,
    step_order,
    is_complete,
    reached_count,
    strict_count,
    skipped_count,
    regressed_count,
    reopened_count,
    converted_count,
    dropped_count,
    still_here_count,
    rate as conversion_rate,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * rate,
        (rate + z * z / (2 * reached) - z * sqrt(rate * (1 - rate) / reached + z * z / (4 * reached * reached))) / (1 + z * z / reached)
    ) as conversion_rate_low,
    least(
        1 + 0 * rate,
        (rate + z * z / (2 * reached) + z * sqrt(rate * (1 - rate) / reached + z * z / (4 * reached * reached))) / (1 + z * z / reached)
    ) as conversion_rate_high,
    coalesce(reached_count < small_below, true) as is_small,
    is_mature,
    p50_low + ((n - 1) * 0.5e0 - floor((n - 1) * 0.5e0)) * (p50_high - p50_low) as median_days_in_step,
    p90_low + ((n - 1) * 0.9e0 - floor((n - 1) * 0.9e0)) * (p90_high - p90_low) as p90_days_in_step
from dense
