/*
description: >-
    What marketing does for deals in each step of the process, by the date on which they first entered
    the step: touches within 14 days of the entry, and how many of the deals that were still there on
    day 14 went on, of those touched and of those not. A difference is an association, not an effect:
    who is touched is no accident. Only entries that the history shows count. The interval of the
    difference is Newcombe's (1998, Statistics in Medicine 17, 873-890, method 10).
grain: one row per segment, period, activity, pipeline and process step
unique_key: [segment, period_grain, period_start, activity, pipeline, step]
version: 2
columns:
    segment: go-to-market segment; All is every deal
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    activity: the configured activity; Unmapped are contacts with campaigns of other types
    pipeline: the pipeline of the process; empty for the process of all other pipelines
    step: process step
    step_order: place of the step in the process, from 1
    is_aligned: whether the configuration means the activity for this step
    is_complete: whether the period had ended by the as-of date; never for all
    deal_count: deals that first entered the step in the period
    touch_count: touches of these deals within 14 days of the entry
    touched_deal_count: deals with such a touch
    stayed_count: deals that were still in the step on day 14
    touched_stayed_count: of these, deals that were touched
    touched_converted_count: of those touched, deals that went on to a further step or were won later
    touched_rate: touched_converted_count / touched_stayed_count
    touched_rate_low: lower end of the 95 % Wilson interval of touched_rate
    touched_rate_high: upper end of the 95 % Wilson interval of touched_rate
    untouched_stayed_count: deals that were still in the step on day 14 without a touch
    untouched_converted_count: of these, deals that went on to a further step or were won later
    untouched_rate: untouched_converted_count / untouched_stayed_count
    untouched_rate_low: lower end of the 95 % Wilson interval of untouched_rate
    untouched_rate_high: upper end of the 95 % Wilson interval of untouched_rate
    rate_difference: touched_rate - untouched_rate; an association, not an effect
    rate_difference_low: lower end of the 95 % Newcombe interval of rate_difference
    rate_difference_high: upper end of the 95 % Newcombe interval of rate_difference
    is_small: whether touched_stayed_count or untouched_stayed_count is under 10
    is_mature: whether every deal of the row has had the cohort's days
*/
with touched as (
    select
        l.opportunity_id,
        l.step,
        t.activity,
        count(*) as touch_count
    from int_step_landmarks as l
    inner join int_activity_touches as t
        on t.opportunity_id = l.opportunity_id
        and t.touched_on >= l.entered_on
        and t.touched_on <= date_add(l.entered_on, 14)
    group by l.opportunity_id, l.step, t.activity
),

entries as (
    select
        l.segment,
        l.pipeline,
        l.step,
        cast(greatest(date_trunc('month', l.entered_on), case when r.has_weeks then date_trunc('week', l.entered_on) end) as date) as slice_start,
        count(*) as deal_count,
        count(case when l.is_still_there then 1 end) as stayed_count,
        count(case when l.is_converted then 1 end) as converted_count,
        max(l.entered_on) as youngest_on
    from int_step_landmarks as l
    cross join config_run as r
    group by all
),

touched_entries as (
    select
        l.segment,
        l.pipeline,
        l.step,
        t.activity,
        cast(greatest(date_trunc('month', l.entered_on), case when r.has_weeks then date_trunc('week', l.entered_on) end) as date) as slice_start,
        cast(sum(t.touch_count) as bigint) as touch_count,
        count(*) as deal_count,
        count(case when l.is_still_there then 1 end) as stayed_count,
        count(case when l.is_converted then 1 end) as converted_count
    from touched as t
    inner join int_step_landmarks as l on l.opportunity_id = t.opportunity_id and l.step = t.step
    cross join config_run as r
    group by all
),

rolled as (
    select
        case when grouping(e.segment) = 1 then 'All' else e.segment end as segment,
        p.period_grain,
        p.period_start,
        e.pipeline,
        e.step,
        cast(sum(e.deal_count) as bigint) as deal_count,
        cast(sum(e.stayed_count) as bigint) as stayed_count,
        cast(sum(e.converted_count) as bigint) as converted_count,
        max(e.youngest_on) as youngest_on
    from entries as e
    inner join config_periods as p on p.slice_start = e.slice_start
    group by grouping sets (
        (e.segment, p.period_grain, p.period_start, e.pipeline, e.step),
        (p.period_grain, p.period_start, e.pipeline, e.step)
    )
),

touched_rolled as (
    select
        case when grouping(e.segment) = 1 then 'All' else e.segment end as segment,
        p.period_grain,
        p.period_start,
        e.pipeline,
        e.step,
        e.activity,
        cast(sum(e.touch_count) as bigint) as touch_count,
        cast(sum(e.deal_count) as bigint) as deal_count,
        cast(sum(e.stayed_count) as bigint) as stayed_count,
        cast(sum(e.converted_count) as bigint) as converted_count
    from touched_entries as e
    inner join config_periods as p on p.slice_start = e.slice_start
    group by grouping sets (
        (e.segment, p.period_grain, p.period_start, e.pipeline, e.step, e.activity),
        (p.period_grain, p.period_start, e.pipeline, e.step, e.activity)
    )
),

