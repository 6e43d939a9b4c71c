/*
description: >-
    How much of what marketing made is used, up to the as-of date: a row for every piece of content that
    was published or used by then, and All. A deal for which a piece was used may have been won without
    it.
grain: one row per piece of content, and All
unique_key: [content_id]
version: 1
columns:
    content_id: id of the piece; All is every piece
    title: its title; NULL where the extract of content does not have the piece
    kind: kind of content, such as case study
    published_on: first day that it was there
    retired_on: last day that it was there
    is_retired: whether that day is known and lies before the as-of date; NULL for All
    use_count: uses of any kind
    view_count: of these, views
    download_count: of these, downloads
    send_count: of these, sent
    user_count: different people who used it
    deal_count: counted deals for which it was used
    won_count: of these, deals that are won at the as-of date
    last_used_on: local date of the last use
    days_since_last_use: days from that date to the as-of date
    content_count: pieces that the extract of content has and that were published by the as-of date
    never_used_count: of these, pieces that nobody has used
    never_used_share: never_used_count / content_count
    never_used_share_low: lower end of the 95 % Wilson interval of never_used_share
    never_used_share_high: upper end of the 95 % Wilson interval of never_used_share
    is_small: whether content_count is under 10
*/
with uses as (
    select
        u.content_id,
        u.user_id,
        u.kind,
        u.opportunity_id,
        case when u.used_at >= d.turns_at then d.next_local_day else d.local_day end as used_on
    from stg_content_uses as u
    inner join config_utc_days as d on d.utc_day = cast(u.used_at as date)
),

counted as (
    select
        u.content_id,
        u.user_id,
        u.kind,
        u.used_on,
        o.opportunity_id,
        case when o.outcome = 'won' then o.opportunity_id end as won_id
    from uses as u
    cross join config_run as r
    left join int_opportunities as o on o.opportunity_id = u.opportunity_id and o.exclusion is null
    where u.used_on <= r.as_of
),

used as (
    select
        content_id,
        grouping(content_id) as is_all,
        count(*) as use_count,
        count(case when kind = 'view' then 1 end) as view_count,
        count(case when kind = 'download' then 1 end) as download_count,
        count(case when kind = 'send' then 1 end) as send_count,
        count(distinct user_id) as user_count,
        count(distinct opportunity_id) as deal_count,
        count(distinct won_id) as won_count,
        max(used_on) as last_used_on
    from counted
    group by grouping sets ((content_id), ())
),

published as (
    select c.content_id
    from stg_contents as c
    cross join config_run as r
    where coalesce(c.published_on <= r.as_of, true)
),

listed as (
    select
        count(*) as content_count,
        count(case when u.content_id is null then 1 end) as never_used_count
    from published as p
    left join used as u on u.content_id = p.content_id and u.is_all = 0
),

members as (
    select content_id
    from published
    union
    select content_id
    from used
    where is_all = 0
),

gathered as (
    select
        'All' as content_id,
        cast(null as varchar) as title,
        cast(null as varchar) as kind,
        cast(null as date) as published_on,
        cast(null as date) as retired_on,
        u.use_count,
        u.view_count,
        u.download_count,
        u.send_count,
        u.user_count,
        u.deal_count,
        u.won_count,
        u.last_used_on,
        l.content_count,
        l.never_used_count
    from listed as l
    left join used as u on u.is_all = 1
    union all
    select
        m.content_id,
        c.title,
        c.kind,
        c.published_on,
        c.retired_on,
        u.use_count,
        u.view_count,
        u.download_count,
        u.send_count,
        u.user_count,
        u.deal_count,
        u.won_count,
        u.last_used_on,
        case when p.content_id is null then 0 else 1 end,
        case when p.content_id is not null and u.content_id is null then 1 else 0 end
    from members as m
    left join stg_contents as c on c.content_id = m.content_id
    left join published as p on p.content_id = m.content_id
    left join used as u on u.content_id = m.content_id and u.is_all = 0
),

measured as (
    select
        g.content_id,
        g.title,
        g.kind,
        g.published_on,
        g.retired_on,
        case when g.content_id <> 'All' and r.has_content then coalesce(g.retired_on < r.as_of, false) end as is_retired,
        case when r.has_content_use then coalesce(g.use_count, 0) end as use_count,
        case when r.has_content_use then coalesce(g.view_count, 0) end as view_count,
        case when r.has_content_use then coalesce(g.download_count, 0) end as download_count,
        case when r.has_content_use then coalesce(g.send_count, 0) end as send_count,
        case when r.has_content_use then coalesce(g.user_count, 0) end as user_count,
        case when r.has_content_use then coalesce(g.deal_count, 0) end as deal_count,
        case when r.has_content_use then coalesce(g.won_count, 0) end as won_count,
        g.last_used_on,
        unix_date(r.as_of) - unix_date(g.last_used_on) as days_since_last_use,
        case when r.has_content then cast(g.content_count as bigint) end as content_count,
        case when r.has_content and r.has_content_use then cast(g.never_used_count as bigint) end as never_used_count,
        r.small_below,
        r.z
    from gathered as g
    cross join config_run as r
),

rates as (
    select
        *,
        cast(nullif(content_count, 0) as double) as n,
        cast(never_used_count as double) / cast(nullif(content_count, 0) as double) as share
    from measured
)

select
    content_id,
    title,
    kind,
    published_on,
    retired_on,
    is_retired,
    use_count,
    view_count,
    download_count,
    send_count,
    user_count,
    deal_count,
    won_count,
    last_used_on,
    days_since_last_use,
    content_count,
    never_used_count,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    share as never_used_share,
    greatest(0 * share, (share + z * z / (2 * n) - z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n))
        as never_used_share_low,
    least(1 + 0 * share, (share + z * z / (2 * n) + z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n))
        as never_used_share_high,
    coalesce(content_count < small_below, true) as is_small
from rates
