/*
description: >-
    The pipeline waterfall balances, deals and cents; its segments add up to All, where as many deals come
    from other segments as go to them; it ends with the deals that the pipeline velocity calls due; and no
    fewer deals are won and lost in it than in the win rate.
grain: one row
severity: block
version: 2
*/
with signed as (
    select
        w.segment,
        w.period_grain,
        w.period_start,
        w.component,
        w.deal_count,
        w.value,
        case when n.moves_deals then n.sign * w.deal_count else 0 end as deal_step,
        n.sign * w.value as value_step
    from rpt_pipeline_waterfall as w
    inner join config_waterfall_components as n on n.component = w.component
),

compared as (
    select
        concat_ws(' ', 'balance', segment, period_grain, cast(period_start as varchar)) as label,
        coalesce(sum(deal_step) <> 0, false) or coalesce(sum(value_step) <> 0, false) as is_broken
    from signed
    group by segment, period_grain, period_start
    union all
    select
        concat_ws(' ', 'All', component, period_grain, cast(period_start as varchar)),
        coalesce(sum(case when segment = 'All' then deal_count else -deal_count end) <> 0, false)
            or coalesce(sum(case when segment = 'All' then value else -value end) <> 0, false)
    from signed
    group by component, period_grain, period_start
    union all
    select
        concat_ws(' ', 'moves', period_grain, cast(period_start as varchar)),
        coalesce(sum(deal_step) <> 0, false) or coalesce(sum(value_step) <> 0, false)
    from signed
    where segment = 'All' and component in ('segment_in', 'segment_out')
    group by period_grain, period_start
    union all
    select
        concat_ws(' ', 'due', s.segment),
        coalesce(s.deal_count <> v.due_count, false) or coalesce(s.value <> v.due_value, false)
    from signed as s
    inner join rpt_pipeline_velocity as v on v.segment = s.segment and v.quarter = s.period_start
    where s.component = 'end' and s.period_grain = 'quarter'
    union all
    select
        concat_ws(' ', s.component, s.segment, s.period_grain, cast(s.period_start as varchar)),
        coalesce(s.deal_count < case s.component when 'won' then w.won_count else w.lost_count end, false)
    from signed as s
    inner join rpt_win_rate as w
        on w.segment = s.segment
        and w.period_grain = s.period_grain
        and w.period_start is not distinct from s.period_start
        and w.breakdown = 'none'
    where s.component in ('won', 'lost')
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
