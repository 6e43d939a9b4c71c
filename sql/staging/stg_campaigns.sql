/*
description: The newest version of every campaign.
grain: one row per campaign
unique_key: [campaign_id]
version: 1
columns:
    campaign_id: the CRM's id of the campaign
    name: its name
    type: kind of campaign, such as Webinar
*/
with versions as (
    select
        v.*,
        row_number() over (
            partition by v.campaign_id
            order by
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_campaign as v
)

select
    campaign_id,
    name,
    type
from versions
where version_rank = 1
