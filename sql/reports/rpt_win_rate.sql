/*
description: >-
    How many deals were won and lost, by outcome date, and how many of the deals created in a period
    were won within the cohort's days.
grain: one row per segment, period and breakdown value
unique_key: [segment, period_grain, period_start, breakdown, breakdown_value]
version: 2
columns:
    segment: >-
        go-to-market segment; All is every deal. Where segments are as of the anchor, deals count as created
        in the segment of that day and as decided in that of the outcome date
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    breakdown: none, or the dimension by which the row is broken down
    breakdown_value: value of the dimension; empty for none
    is_complete: whether the period had ended by the as-of date; never for all
    won_count: deals won, by outcome date
    lost_count: deals lost, by outcome date, those without a decision included
    no_decision_count: deals lost because the customer did not decide
    undated_count: deals won or lost without any date; only in grain all
    win_rate: won / (won + lost)
    win_rate_low: lower end of the 95 % Wilson interval of win_rate
    win_rate_high: upper end of the 95 % Wilson interval of win_rate
    is_small: whether won + lost is under 10
    win_rate_decided: won / (won + lost - no decision)
    won_value: value of the deals won, in the reporting currency
    lost_value: value of the deals lost, in the reporting currency
    win_rate_value: won value / (won value + lost value)
    unvalued_count: deals won or lost without an amount, or lost with an amount of zero
    excluded_no_rate: deals won or lost whose amount could not be converted
    created_count: deals created in the period
    open_count: deals created in the period that are open at the as-of date
    excluded_count: deals created in the period that are not counted (deleted, merged, rule, future)
    cohort_count: deals created in the period; for all, only those old enough to be judged
    cohort_won_count: deals of the cohort won within the cohort's days of their creation
    cohort_win_rate: cohort_won_count / cohort_count
    cohort_win_rate_low: lower end of the 95 % Wilson interval of cohort_win_rate
    cohort_win_rate_high: upper end of the 95 % Wilson interval of cohort_win_rate
    is_mature: whether every deal of the cohort has had the cohort's days
    strategy: how the company goes to market in the segment; NULL for All and Unassigned, and where the configuration does not say
    motion: how the segment is sold to; NULL likewise
    number_owner: who answers for the segment's number; NULL likewise
*/
-- a slice is a month or, with weeks, the part of a week within a month; 1900-01-01 means undated and
-- reaches only the grain all
with decided as (
    select
        o.segment,
        o.breakdown,
        o.breakdown_value,
        coalesce(cast(greatest(date_trunc('month', o.outcome_date), case when r.has_weeks then date_trunc('week', o.outcome_date) end) as date), date '1900-01-01') as slice_start,
        count(case when o.outcome = 'won' then 1 end) as won_count,
        count(case when o.outcome = 'lost' then 1 end) as lost_count,
        count(case when o.is_no_decision then 1 end) as no_decision_count,
        count(case when o.outcome_date is null then 1 end) as undated_count,
        sum(case when o.outcome = 'won' then o.amount end) as won_value,
        sum(case when o.outcome = 'lost' then o.amount end) as lost_value,
        count(case when o.original_amount is null or (o.outcome = 'lost' and o.original_amount = 0) then 1 end) as unvalued_count,
        count(case when o.has_no_rate then 1 end) as excluded_no_rate
    from int_opportunity_breakdowns as o
    cross join config_run as r
    where o.exclusion is null and o.outcome <> 'open'
    group by all
),

created as (
    select
        o.created_segment as segment,
        o.breakdown,
        o.breakdown_value,
        case
            when o.created_on <= r.as_of
                then cast(greatest(date_trunc('month', o.created_on), case when r.has_weeks then date_trunc('week', o.created_on) end) as date)
            else date '1900-01-01'
        end as slice_start,
        count(case when o.exclusion is null then 1 end) as created_count,
        count(case when o.exclusion is null and o.outcome = 'open' then 1 end) as open_count,
        count(case when o.exclusion is not null then 1 end) as excluded_count,
        count(case
            when o.exclusion is null and o.created_on is not null then 1
        end) as cohort_count,
        count(case
            when o.exclusion is null and o.created_on <= date_add(r.as_of, -r.cohort_days) then 1
        end) as mature_count,
        count(case
            when o.exclusion is null
                and o.outcome = 'won'
                and unix_date(o.outcome_date) - unix_date(o.created_on) between 0 and r.cohort_days then 1
        end) as cohort_won_count,
        count(case
            when o.exclusion is null
                and o.outcome = 'won'
                and o.created_on <= date_add(r.as_of, -r.cohort_days)
                and unix_date(o.outcome_date) - unix_date(o.created_on) between 0 and r.cohort_days then 1
        end) as mature_won_count
    from int_opportunity_breakdowns as o
    cross join config_run as r
    group by all
),

facts as (
    select
        segment,
        breakdown,
        breakdown_value,
        slice_start,
        won_count,
        lost_count,
        no_decision_count,
        undated_count,
        won_value,
        lost_value,
        unvalued_count,
        excluded_no_rate,
        cast(0 as bigint) as created_count,
        cast(0 as bigint) as open_count,
        cast(0 as bigint) as excluded_count,
        cast(0 as bigint) as cohort_count,
        cast(0 as bigint) as mature_count,
        cast(0 as bigint) as cohort_won_count,
        cast(0 as bigint) as mature_won_count
    from decided
    union all
    select
        segment,
        breakdown,
        breakdown_value,
        slice_start,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        created_count,
        open_count,
        excluded_count,
        cohort_count,
        mature_count,
        cohort_won_count,
        mature_won_count
    from created
),