first_slice as (
    select min(slice_start) as slice_start
    from entries
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

measured as (
    select
        r.as_of,
        r.cohort_days,
        r.small_below,
        r.z,
        r.has_stage_change,
        r.has_stage_change and (r.has_campaign_touch or r.has_activity) as is_measurable
    from config_run as r
),

dense as (
    select
        s.segment,
        p.period_grain,
        p.period_start,
        a.activity,
        a.pipeline,
        a.step,
        a.step_order,
        a.is_aligned,
        coalesce(p.period_end <= r.as_of, false) as is_complete,
        case when r.has_stage_change then coalesce(e.deal_count, 0) end as deal_count,
        case when r.is_measurable then coalesce(t.touch_count, 0) end as touch_count,
        case when r.is_measurable then coalesce(t.deal_count, 0) end as touched_deal_count,
        case when r.has_stage_change then coalesce(e.stayed_count, 0) end as stayed_count,
        case when r.is_measurable then coalesce(t.stayed_count, 0) end as touched_stayed_count,
        case when r.is_measurable then coalesce(t.converted_count, 0) end as touched_converted_count,
        case when r.is_measurable then coalesce(e.stayed_count - coalesce(t.stayed_count, 0), 0) end as untouched_stayed_count,
        case when r.is_measurable then coalesce(e.converted_count - coalesce(t.converted_count, 0), 0) end as untouched_converted_count,
        case
            when p.period_grain = 'all' then coalesce(date_add(e.youngest_on, r.cohort_days) <= r.as_of, false)
            else coalesce(date_add(p.period_end, r.cohort_days) <= r.as_of, false)
        end as is_mature,
        r.small_below,
        r.z
    from config_segments as s
    cross join periods as p
    cross join config_activities as a
    cross join measured as r
    left join rolled as e
        on e.segment = s.segment
        and e.period_grain = p.period_grain
        and e.period_start is not distinct from p.period_start
        and e.pipeline = a.pipeline
        and e.step = a.step_order
    left join touched_rolled as t
        on t.segment = s.segment
        and t.period_grain = p.period_grain
        and t.period_start is not distinct from p.period_start
        and t.pipeline = a.pipeline
        and t.step = a.step_order
        and t.activity = a.activity
),

rates as (
    select
        *,
        cast(nullif(touched_stayed_count, 0) as double) as n1,
        cast(nullif(untouched_stayed_count, 0) as double) as n2,
        cast(touched_converted_count as double) / cast(nullif(touched_stayed_count, 0) as double) as touched_rate,
        cast(untouched_converted_count as double) / cast(nullif(untouched_stayed_count, 0) as double) as untouched_rate
    from dense
),

-- the limits lie in [0, 1]: rounding must not carry them out of it
limits as (
    select
        *,
        greatest(
            0 * touched_rate,
            (touched_rate + z * z / (2 * n1) - z * sqrt(touched_rate * (1 - touched_rate) / n1 + z * z / (4 * n1 * n1))) / (1 + z * z / n1)
        ) as touched_rate_low,
        least(
            1 + 0 * touched_rate,
            (touched_rate + z * z / (2 * n1) + z * sqrt(touched_rate * (1 - touched_rate) / n1 + z * z / (4 * n1 * n1))) / (1 + z * z / n1)
        ) as touched_rate_high,
        greatest(
            0 * untouched_rate,
            (untouched_rate + z * z / (2 * n2) - z * sqrt(untouched_rate * (1 - untouched_rate) / n2 + z * z / (4 * n2 * n2))) / (1 + z * z / n2)
        ) as untouched_rate_low,
        least(
            1 + 0 * untouched_rate,
            (untouched_rate + z * z / (2 * n2) + z * sqrt(untouched_rate * (1 - untouched_rate) / n2 + z * z / (4 * n2 * n2))) / (1 + z * z / n2)
        ) as untouched_rate_high
    from rates
)

select
    segment,
    period_grain,
    period_start,
    activity,
    pipeline,
    step,
    step_order,
    is_aligned,
    is_complete,
    deal_count,
    touch_count,
    touched_deal_count,
    stayed_count,
    touched_stayed_count,
    touched_converted_count,
    touched_rate,
    touched_rate_low,
    touched_rate_high,
    untouched_stayed_count,
    untouched_converted_count,
    untouched_rate,
    untouched_rate_low,
    untouched_rate_high,
    touched_rate - untouched_rate as rate_difference,
    touched_rate - untouched_rate - sqrt(
        (touched_rate - touched_rate_low) * (touched_rate - touched_rate_low)
        + (untouched_rate_high - untouched_rate) * (untouched_rate_high - untouched_rate)
    ) as rate_difference_low,
    touched_rate - untouched_rate + sqrt(
        (touched_rate_high - touched_rate) * (touched_rate_high - touched_rate)
        + (untouched_rate - untouched_rate_low) * (untouched_rate - untouched_rate_low)
    ) as rate_difference_high,
    coalesce(touched_stayed_count < small_below or untouched_stayed_count < small_below, true) as is_small,
    is_mature
from limits
