/*
description: >-
    Why the won value of a quarter differs from that of the quarter before and from that of the same
    quarter a year before. For deals that began as leads, won value = leads x decided deals per lead x
    win rate x deal size; for other deals the first two are the number of decided deals. Each factor's
    effect is the logarithmic mean of both values times the logarithm of the factor's change (B. W. Ang,
    The LMDI approach to decomposition analysis, Energy Policy 33 (2005), 867-871). Where a factor is
    zero or undefined in either quarter, one factor after another is replaced in the order given: 0 / 0
    takes the other quarter's value, and deals that were decided in a quarter without any lead count by
    themselves, not per lead. Effects add up to the difference to the cent: the largest takes what
    rounding leaves. All is the sum of the segments.
grain: one row per segment, quarter, comparison, origin and driver
unique_key: [segment, quarter, comparison, origin, driver]
version: 1
columns:
    segment: go-to-market segment, of leads the lead's and of deals the deal's; All is the sum of the others
    quarter: first day of the fiscal quarter
    comparison: previous_quarter or previous_year
    origin: lead_sourced (a lead became the deal by the as-of date) or other
    driver: >-
        leads (created in the quarter), decided_per_lead, win_rate, deal_size; for other deals decided,
        win_rate, deal_size
    driver_order: place of the driver in the product
    quarter_before: first day of the quarter that it is compared with
    is_complete: whether the quarter had ended by the as-of date
    lead_count_before: leads created in the quarter before
    lead_count: leads created in the quarter
    decided_count_before: deals won or lost in the quarter before
    decided_count: deals won or lost in the quarter
    won_count_before: deals won in the quarter before
    won_count: deals won in the quarter
    won_value_before: value of the deals won in the quarter before
    won_value: value of the deals won in the quarter
    factor_before: the driver's value in the quarter before; NULL where its denominator is zero
    factor: the driver's value in the quarter; NULL where its denominator is zero
    effect_value: part of won_value - won_value_before that the driver explains
    method: logarithmic, sequential, or sum for All; NULL where no earlier quarter is known
    is_small: whether fewer than 10 deals were decided in either quarter
*/
with facts as (
    select
        o.segment,
        case when o.is_lead_sourced then 'lead_sourced' else 'other' end as origin,
        cast(date_trunc('month', o.outcome_date) as date) as month_start,
        cast(0 as bigint) as lead_count,
        count(*) as decided_count,
        count(case when o.outcome = 'won' then 1 end) as won_count,
        sum(case when o.outcome = 'won' then o.amount end) as won_value
    from fct_opportunity as o
    where o.is_counted and o.outcome <> 'open' and o.outcome_date is not null
    group by
        o.segment,
        case when o.is_lead_sourced then 'lead_sourced' else 'other' end,
        cast(date_trunc('month', o.outcome_date) as date)
    union all
    select
        segment,
        'lead_sourced',
        cast(date_trunc('month', created_on) as date),
        count(*),
        0,
        0,
        cast(null as decimal(38, 2))
    from fct_lead
    where exclusion is null
    group by segment, cast(date_trunc('month', created_on) as date)
),

-- the win rate knows the first deal, the facts know the first lead
first_month as (
    select min(month_start) as month_start
    from (
        select min(month_start) as month_start from facts
        union all
        select min(period_start) from rpt_win_rate where period_grain = 'month'
    ) as months
),

quarters as (
    select distinct
        p.period_start as quarter,
        p.period_end
    from config_periods as p
    cross join first_month as f
    where p.period_grain = 'quarter' and p.slice_start >= f.month_start
),

rolled as (
    select
        f.segment,
        f.origin,
        p.period_start as quarter,
        cast(sum(f.lead_count) as bigint) as lead_count,
        cast(sum(f.decided_count) as bigint) as decided_count,
        cast(sum(f.won_count) as bigint) as won_count,
        cast(sum(f.won_value) as decimal(18, 2)) as won_value
    from facts as f
    inner join config_periods as p on p.slice_start = f.month_start
    where p.period_grain = 'quarter'
    group by f.segment, f.origin, p.period_start
),

origins as (
    select 'lead_sourced' as origin
    union all
    select 'other'
),

