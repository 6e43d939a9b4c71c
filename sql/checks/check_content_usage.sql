/*
description: >-
    The pieces of content_usage add up to All: uses of each kind, pieces and those that nobody has used;
    All has at least the deals of each piece.
grain: one row
severity: block
version: 1
*/
with sums as (
    select
        'All' as label,
        coalesce(sum(case when content_id = 'All' then -1 else 1 end * use_count) <> 0, false)
            or coalesce(sum(case when content_id = 'All' then -1 else 1 end * (view_count + download_count + send_count)) <> 0, false)
            or coalesce(sum(case when content_id = 'All' then -1 else 1 end * content_count) <> 0, false)
            or coalesce(sum(case when content_id = 'All' then -1 else 1 end * never_used_count) <> 0, false)
            or coalesce(max(deal_count) > max(case when content_id = 'All' then deal_count end), false) as is_broken
    from rpt_content_usage
    union all
    select
        content_id,
        coalesce(won_count > deal_count or never_used_count > content_count, false)
            or coalesce(content_id <> 'All' and never_used_count > 0 and use_count > 0, false)
            or coalesce(use_count > 0 and last_used_on is null, false)
    from rpt_content_usage
)

select
    count(*) as checked_count,
    count(case when is_broken then 1 end) as failed_count,
    min(case when is_broken then label end) as example
from sums
