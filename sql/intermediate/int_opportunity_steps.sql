/*
description: >-
    The process steps that the history shows for each counted deal. An advance beyond the furthest
    step so far also reaches the steps that it skips: those after previous_step up to step.
grain: one row per opportunity and step that its history shows
unique_key: [opportunity_id, step]
version: 2
needs: [stage_change]
columns:
    opportunity_id: the deal
    pipeline: the pipeline whose process the deal follows; empty for the process of all other pipelines
    step: the process step, by its place in that process
    segment: the deal's segment
    outcome: won, lost or open at the as-of date
    outcome_date: local date of the outcome; NULL if open or unknown
    entered_on: local date of the first entry; NULL if it was before the history begins
    previous_step: the furthest step before, if the first entry went further; NULL if it went back to the step
    next_entered_on: local date of the first entry into the step right behind it; NULL if the history shows none
    further_on: >-
        first day on which the history shows the deal in any further step; 1900-01-01 if that was before the history
        begins; NULL if it shows it in none
    days_in_step: >-
        days of all stays, the running one up to the outcome or the as-of date; NULL where the deal
        ended without a date, ended before its last entry, or entered the step before the history begins
    visit_count: entries into the step from another state
    is_strict: whether the history shows every step up to this one, in order
    furthest_step: the furthest step that the deal reached
    regressed_count: entries into the step from a further one
    reopened_count: entries into the step from won or lost
*/
with stays as (
    select
        opportunity_id,
        state as step,
        case when bool_and(is_dated) then min(changed_on) end as entered_on,
        max(case when state > furthest_before then furthest_before end) as previous_step,
        sum(unix_date(next_on) - unix_date(changed_on)) as closed_days,
        max(case when next_on is null then changed_on end) as stays_since,
        count(case when previous_state is distinct from state then 1 end) as visit_count,
        count(case when previous_state between state + 1 and 999 then 1 end) as regressed_count,
        count(case when previous_state >= 1000 then 1 end) as reopened_count
    from int_stage_changes
    where state between 1 and 999 and is_by_as_of
    group by opportunity_id, state
),

steps as (
    select
        s.opportunity_id,
        o.pipeline,
        s.step,
        o.segment,
        o.outcome,
        o.outcome_date,
        s.entered_on,
        s.previous_step,
        coalesce(s.closed_days, 0) + case
            when s.entered_on is null then null
            when s.stays_since is null then 0
            when o.outcome <> 'open' and o.outcome_date is null then null
            when o.outcome_date < s.stays_since then null
            else unix_date(coalesce(o.outcome_date, r.as_of)) - unix_date(s.stays_since)
        end as days_in_step,
        s.visit_count,
        s.step <= o.strict_step as is_strict,
        o.furthest_step,
        s.regressed_count,
        s.reopened_count,
        lead(s.step) over by_step as next_step,
        lead(s.entered_on) over by_step as next_shown_on,
        min(coalesce(s.entered_on, date '1900-01-01')) over (
            partition by s.opportunity_id
            order by s.step nulls last
            rows between 1 following and unbounded following
        ) as further_on
    from stays as s
    inner join int_opportunities as o on o.opportunity_id = s.opportunity_id
    cross join config_run as r
    where o.exclusion is null
    window by_step as (partition by s.opportunity_id order by s.step nulls last)
)

select
    opportunity_id,
    pipeline,
    step,
    segment,
    outcome,
    outcome_date,
    entered_on,
    previous_step,
    case when next_step = step + 1 then next_shown_on end as next_entered_on,
    further_on,
    cast(days_in_step as integer) as days_in_step,
    cast(visit_count as integer) as visit_count,
    is_strict,
    furthest_step,
    cast(regressed_count as integer) as regressed_count,
    cast(reopened_count as integer) as reopened_count
from steps
