/*
description: >-
    Why deals were won and lost, by outcome date: how many had which reason, competitor and furthest
    process step. There is a row for each combination that a segment has in a period; the one in which
    nothing is recorded is always there, so that every segment and period has a row for each outcome.
grain: one row per segment, period, outcome, reason, competitor and furthest process step
unique_key: [segment, period_grain, period_start, outcome, reason, competitor, furthest_step]
version: 2
columns:
    segment: go-to-market segment; All is every deal
    period_grain: month, quarter, year (fiscal) or all; week (from Monday) if reports.weeks says so
    period_start: first day of the period; NULL for all
    outcome: won or lost; lost includes no decision
    reason: the reason as the CRM has it; Not recorded where it is blank
    competitor: who else was considered; Not recorded where it is blank
    furthest_step: >-
        furthest step that the deals reached in the process of their pipeline; None for none; won deals
        passed all
    furthest_step_order: >-
        place of that step in its process, from 1; 0 for None; the first place of a step that several
        processes have
    is_complete: whether the period had ended by the as-of date; never for all
    is_no_decision: whether the reason means that the customer did not decide
    deal_count: deals with this outcome, reason, competitor and furthest step
    outcome_count: all deals of the segment and period with this outcome
    share: deal_count / outcome_count
    share_low: lower end of the 95 % Wilson interval of share
    share_high: upper end of the 95 % Wilson interval of share
    is_small: whether outcome_count is under 10
    value: value of the deals in the reporting currency
    unvalued_count: deals without an amount, or lost with an amount of zero
    excluded_no_rate: deals whose amount could not be converted
*/
with facts as (
    select
        o.segment,
        coalesce(cast(greatest(date_trunc('month', o.outcome_date), case when r.has_weeks then date_trunc('week', o.outcome_date) end) as date), date '1900-01-01') as slice_start,
        o.outcome,
        case when replace(o.loss_reason, ' ', '') <> '' then o.loss_reason else 'Not recorded' end as reason,
        case when replace(o.competitor, ' ', '') <> '' then o.competitor else 'Not recorded' end as competitor,
        o.pipeline,
        o.furthest_step as furthest_step_order,
        bool_or(o.is_no_decision) as is_no_decision,
        count(*) as deal_count,
        sum(o.amount) as value,
        count(case when o.original_amount is null or (o.outcome = 'lost' and o.original_amount = 0) then 1 end) as unvalued_count,
        count(case when o.has_no_rate then 1 end) as excluded_no_rate
    from int_opportunities as o
    cross join config_run as r
    where o.exclusion is null and o.outcome <> 'open'
    group by all
),

named as (
    select
        f.segment,
        f.slice_start,
        f.outcome,
        f.reason,
        f.competitor,
        coalesce(t.step, 'None') as furthest_step,
        f.furthest_step_order,
        f.is_no_decision,
        f.deal_count,
        f.value,
        f.unvalued_count,
        f.excluded_no_rate
    from facts as f
    left join config_steps as t on t.pipeline = f.pipeline and t.step_order = f.furthest_step_order
),

rolled as (
    select
        case when grouping(f.segment) = 1 then 'All' else f.segment end as segment,
        p.period_grain,
        p.period_start,
        f.outcome,
        f.reason,
        f.competitor,
        f.furthest_step,
        min(f.furthest_step_order) as furthest_step_order,
        bool_or(f.is_no_decision) as is_no_decision,
        cast(sum(f.deal_count) as bigint) as deal_count,
        cast(sum(f.value) as decimal(18, 2)) as value,
        cast(sum(f.unvalued_count) as bigint) as unvalued_count,
        cast(sum(f.excluded_no_rate) as bigint) as excluded_no_rate
    from named as f
    inner join config_periods as p on p.slice_start = f.slice_start
    group by grouping sets (
        (f.segment, p.period_grain, p.period_start, f.outcome, f.reason, f.competitor, f.furthest_step),
        (p.period_grain, p.period_start, f.outcome, f.reason, f.competitor, f.furthest_step)
    )
),

-- the segments and periods of the win rate, for each outcome
spine as (
    select segment, period_grain, period_start, is_complete, 'won' as outcome, won_count as outcome_count
    from rpt_win_rate
    where breakdown = 'none'
    union all
    select segment, period_grain, period_start, is_complete, 'lost', lost_count
    from rpt_win_rate
    where breakdown = 'none'
),

-- what occurs in a period, and the combination in which nothing is recorded
members as (
    select segment, period_grain, period_start, outcome, reason, competitor, furthest_step
    from rolled
    union
    select segment, period_grain, period_start, outcome, 'Not recorded', 'Not recorded', 'None'
    from spine
),

dense as (
    select
        m.segment,
        m.period_grain,
        m.period_start,
        m.outcome,
        m.reason,
        m.competitor,
        m.furthest_step,
        coalesce(f.furthest_step_order, 0) as furthest_step_order,
        s.is_complete,
        coalesce(f.is_no_decision, false) as is_no_decision,
        coalesce(f.deal_count, 0) as deal_count,
        s.outcome_count,
        cast(coalesce(f.deal_count, 0) as double) / cast(nullif(s.outcome_count, 0) as double) as share,
        cast(nullif(s.outcome_count, 0) as double) as total,
        case when r.has_amount then coalesce(f.value, 0) end as value,
        coalesce(f.unvalued_count, 0) as unvalued_count,
        coalesce(f.excluded_no_rate, 0) as excluded_no_rate,
        r.small_below,
        r.z
    from members as m
    inner join spine as s
        on s.segment = m.segment
        and s.period_grain = m.period_grain
        and s.period_start is not distinct from m.period_start
        and s.outcome = m.outcome
    cross join config_run as r
    left join rolled as f
        on f.segment = m.segment
        and f.period_grain = m.period_grain
        and f.period_start is not distinct from m.period_start
        and f.outcome = m.outcome
        and f.reason = m.reason
        and f.competitor = m.competitor
        and f.furthest_step = m.furthest_step
)

select
    segment,
    period_grain,
    period_start,
    outcome,
    reason,
    competitor,
    furthest_step,
    furthest_step_order,
    is_complete,
    is_no_decision,
    deal_count,
    outcome_count,
    share,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * share,
        (share + z * z / (2 * total) - z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))) / (1 + z * z / total)
    ) as share_low,
    least(
        1 + 0 * share,
        (share + z * z / (2 * total) + z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))) / (1 + z * z / total)
    ) as share_high,
    outcome_count < small_below as is_small,
    value,
    unvalued_count,
    excluded_no_rate
from dense
