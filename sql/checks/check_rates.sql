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
        concat_ws(' ', 'funnel', segment, period_grain, cast(period_start as varchar), nullif(pipeline, ''), step),
        conversion_rate,
        conversion_rate_low,
        conversion_rate_high
    from rpt_funnel
    union all
    select
        concat_ws(' ', 'stage_conversion', segment, period_grain, cast(period_start as varchar), nullif(pipeline, ''), step),
        conversion_rate,
        conversion_rate_low,
        conversion_rate_high
    from rpt_stage_conversion
    union all
    select
        concat_ws(' ', 'lead_quality.mql_rate', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value, source, campaign),
        mql_rate,
        mql_rate_low,
        mql_rate_high
    from rpt_lead_quality
    union all
    select
        concat_ws(' ', 'lead_quality.sql_rate', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value, source, campaign),
        sql_rate,
        sql_rate_low,
        sql_rate_high
    from rpt_lead_quality
    union all
    select
        concat_ws(' ', 'lead_quality.won_rate', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value, source, campaign),
        won_rate,
        won_rate_low,
        won_rate_high
    from rpt_lead_quality
    union all
    select
        concat_ws(' ', 'lead_followup.sla_rate', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value),
        sla_rate,
        sla_rate_low,
        sla_rate_high
    from rpt_lead_followup
    union all
    select
        concat_ws(' ', 'lead_followup.untouched_rate', segment, period_grain, cast(period_start as varchar), breakdown, breakdown_value),
        untouched_rate,
        untouched_rate_low,
        untouched_rate_high
    from rpt_lead_followup
    union all
    select
        concat_ws(' ', 'activity_alignment.touched_rate', segment, period_grain, cast(period_start as varchar), activity, nullif(pipeline, ''), step),
        touched_rate,
        touched_rate_low,
        touched_rate_high
    from rpt_activity_alignment
    union all
    select
        concat_ws(' ', 'activity_alignment.untouched_rate', segment, period_grain, cast(period_start as varchar), activity, nullif(pipeline, ''), step),
        untouched_rate,
        untouched_rate_low,
        untouched_rate_high
    from rpt_activity_alignment
    union all
    select
        concat_ws(' ', 'content_usage', content_id),
        never_used_share,
        never_used_share_low,
        never_used_share_high
    from rpt_content_usage
    union all
    select
        concat_ws(' ', 'win_loss_reasons', segment, period_grain, cast(period_start as varchar), outcome, reason, competitor, furthest_step),
        share,
        share_low,
        share_high
    from rpt_win_loss_reasons
    union all
    select
        concat_ws(' ', 'pipeline_velocity', segment),
        win_rate,
        win_rate_low,
        win_rate_high
    from rpt_pipeline_velocity
    union all
    select
        concat_ws(' ', 'quota_attainment', segment, period_grain, cast(period_start as varchar), subject_kind, subject_id),
        owner_at_quota_share,
        owner_at_quota_share_low,
        owner_at_quota_share_high
    from rpt_quota_attainment
    union all
    select
        concat_ws(' ', 'pipeline_waterfall', segment, period_grain, cast(period_start as varchar), component),
        slip_rate,
        slip_rate_low,
        slip_rate_high
    from rpt_pipeline_waterfall
    union all
    select
        concat_ws(' ', 'sourcing', segment, period_grain, cast(period_start as varchar), origin),
        win_rate,
        win_rate_low,
        win_rate_high
    from rpt_sourcing
    union all
    select
        concat_ws(' ', 'scorecard.sql_rate', segment, cast(quarter as varchar)),
        sql_rate,
        sql_rate_low,
        sql_rate_high
    from rpt_scorecard
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
