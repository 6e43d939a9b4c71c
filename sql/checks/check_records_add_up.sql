/*
description: >-
    Won, lost, open and excluded deals are together all distinct deals of the landing, and each of
    them is counted once.
grain: one row
severity: block
version: 1
*/
with reported as (
    select won_count + lost_count + open_count + excluded_count as record_count
    from rpt_win_rate
    where segment = 'All' and period_grain = 'all' and breakdown = 'none'
),

modelled as (
    select count(*) as record_count
    from int_opportunities
),

-- where no key occurs twice, the lines are the records and nothing needs to be told apart
landed as (
    select
        (select count(distinct opportunity_id) from landing_opportunity where _may_repeat)
        + (select count(*) from landing_opportunity where not _may_repeat) as record_count
),

compared as (
    select
        concat_ws(' ', 'win_rate', cast(r.record_count as varchar), 'modelled', cast(m.record_count as varchar),
            'landed', cast(l.record_count as varchar)) as label,
        r.record_count <> m.record_count or m.record_count <> l.record_count as is_broken
    from reported as r
    cross join modelled as m
    cross join landed as l
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from compared
