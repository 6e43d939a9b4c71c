/*
description: >-
    The deals that leads became, from the extract that lists them, each link once. A deal that the lead
    itself names need not be among them.
grain: one row per lead and deal
unique_key: [lead_id, opportunity_id]
version: 1
columns:
    lead_id: the lead
    opportunity_id: the deal
*/
select distinct
    lead_id,
    opportunity_id
from landing_lead_opportunity
where _is_current
