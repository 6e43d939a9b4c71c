/*
description: No two rows of fct_opportunity are the same deal.
grain: one row
severity: block
version: 1
*/
with repeated as (
    select opportunity_id
    from fct_opportunity
    group by opportunity_id
    having count(*) > 1
)

select
    (select count(*) from fct_opportunity) + (select count(*) from config_run) as checked_count,
    count(*) as failed_count,
    min(opportunity_id) as example
from repeated
