/*
description: >-
    How far leads came, by the date on which they were created: Lead, MQL, SAL, SQL, the steps of the
    sales process, Won. The unit is the lead. A step for which no column or status map exists is left
    out. Where pipelines have a process of their own, a lead follows that of the deal which stands for
    it, and the last step of leads is followed by the first one of every process.
grain: one row per segment, period, pipeline and funnel step
unique_key: [segment, period_grain, period_start, pipeline, step]
version: 2
columns:
    segment: the lead's segment; All is every lead
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    pipeline: >-
        the pipeline of the process; empty for the steps of leads and for the process of all other
        pipelines
    step: funnel step
    step_order: place of the step in the funnel, from 1
    is_complete: whether the period had ended by the as-of date; never for all
    entered_count: leads that reached the step; a later step implies the earlier ones
    entered_strict_count: leads for which this step and all before it were observed, in order
    converted_count: leads that reached the next step; NULL for Won
    conversion_rate: converted / entered
    conversion_rate_low: lower end of the 95 % Wilson interval of conversion_rate
    conversion_rate_high: upper end of the 95 % Wilson interval of conversion_rate
    is_small: whether entered_count is under 10
    is_mature: whether every lead of the row has had the cohort's days
    median_days_to_next: median days from this step to the next, of leads for which both dates were observed
    value: value of the deals of leads that reached the step, each credited to its first converted lead
    rejected_count: >-
        leads that got no further than this step and that sales rejected; a lead that became a deal is pending or lost instead
    recycled_count: >-
        leads that got no further than this step, went back to marketing and have not come back; they are
        also pending or rejected; needs status history
    pending_count: leads that got no further than this step and are neither rejected nor lost
    lost_count: leads that got no further than this step and whose deal was lost
    no_lead_count: deals of all pipelines that were created in the period without a lead, by the deal's segment
    segment_moved_count: leads that reached the step and whose deal is in another segment
*/
with lead_facts as (
    select
        l.segment,
        cast(greatest(date_trunc('month', l.created_on), case when r.has_weeks then date_trunc('week', l.created_on) end) as date) as slice_start,
        l.opportunity_pipeline,
        l.furthest_stage,
        l.strict_stage,
        l.is_rejected and l.furthest_stage < 4 as is_rejected,
        l.is_recycled and l.furthest_stage < 4 as is_recycled,
        coalesce(l.outcome = 'lost', false) as is_lost,
        coalesce(l.opportunity_segment <> l.segment, false) as is_moved,
        count(*) as lead_count,
        sum(l.amount) as value,
        max(l.created_on) as youngest_on
    from fct_lead as l
    cross join config_run as r
    where l.exclusion is null
    group by all
),

-- the steps of a process that the lead does not follow are beyond its reach
placed as (
    select
        f.segment,
        f.slice_start,
        s.pipeline,
        s.stage,
        s.next_stage,
        case when s.stage < 5 or s.pipeline = f.opportunity_pipeline then f.furthest_stage else 0 end as furthest_stage,
        case when s.stage < 5 or s.pipeline = f.opportunity_pipeline then f.strict_stage else 0 end as strict_stage,
        f.is_rejected,
        f.is_recycled,
        f.is_lost,
        f.is_moved,
        f.lead_count,
        f.value,
        f.youngest_on
    from lead_facts as f
    cross join config_funnel_steps as s
    where s.is_available
),

counts as (
    select
        case when grouping(f.segment) = 1 then 'All' else f.segment end as segment,
        p.period_grain,
        p.period_start,
        f.pipeline,
        f.stage,
        cast(sum(case when f.furthest_stage >= f.stage then f.lead_count else 0 end) as bigint) as entered_count,
        cast(sum(case when f.strict_stage >= f.stage then f.lead_count else 0 end) as bigint) as entered_strict_count,
        cast(sum(case when f.furthest_stage >= f.next_stage then f.lead_count else 0 end) as bigint) as converted_count,
        cast(sum(case when f.furthest_stage >= f.stage then f.value end) as decimal(18, 2)) as value,
        cast(sum(case when f.furthest_stage = f.stage and f.is_rejected then f.lead_count else 0 end) as bigint) as rejected_count,
        cast(sum(case when f.furthest_stage = f.stage and f.is_recycled then f.lead_count else 0 end) as bigint) as recycled_count,
        cast(sum(case when f.furthest_stage = f.stage and f.is_lost then f.lead_count else 0 end) as bigint) as lost_count,
        cast(sum(case
            when f.furthest_stage = f.stage and f.next_stage is not null and not f.is_rejected and not f.is_lost then f.lead_count
            else 0
        end) as bigint) as pending_count,
        cast(sum(case when f.furthest_stage >= f.stage and f.is_moved then f.lead_count else 0 end) as bigint) as segment_moved_count,
        max(f.youngest_on) as youngest_on
    from placed as f
    inner join config_periods as p on p.slice_start = f.slice_start
    group by grouping sets (
        (f.segment, p.period_grain, p.period_start, f.pipeline, f.stage),
        (p.period_grain, p.period_start, f.pipeline, f.stage)
    )
),