-- without leads nobody knows which deals began as leads
totals as (
    select
        s.segment,
        o.origin,
        q.quarter,
        q.period_end <= r.as_of as is_complete,
        case when r.has_lead and o.origin = 'lead_sourced' then coalesce(f.lead_count, 0) end as lead_count,
        case when r.has_lead or o.origin = 'other' then coalesce(f.decided_count, 0) end as decided_count,
        case when r.has_lead or o.origin = 'other' then coalesce(f.won_count, 0) end as won_count,
        case when r.has_amount and (r.has_lead or o.origin = 'other') then coalesce(f.won_value, 0) end as won_value
    from config_segments as s
    cross join origins as o
    cross join quarters as q
    cross join config_run as r
    left join rolled as f on f.segment = s.segment and f.origin = o.origin and f.quarter = q.quarter
    where s.segment <> 'All'
),

comparisons as (
    select 'previous_quarter' as comparison, 3 as months
    union all
    select 'previous_year', 12
),

pairs as (
    select
        n.segment,
        n.origin,
        n.quarter,
        c.comparison,
        cast(add_months(n.quarter, -c.months) as date) as quarter_before,
        n.is_complete,
        b.lead_count as l0,
        n.lead_count as l1,
        b.decided_count as d0,
        n.decided_count as d1,
        b.won_count as w0,
        n.won_count as w1,
        b.won_value as v0,
        n.won_value as v1,
        n.origin = 'lead_sourced'
        and not (b.lead_count = 0 and b.decided_count > 0)
        and not (n.lead_count = 0 and n.decided_count > 0) as is_per_lead
    from totals as n
    cross join comparisons as c
    left join totals as b
        on b.segment = n.segment
        and b.origin = n.origin
        and b.quarter = cast(add_months(n.quarter, -c.months) as date)
),

-- the factors of both quarters: won value = a * b * c * d
factors as (
    select
        *,
        case when is_per_lead then cast(l0 as double) else 1e0 end as a0,
        case when is_per_lead then cast(l1 as double) else 1e0 end as a1,
        case when is_per_lead then cast(d0 as double) / cast(nullif(l0, 0) as double) else cast(d0 as double) end as b0,
        case when is_per_lead then cast(d1 as double) / cast(nullif(l1, 0) as double) else cast(d1 as double) end as b1,
        cast(w0 as double) / cast(nullif(d0, 0) as double) as c0,
        cast(w1 as double) / cast(nullif(d1, 0) as double) as c1,
        cast(v0 as double) / cast(nullif(w0, 0) as double) as s0,
        cast(v1 as double) / cast(nullif(w1, 0) as double) as s1
    from pairs
),

-- positive counts and values: every factor is positive, and has a logarithm
filled as (
    select
        *,
        (is_per_lead or origin = 'other') and w0 > 0 and w1 > 0 and v0 > 0 and v1 > 0 as is_logarithmic,
        coalesce(b0, b1, 0e0) as b0_filled,
        coalesce(b1, b0, 0e0) as b1_filled,
        coalesce(c0, c1, 0e0) as c0_filled,
        coalesce(c1, c0, 0e0) as c1_filled,
        coalesce(s0, s1, 0e0) as s0_filled,
        coalesce(s1, s0, 0e0) as s1_filled,
        coalesce(
            cast(v1 - v0 as double) / nullif(ln(nullif(greatest(cast(v1 as double), 0), 0) / nullif(greatest(cast(v0 as double), 0), 0)), 0),
            cast(v0 as double)
        ) as mean_value
    from factors
    where v0 is not null and v1 is not null
),

effects as (
    select
        segment, origin, quarter, comparison, is_logarithmic, v0, v1, 1 as driver_order,
        case
            when is_logarithmic then mean_value * ln(nullif(a1, 0) / nullif(a0, 0))
            else (a1 - a0) * b0_filled * c0_filled * s0_filled
        end as effect
    from filled
    where origin = 'lead_sourced'
    union all
    select
        segment, origin, quarter, comparison, is_logarithmic, v0, v1, 2,
        case
            when is_logarithmic then mean_value * ln(nullif(b1, 0) / nullif(b0, 0))
            else a1 * (b1_filled - b0_filled) * c0_filled * s0_filled
        end
    from filled
    union all
    select
        segment, origin, quarter, comparison, is_logarithmic, v0, v1, 3,
        case
            when is_logarithmic then mean_value * ln(nullif(c1, 0) / nullif(c0, 0))
            else a1 * b1_filled * (c1_filled - c0_filled) * s0_filled
        end
    from filled
    union all
    select
        segment, origin, quarter, comparison, is_logarithmic, v0, v1, 4,
        case
            when is_logarithmic then mean_value * ln(nullif(s1, 0) / nullif(s0, 0))
            else a1 * b1_filled * c1_filled * (s1_filled - s0_filled)
        end
    from filled
),

