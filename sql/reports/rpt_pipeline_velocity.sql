/*
description: >-
    How much value the open deals bring per day, and whether they suffice for the quarter's quota, at
    the as-of date. Value per day = open deals that have entered the process x win rate of deals that
    did so early enough to be judged x mean value of a win / median days from there to the outcome.
grain: one row per segment
unique_key: [segment]
version: 4
columns:
    segment: go-to-market segment; All is every deal
    open_count: open deals that have reached the first step of their process or a later one
    open_value: their value, in the reporting currency
    entered_count: >-
        deals that entered the process in the 365 days that end the cohort's days before the as-of date,
        both ends included; a deal won without any step of its process entered it when it was won
    entered_won_count: of these, deals that are won
    win_rate: entered_won_count / entered_count
    win_rate_low: lower end of the 95 % Wilson interval of win_rate
    win_rate_high: upper end of the 95 % Wilson interval of win_rate
    is_small: whether entered_count is under 10
    is_mature: whether there are such deals; all of them have had the cohort's days
    won_count: deals won in the last 365 days
    valued_count: of these, deals with a value
    won_value: their value, in the reporting currency
    mean_won_value: won_value / valued_count
    measured_count: >-
        deals decided in the last 365 days with zero days or more from the first process step to the
        outcome
    median_qualified_days: median of these days
    value_per_day: open_count x win_rate x mean_won_value / median_qualified_days
    quarter: first day of the fiscal quarter of the as-of date
    due_count: open deals that are expected to close in the quarter; NULL where no extract has a close date
    due_value: their value, in the reporting currency
    quarter_won_value: value of the deals won in the quarter so far
    quota_value: >-
        quota of the quarter: each amount by its days in the quarter; an owner's quota is left out where
        the owner's team has one in the segment; All counts of each team and owner what is asked for in all
        segments, else the sum of its segments
    coverage: due_value / (quota_value - quarter_won_value), while something is left to win
    coverage_state: open, met, or no_quota; NULL where deals have no amounts to compare a quota with
*/
with current_quarter as (
    select
        p.period_start as quarter,
        p.period_end as quarter_end
    from config_periods as p
    cross join config_run as r
    where p.period_grain = 'quarter' and p.slice_start = cast(date_trunc('month', r.as_of) as date)
),

deals as (
    select
        case when grouping(o.segment) = 1 then 'All' else o.segment end as segment,
        count(case when o.outcome = 'open' and o.furthest_step >= 1 then 1 end) as open_count,
        sum(case when o.outcome = 'open' and o.furthest_step >= 1 then o.amount end) as open_value,
        count(case
            when coalesce(o.qualified_on, case when o.outcome = 'won' and o.furthest_step >= 1 then o.outcome_date end)
                between date_add(r.as_of, -r.cohort_days - 365) and date_add(r.as_of, -r.cohort_days) then 1
        end) as entered_count,
        count(case
            when o.outcome = 'won'
                and coalesce(o.qualified_on, case when o.furthest_step >= 1 then o.outcome_date end)
                between date_add(r.as_of, -r.cohort_days - 365) and date_add(r.as_of, -r.cohort_days) then 1
        end) as entered_won_count,
        count(case when o.outcome = 'won' and o.outcome_date > date_add(r.as_of, -365) then 1 end) as won_count,
        count(case when o.outcome = 'won' and o.outcome_date > date_add(r.as_of, -365) then o.amount end) as valued_count,
        sum(case when o.outcome = 'won' and o.outcome_date > date_add(r.as_of, -365) then o.amount end) as won_value,
        count(case when o.outcome = 'open' and o.close_date between q.quarter and q.quarter_end then 1 end) as due_count,
        sum(case when o.outcome = 'open' and o.close_date between q.quarter and q.quarter_end then o.amount end) as due_value,
        sum(case when o.outcome = 'won' and o.outcome_date between q.quarter and q.quarter_end then o.amount end) as quarter_won_value
    from int_opportunities as o
    cross join config_run as r
    cross join current_quarter as q
    where o.exclusion is null
    group by grouping sets ((o.segment), ())
),

