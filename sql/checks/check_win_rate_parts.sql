/*
description: In the win rate, the segments of every period add up to All.
grain: one row
severity: block
version: 1
*/
with gaps as (
    select
        period_grain,
        period_start,
        breakdown,
        breakdown_value,
        sum(case when segment = 'All' then won_count else -won_count end) as won_count,
        sum(case when segment = 'All' then lost_count else -lost_count end) as lost_count,
        sum(case when segment = 'All' then no_decision_count else -no_decision_count end) as no_decision_count,
        sum(case when segment = 'All' then undated_count else -undated_count end) as undated_count,
        sum(case when segment = 'All' then won_value else -won_value end) as won_value,
        sum(case when segment = 'All' then lost_value else -lost_value end) as lost_value,
        sum(case when segment = 'All' then unvalued_count else -unvalued_count end) as unvalued_count,
        sum(case when segment = 'All' then excluded_no_rate else -excluded_no_rate end) as excluded_no_rate,
        sum(case when segment = 'All' then created_count else -created_count end) as created_count,
        sum(case when segment = 'All' then open_count else -open_count end) as open_count,
        sum(case when segment = 'All' then excluded_count else -excluded_count end) as excluded_count,
        sum(case when segment = 'All' then cohort_count else -cohort_count end) as cohort_count,
        sum(case when segment = 'All' then cohort_won_count else -cohort_won_count end) as cohort_won_count
    from rpt_win_rate
    group by period_grain, period_start, breakdown, breakdown_value
),

gaps_found as (
    select
        concat_ws(' ', period_grain, cast(period_start as varchar), breakdown, breakdown_value) as label,
        won_count <> 0
            or lost_count <> 0
            or no_decision_count <> 0
            or undated_count <> 0
            or won_value <> 0
            or lost_value <> 0
            or unvalued_count <> 0
            or excluded_no_rate <> 0
            or created_count <> 0
            or open_count <> 0
            or excluded_count <> 0
            or cohort_count <> 0
            or cohort_won_count <> 0 as is_broken
    from gaps
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from gaps_found
