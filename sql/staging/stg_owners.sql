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
with newest as (
    select l.*
    from landing_owner as l
    left join stg_owner_versions as v
        on v.owner_id = l.owner_id
        and v._source = l._source
        and v._load_id = l._load_id
        and v._file = l._file
        and v._line = l._line
    where coalesce(v.version_rank, 1) = 1
)

select
    o.*,
    coalesce(o.manager, m.name) as manager_name
from newest as o
left join newest as m on m.owner_id = o.manager_id
