/*
description: >-
    What became of win rate, cycle and deal size with each programme: the change among the deals it is
    about less the change among those it is compared with, in equally long windows before and after its
    start. The placebo does the same with the two halves of the window before, where nothing happened:
    an effect there means that the two groups were drifting apart anyway. Sources: difference of four
    cell means as in D. Card and A. Krueger, American Economic Review 84 (1994), 772-793; variance of
    K.-Y. Liang and S. Zeger, Biometrika 73 (1986), 13-22, by owner, with the small-sample factor
    G/(G-1) (N-1)/(N-K), as statistics packages compute it.
grain: one row per programme, metric and comparison
unique_key: [program, metric, comparison]
version: 1
columns:
    program: the programme
    metric: >-
        win_rate (share of the decided deals that are won), cycle_log_days (logarithm of the days from
        creation to outcome of decided deals, of which none counts as one), deal_size (value of decided deals)
    comparison: impact or placebo
    method: difference_in_differences, or before_after where there is nothing to compare with
    starts_on: first day of the programme
    window_days: >-
        days before and days after that are compared, up to 365 and to the as-of date; for the placebo half
        as many
    is_complete: whether 365 days have passed since the start
    deal_count: decided deals with the metric in the windows
    unmeasured_count: decided deals in the windows without creation or value, or with negative days
    owner_count: owners of the deals
    treated_owner_count: owners of the deals that the programme is about
    control_owner_count: owners of the deals to compare with
    treated_before_count: deals that the programme is about, before
    treated_after_count: deals that the programme is about, after
    control_before_count: deals to compare with, before
    control_after_count: deals to compare with, after
    treated_before: mean of the metric
    treated_after: mean of the metric
    control_before: mean of the metric
    control_after: mean of the metric
    effect: (treated_after - treated_before) - (control_after - control_before)
    standard_error: standard error of effect, as the deals of one owner go together
    effect_low: lower end of the 95 % interval of effect, by the t distribution with owner_count - 1 degrees
    effect_high: upper end of the 95 % interval of effect
    interval_reason: why there is no interval
    is_small: whether one of the means is over under 10 deals
*/
with windows as (
    select
        program,
        starts_on,
        window_days,
        cast(floor(cast(window_days as double) / 2) as integer) as half_days,
        is_complete,
        has_control
    from config_programs
),

deals as (
    select
        w.program,
        w.starts_on,
        w.window_days,
        w.half_days,
        case when p.is_treated then 1 else 0 end as treated,
        coalesce(o.owner_id, 'Unknown') as owner_id,
        o.outcome,
        o.outcome_date,
        unix_date(o.outcome_date) - unix_date(o.created_on) as days,
        case when o.outcome = 'won' or o.original_amount <> 0 then o.amount end as amount
    from stg_program_opportunities as p
    inner join windows as w on w.program = p.program
    inner join int_opportunities as o on o.opportunity_id = p.opportunity_id
    where o.exclusion is null
        and o.outcome <> 'open'
        and o.outcome_date >= date_add(w.starts_on, -w.window_days)
        and o.outcome_date < date_add(w.starts_on, w.window_days)
        and (p.is_treated or w.has_control)
),

phases as (
    select
        program,
        'impact' as comparison,
        treated,
        case when outcome_date >= starts_on then 1 else 0 end as later,
        owner_id,
        outcome,
        days,
        amount
    from deals
    union all
    select
        program,
        'placebo',
        treated,
        case when outcome_date >= date_add(starts_on, -half_days) then 1 else 0 end,
        owner_id,
        outcome,
        days,
        amount
    from deals
    where outcome_date < starts_on and outcome_date >= date_add(starts_on, -2 * half_days)
),

-- decimals, so that sums do not depend on their order
observations as (
    select
        program,
        comparison,
        'win_rate' as metric,
        treated,
        later,
        owner_id,
        cast(case when outcome = 'won' then 1 else 0 end as decimal(38, 15)) as y
    from phases
    union all
    select
        program,
        comparison,
        'cycle_log_days',
        treated,
        later,
        owner_id,
        case when days >= 0 then cast(ln(cast(greatest(days, 1) as double)) as decimal(38, 15)) end
    from phases
    union all
    select program, comparison, 'deal_size', treated, later, owner_id, cast(amount as decimal(38, 15))
    from phases
),

owners as (
    select
        program,
        comparison,
        metric,
        owner_id,
        count(case when y is null then 1 end) as unmeasured_count,
        count(case when treated = 1 and later = 0 then y end) as n10,
        count(case when treated = 1 and later = 1 then y end) as n11,
        count(case when treated = 0 and later = 0 then y end) as n00,
        count(case when treated = 0 and later = 1 then y end) as n01,
        coalesce(sum(case when treated = 1 and later = 0 then y end), 0) as y10,
        coalesce(sum(case when treated = 1 and later = 1 then y end), 0) as y11,
        coalesce(sum(case when treated = 0 and later = 0 then y end), 0) as y00,
        coalesce(sum(case when treated = 0 and later = 1 then y end), 0) as y01
    from observations
    group by program, comparison, metric, owner_id
),

