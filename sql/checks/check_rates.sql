/*
description: Every rate and its interval lie in [0, 1], and the rate lies in its interval.
grain: one row
severity: block
version: 1
*/
with rates as (
    select
        concat_ws(' ', 'win_rate', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value) as label,
        win_rate as rate,
        win_rate_low as low,
        win_rate_high as high
    from rpt_win_rate
    union all
    select
        concat_ws(' ', 'win_rate_decided', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value),
        win_rate_decided,
        win_rate_decided,
        win_rate_decided
    from rpt_win_rate
    union all
    select
        concat_ws(' ', 'cohort_win_rate', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value),
        cohort_win_rate,
        cohort_win_rate_low,
        cohort_win_rate_high
    from rpt_win_rate
    union all
    select
        concat_ws(' ', 'funnel', segment, period_grain, cast(period_start as varchar), step),
        conversion_rate,
        conversion_rate_low,
        conversion_rate_high
    from rpt_funnel
    union all
    select
        concat_ws(' ', 'stage_conversion', segment, period_grain, cast(period_start as varchar), step),
        conversion_rate,
        conversion_rate_low,
        conversion_rate_high
    from rpt_stage_conversion
),

compared as (
    select
        label,
        coalesce(rate < 0 or rate > 1 or low < 0 or high > 1, false)
            or coalesce(low > rate + 1e-9 or rate > high + 1e-9, false)
            or (rate is null) <> (low is null)
            or (rate is null) <> (high is null) as is_broken
    from rates
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
