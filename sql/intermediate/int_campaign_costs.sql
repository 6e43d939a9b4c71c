/*
description: >-
    What marketing spent on campaigns, shared to the segments and sources of the campaign's leads, to
    the cent: a line that names a segment stays in it. Each part is rounded half away from zero; the
    largest part takes the remainder, of equal ones the first by segment and source. A campaign without
    leads is Unassigned, its source unknown.
grain: one row per month, campaign, segment and source
unique_key: [month_start, campaign_id, segment, source]
version: 1
needs: [cost]
columns:
    month_start: first day of the month
    campaign_id: the campaign
    segment: go-to-market segment
    source: where the leads came from
    cents: marketing cost in hundredths of the reporting currency
*/
with pools as (
    select
        month_start,
        named_campaign_id as campaign_id,
        segment,
        cast(sum(cents) as bigint) as cents
    from int_cost_lines
    where bucket = 'marketing' and cents is not null and named_campaign_id is not null
    group by month_start, named_campaign_id, segment
),

campaign_leads as (
    select
        campaign_id,
        segment,
        source,
        count(*) as lead_count
    from fct_lead
    where exclusion is null and campaign_id is not null
    group by campaign_id, segment, source
),

-- one condition for both would compare every campaign with every other
weights as (
    select
        p.month_start,
        p.campaign_id,
        p.segment as named_segment,
        p.cents,
        coalesce(l.segment, 'Unassigned') as segment,
        coalesce(l.source, 'unknown') as source,
        coalesce(l.lead_count, 1) as weight
    from pools as p
    left join campaign_leads as l on l.campaign_id = p.campaign_id
    where p.segment is null
    union all
    select
        p.month_start,
        p.campaign_id,
        p.segment,
        p.cents,
        p.segment,
        coalesce(l.source, 'unknown'),
        coalesce(l.lead_count, 1)
    from pools as p
    left join campaign_leads as l
        on l.campaign_id = p.campaign_id
        and l.segment = p.segment
    where p.segment is not null
),

totals as (
    select
        *,
        sum(weight) over (partition by month_start, campaign_id, named_segment) as total,
        row_number() over (
            partition by month_start, campaign_id, named_segment
            order by weight desc nulls last, segment nulls last, source nulls last
        ) as part_rank
    from weights
),

parts as (
    select
        month_start,
        campaign_id,
        named_segment,
        segment,
        source,
        cents,
        part_rank,
        cast(floor(abs(cast(cents as double)) * cast(weight as double) / cast(total as double) + 0.5) as bigint)
        * case when cents < 0 then -1 else 1 end as part
    from totals
),

shared as (
    select
        month_start,
        campaign_id,
        segment,
        source,
        part + case
            when part_rank = 1
                then cents - cast(sum(part) over (partition by month_start, campaign_id, named_segment) as bigint)
            else 0
        end as cents
    from parts
)

select
    month_start,
    campaign_id,
    segment,
    source,
    cast(sum(cents) as bigint) as cents
from shared
group by month_start, campaign_id, segment, source