-- days from the first step to the outcome, counted per number of days
cycles as (
    select
        case when grouping(o.segment) = 1 then 'All' else o.segment end as segment,
        unix_date(o.outcome_date) - unix_date(o.qualified_on) as days,
        count(*) as deal_count
    from int_opportunities as o
    cross join config_run as r
    where o.exclusion is null
        and o.outcome <> 'open'
        and o.outcome_date > date_add(r.as_of, -365)
        and o.outcome_date >= o.qualified_on
    group by grouping sets (
        (o.segment, unix_date(o.outcome_date) - unix_date(o.qualified_on)),
        (unix_date(o.outcome_date) - unix_date(o.qualified_on))
    )
),

ranked as (
    select
        segment,
        days,
        cast(sum(deal_count) over (
            partition by segment
            order by days nulls last
            rows between unbounded preceding and current row
        ) as bigint) as upto,
        cast(sum(deal_count) over (partition by segment) as bigint) as total
    from cycles
),

medians as (
    select
        segment,
        max(total) as measured_count,
        cast(min(case when upto * 2 >= total then days end) + min(case when upto * 2 > total then days end) as double) / 2 as median_days
    from ranked
    group by segment
),

quotas as (
    select
        t.segment,
        cast(sum(t.cents) as bigint) as cents
    from int_team_quotas as t
    inner join current_quarter as q on q.quarter = t.period_start
    where t.period_grain = 'quarter'
    group by t.segment
),

joined as (
    select
        s.segment,
        case when r.has_process then coalesce(d.open_count, 0) end as open_count,
        case when r.has_process and r.has_amount then cast(coalesce(d.open_value, 0) as decimal(18, 2)) end as open_value,
        case when r.has_process and r.has_stage_change then coalesce(d.entered_count, 0) end as entered_count,
        case when r.has_process and r.has_stage_change then coalesce(d.entered_won_count, 0) end as entered_won_count,
        coalesce(d.won_count, 0) as won_count,
        case when r.has_amount then coalesce(d.valued_count, 0) end as valued_count,
        case when r.has_amount then cast(coalesce(d.won_value, 0) as decimal(18, 2)) end as won_value,
        case when r.has_process and r.has_stage_change then coalesce(m.measured_count, 0) end as measured_count,
        m.median_days as median_qualified_days,
        q.quarter,
        case when r.has_close_date then coalesce(d.due_count, 0) end as due_count,
        case when r.has_close_date and r.has_amount then cast(coalesce(d.due_value, 0) as decimal(18, 2)) end as due_value,
        case when r.has_amount then cast(coalesce(d.quarter_won_value, 0) as decimal(18, 2)) end as quarter_won_value,
        cast(cast(n.cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) as quota_value,
        r.small_below,
        r.z
    from config_segments as s
    cross join config_run as r
    cross join current_quarter as q
    left join deals as d on d.segment = s.segment
    left join medians as m on m.segment = s.segment
    left join quotas as n on n.segment = s.segment
),

rates as (
    select
        *,
        cast(nullif(entered_count, 0) as double) as entered,
        cast(entered_won_count as double) / cast(nullif(entered_count, 0) as double) as win_rate,
        cast(won_value as double) / cast(nullif(valued_count, 0) as double) as mean_won_value
    from joined
)

select
    segment,
    open_count,
    open_value,
    entered_count,
    entered_won_count,
    win_rate,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * win_rate,
        (win_rate + z * z / (2 * entered) - z * sqrt(win_rate * (1 - win_rate) / entered + z * z / (4 * entered * entered)))
        / (1 + z * z / entered)
    ) as win_rate_low,
    least(
        1 + 0 * win_rate,
        (win_rate + z * z / (2 * entered) + z * sqrt(win_rate * (1 - win_rate) / entered + z * z / (4 * entered * entered)))
        / (1 + z * z / entered)
    ) as win_rate_high,
    coalesce(entered_count < small_below, true) as is_small,
    coalesce(entered_count > 0, false) as is_mature,
    won_count,
    valued_count,
    won_value,
    mean_won_value,
    measured_count,
    median_qualified_days,
    cast(open_count as double) * win_rate * mean_won_value / nullif(median_qualified_days, 0) as value_per_day,
    quarter,
    due_count,
    due_value,
    quarter_won_value,
    quota_value,
    case
        when quota_value > quarter_won_value
            then cast(due_value as double) / nullif(cast(quota_value - quarter_won_value as double), 0)
    end as coverage,
    case
        when quota_value is null then 'no_quota'
        when quota_value <= quarter_won_value then 'met'
        when quota_value > quarter_won_value then 'open'
    end as coverage_state
from rates
