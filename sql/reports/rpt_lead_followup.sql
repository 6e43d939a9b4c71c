/*
description: >-
    How soon sales answers the leads that it is given, by the local date on which the clock of the lead
    began: its last assignment, else its creation. Minutes are business minutes: only the hours count
    that lie within the configured days and times, without holidays. Percentiles interpolate linearly
    between the two nearest leads.
grain: one row per segment, period and breakdown value
unique_key: [segment, period_grain, period_start, breakdown, breakdown_value]
version: 2
columns:
    segment: the lead's segment; All is every lead
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    breakdown: none, or the dimension by which the row is broken down; only dimensions that leads have
    breakdown_value: value of the dimension; empty for none
    is_complete: whether the period had ended by the as-of date; never for all
    lead_count: leads whose clock began in the period
    due_count: of these, leads whose deadline lay within the as-of date or that were answered
    responded_count: of these, leads that were answered by the as-of date
    within_sla_count: of these, leads that were answered within the promised time
    sla_rate: within_sla_count / due_count
    sla_rate_low: lower end of the 95 % Wilson interval of sla_rate
    sla_rate_high: upper end of the 95 % Wilson interval of sla_rate
    untouched_count: due leads that nobody had answered by the as-of date
    untouched_rate: untouched_count / due_count
    untouched_rate_low: lower end of the 95 % Wilson interval of untouched_rate
    untouched_rate_high: upper end of the 95 % Wilson interval of untouched_rate
    median_minutes: median of the business minutes until the answer, over the leads that were answered
    p90_minutes: ninth decile of these minutes
    response_lead_count: leads answered by a call, e-mail or meeting that names the lead
    response_contact_count: leads answered by one that names the contact that the lead became
    response_conversion_count: leads that were converted before any call, e-mail or meeting is visible
    is_small: whether due_count is under 10
    is_mature: whether the period had ended, which all need not, and every lead of the row is due
*/
-- where nobody exports activities nothing is said about answers, and their seconds need not be told apart
with facts as (
    select
        l.segment,
        l.breakdown,
        l.breakdown_value,
        cast(greatest(date_trunc('month', l.clock_on), case when r.has_weeks then date_trunc('week', l.clock_on) end) as date) as slice_start,
        case when r.has_activity then cast(floor(l.response_minutes * 60 + 0.5e0) as bigint) end as seconds,
        count(*) as lead_count,
        count(case when l.is_followup_due then 1 end) as due_count,
        count(case when l.is_within_sla then 1 end) as within_sla_count,
        count(case when l.response_source = 'lead' then 1 end) as by_lead_count,
        count(case when l.response_source = 'contact' then 1 end) as by_contact_count,
        count(case when l.response_source = 'conversion' then 1 end) as by_conversion_count
    from int_lead_breakdowns as l
    cross join config_run as r
    where l.clock_on is not null
    group by all
),

-- counts are kept by numbers: sorting many of them by names takes several times as long
segment_ids as (
    select segment, cast(row_number() over (order by segment nulls last) as integer) as segment_id
    from facts
    group by segment
),

value_ids as (
    select
        breakdown,
        breakdown_value,
        cast(row_number() over (order by breakdown nulls last, breakdown_value nulls last) as integer) as value_id
    from facts
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

-- the segment All is 0
numbered as (
    select
        s.segment_id,
        v.value_id,
        f.slice_start,
        f.seconds,
        f.lead_count,
        f.due_count,
        f.within_sla_count,
        f.by_lead_count,
        f.by_contact_count,
        f.by_conversion_count
    from facts as f
    inner join segment_ids as s on s.segment = f.segment
    inner join value_ids as v on v.breakdown = f.breakdown and v.breakdown_value = f.breakdown_value
),

sliced as (
    select
        segment_id,
        value_id,
        slice_start,
        cast(sum(lead_count) as bigint) as lead_count,
        cast(sum(due_count) as bigint) as due_count,
        cast(sum(case when seconds is null then 0 else lead_count end) as bigint) as responded_count,
        cast(sum(within_sla_count) as bigint) as within_sla_count,
        cast(sum(by_lead_count) as bigint) as by_lead_count,
        cast(sum(by_contact_count) as bigint) as by_contact_count,
        cast(sum(by_conversion_count) as bigint) as by_conversion_count
    from numbered
    group by segment_id, value_id, slice_start
),

totals as (
    select
        case when grouping(f.segment_id) = 1 then 0 else f.segment_id end as segment_id,
        f.value_id,
        m.period_id,
        cast(sum(f.lead_count) as bigint) as lead_count,
        cast(sum(f.due_count) as bigint) as due_count,
        cast(sum(f.responded_count) as bigint) as responded_count,
        cast(sum(f.within_sla_count) as bigint) as within_sla_count,
        cast(sum(f.by_lead_count) as bigint) as by_lead_count,
        cast(sum(f.by_contact_count) as bigint) as by_contact_count,
        cast(sum(f.by_conversion_count) as bigint) as by_conversion_count
    from sliced as f
    inner join slices as m on m.slice_start = f.slice_start
    group by grouping sets (
        (f.segment_id, f.value_id, m.period_id),
        (f.value_id, m.period_id)
    )
),

rolled as (
    select
        case when grouping(f.segment_id) = 1 then 0 else f.segment_id end as segment_id,
        f.value_id,
        m.period_id,
        f.seconds,
        cast(sum(f.lead_count) as bigint) as responded_count
    from numbered as f
    inner join slices as m on m.slice_start = f.slice_start
    where f.seconds is not null
    group by grouping sets (
        (f.segment_id, f.value_id, m.period_id, f.seconds),
        (f.value_id, m.period_id, f.seconds)
    )
),

ranked as (
    select
        segment_id,
        value_id,
        period_id,
        seconds,
        cast(sum(responded_count) over (
            partition by segment_id, value_id, period_id
            order by seconds nulls last
            rows between unbounded preceding and current row
        ) as bigint) as upto,
        cast(sum(responded_count) over (partition by segment_id, value_id, period_id) as bigint) as total
    from rolled
),

quantiles as (
    select
        segment_id,
        value_id,
        period_id,
        min(case when upto > floor((total - 1) * 0.5e0) then seconds end) as p50_low,
        min(case when upto > ceil((total - 1) * 0.5e0) then seconds end) as p50_high,
        min(case when upto > floor((total - 1) * 0.9e0) then seconds end) as p90_low,
        min(case when upto > ceil((total - 1) * 0.9e0) then seconds end) as p90_high
    from ranked
    group by segment_id, value_id, period_id
),

counts as (
    select
        coalesce(s.segment, 'All') as segment,
        v.breakdown,
        v.breakdown_value,
        p.period_grain,
        p.period_start,
        n.lead_count,
        n.due_count,
        n.responded_count,
        n.within_sla_count,
        n.by_lead_count,
        n.by_contact_count,
        n.by_conversion_count,
        q.p50_low,
        q.p50_high,
        q.p90_low,
        q.p90_high
    from totals as n
    inner join value_ids as v on v.value_id = n.value_id
    inner join period_ids as p on p.period_id = n.period_id
    left join segment_ids as s on s.segment_id = n.segment_id
    left join quantiles as q on q.segment_id = n.segment_id and q.value_id = n.value_id and q.period_id = n.period_id
),

-- dense: every segment and every breakdown value that it has, in every period since the first lead
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
    select segment, 'none' as breakdown, '' as breakdown_value
    from config_segments
    union
    select segment, breakdown, breakdown_value
    from counts
),