rounded as (
    select
        *,
        cast(floor(abs(effect) * 100 + 0.5) as bigint) * case when effect < 0 then -1 else 1 end as part,
        row_number() over (
            partition by segment, origin, quarter, comparison
            order by abs(effect) desc nulls last, driver_order nulls last
        ) as part_rank
    from effects
),

exact as (
    select
        segment,
        origin,
        quarter,
        comparison,
        driver_order,
        is_logarithmic,
        part + case
            when part_rank = 1
                then cast((v1 - v0) * 100 as bigint)
                - cast(sum(part) over (partition by segment, origin, quarter, comparison) as bigint)
            else 0
        end as cents
    from rounded
),

drivers as (
    select 'lead_sourced' as origin, 'leads' as driver, 1 as driver_order
    union all
    select 'lead_sourced', 'decided_per_lead', 2
    union all
    select 'lead_sourced', 'win_rate', 3
    union all
    select 'lead_sourced', 'deal_size', 4
    union all
    select 'other', 'decided', 2
    union all
    select 'other', 'win_rate', 3
    union all
    select 'other', 'deal_size', 4
),

summed as (
    select
        case when grouping(p.segment) = 1 then 'All' else p.segment end as segment,
        p.quarter,
        p.comparison,
        p.origin,
        d.driver,
        d.driver_order,
        p.quarter_before,
        p.is_complete,
        cast(sum(p.l0) as bigint) as l0,
        cast(sum(p.l1) as bigint) as l1,
        cast(sum(p.d0) as bigint) as d0,
        cast(sum(p.d1) as bigint) as d1,
        cast(sum(p.w0) as bigint) as w0,
        cast(sum(p.w1) as bigint) as w1,
        cast(sum(p.v0) as decimal(18, 2)) as v0,
        cast(sum(p.v1) as decimal(18, 2)) as v1,
        cast(sum(e.cents) as bigint) as cents,
        case
            when count(e.cents) = 0 then null
            when grouping(p.segment) = 1 then 'sum'
            when bool_and(e.is_logarithmic) then 'logarithmic'
            else 'sequential'
        end as method
    from pairs as p
    inner join drivers as d on d.origin = p.origin
    left join exact as e
        on e.segment = p.segment
        and e.origin = p.origin
        and e.quarter = p.quarter
        and e.comparison = p.comparison
        and e.driver_order = d.driver_order
    group by grouping sets (
        (p.segment, p.quarter, p.comparison, p.origin, d.driver, d.driver_order, p.quarter_before, p.is_complete),
        (p.quarter, p.comparison, p.origin, d.driver, d.driver_order, p.quarter_before, p.is_complete)
    )
)

select
    s.segment,
    s.quarter,
    s.comparison,
    s.origin,
    s.driver,
    s.driver_order,
    s.quarter_before,
    s.is_complete,
    s.l0 as lead_count_before,
    s.l1 as lead_count,
    s.d0 as decided_count_before,
    s.d1 as decided_count,
    s.w0 as won_count_before,
    s.w1 as won_count,
    s.v0 as won_value_before,
    s.v1 as won_value,
    case s.driver
        when 'leads' then cast(s.l0 as double)
        when 'decided' then cast(s.d0 as double)
        when 'decided_per_lead' then cast(s.d0 as double) / cast(nullif(s.l0, 0) as double)
        when 'win_rate' then cast(s.w0 as double) / cast(nullif(s.d0, 0) as double)
        else cast(s.v0 as double) / cast(nullif(s.w0, 0) as double)
    end as factor_before,
    case s.driver
        when 'leads' then cast(s.l1 as double)
        when 'decided' then cast(s.d1 as double)
        when 'decided_per_lead' then cast(s.d1 as double) / cast(nullif(s.l1, 0) as double)
        when 'win_rate' then cast(s.w1 as double) / cast(nullif(s.d1, 0) as double)
        else cast(s.v1 as double) / cast(nullif(s.w1, 0) as double)
    end as factor,
    cast(cast(s.cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) as effect_value,
    s.method,
    coalesce(least(s.d0, s.d1) < r.small_below, true) as is_small
from summed as s
cross join config_run as r
