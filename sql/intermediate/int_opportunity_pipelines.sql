/*
description: >-
    The deals that follow a process of their own, because the configuration lists their pipeline. The
    newest version of a deal says in which pipeline it is, also for its past: steps that it entered in
    another pipeline are outside its process.
grain: one row per opportunity whose pipeline the configuration lists
unique_key: [opportunity_id]
version: 1
columns:
    opportunity_id: the deal
    pipeline: its pipeline
*/
select
    o.opportunity_id,
    p.pipeline
from stg_opportunities as o
inner join config_pipelines as p on p.pipeline = o.pipeline
