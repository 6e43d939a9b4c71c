/*
description: >-
    How each deal stood from which day to which before its outcome or, while it is open, before the as-of
    date, and how it stood next: by its history or by consecutive exports. Before its first entry a deal
    was as that one says. A closing counts if an opening follows it; else the deal was open until its
    outcome date. Of the entries of a month, or with weeks of a week within a month, that leave the deal
    open the last one counts, besides the deal's first, because nobody asks for other evenings than the
    last. Deals that are closed without any date have no spans.
grain: one row per deal and time in which nothing changed
unique_key: [opportunity_id, place]
version: 2
columns:
    opportunity_id: the deal
    place: place of the time among the deal's times, from 1
    segment: segment of the deal
    first_on: first local day that ends with the deal; 1900-01-01 where nobody knows when it was created
    state: open, won or lost
    starts_on: first local day that ends in this state
    ends_before: first local day that ends in the next one; of the last time the outcome date or the as-of date
    ends_slice: first day of the month of ends_before, or with weeks of the part of its week within the month
    close_date: expected close
    due_slice: likewise of close_date
    cents: value in hundredths of the reporting currency, by the deal's rate; NULL without a value or a rate
    next_state: state of the deal's next time; after the last one what the deal is now, like the columns below
    next_ends_before: first local day that ends after that time; 2200-01-01 for what the deal is now
    next_close_date: expected close in that time
    next_cents: value in that time
*/
with deals as (
    select
        o.opportunity_id,
        o.segment,
        o.created_on,
        o.outcome,
        coalesce(o.outcome_date, r.as_of) as final_on,
        coalesce(o.outcome_date, date '2200-01-01') as outcome_on,
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

entries as (
    select
        h.opportunity_id,
        h.changed_on,
        h.place,
        h.state,
        h.previous_state,
        h.next_on,
        h.next_open_on,
        h.close_date,
        h.amount
    from int_stage_changes as h
    cross join config_run as r
    where r.has_stage_amounts and h.is_by_as_of and not h.is_from_snapshots
    union all
    select
        s.opportunity_id,
        s.seen_on,
        row_number() over by_time,
        s.state,
        lag(s.state) over by_time,
        lead(s.seen_on) over by_time,
        min(case when s.state < 1000 then s.seen_on end) over (
            partition by s.opportunity_id
            order by s._effective_at nulls first, s.version_rank desc nulls first
            rows between 1 following and unbounded following
        ),
        s.close_date,
        s.amount
    from seen as s
    cross join config_run as r
    anti join stg_stage_changes as h on h.opportunity_id = case when r.has_stage_amounts then s.opportunity_id end
    where s.seen_on <= r.as_of and (s.newest_rank is null or s.version_rank < s.newest_rank)
    window by_time as (partition by s.opportunity_id order by s._effective_at nulls first, s.version_rank desc nulls first)
),

-- a deal whose first entry closes it was open before that
openings as (
    select true as closes_first, true as is_opening
    union all
    select true, false
    union all
    select false, false
),

told as (
    select
        e.opportunity_id,
        e.changed_on,
        e.place,
        case when o.is_opening then 0 else e.state end as state,
        o.is_opening or (e.previous_state is null and not o.closes_first) as is_first,
        e.next_on,
        e.next_open_on,
        e.close_date,
        e.amount
    from entries as e
    inner join openings as o on o.closes_first = (e.previous_state is null and e.state >= 1000)
    cross join config_run as r
    where case
        when e.state >= 1000 then e.state is distinct from e.previous_state
        else e.previous_state is null
            or e.next_open_on is null
            or date_trunc('month', e.next_open_on) > date_trunc('month', e.changed_on)
            or (r.has_weeks and date_trunc('week', e.next_open_on) > date_trunc('week', e.changed_on))
    end
),

known as (
    select
        d.opportunity_id,
        d.segment,
        case
            when e.opportunity_id is null then least(coalesce(d.created_on, date '1900-01-01'), d.final_on)
            when e.is_first then least(d.created_on, e.changed_on)
            else e.changed_on
        end as starts_on,
        e.place,
        coalesce(e.state, 0) as stage_state,
        coalesce(e.is_first, true) as is_first,
        case when e.state >= 1000 then e.next_open_on else e.next_on end as next_on,
        coalesce(e.next_open_on < d.outcome_on, false) as opens_again,
        case when e.opportunity_id is null then d.close_date else e.close_date end as close_date,
        case
            when e.opportunity_id is null then d.cents
            else cast(floor(floor(abs(cast(e.amount as double)) * 100 + 0.5) * d.factor + 0.5000001) as bigint)
                * case when e.amount < 0 then -1 else 1 end
        end as cents,
        d.outcome,
        d.final_on,
        d.close_date as final_close_date,
        d.cents as final_cents
    from deals as d
    left join told as e on e.opportunity_id = d.opportunity_id and e.changed_on < d.outcome_on
),

-- of the entries of a day the last one counts
counted as (
    select
        *,
        case stage_state when 1000 then 'won' when 1001 then 'lost' else 'open' end as state
    from known
    where is_first
        or (opens_again and next_on > starts_on)
        or (not opens_again and stage_state < 1000)
),

spans as (
    select
        opportunity_id,
        row_number() over by_time as place,
        segment,
        first_value(starts_on) over by_time as first_on,
        state,
        starts_on,
        coalesce(lead(starts_on) over by_time, final_on) as ends_before,
        close_date,
        cents,
        coalesce(lead(state) over by_time, outcome) as next_state,
        coalesce(
            lead(starts_on, 2) over by_time,
            case when lead(starts_on) over by_time is null then date '2200-01-01' else final_on end
        ) as next_ends_before,
        case when lead(starts_on) over by_time is null then final_close_date else lead(close_date) over by_time end as next_close_date,
        case when lead(starts_on) over by_time is null then final_cents else lead(cents) over by_time end as next_cents
    from counted
    window by_time as (
        partition by opportunity_id
        order by
            starts_on nulls last,
            place nulls last,
            is_first desc nulls last
    )
)

select
    s.opportunity_id,
    s.place,
    s.segment,
    s.first_on,
    s.state,
    s.starts_on,
    s.ends_before,
    cast(greatest(date_trunc('month', s.ends_before), case when r.has_weeks then date_trunc('week', s.ends_before) end) as date) as ends_slice,
    s.close_date,
    cast(greatest(date_trunc('month', s.close_date), case when r.has_weeks then date_trunc('week', s.close_date) end) as date) as due_slice,
    s.cents,
    s.next_state,
    s.next_ends_before,
    s.next_close_date,
    s.next_cents
from spans as s
cross join config_run as r
