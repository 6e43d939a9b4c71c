/*
description: No two rows of fct_lead are the same lead.
grain: one row
severity: block
version: 1
needs: [lead]
*/
with repeated as (
    select lead_id
    from fct_lead
    group by lead_id
    having count(*) > 1
)

select
    (select count(*) from fct_lead) + (select count(*) from config_run) as checked_count,
    count(*) as failed_count,
    min(lead_id) as example
from repeated
