/*
description: >-
    How soon each counted lead was answered, in business time. The clock runs from the last assignment,
    else from the creation; an assignment after the as-of date or after the conversion starts no clock.
    The answer is the first completed call, e-mail or meeting with a time that a person made for the
    lead, or for the contact that it became, since CRMs move the activities of a converted lead there.
    A conversion before any of them is the answer itself. Date-only activities have no time. Where the
    source does not say, an activity counts as outbound, as completed and as a person's.
grain: one row per counted lead
unique_key: [lead_id]
version: 1
needs: [lead]
columns:
    lead_id: the lead
    clock_at: when the clock began, UTC
    clock_on: local date on which the clock began
    responded_at: when the lead was answered, UTC; NULL while nobody has by the as-of date
    response_source: >-
        lead (an activity for the lead), contact (one for the contact that it became) or conversion;
        NULL while nobody has answered
    response_seconds: business seconds from the clock's begin to the answer; NULL while nobody has answered
    is_due: whether the deadline lies within the as-of date, or the lead was answered
    is_within_sla: whether it was answered by the deadline
*/
with counted as (
    select
        l.lead_id,
        c.contact_id,
        c.created_at,
        case when l.converted_on is not null then coalesce(c.converted_at, o.created_at) end as converted_at,
        case
            when case when c.assigned_at >= d.turns_at then d.next_local_day else d.local_day end <= r.as_of then c.assigned_at
        end as assigned_at
    from int_leads as l
    inner join stg_classified_leads as c on c.lead_id = l.lead_id
    left join stg_opportunities as o on o.opportunity_id = l.opportunity_id
    left join config_utc_days as d on d.utc_day = cast(c.assigned_at as date)
    cross join config_run as r
    where l.exclusion is null
),

clocks as (
    select
        lead_id,
        contact_id,
        converted_at,
        case
            when assigned_at is null or assigned_at > converted_at then created_at
            else greatest(assigned_at, created_at)
        end as clock_at
    from counted
),

-- a local midnight is a date without a time
touches as (
    select
        a.lead_id,
        a.contact_id,
        a.happened_at
    from stg_activities as a
    inner join config_utc_days as d on d.utc_day = cast(a.happened_at as date)
    cross join config_run as r
    anti join config_utc_days as m on m.turns_at = a.happened_at
    where a.kind in ('call', 'email', 'meeting')
        and coalesce(lower(a.direction), 'outbound') = 'outbound'
        and not coalesce(a.is_automated, false)
        and coalesce(a.is_completed, true)
        and case when a.happened_at >= d.turns_at then d.next_local_day else d.local_day end <= r.as_of
),

answers as (
    select
        c.lead_id,
        t.happened_at as lead_touch_at,
        cast(null as timestamp) as contact_touch_at,
        cast(null as timestamp) as converted_at
    from clocks as c
    inner join touches as t on t.lead_id = c.lead_id
    where t.happened_at >= c.clock_at
    union all
    select
        c.lead_id,
        cast(null as timestamp),
        t.happened_at,
        cast(null as timestamp)
    from clocks as c
    inner join touches as t on t.contact_id = c.contact_id
    where t.happened_at >= c.clock_at
    union all
    select
        c.lead_id,
        cast(null as timestamp),
        cast(null as timestamp),
        greatest(c.converted_at, c.clock_at)
    from clocks as c
    where c.converted_at is not null
),

first_answers as (
    select
        lead_id,
        min(lead_touch_at) as lead_touch_at,
        min(contact_touch_at) as contact_touch_at,
        least(min(lead_touch_at), min(contact_touch_at), min(converted_at)) as responded_at
    from answers
    group by lead_id
),

-- the business seconds before the end of the as-of date
ends as (
    select max(turns_at) as ends_at
    from config_utc_days as d
    cross join config_run as r
    where d.local_day <= r.as_of
),

ended as (
    select
        i.business_before
        + greatest(least(hour(e.ends_at) * 3600 + minute(e.ends_at) * 60 + second(e.ends_at), i.close1) - i.open1, 0)
        + greatest(least(hour(e.ends_at) * 3600 + minute(e.ends_at) * 60 + second(e.ends_at), i.close2) - i.open2, 0) as ended_second
    from ends as e
    inner join config_business_intervals as i on i.utc_day = cast(e.ends_at as date)
),

timed as (
    select
        c.lead_id,
        c.clock_at,
        case when c.clock_at >= d.turns_at then d.next_local_day else d.local_day end as clock_on,
        b.business_before
        + greatest(least(hour(c.clock_at) * 3600 + minute(c.clock_at) * 60 + second(c.clock_at), b.close1) - b.open1, 0)
        + greatest(least(hour(c.clock_at) * 3600 + minute(c.clock_at) * 60 + second(c.clock_at), b.close2) - b.open2, 0) as started_second,
        f.responded_at,
        case
            when f.responded_at = f.lead_touch_at then 'lead'
            when f.responded_at = f.contact_touch_at then 'contact'
            when f.responded_at is not null then 'conversion'
        end as response_source,
        a.business_before
        + greatest(least(hour(f.responded_at) * 3600 + minute(f.responded_at) * 60 + second(f.responded_at), a.close1) - a.open1, 0)
        + greatest(least(hour(f.responded_at) * 3600 + minute(f.responded_at) * 60 + second(f.responded_at), a.close2) - a.open2, 0)
            as answered_second
    from clocks as c
    inner join config_utc_days as d on d.utc_day = cast(c.clock_at as date)
    inner join config_business_intervals as b on b.utc_day = cast(c.clock_at as date)
    left join first_answers as f on f.lead_id = c.lead_id
    left join config_business_intervals as a on a.utc_day = cast(f.responded_at as date)
)

select
    t.lead_id,
    t.clock_at,
    t.clock_on,
    t.responded_at,
    t.response_source,
    t.answered_second - t.started_second as response_seconds,
    t.responded_at is not null or e.ended_second - t.started_second >= r.respond_within_seconds as is_due,
    coalesce(t.answered_second - t.started_second <= r.respond_within_seconds, false) as is_within_sla
from timed as t
cross join ended as e
cross join config_run as r
