/*
description: >-
    How long each deal was open with which expected close and value, and when it was closed, by its
    history or by consecutive exports. Before its first entry a deal was as that one says. A closing
    counts if the deal was opened again; else the deal was open until its outcome date. What the deal
    is now holds from the as-of date on. Deals that are closed without any date have no spans.
grain: one row per deal and time in which nothing changed
unique_key: [opportunity_id, starts_on]
version: 1
columns:
    opportunity_id: the deal
    segment: segment of the deal
    state: open, won or lost
    starts_on: first local day that ends in this state; 1900-01-01 where nobody knows when the deal was created
    ends_before: first local day that ends in another one; 2200-01-01 for the last
    close_date: expected close
    cents: value in hundredths of the reporting currency, by the deal's rate; NULL without a value or a rate
*/
with rated as (
    select
        o.opportunity_id,
        o.segment,
        o.created_on,
        o.outcome,
        o.outcome_date,
        o.close_date,
        f.factor,
        cast(floor(abs(cast(o.amount as double)) * 100 + 0.5) as bigint) * case when o.amount < 0 then -1 else 1 end as cents
    from int_opportunities as o
    cross join config_run as r
    left join int_rates as f
        on f.currency = o.currency
        and f.rate_date = least(coalesce(o.outcome_date, o.close_date, r.as_of), r.as_of)
    where o.exclusion is null and (o.outcome = 'open' or o.outcome_date is not null)
),

exported as (
    select
        h.opportunity_id,
        case when h.changed_at >= d.turns_at then d.next_local_day else d.local_day end as changed_on,
        h.changed_at,
        h.sequence,
        coalesce(s.state, 0) as state,
        h.close_date,
        h.amount
    from stg_stage_changes as h
    cross join config_run as r
    inner join config_utc_days as d on d.utc_day = cast(h.changed_at as date)
    left join int_stages as s on s.stage = h.stage
    where r.has_stage_amounts
),

-- a copy of a version that is older than what an earlier export held says nothing
seen as (
    select
        v.opportunity_id,
        s.seen_on,
        v._effective_at,
        v.version_rank,
        v.state,
        v.close_date,
        l.amount,
        min(v.version_rank) over (
            partition by v.opportunity_id
            order by v._effective_at nulls first, v.version_rank desc nulls first
            rows between unbounded preceding and 1 preceding
        ) as newest_rank
    from stg_opportunity_versions as v
    inner join config_snapshots as s on s.source = v._source and s.effective_at = v._effective_at
    inner join landing_opportunity as l
        on l._source = v._source
        and l._load_id = v._load_id
        and l._file = v._file
        and l._line = v._line
),

changes as (
    select opportunity_id, changed_on, changed_at, sequence, state, close_date, amount
    from exported
    union all
    select s.opportunity_id, s.seen_on, s._effective_at, lpad(cast(1000000000 - s.version_rank as varchar), 10, '0'), s.state, s.close_date, s.amount
    from seen as s
    anti join exported as h on h.opportunity_id = s.opportunity_id
    where s.newest_rank is null or s.version_rank < s.newest_rank
),

ordered as (
    select
        c.opportunity_id,
        c.changed_on,
        c.state,
        c.close_date,
        cast(floor(floor(abs(cast(c.amount as double)) * 100 + 0.5) * d.factor + 0.5000001) as bigint)
        * case when c.amount < 0 then -1 else 1 end as cents,
        row_number() over (
            partition by c.opportunity_id
            order by c.changed_at nulls last, length(c.sequence) nulls last, c.sequence nulls last
        ) as place
    from changes as c
    inner join rated as d on d.opportunity_id = c.opportunity_id
    cross join config_run as r
    where c.changed_on <= r.as_of and (d.outcome_date is null or c.changed_on < d.outcome_date)
),

undone as (
    select
        *,
        max(case when state < 1000 then place end) over (partition by opportunity_id) as last_open_place
    from ordered
),

points as (
    select
        d.opportunity_id,
        d.segment,
        least(
            coalesce(d.created_on, f.changed_on, d.outcome_date, date '1900-01-01'),
            coalesce(f.changed_on, d.created_on, date '1900-01-01'),
            coalesce(d.outcome_date, date '2200-01-01')
        ) as changed_on,
        cast(0 as bigint) as place,
        'open' as state,
        case when f.opportunity_id is null then d.close_date else f.close_date end as close_date,
        case when f.opportunity_id is null then d.cents else f.cents end as cents
    from rated as d
    left join ordered as f on f.opportunity_id = d.opportunity_id and f.place = 1
    union all
    select
        u.opportunity_id,
        d.segment,
        u.changed_on,
        u.place,
        case u.state when 1000 then 'won' when 1001 then 'lost' else 'open' end,
        u.close_date,
        u.cents
    from undone as u
    inner join rated as d on d.opportunity_id = u.opportunity_id
    where u.state < 1000 or u.place < u.last_open_place
    union all
    select
        d.opportunity_id,
        d.segment,
        coalesce(d.outcome_date, r.as_of),
        cast(1000000000000 as bigint),
        d.outcome,
        d.close_date,
        d.cents
    from rated as d
    cross join config_run as r
),

compared as (
    select
        *,
        lag(state) over by_time as previous_state,
        lag(close_date) over by_time as previous_close_date,
        lag(cents) over by_time as previous_cents
    from points
    window by_time as (partition by opportunity_id order by changed_on nulls last, place nulls last)
),

bounded as (
    select
        opportunity_id,
        segment,
        state,
        changed_on as starts_on,
        coalesce(
            lead(changed_on) over (partition by opportunity_id order by changed_on nulls last, place nulls last), date '2200-01-01'
        ) as ends_before,
        close_date,
        cents
    from compared
    where state is distinct from previous_state
        or (state = 'open' and (close_date is distinct from previous_close_date or cents is distinct from previous_cents))
)

select
    opportunity_id,
    segment,
    state,
    starts_on,
    ends_before,
    close_date,
    cents
from bounded
where starts_on < ends_before
