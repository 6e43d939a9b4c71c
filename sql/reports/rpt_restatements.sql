/*
description: >-
    Closed periods whose numbers are others than the previous published run said: the newest run with an
    earlier as-of date, which the manifest names. Only numbers that are settled once a period has ended
    are compared: wins, losses and their values, deals created, cohorts that were mature, the cycle of
    won deals from their creation, costs, new customers, leads, and answers to leads where all were due.
    Weeks are not compared; their months are.
    The counts say what happened to deals that the row counts in either run; a deal counts in each that
    applies to it.
grain: one row per report, segment, period, breakdown value and metric that moved
unique_key: [report, segment, period_grain, period_start, breakdown, breakdown_value, metric]
version: 1
columns:
    report: win_rate, sales_cycle, cost_of_sale or lead_followup
    segment: go-to-market segment; All is every deal
    period_grain: month, quarter or year (fiscal)
    period_start: first day of the period, which had ended by the as-of date of the previous run
    breakdown: none, or the dimension by which the row is broken down
    breakdown_value: value of the dimension; empty for none
    metric: column of the report; of sales_cycle those of won deals from their creation
    old_value: what the previous run published; NULL where it had no such row or value
    new_value: what this run publishes; NULL where it has no such row or value
    change: new_value - old_value
    relative_change: change / old_value, without its sign
    cause: >-
        the first that applies: definition (a model behind the report has another version), config (a
        setting that can move a number is another one), data
    added_count: >-
        deals that are counted now and were not before. This and the other counts are NULL where the
        metric counts no deals, such as costs
    reopened_count: >-
        deals that were decided and now are open, or decided otherwise; for cohorts those that were won in
        the cohort's days and now are not won
    redated_count: >-
        deals that were decided or created on another day, or decided on a day that the previous run did
        not know of; for created_count and cohorts the day of creation, and whether they were won in time
    revalued_count: deals with another amount; zero for created_count and cohorts
    resegmented_count: deals in another segment, or with another value of the breakdown
    deleted_count: deals that were counted before and are not now
    previous_run: the run that is compared with
*/
with places as (
    select
        move_id,
        clock,
        old_segment as segment,
        old_month as month_start,
        breakdown,
        old_value as breakdown_value
    from int_restated_moves
    where old_month is not null
    union
    select
        move_id,
        clock,
        new_segment,
        new_month,
        breakdown,
        new_value
    from int_restated_moves
    where new_month is not null
),

-- once for its segment, and once for all
rolled as (
    select
        move_id,
        clock,
        segment,
        month_start,
        breakdown,
        breakdown_value
    from places
    union
    select
        move_id,
        clock,
        'All',
        month_start,
        breakdown,
        breakdown_value
    from places
),

-- who moved within a period is counted there once
cells as (
    select distinct
        x.move_id,
        x.clock,
        x.segment,
        p.period_grain,
        p.period_start,
        x.breakdown,
        x.breakdown_value
    from rolled as x
    inner join config_periods as p on p.slice_start = x.month_start
    where p.period_grain not in ('all', 'week')
),

deal_counts as (
    select
        c.clock,
        c.segment,
        c.period_grain,
        c.period_start,
        c.breakdown,
        c.breakdown_value,
        cast(sum(case when m.is_added then m.deal_count else 0 end) as bigint) as added_count,
        cast(sum(case when m.is_reopened then m.deal_count else 0 end) as bigint) as reopened_count,
        cast(sum(case when m.is_redated then m.deal_count else 0 end) as bigint) as redated_count,
        cast(sum(case when m.is_revalued then m.deal_count else 0 end) as bigint) as revalued_count,
        cast(sum(case when m.is_resegmented then m.deal_count else 0 end) as bigint) as resegmented_count,
        cast(sum(case when m.is_deleted then m.deal_count else 0 end) as bigint) as deleted_count
    from cells as c
    inner join int_restated_moves as m on m.move_id = c.move_id
    group by c.clock, c.segment, c.period_grain, c.period_start, c.breakdown, c.breakdown_value
)

select
    r.report,
    r.segment,
    r.period_grain,
    r.period_start,
    r.breakdown,
    r.breakdown_value,
    r.metric,
    r.old_value,
    r.new_value,
    r.new_value - r.old_value as change,
    (r.new_value - r.old_value) / nullif(abs(r.old_value), 0) as relative_change,
    r.cause,
    case when r.clock is not null then coalesce(c.added_count, 0) end as added_count,
    case when r.clock is not null then coalesce(c.reopened_count, 0) end as reopened_count,
    case when r.clock is not null then coalesce(c.redated_count, 0) end as redated_count,
    case when r.clock is not null then coalesce(c.revalued_count, 0) end as revalued_count,
    case when r.clock is not null then coalesce(c.resegmented_count, 0) end as resegmented_count,
    case when r.clock is not null then coalesce(c.deleted_count, 0) end as deleted_count,
    p.run as previous_run
from int_restatements as r
cross join config_predecessor as p
left join deal_counts as c
    on c.clock = r.clock
    and c.segment = r.segment
    and c.period_grain = r.period_grain
    and c.period_start = r.period_start
    and c.breakdown = r.breakdown
    and c.breakdown_value = r.breakdown_value
