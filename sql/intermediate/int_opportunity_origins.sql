/*
description: >-
    Who found each counted deal, and whether marketing touched it before its outcome. The deal's lead
    source decides, else that of the lead that became it first; where the configuration knows neither,
    a campaign of the deal or of that lead means marketing, and without one the function of the owner who
    created the deal, if it is marketing or sales.
grain: one row per counted deal
unique_key: [opportunity_id]
version: 3
view: true
columns:
    opportunity_id: the deal
    origin: marketing, sales, partner or unknown
    is_lead_sourced: whether a lead became the deal by the as-of date
    is_influenced: >-
        whether a campaign touched the deal on a day before its outcome, or while it is open; false
        where the day of the outcome is unknown
*/
with creators as (
    select
        d.opportunity_id,
        lower(w.function) as function
    from stg_opportunities as d
    inner join stg_owners as w on w.owner_id = d.created_by
    where lower(w.function) in ('marketing', 'sales')
)

select
    o.opportunity_id,
    coalesce(
        deals.origin,
        leads.origin,
        case when o.campaign_id is not null or c.campaign_id is not null then 'marketing' end,
        creator.function,
        'unknown'
    ) as origin,
    c.opportunity_id is not null as is_lead_sourced,
    coalesce(
        case when o.outcome = 'open' then t.opportunity_id is not null else t.first_touch_on < o.outcome_date end, false
    ) as is_influenced
from int_opportunities as o
left join int_conversions as c on c.opportunity_id = o.opportunity_id and c.is_first
left join config_lead_sources as deals on deals.lead_source = o.lead_source
left join config_lead_sources as leads on leads.lead_source = c.source
left join creators as creator on creator.opportunity_id = o.opportunity_id
left join int_first_touches as t on t.opportunity_id = o.opportunity_id
where o.exclusion is null
