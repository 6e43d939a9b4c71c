/*
description: >-
    Every line of the ledger up to the month of the as-of date with its bucket, its amount in the
    reporting currency and the way in which it is shared.
grain: one row per source and line
unique_key: [source, line_id]
version: 2
needs: [cost]
columns:
    source: the source whose ledger holds the line
    line_id: the line
    month_start: first day of its month
    bucket: marketing, sales, other or market_entry; market_entry by the line's kind, else by category
    cents: amount in hundredths of the reporting currency; NULL where there is no rate
    segment: the segment of a direct line; Unassigned if it names a segment that is not configured
    campaign_id: the campaign by whose leads the line is shared
    named_campaign_id: the campaign that the line names, whether or not it is shared by its leads
    driver: the driver by which it is shared; NULL for direct lines
    is_unknown_segment: whether the line names a segment that is not configured
*/
with campaigns as (
    select distinct campaign_id
    from fct_lead
    where exclusion is null and campaign_id is not null
)

-- whole cents are converted: binary fractions of the currency miss half cents by a hair, which the
-- seventh decimal makes up for
select
    c.source,
    c.line_id,
    c.month_start,
    case when c.kind = 'market_entry' then 'market_entry' else coalesce(b.bucket, 'other') end as bucket,
    cast(floor(floor(abs(cast(c.amount as double)) * 100 + 0.5) * f.factor + 0.5000001) as bigint) * case when c.amount < 0 then -1 else 1 end as cents,
    case when c.segment is not null then coalesce(s.segment, 'Unassigned') end as segment,
    case when c.segment is null then p.campaign_id end as campaign_id,
    c.campaign_id as named_campaign_id,
    case
        when c.segment is null and p.campaign_id is null
            then case when c.driver in ('opportunity_days', 'headcount', 'leads', 'even') then c.driver else r.cost_driver end
    end as driver,
    c.segment is not null and s.segment is null as is_unknown_segment
from stg_costs as c
cross join config_run as r
left join config_cost_categories as b on b.category = c.category
left join config_segments as s on s.segment = c.segment and s.segment <> 'All'
left join campaigns as p on p.campaign_id = c.campaign_id
left join int_rates as f on f.currency = c.currency and f.rate_date = least(last_day(c.month_start), r.as_of)
where c.month_start <= r.as_of
