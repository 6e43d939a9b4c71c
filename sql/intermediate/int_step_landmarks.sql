/*
description: >-
    The dated first entries of each counted deal into the steps of the process, and whether the deal was
    still there on day 14: the as-of date had come, and the deal had neither gone further nor ended by
    then; one that was opened again has not ended. Comparing only those keeps deals that moved on at once,
    and had no time to be touched, from counting as untouched successes (Anderson, Cain and Gelber 1983,
    Journal of Clinical Oncology 1, 710-719).
grain: one row per opportunity and step with a dated entry
unique_key: [opportunity_id, step]
version: 2
view: true
needs: [stage_change]
columns:
    opportunity_id: the deal
    pipeline: the pipeline whose process the deal follows; empty for the process of all other pipelines
    step: place of the step in that process, from 1
    segment: the deal's segment
    entered_on: local date of the first entry
    is_still_there: whether the deal was still in the step on day 14 after the entry
    is_converted: whether it went to a further step after day 14, or was won
*/
with judged as (
    select
        s.opportunity_id,
        s.pipeline,
        s.step,
        s.segment,
        s.entered_on,
        s.further_on is not null or s.outcome = 'won' as goes_further,
        date_add(s.entered_on, 14) <= r.as_of
        and coalesce(s.further_on > date_add(s.entered_on, 14), true)
        and (s.outcome = 'open' or coalesce(s.outcome_date > date_add(s.entered_on, 14), false)) as is_still_there
    from int_opportunity_steps as s
    cross join config_run as r
    where s.entered_on is not null
)

select
    opportunity_id,
    pipeline,
    step,
    segment,
    entered_on,
    is_still_there,
    is_still_there and goes_further as is_converted
from judged
