/*
description: >-
    The effect of a programme is the difference of its means; its deals are those of the means; and it has
    an interval, around it, exactly where nothing speaks against one.
grain: one row
severity: block
version: 1
*/
with compared as (
    select
        concat_ws(' ', program, metric, comparison) as label,
        deal_count <> treated_before_count + treated_after_count + coalesce(control_before_count, 0) + coalesce(control_after_count, 0)
            or coalesce(abs(
                effect - (treated_after - treated_before - coalesce(control_after, 0) + coalesce(control_before, 0))
            ) > 1e-9 * greatest(1, abs(treated_after), abs(treated_before)), false)
            or (interval_reason is null and (effect_low is null or effect_high is null or standard_error is null))
            or (interval_reason is not null and (effect_low is not null or effect_high is not null))
            or coalesce(effect < effect_low or effect > effect_high, false)
            or coalesce(metric = 'win_rate' and (abs(effect) > 2 or treated_after not between 0 and 1 or treated_before not between 0 and 1), false)
            or owner_count > deal_count
            or owner_count > treated_owner_count + coalesce(control_owner_count, 0) as is_broken
    from rpt_program_impact
    union all
    -- no company need have a programme
    select 'programs', count(*) <> 6 * (select count(*) from config_programs)
    from rpt_program_impact
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