-- observed days between neighbouring steps, counted per number of days
step_dates as (
    select
        l.segment,
        cast(greatest(date_trunc('month', l.created_on), case when r.has_weeks then date_trunc('week', l.created_on) end) as date) as slice_start,
        s.pipeline,
        s.stage,
        case s.stage when 1 then l.created_on when 2 then l.mql_on when 3 then l.accepted_on else l.converted_on end as entered_on,
        case
            when s.next_stage = 2 then l.mql_on
            when s.next_stage = 3 then l.accepted_on
            when s.next_stage = 4 then l.converted_on
            when w.next_stage is null and l.outcome = 'won' then l.outcome_date
        end as next_on
    from fct_lead as l
    cross join config_run as r
    inner join config_funnel_steps as s on s.is_available and s.stage between 1 and 4
    left join config_funnel_steps as w on w.pipeline = l.opportunity_pipeline and w.stage = 5
    where l.exclusion is null
        and l.furthest_stage >= s.next_stage
    union all
    select
        l.segment,
        cast(greatest(date_trunc('month', l.created_on), case when r.has_weeks then date_trunc('week', l.created_on) end) as date),
        s.pipeline,
        s.stage,
        case s.stage when 1 then l.created_on when 2 then l.mql_on when 3 then l.accepted_on else l.converted_on end,
        f.entered_on
    from fct_lead as l
    cross join config_run as r
    inner join int_opportunity_steps as f on f.opportunity_id = l.opportunity_id
    inner join config_funnel_steps as s on s.is_available and s.stage between 1 and 4 and s.next_stage = 5
    where l.exclusion is null
        and f.step = 1
    union all
    select
        l.segment,
        cast(greatest(date_trunc('month', l.created_on), case when r.has_weeks then date_trunc('week', l.created_on) end) as date),
        s.pipeline,
        s.stage,
        f.entered_on,
        case when not s.is_next_won then f.next_entered_on when l.outcome = 'won' then l.outcome_date end
    from fct_lead as l
    cross join config_run as r
    inner join int_opportunity_steps as f on f.opportunity_id = l.opportunity_id
    inner join config_funnel_steps as s on s.pipeline = f.pipeline and s.stage = f.step + 4
    where l.exclusion is null
),

days as (
    select
        segment,
        slice_start,
        pipeline,
        stage,
        unix_date(next_on) - unix_date(entered_on) as days,
        count(*) as lead_count
    from step_dates
    where unix_date(next_on) - unix_date(entered_on) >= 0
    group by segment, slice_start, pipeline, stage, unix_date(next_on) - unix_date(entered_on)
),

rolled_days as (
    select
        case when grouping(d.segment) = 1 then 'All' else d.segment end as segment,
        p.period_grain,
        p.period_start,
        d.pipeline,
        d.stage,
        d.days,
        cast(sum(d.lead_count) as bigint) as lead_count
    from days as d
    inner join config_periods as p on p.slice_start = d.slice_start
    group by grouping sets (
        (d.segment, p.period_grain, p.period_start, d.pipeline, d.stage, d.days),
        (p.period_grain, p.period_start, d.pipeline, d.stage, d.days)
    )
),

ranked as (
    select
        segment,
        period_grain,
        period_start,
        pipeline,
        stage,
        days,
        cast(sum(lead_count) over (
            partition by segment, period_grain, period_start, pipeline, stage
            order by days nulls last
            rows between unbounded preceding and current row
        ) as bigint) as upto,
        cast(sum(lead_count) over (partition by segment, period_grain, period_start, pipeline, stage) as bigint) as total
    from rolled_days
),

medians as (
    select
        segment,
        period_grain,
        period_start,
        pipeline,
        stage,
        cast(
            min(case when upto * 2 >= total then days end) + min(case when upto * 2 > total then days end) as double
        ) / 2 as median_days_to_next
    from ranked
    group by segment, period_grain, period_start, pipeline, stage
),

