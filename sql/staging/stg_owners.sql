/*
description: The newest version of every owner, with the manager's name.
grain: one row per owner
unique_key: [owner_id]
version: 1
columns:
    owner_id: the CRM's id of the user
    name: name of the user
    team: team
    function: sales, marketing or other
    manager_id: id of the manager
    manager: name of the manager
    region: sales region
    is_active: whether the user is active
*/
with versions as (
    select
        v.*,
        row_number() over (
            partition by v.owner_id
            order by
                v._is_current desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_owner as v
),

newest as (
    select * from versions where version_rank = 1
)

select
    o.*,
    coalesce(o.manager, m.name) as manager_name
from newest as o
left join newest as m on m.owner_id = o.manager_id
