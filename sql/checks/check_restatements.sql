/*
description: >-
    The wins of no closed month, by number or value, moved from the previous published run to this one by
    more than checks.restatement.rate of what they were.
grain: one row
severity: warn
version: 1
*/
-- the row of all time is there even if nothing has happened yet
with periods as (
    select count(*) as checked_count
    from rpt_win_rate
    where segment = 'All'
        and breakdown = 'none'
        and period_grain in ('month', 'all')
),

moved as (
    select
        m.period_start,
        concat_ws(
            ' ',
            m.metric,
            'of the month',
            cast(m.period_start as varchar),
            'was',
            coalesce(cast(cast(m.old_value as decimal(18, 2)) as varchar), 'nothing'),
            'and is',
            coalesce(cast(cast(m.new_value as decimal(18, 2)) as varchar), 'nothing') || '; restatements says why'
        ) as label
    from rpt_restatements as m
    cross join config_run as r
    where m.report = 'win_rate'
        and m.metric in ('won_count', 'won_value')
        and m.period_grain = 'month'
        and m.segment = 'All'
        and m.breakdown = 'none'
        and abs(coalesce(m.new_value, 0) - coalesce(m.old_value, 0)) > r.restatement_rate * coalesce(abs(m.old_value), 0)
),

counted as (
    select
        count(distinct period_start) as failed_count,
        min(label) as example
    from moved
)

select
    p.checked_count,
    c.failed_count,
    c.example
from periods as p
cross join counted as c