-- deals that no lead became, by their creation
deals_without_lead as (
    select
        coalesce(o.created_segment, o.segment) as segment,
        case
            when o.created_on <= r.as_of
                then cast(greatest(date_trunc('month', o.created_on), case when r.has_weeks then date_trunc('week', o.created_on) end) as date)
            else date '1900-01-01'
        end as slice_start,
        count(*) as deal_count
    from int_opportunities as o
    cross join config_run as r
    anti join int_conversions as c on c.opportunity_id = o.opportunity_id
    where o.exclusion is null
    group by all
),

no_lead as (
    select
        case when grouping(d.segment) = 1 then 'All' else d.segment end as segment,
        p.period_grain,
        p.period_start,
        cast(sum(d.deal_count) as bigint) as no_lead_count
    from deals_without_lead as d
    inner join config_periods as p on p.slice_start = d.slice_start
    group by grouping sets ((d.segment, p.period_grain, p.period_start), (p.period_grain, p.period_start))
),

first_slice as (
    select min(slice_start) as slice_start
    from (
        select min(slice_start) as slice_start from lead_facts
        union all
        select min(slice_start) from deals_without_lead where slice_start > date '1900-01-01'
    ) as slices
),

spine as (
    select distinct
        g.segment,
        p.period_grain,
        p.period_start,
        p.period_end,
        s.pipeline,
        s.stage,
        s.step,
        s.next_stage
    from config_segments as g
    cross join config_periods as p
    cross join first_slice as f
    cross join config_funnel_steps as s
    where s.is_available
        and (p.slice_start >= f.slice_start or p.period_grain = 'all')
),

dense as (
    select
        s.segment,
        s.period_grain,
        s.period_start,
        s.pipeline,
        s.step,
        s.stage as step_order,
        coalesce(s.period_end <= r.as_of, false) as is_complete,
        case when r.has_lead then coalesce(c.entered_count, 0) end as entered_count,
        case when r.has_lead then coalesce(c.entered_strict_count, 0) end as entered_strict_count,
        case when r.has_lead and s.next_stage is not null then coalesce(c.converted_count, 0) end as converted_count,
        case
            when s.period_grain = 'all' then coalesce(date_add(c.youngest_on, r.cohort_days) <= r.as_of, false)
            else coalesce(date_add(s.period_end, r.cohort_days) <= r.as_of, false)
        end as is_mature,
        m.median_days_to_next,
        case when r.has_lead and r.has_amount then coalesce(c.value, 0) end as value,
        case when r.has_lead and r.has_rejected then coalesce(c.rejected_count, 0) end as rejected_count,
        case when r.has_lead and r.has_recycled then coalesce(c.recycled_count, 0) end as recycled_count,
        case when r.has_lead then coalesce(c.pending_count, 0) end as pending_count,
        case when r.has_lead then coalesce(c.lost_count, 0) end as lost_count,
        case when r.has_lead then coalesce(n.no_lead_count, 0) end as no_lead_count,
        case when r.has_lead then coalesce(c.segment_moved_count, 0) end as segment_moved_count,
        cast(c.converted_count as double) as converted,
        cast(nullif(c.entered_count, 0) as double) as entered,
        r.small_below,
        r.z
    from spine as s
    cross join config_run as r
    left join counts as c
        on c.segment = s.segment
        and c.period_grain = s.period_grain
        and c.period_start is not distinct from s.period_start
        and c.pipeline = s.pipeline
        and c.stage = s.stage
    left join medians as m
        on m.segment = s.segment
        and m.period_grain = s.period_grain
        and m.period_start is not distinct from s.period_start
        and m.pipeline = s.pipeline
        and m.stage = s.stage
    left join no_lead as n
        on n.segment = s.segment
        and n.period_grain = s.period_grain
        and n.period_start is not distinct from s.period_start
),

rates as (
    select
        *,
        case when converted_count is not null then converted / entered end as rate
    from dense
)

select
    segment,
    period_grain,
    period_start,
    pipeline,
    step,
    step_order,
    is_complete,
    entered_count,
    entered_strict_count,
    converted_count,
    rate as conversion_rate,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * rate,
        (rate + z * z / (2 * entered) - z * sqrt(rate * (1 - rate) / entered + z * z / (4 * entered * entered))) / (1 + z * z / entered)
    ) as conversion_rate_low,
    least(
        1 + 0 * rate,
        (rate + z * z / (2 * entered) + z * sqrt(rate * (1 - rate) / entered + z * z / (4 * entered * entered))) / (1 + z * z / entered)
    ) as conversion_rate_high,
    coalesce(entered_count < small_below, true) as is_small,
    is_mature,
    median_days_to_next,
    value,
    rejected_count,
    recycled_count,
    pending_count,
    lost_count,
    no_lead_count,
    segment_moved_count
from rates
