/*
description: Nearly every deal has an owner that the extract of owners knows.
grain: one row
severity: warn
version: 1
needs: [owner]
*/
with deals as (
    select coalesce(sum(record_count), 0) as deal_count
    from rpt_data_quality
    where kind = 'exclusion' and subject = 'opportunity'
),

unknown as (
    select coalesce(sum(record_count), 0) as deal_count
    from rpt_data_quality
    where kind = 'unmapped' and subject = 'opportunity.owner_id'
),

judged as (
    select
        d.deal_count,
        case when u.deal_count >= r.small_below and u.deal_count * 5 >= d.deal_count then u.deal_count else 0 end as unknown_count
    from deals as d
    cross join unknown as u
    cross join config_run as r
)

select
    deal_count + 1 as checked_count,
    unknown_count as failed_count,
    case when unknown_count > 0 then 'owner_id of deals; look whether both extracts name owners alike' end as example
from judged
