/*
description: >-
    The share of deals won and lost by each day after their creation: Aalen–Johansen cumulative
    incidence with won and lost as competing outcomes and open deals censored at the as-of date.
    Source: Aalen and Johansen 1978, Scandinavian Journal of Statistics 5, 141-150.
grain: one row per segment and day
unique_key: [segment, day]
version: 2
columns:
    segment: go-to-market segment; All is every deal. Where segments are as of the anchor, that of the day of creation
    day: days since the local creation date, 0 to 365
    at_risk_count: deals that were still open when the day began and were observed then
    won_count: deals won on that day
    lost_count: deals lost on that day
    won_by_day: share of deals won by the end of the day; NULL for a segment without deals
    lost_by_day: share of deals lost by the end of the day; NULL for a segment without deals
    still_open: share of deals still open at the end of the day; NULL for a segment without deals
    missing_count: deals of the segment without a creation date, or decided without a date; not in the curve
    negative_count: deals of the segment decided before they were created; not in the curve
*/
with durations as (
    select
        coalesce(o.created_segment, o.segment) as segment,
        o.outcome,
        case
            when o.outcome = 'open' then unix_date(r.as_of) - unix_date(o.created_on)
            else unix_date(o.outcome_date) - unix_date(o.created_on)
        end as days
    from int_opportunities as o
    cross join config_run as r
    where o.exclusion is null
),

-- day 366 stands for every later day: those deals are at risk on all days of the curve
counted as (
    select
        case when grouping(segment) = 1 then 'All' else segment end as segment,
        case when days > 366 then 366 else days end as day,
        count(*) as deal_count,
        count(case when outcome = 'won' then 1 end) as won_count,
        count(case when outcome = 'lost' then 1 end) as lost_count
    from durations
    group by grouping sets ((segment, case when days > 366 then 366 else days end), (case when days > 366 then 366 else days end))
),

uncounted as (
    select
        segment,
        cast(sum(case when day is null then deal_count else 0 end) as bigint) as missing_count,
        cast(sum(case when day < 0 then deal_count else 0 end) as bigint) as negative_count
    from counted
    group by segment
),

spine as (
    select
        s.segment,
        cast(n.number as integer) as day
    from config_segments as s
    cross join config_numbers as n
    where n.number between 0 and 366
),

risk as (
    select
        s.segment,
        s.day,
        coalesce(c.won_count, 0) as won_count,
        coalesce(c.lost_count, 0) as lost_count,
        cast(coalesce(sum(c.deal_count) over (
            partition by s.segment
            order by s.day desc nulls last
            rows between unbounded preceding and current row
        ), 0) as bigint) as at_risk_count
    from spine as s
    left join counted as c on c.segment = s.segment and c.day = s.day
),

hazards as (
    select
        segment,
        day,
        at_risk_count,
        won_count,
        lost_count,
        cast(won_count as double) / nullif(cast(at_risk_count as double), 0) as won_hazard,
        cast(lost_count as double) / nullif(cast(at_risk_count as double), 0) as lost_hazard,
        case when at_risk_count > 0 and won_count + lost_count = at_risk_count then 1 else 0 end as is_last,
        ln(
            nullif(cast(at_risk_count - won_count - lost_count as double), 0)
            / nullif(cast(at_risk_count as double), 0)
        ) as log_factor
    from risk
),

-- once everyone at risk has left, the share still open is 0 and no logarithm is taken
survival as (
    select
        segment,
        day,
        at_risk_count,
        won_count,
        lost_count,
        won_hazard,
        lost_hazard,
        case
            when coalesce(sum(is_last) over before_day, 0) > 0 then 0
            else exp(coalesce(sum(log_factor) over before_day, 0))
        end as open_before,
        case
            when sum(is_last) over to_day > 0 then 0
            else exp(coalesce(sum(log_factor) over to_day, 0))
        end as still_open
    from hazards
    window
        before_day as (partition by segment order by day nulls last rows between unbounded preceding and 1 preceding),
        to_day as (partition by segment order by day nulls last rows between unbounded preceding and current row)
),

curve as (
    select
        segment,
        day,
        at_risk_count,
        won_count,
        lost_count,
        coalesce(sum(open_before * won_hazard) over to_day, 0) as won_by_day,
        coalesce(sum(open_before * lost_hazard) over to_day, 0) as lost_by_day,
        still_open,
        max(at_risk_count) over (partition by segment) as deal_count
    from survival
    window to_day as (partition by segment order by day nulls last rows between unbounded preceding and current row)
)

select
    c.segment,
    c.day,
    c.at_risk_count,
    c.won_count,
    c.lost_count,
    case when c.deal_count > 0 then c.won_by_day end as won_by_day,
    case when c.deal_count > 0 then c.lost_by_day end as lost_by_day,
    case when c.deal_count > 0 then c.still_open end as still_open,
    coalesce(u.missing_count, 0) as missing_count,
    coalesce(u.negative_count, 0) as negative_count
from curve as c
left join uncounted as u on u.segment = c.segment
where c.day <= 365
