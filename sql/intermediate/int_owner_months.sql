/*
description: >-
    The deals that open and close in each month, by segment and owner. The days on which deals were open
    in any month follow from that: one that opened before counts with all days of the month. No deal is
    expanded over its days.
grain: one row per segment, owner and month in which a deal opens or closes
unique_key: [segment, owner_id, month_start]
version: 1
columns:
    segment: go-to-market segment; of a deal the one that it has at its outcome, or at the as-of date while it is open
    owner_id: the person who sells; NULL where the CRM does not say
    month_start: first day of the month
    change: deals that open in the month, less those that close in it; a deal closes on the day after its outcome
    opportunity_days: >-
        what they add to the open days of the month, up to the as-of date: the days of those that open, less the
        days on which the closed ones are open no more
*/
with moves as (
    select
        segment,
        owner_id,
        created_on as moved_on,
        1 as change
    from int_opportunities
    where exclusion is null
        and created_on is not null
        and (outcome = 'open' or outcome_date >= created_on)
    union all
    select
        segment,
        owner_id,
        date_add(outcome_date, 1),
        -1
    from int_opportunities
    where exclusion is null
        and outcome <> 'open'
        and outcome_date >= created_on
)

select
    m.segment,
    m.owner_id,
    cast(date_trunc('month', m.moved_on) as date) as month_start,
    cast(sum(m.change) as bigint) as change,
    cast(sum(m.change * (unix_date(least(last_day(m.moved_on), r.as_of)) + 1 - unix_date(m.moved_on))) as bigint) as opportunity_days
from moves as m
cross join config_run as r
where m.moved_on <= r.as_of
group by m.segment, m.owner_id, cast(date_trunc('month', m.moved_on) as date)
