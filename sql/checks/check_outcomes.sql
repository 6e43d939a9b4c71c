/*
description: >-
    Some deals are counted, and where there are enough of them some are decided, some of those are won
    and some are lost.
grain: one row
severity: warn
version: 1
*/
with exclusions as (
    select
        coalesce(sum(record_count), 0) as deal_count,
        coalesce(sum(case when reason = 'counted' then record_count end), 0) as counted_count,
        coalesce(sum(case when reason = 'deleted' then record_count end), 0) as deleted_count
    from rpt_data_quality
    where kind = 'exclusion' and subject = 'opportunity'
),

outcomes as (
    select
        coalesce(sum(won_count), 0) as won_count,
        coalesce(sum(lost_count), 0) as lost_count
    from rpt_win_rate
    where segment = 'All' and period_grain = 'all' and breakdown = 'none'
),

judged as (
    select case when e.counted_count = 0 and e.deal_count > 0
        then 'all ' || cast(e.deal_count as varchar) || ' deals are excluded, ' || cast(e.deleted_count as varchar) || ' as deleted' end as problem
    from exclusions as e
    union all
    select case when e.counted_count >= r.small_below and o.won_count + o.lost_count = 0
        then 'none of ' || cast(e.counted_count as varchar) || ' deals is won or lost' end
    from exclusions as e
    cross join outcomes as o
    cross join config_run as r
    union all
    select case when o.lost_count >= r.small_below and o.won_count = 0
        then 'all ' || cast(o.lost_count as varchar) || ' decided deals are lost' end
    from outcomes as o
    cross join config_run as r
    union all
    select case when o.won_count >= r.small_below and o.lost_count = 0
        then 'all ' || cast(o.won_count as varchar) || ' decided deals are won' end
    from outcomes as o
    cross join config_run as r
)

select
    count(*) as checked_count,
    count(problem) as failed_count,
    min(problem) as example
from judged
