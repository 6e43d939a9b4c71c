/*
description: >-
    The newest version of every account. An account that was merged into another has the other's
    columns; a chain of merges is followed over three links.
grain: one row per account id that occurs, merged ones included
unique_key: [lookup_id]
version: 1
view: false
columns:
    lookup_id: the account's id, as other records name it
    account_id: the account that is left after merges
*/
with newest as (
    select l.*
    from landing_account as l
    left join stg_account_versions as v
        on v.account_id = l.account_id
        and v._source = l._source
        and v._load_id = l._load_id
        and v._file = l._file
        and v._line = l._line
    where coalesce(v.version_rank, 1) = 1
),

-- few accounts are merged: only those are followed
merged as (
    select
        m.account_id,
        m.merged_into
    from newest as m
    where m.merged_into is not null
),

chains as (
    select
        a.account_id,
        a.merged_into as first_id,
        b.merged_into as second_id,
        c.merged_into as third_id
    from merged as a
    left join merged as b on b.account_id = a.merged_into
    left join merged as c on c.account_id = b.merged_into
),

survivors as (
    select
        c.account_id as lookup_id,
        coalesce(n3.account_id, n2.account_id, n1.account_id) as survivor_id
    from chains as c
    left join newest as n1 on n1.account_id = c.first_id
    left join newest as n2 on n2.account_id = c.second_id
    left join newest as n3 on n3.account_id = c.third_id
)

select
    n.account_id as lookup_id,
    n.*
from newest as n
anti join survivors as s on s.lookup_id = n.account_id and s.survivor_id is not null
union all
select
    s.lookup_id,
    n.*
from survivors as s
inner join newest as n on n.account_id = s.survivor_id