rolled as (
    select
        case when grouping(f.segment) = 1 then 'All' else f.segment end as segment,
        f.breakdown,
        f.breakdown_value,
        p.period_grain,
        p.period_start,
        cast(sum(f.won_count) as bigint) as won_count,
        cast(sum(f.lost_count) as bigint) as lost_count,
        cast(sum(f.no_decision_count) as bigint) as no_decision_count,
        cast(sum(f.undated_count) as bigint) as undated_count,
        cast(sum(f.won_value) as decimal(18, 2)) as won_value,
        cast(sum(f.lost_value) as decimal(18, 2)) as lost_value,
        cast(sum(f.unvalued_count) as bigint) as unvalued_count,
        cast(sum(f.excluded_no_rate) as bigint) as excluded_no_rate,
        cast(sum(f.created_count) as bigint) as created_count,
        cast(sum(f.open_count) as bigint) as open_count,
        cast(sum(f.excluded_count) as bigint) as excluded_count,
        cast(sum(case when p.period_grain = 'all' then f.mature_count else f.cohort_count end) as bigint) as cohort_count,
        cast(sum(case when p.period_grain = 'all' then f.mature_won_count else f.cohort_won_count end) as bigint) as cohort_won_count
    from facts as f
    inner join config_periods as p on p.slice_start = f.slice_start
    group by grouping sets (
        (f.segment, f.breakdown, f.breakdown_value, p.period_grain, p.period_start),
        (f.breakdown, f.breakdown_value, p.period_grain, p.period_start)
    )
),

-- dense: every segment and every breakdown value that it has, in every period since the first event
first_slice as (
    select min(slice_start) as slice_start
    from facts
    where slice_start > date '1900-01-01'
        and won_count + lost_count + created_count > 0
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
    from rolled
),

dense as (
    select
        m.segment,
        p.period_grain,
        p.period_start,
        m.breakdown,
        m.breakdown_value,
        coalesce(p.period_end <= r.as_of, false) as is_complete,
        coalesce(f.won_count, 0) as won_count,
        coalesce(f.lost_count, 0) as lost_count,
        coalesce(f.no_decision_count, 0) as no_decision_count,
        coalesce(f.undated_count, 0) as undated_count,
        case when r.has_amount then coalesce(f.won_value, 0) end as won_value,
        case when r.has_amount then coalesce(f.lost_value, 0) end as lost_value,
        coalesce(f.unvalued_count, 0) as unvalued_count,
        coalesce(f.excluded_no_rate, 0) as excluded_no_rate,
        coalesce(f.created_count, 0) as created_count,
        coalesce(f.open_count, 0) as open_count,
        coalesce(f.excluded_count, 0) as excluded_count,
        coalesce(f.cohort_count, 0) as cohort_count,
        coalesce(f.cohort_won_count, 0) as cohort_won_count,
        p.period_grain = 'all' or coalesce(date_add(p.period_end, r.cohort_days) <= r.as_of, false) as is_mature,
        cast(f.won_count as double) as won,
        cast(nullif(f.won_count + f.lost_count, 0) as double) as decided,
        cast(f.cohort_won_count as double) / nullif(cast(f.cohort_count as double), 0) as cohort_rate,
        cast(nullif(f.cohort_count, 0) as double) as cohort,
        r.small_below,
        r.z,
        g.strategy,
        g.motion,
        g.number_owner
    from members as m
    cross join periods as p
    cross join config_run as r
    left join config_segments as g on g.segment = m.segment
    left join rolled as f
        on f.segment = m.segment
        and f.breakdown = m.breakdown
        and f.breakdown_value = m.breakdown_value
        and f.period_grain = p.period_grain
        and f.period_start is not distinct from p.period_start
)

select
    segment,
    period_grain,
    period_start,
    breakdown,
    breakdown_value,
    is_complete,
    won_count,
    lost_count,
    no_decision_count,
    undated_count,
    won / decided as win_rate,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * won / decided,
        (won / decided + z * z / (2 * decided) - z * sqrt(won / decided * (1 - won / decided) / decided + z * z / (4 * decided * decided)))
        / (1 + z * z / decided)
    ) as win_rate_low,
    least(
        1 + 0 * won / decided,
        (won / decided + z * z / (2 * decided) + z * sqrt(won / decided * (1 - won / decided) / decided + z * z / (4 * decided * decided)))
        / (1 + z * z / decided)
    ) as win_rate_high,
    won_count + lost_count < small_below as is_small,
    won / cast(nullif(won_count + lost_count - no_decision_count, 0) as double) as win_rate_decided,
    won_value,
    lost_value,
    cast(won_value as double) / nullif(cast(won_value + lost_value as double), 0) as win_rate_value,
    unvalued_count,
    excluded_no_rate,
    created_count,
    open_count,
    excluded_count,
    cohort_count,
    cohort_won_count,
    cohort_rate as cohort_win_rate,
    greatest(
        0 * cohort_rate,
        (cohort_rate + z * z / (2 * cohort) - z * sqrt(cohort_rate * (1 - cohort_rate) / cohort + z * z / (4 * cohort * cohort)))
        / (1 + z * z / cohort)
    ) as cohort_win_rate_low,
    least(
        1 + 0 * cohort_rate,
        (cohort_rate + z * z / (2 * cohort) + z * sqrt(cohort_rate * (1 - cohort_rate) / cohort + z * z / (4 * cohort * cohort)))
        / (1 + z * z / cohort)
    ) as cohort_win_rate_high,
    is_mature,
    strategy,
    motion,
    number_owner
from dense
