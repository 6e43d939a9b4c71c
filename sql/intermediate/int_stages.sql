/*
description: >-
    What each stage means: what the configuration says of it, by its name or by its label, else what
    the CRM's own list of stages says. A label is a stage too where all stages of that label mean the
    same, since a history may name stages by their labels.
grain: one row per stage
unique_key: [stage]
version: 1
columns:
    stage: the stage as deals and their history name it
    state: 0 outside the process, 1 and up the process steps in order, 1000 won, 1001 lost
    outcome: open, won or lost
*/
with listed as (
    select
        s.stage,
        s.label,
        coalesce(by_name.state, by_label.state, case when s.is_closed and s.is_won then 1000 when s.is_closed and not s.is_won then 1001 else 0 end) as state
    from stg_stages as s
    left join config_stages as by_name on by_name.stage = s.stage
    left join config_stages as by_label on by_label.stage = s.label
),

labels as (
    select
        l.label as stage,
        min(l.state) as state
    from listed as l
    group by l.label
    having min(l.state) = max(l.state)
),

stages as (
    select
        stage,
        state
    from listed
    union all
    select
        c.stage,
        c.state
    from config_stages as c
    anti join listed as l on l.stage = c.stage
    union all
    select
        n.stage,
        n.state
    from labels as n
    anti join listed as l on l.stage = n.stage
    anti join config_stages as c on c.stage = n.stage
    where n.stage is not null
)

select
    stage,
    state,
    case state when 1000 then 'won' when 1001 then 'lost' else 'open' end as outcome
from stages
