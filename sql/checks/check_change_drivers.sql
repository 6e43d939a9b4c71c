/*
description: >-
    The effects of all drivers add up to the change of the won value, to the cent; the segments add up
    to All; and the origins add up to the won value of the win rate.
grain: one row
severity: block
version: 1
*/
with signed as (
    select segment, quarter, won_value
    from rpt_change_drivers
    where comparison = 'previous_quarter' and driver = 'win_rate'
    union all
    select segment, period_start, -won_value
    from rpt_win_rate
    where breakdown = 'none' and period_grain = 'quarter' and segment <> 'All'
),

compared as (
    select
        concat_ws(' ', 'effects', segment, cast(quarter as varchar), comparison, origin) as label,
        coalesce(sum(effect_value) <> max(won_value) - max(won_value_before), false)
            or (count(effect_value) > 0) <> (max(won_value_before) is not null and max(won_value) is not null) as is_broken
    from rpt_change_drivers
    group by segment, quarter, comparison, origin
    union all
    select
        concat_ws(' ', 'All', cast(quarter as varchar), comparison, origin, driver),
        coalesce(sum(case when segment = 'All' then effect_value else -effect_value end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then lead_count else -lead_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then decided_count else -decided_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then won_count else -won_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then won_value else -won_value end) <> 0, false)
    from rpt_change_drivers
    group by quarter, comparison, origin, driver
    union all
    select
        concat_ws(' ', 'win_rate', segment, cast(quarter as varchar)),
        coalesce(sum(won_value) <> 0, false)
    from signed
    where segment <> 'All'
    group by segment, quarter
)

-- without any event there is no quarter
select
    count(*) + (select count(*) from config_run) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