dense as (
    select
        m.segment,
        p.period_grain,
        p.period_start,
        m.breakdown,
        m.breakdown_value,
        coalesce(p.period_end <= r.as_of, false) as is_complete,
        case when r.has_lead then coalesce(c.lead_count, 0) end as lead_count,
        case when r.has_lead and r.has_activity then coalesce(c.due_count, 0) end as due_count,
        case when r.has_lead and r.has_activity then coalesce(c.responded_count, 0) end as responded_count,
        case when r.has_lead and r.has_activity then coalesce(c.within_sla_count, 0) end as within_sla_count,
        case when r.has_lead and r.has_activity then coalesce(c.due_count - c.responded_count, 0) end as untouched_count,
        case when r.has_lead and r.has_activity then coalesce(c.by_lead_count, 0) end as response_lead_count,
        case when r.has_lead and r.has_activity then coalesce(c.by_contact_count, 0) end as response_contact_count,
        case when r.has_lead and r.has_activity then coalesce(c.by_conversion_count, 0) end as response_conversion_count,
        cast(nullif(c.due_count, 0) as double) as n,
        cast(case when r.has_activity then c.responded_count end as double) as responded,
        c.p50_low,
        c.p50_high,
        c.p90_low,
        c.p90_high,
        r.small_below,
        r.z
    from members as m
    cross join periods as p
    cross join config_run as r
    left join counts as c
        on c.segment = m.segment
        and c.breakdown = m.breakdown
        and c.breakdown_value = m.breakdown_value
        and c.period_grain = p.period_grain
        and c.period_start is not distinct from p.period_start
),

rates as (
    select
        *,
        cast(within_sla_count as double) / n as sla_rate,
        cast(untouched_count as double) / n as untouched_rate
    from dense
)

select
    segment,
    period_grain,
    period_start,
    breakdown,
    breakdown_value,
    is_complete,
    lead_count,
    due_count,
    responded_count,
    within_sla_count,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    sla_rate,
    greatest(
        0 * sla_rate,
        (sla_rate + z * z / (2 * n) - z * sqrt(sla_rate * (1 - sla_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as sla_rate_low,
    least(
        1 + 0 * sla_rate,
        (sla_rate + z * z / (2 * n) + z * sqrt(sla_rate * (1 - sla_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as sla_rate_high,
    untouched_count,
    untouched_rate,
    greatest(
        0 * untouched_rate,
        (untouched_rate + z * z / (2 * n) - z * sqrt(untouched_rate * (1 - untouched_rate) / n + z * z / (4 * n * n)))
        / (1 + z * z / n)
    ) as untouched_rate_low,
    least(
        1 + 0 * untouched_rate,
        (untouched_rate + z * z / (2 * n) + z * sqrt(untouched_rate * (1 - untouched_rate) / n + z * z / (4 * n * n)))
        / (1 + z * z / n)
    ) as untouched_rate_high,
    (p50_low + ((responded - 1) * 0.5e0 - floor((responded - 1) * 0.5e0)) * (p50_high - p50_low)) / 60 as median_minutes,
    (p90_low + ((responded - 1) * 0.9e0 - floor((responded - 1) * 0.9e0)) * (p90_high - p90_low)) / 60 as p90_minutes,
    response_lead_count,
    response_contact_count,
    response_conversion_count,
    coalesce(due_count < small_below, true) as is_small,
    coalesce(due_count = lead_count and (is_complete or (period_grain = 'all' and lead_count > 0)), false) as is_mature
from rates
