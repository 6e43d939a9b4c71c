/*
description: >-
    Nearly every deal has a stage, a status or flags that say whether it is open, won or lost: a deal
    of which nothing says so counts as open. No such deal is in a stage whose name is nearly that of a
    stage that ends deals.
grain: one row
severity: warn
version: 1
*/
with deals as (
    select coalesce(sum(record_count), 0) as deal_count
    from rpt_data_quality
    where kind = 'exclusion' and subject = 'opportunity'
),

untold as (
    select
        reason as stage,
        record_count as deal_count
    from rpt_data_quality
    where kind = 'unmapped' and subject = 'opportunity.outcome'
),

ends as (
    select distinct s.value || case when c.pipeline = '' then '' else ' in ' || c.pipeline end as stage
    from config_spellings as s
    inner join config_stages as c on c.stage = s.spelled_as and c.state >= 1000
    where s.entity = 'opportunity' and s.field = 'stage'
),

compared as (
    select
        u.stage,
        u.deal_count,
        e.stage is not null as is_like_an_end,
        sum(u.deal_count) over () as untold_count
    from untold as u
    left join ends as e on e.stage = u.stage
),

judged as (
    select
        c.stage,
        c.deal_count,
        c.is_like_an_end or (c.untold_count >= r.small_below and c.untold_count * 5 >= d.deal_count) as is_broken,
        row_number() over (order by case when c.is_like_an_end then 0 else 1 end nulls last, c.deal_count desc nulls last, c.stage nulls last) as place
    from compared as c
    cross join deals as d
    cross join config_run as r
)

select
    (select deal_count from deals) + (select count(*) from config_run) as checked_count,
    coalesce(sum(case when is_broken then deal_count end), 0) as failed_count,
    min(case when is_broken and place = 1 then cast(deal_count as varchar) || ' in the stage ' || stage
        || '; say under stages or process what it means' end) as example
from judged
