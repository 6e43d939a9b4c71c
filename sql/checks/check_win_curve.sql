/*
description: >-
    On every day of the win curve won, lost and still open add up to 1; won and lost only rise, still
    open and the deals at risk only fall.
grain: one row
severity: block
version: 1
*/
with days as (
    select
        concat_ws(' ', segment, 'day', cast(day as varchar)) as label,
        at_risk_count,
        won_by_day,
        lost_by_day,
        still_open,
        lag(at_risk_count) over by_day as risk_before,
        lag(won_by_day) over by_day as won_before,
        lag(lost_by_day) over by_day as lost_before,
        lag(still_open) over by_day as open_before
    from rpt_win_curve
    window by_day as (partition by segment order by day nulls last)
),

-- sums of products of doubles wobble in the last digits
compared as (
    select
        label,
        coalesce(abs(won_by_day + lost_by_day + still_open - 1) > 1e-9, false)
            or coalesce(won_by_day < won_before - 1e-9 or lost_by_day < lost_before - 1e-9, false)
            or coalesce(still_open > open_before + 1e-9, false)
            or coalesce(at_risk_count > risk_before, false)
            or (won_by_day is null) <> (lost_by_day is null)
            or (won_by_day is null) <> (still_open is null) as is_broken
    from days
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
