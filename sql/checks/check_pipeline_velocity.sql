/*
description: >-
    In the pipeline velocity the segments add up to All, what is won in the quarter is what the win rate
    says, and coverage is there exactly while something is left to win.
grain: one row
severity: block
version: 1
*/
with signed as (
    select segment, quarter, quarter_won_value
    from rpt_pipeline_velocity
    union all
    select w.segment, w.period_start, -w.won_value
    from rpt_win_rate as w
    inner join rpt_pipeline_velocity as v on v.segment = w.segment and v.quarter = w.period_start
    where w.breakdown = 'none' and w.period_grain = 'quarter'
),

compared as (
    select
        'All' as label,
        coalesce(sum(case when segment = 'All' then open_count else -open_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then open_value else -open_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then entered_count else -entered_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then entered_won_count else -entered_won_count end) <> 0, false)
            or sum(case when segment = 'All' then won_count else -won_count end) <> 0
            or coalesce(sum(case when segment = 'All' then won_value else -won_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then measured_count else -measured_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then due_count else -due_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then due_value else -due_value end) <> 0, false) as is_broken
    from rpt_pipeline_velocity
    union all
    select
        concat_ws(' ', 'won in the quarter', segment),
        coalesce(sum(quarter_won_value) <> 0, false)
    from signed
    group by segment
    union all
    select
        concat_ws(' ', 'coverage', segment),
        case coverage_state
            when 'open' then coalesce(
                quota_value is null or quota_value <= quarter_won_value or (due_value is not null and coverage is null), false
            )
            when 'met' then coverage is not null or coalesce(quota_value > quarter_won_value, true)
            when 'no_quota' then coverage is not null or quota_value is not null
            else coverage is not null or quota_value is null or quarter_won_value is not null
        end
    from rpt_pipeline_velocity
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
