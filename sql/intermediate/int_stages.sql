/*
description: >-
    What each stage means to the deals of a process: what the configuration says of it, by its name or
    by its label, else what the CRM's own list of stages says. A stage of that list belongs to the
    process of its pipeline, and one without a pipeline to every process; where that makes several of a
    name, what the list says of the pipeline goes before what it says of all, then the newest counts. A
    label is a stage too where all stages of that label mean the same, since a history may name stages by
    their labels.
grain: one row per process and stage
unique_key: [pipeline, stage]
version: 2
columns:
    pipeline: the pipeline whose deals follow the process; empty for the deals of all other pipelines
    stage: the stage as deals and their history name it
    state: 0 outside the process, 1 and up the process steps in order, 1000 won, 1001 lost
    outcome: open, won or lost
*/
with processes as (
    select '' as pipeline
    union all
    select pipeline
    from config_pipelines
),

named as (
    select
        p.pipeline,
        s.stage,
        s.label,
        row_number() over (
            partition by p.pipeline, s.stage
            order by case when q.pipeline is null then 1 else 0 end nulls last, s.place_by_age nulls last
        ) as place,
        coalesce(by_name.state, by_label.state, case when s.is_closed and s.is_won then 1000 when s.is_closed and not s.is_won then 1001 else 0 end) as state
    from stg_stages as s
    cross join processes as p
    left join config_pipelines as q on q.pipeline = s.pipeline
    left join config_stages as by_name on by_name.pipeline = p.pipeline and by_name.stage = s.stage
    left join config_stages as by_label on by_label.pipeline = p.pipeline and by_label.stage = s.label
    where s.pipeline is null or p.pipeline = coalesce(q.pipeline, '')
),

listed as (
    select
        pipeline,
        stage,
        label,
        state
    from named
    where place = 1
),

labels as (
    select
        l.pipeline,
        l.label as stage,
        min(l.state) as state
    from listed as l
    group by l.pipeline, l.label
    having min(l.state) = max(l.state)
),

stages as (
    select
        pipeline,
        stage,
        state
    from listed
    union all
    select
        c.pipeline,
        c.stage,
        c.state
    from config_stages as c
    anti join listed as l on l.pipeline = c.pipeline and l.stage = c.stage
    union all
    select
        n.pipeline,
        n.stage,
        n.state
    from labels as n
    anti join listed as l on l.pipeline = n.pipeline and l.stage = n.stage
    anti join config_stages as c on c.pipeline = n.pipeline and c.stage = n.stage
    where n.stage is not null
)

select
    pipeline,
    stage,
    state,
    case state when 1000 then 'won' when 1001 then 'lost' else 'open' end as outcome
from stages
