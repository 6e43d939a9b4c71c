/*
description: >-
    The newest version of every account. An account that was merged into another has the other's
    columns; a chain of merges is followed over three links.
grain: one row per account id that occurs, merged ones included
unique_key: [lookup_id]
version: 1
columns:
    lookup_id: the account's id, as other records name it
    account_id: the account that is left after merges
*/
with versions as (
    select
        v.*,
        row_number() over (
            partition by v.account_id
            order by
                v._is_current desc nulls last,
                v.modified_at desc nulls last,
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_account as v
),

newest as (
    select * from versions where version_rank = 1
),

survivors as (
    select
        a.account_id as lookup_id,
        coalesce(c.account_id, b.account_id, m.account_id, a.account_id) as survivor_id
    from newest as a
    left join newest as m on m.account_id = a.merged_into
    left join newest as b on b.account_id = m.merged_into
    left join newest as c on c.account_id = b.merged_into
)

select
    s.lookup_id,
    n.*
from survivors as s
inner join newest as n on n.account_id = s.survivor_id
