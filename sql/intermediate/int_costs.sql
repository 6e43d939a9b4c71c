/*
description: >-
    The ledger shared out to the segments, to the cent: direct lines to their segment or by the leads
    of their campaign, the rest by its driver. Each part is rounded half away from zero; the segment
    with the largest part takes the remainder, of equal ones the first by name. Where nobody has any
    part, the cost is Unassigned.
grain: one row per month, bucket and segment
unique_key: [month_start, bucket, segment]
version: 2
columns:
    month_start: first day of the month
    bucket: marketing, sales, other or market_entry
    segment: go-to-market segment
    direct_cents: direct cost in hundredths of the reporting currency
    allocated_cents: shared cost in hundredths of the reporting currency
*/
with pools as (
    select
        month_start,
        bucket,
        coalesce(campaign_id, '') as campaign_id,
        coalesce(driver, '') as driver,
        cast(sum(cents) as bigint) as cents
    from int_cost_lines
    where segment is null and cents is not null
    group by month_start, bucket, coalesce(campaign_id, ''), coalesce(driver, '')
),

campaign_leads as (
    select
        campaign_id,
        segment,
        count(*) as lead_count
    from fct_lead
    where exclusion is null and campaign_id is not null
    group by campaign_id, segment
),

weights as (
    select
        p.month_start,
        p.bucket,
        p.campaign_id,
        p.driver,
        p.cents,
        s.segment,
        case
            when p.campaign_id <> '' then cast(coalesce(l.lead_count, 0) as double)
            when p.driver = 'leads' then cast(coalesce(m.lead_count, 0) as double)
            when p.driver = 'even' then case when s.is_configured then 1e0 else 0e0 end
            when p.driver = 'headcount' then coalesce(h.headcount, 0e0)
            else cast(coalesce(m.opportunity_days, 0) as double)
        end as weight
    from pools as p
    inner join config_segments as s on s.segment <> 'All'
    left join campaign_leads as l on l.campaign_id = p.campaign_id and l.segment = s.segment
    left join int_segment_months as m on m.month_start = p.month_start and m.segment = s.segment
    left join int_headcount_months as h on h.month_start = p.month_start and h.segment = s.segment
),

-- a weight in all segments of zero becomes a weight of one for Unassigned
totals as (
    select
        *,
        sum(cast(weight as decimal(38, 15))) over (partition by month_start, bucket, campaign_id, driver) as total
    from weights
),

parts as (
    select
        month_start,
        bucket,
        campaign_id,
        driver,
        cents,
        segment,
        case
            when total = 0 then case when segment = 'Unassigned' then cents else 0 end
            -- heads are thirds of an owner and the like: what is off by their last digit is a half
            else cast(floor(cast(abs(cast(cents as double)) * weight / cast(total as double) as decimal(28, 4)) + 0.5) as bigint)
                * case when cents < 0 then -1 else 1 end
        end as part,
        row_number() over (
            partition by month_start, bucket, campaign_id, driver
            order by cast(weight as decimal(28, 9)) desc nulls last, segment nulls last
        ) as part_rank
    from totals
),

shared as (
    select
        month_start,
        bucket,
        campaign_id,
        segment,
        part + case
            when part_rank = 1
                then cents - cast(sum(part) over (partition by month_start, bucket, campaign_id, driver) as bigint)
            else 0
        end as cents
    from parts
),

postings as (
    select
        month_start,
        bucket,
        segment,
        cents as direct_cents,
        cast(0 as bigint) as allocated_cents
    from int_cost_lines
    where segment is not null and cents is not null
    union all
    select
        month_start,
        bucket,
        segment,
        case when campaign_id <> '' then cents else 0 end,
        case when campaign_id <> '' then 0 else cents end
    from shared
)

select
    month_start,
    bucket,
    segment,
    cast(sum(direct_cents) as bigint) as direct_cents,
    cast(sum(allocated_cents) as bigint) as allocated_cents
from postings
group by month_start, bucket, segment