cells as (
    select
        program,
        comparison,
        metric,
        cast(sum(unmeasured_count) as bigint) as unmeasured_count,
        count(case when n10 + n11 + n00 + n01 > 0 then 1 end) as owner_count,
        count(case when n10 + n11 > 0 then 1 end) as treated_owner_count,
        count(case when n00 + n01 > 0 then 1 end) as control_owner_count,
        cast(sum(n10) as bigint) as n10,
        cast(sum(n11) as bigint) as n11,
        cast(sum(n00) as bigint) as n00,
        cast(sum(n01) as bigint) as n01,
        cast(sum(y10) as double) / cast(nullif(sum(n10), 0) as double) as m10,
        cast(sum(y11) as double) / cast(nullif(sum(n11), 0) as double) as m11,
        cast(sum(y00) as double) / cast(nullif(sum(n00), 0) as double) as m00,
        cast(sum(y01) as double) / cast(nullif(sum(n01), 0) as double) as m01
    from owners
    group by program, comparison, metric
),

-- an owner's pull on the effect: in each cell the sum of deviations from the mean, over the cell's size
pulls as (
    select
        o.program,
        o.comparison,
        o.metric,
        o.owner_id,
        coalesce((cast(o.y11 as double) - cast(o.n11 as double) * c.m11) / cast(nullif(c.n11, 0) as double), 0)
        - coalesce((cast(o.y10 as double) - cast(o.n10 as double) * c.m10) / cast(nullif(c.n10, 0) as double), 0)
        - coalesce((cast(o.y01 as double) - cast(o.n01 as double) * c.m01) / cast(nullif(c.n01, 0) as double), 0)
        + coalesce((cast(o.y00 as double) - cast(o.n00 as double) * c.m00) / cast(nullif(c.n00, 0) as double), 0) as pull
    from owners as o
    inner join cells as c on c.program = o.program and c.comparison = o.comparison and c.metric = o.metric
),

-- a sum of doubles in a fixed order
running as (
    select
        program,
        comparison,
        metric,
        row_number() over (partition by program, comparison, metric order by owner_id desc nulls last) as place_from_last,
        sum(pull * pull) over (
            partition by program, comparison, metric
            order by owner_id nulls first
            rows between unbounded preceding and current row
        ) as squares
    from pulls
),

-- every programme, metric and comparison
spine as (
    select
        w.program,
        case n.number % 3 when 0 then 'win_rate' when 1 then 'cycle_log_days' else 'deal_size' end as metric,
        case when n.number < 3 then 'impact' else 'placebo' end as comparison,
        case when w.has_control then 'difference_in_differences' else 'before_after' end as method,
        w.starts_on,
        greatest(case when n.number < 3 then w.window_days else w.half_days end, 0) as window_days,
        w.is_complete,
        w.has_control
    from windows as w
    cross join config_numbers as n
    where n.number < 6
),

joined as (
    select
        s.*,
        coalesce(c.n10, 0) + coalesce(c.n11, 0) + coalesce(c.n00, 0) + coalesce(c.n01, 0) as deal_count,
        coalesce(c.unmeasured_count, 0) as unmeasured_count,
        coalesce(c.owner_count, 0) as owner_count,
        coalesce(c.treated_owner_count, 0) as treated_owner_count,
        case when s.has_control then coalesce(c.control_owner_count, 0) end as control_owner_count,
        coalesce(c.n10, 0) as n10,
        coalesce(c.n11, 0) as n11,
        case when s.has_control then coalesce(c.n00, 0) end as n00,
        case when s.has_control then coalesce(c.n01, 0) end as n01,
        c.m10,
        c.m11,
        c.m00,
        c.m01,
        case when s.has_control then (c.m11 - c.m10) - (c.m01 - c.m00) else c.m11 - c.m10 end as effect,
        case when s.has_control then 4 else 2 end as mean_count,
        g.squares
    from spine as s
    left join cells as c on c.program = s.program and c.comparison = s.comparison and c.metric = s.metric
    left join running as g
        on g.program = s.program
        and g.comparison = s.comparison
        and g.metric = s.metric
        and g.place_from_last = 1
),

errors as (
    select
        *,
        case
            when effect is not null and owner_count > 1 and deal_count > mean_count
                then sqrt(
                    squares * cast(owner_count as double) / cast(owner_count - 1 as double)
                    * cast(deal_count - 1 as double) / cast(nullif(deal_count - mean_count, 0) as double)
                )
        end as standard_error,
        case
            when window_days = 0 then 'no days to compare'
            when effect is null then 'a mean without deals'
            when least(treated_owner_count, coalesce(control_owner_count, treated_owner_count)) < 10 then 'fewer than 10 owners in a group'
        end as interval_reason
    from joined
),

last_quantile as (
    select max(degrees) as degrees
    from config_t_quantile
)

select
    e.program,
    e.metric,
    e.comparison,
    e.method,
    e.starts_on,
    e.window_days,
    e.is_complete,
    e.deal_count,
    e.unmeasured_count,
    e.owner_count,
    e.treated_owner_count,
    e.control_owner_count,
    e.n10 as treated_before_count,
    e.n11 as treated_after_count,
    e.n00 as control_before_count,
    e.n01 as control_after_count,
    e.m10 as treated_before,
    e.m11 as treated_after,
    e.m00 as control_before,
    e.m01 as control_after,
    e.effect,
    e.standard_error,
    case when e.interval_reason is null then e.effect - q.quantile * e.standard_error end as effect_low,
    case when e.interval_reason is null then e.effect + q.quantile * e.standard_error end as effect_high,
    e.interval_reason,
    least(e.n10, e.n11, coalesce(e.n00, e.n10), coalesce(e.n01, e.n10)) < r.small_below as is_small
from errors as e
cross join config_run as r
cross join last_quantile as l
left join config_t_quantile as q on q.degrees = least(e.owner_count - 1, l.degrees)
