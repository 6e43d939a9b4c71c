/*
description: >-
    Nearly every deal has a lead source that sourcing lists: who found the others is known from their
    campaigns and creators at best.
grain: one row
severity: warn
version: 1
*/
with deals as (
    select coalesce(sum(record_count), 0) as deal_count
    from rpt_data_quality
    where kind = 'exclusion' and subject = 'opportunity'
),

unlisted as (
    select
        reason as source,
        record_count as deal_count,
        sum(record_count) over () as unlisted_count,
        row_number() over (order by record_count desc nulls last, reason nulls last) as place
    from rpt_data_quality
    where kind = 'unmapped' and subject = 'opportunity.lead_source'
),

judged as (
    select
        u.source,
        u.deal_count,
        u.place,
        u.unlisted_count >= r.small_below and u.unlisted_count * 5 >= d.deal_count as is_broken
    from unlisted as u
    cross join deals as d
    cross join config_run as r
)

select
    (select deal_count from deals) + (select count(*) from config_run) as checked_count,
    coalesce(sum(case when is_broken then deal_count end), 0) as failed_count,
    min(case when is_broken and place = 1 then cast(deal_count as varchar) || ' with the lead source ' || source
        || '; say under sourcing who found them' end) as example
from judged
