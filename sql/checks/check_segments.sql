/*
description: Where there are enough deals, every configured segment has some.
grain: one row
severity: warn
version: 1
*/
with segments as (
    select
        c.segment,
        c.is_configured,
        coalesce(w.created_count, 0) as deal_count,
        sum(coalesce(w.created_count, 0)) over () as total_count
    from config_segments as c
    left join rpt_win_rate as w
        on w.segment = c.segment
        and w.period_grain = 'all'
        and w.breakdown = 'none'
    where c.segment <> 'All'
),

judged as (
    select
        s.segment,
        s.is_configured and s.deal_count = 0 and s.total_count >= r.small_below as is_broken
    from segments as s
    cross join config_run as r
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then segment || ' has no deal; look at its rule' end) as example
from judged
