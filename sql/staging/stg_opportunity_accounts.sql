/*
description: >-
    The account of each deal by the extract that links deals to accounts: the primary one, else the
    first by its id.
grain: one row per opportunity that is linked
unique_key: [opportunity_id]
version: 2
view: false
columns:
    opportunity_id: the deal
    account_id: its account
*/
with versions as (
    select
        v.opportunity_id,
        v.account_id,
        v.is_primary,
        row_number() over (
            partition by v.opportunity_id, v.account_id
            order by
                v._effective_at desc nulls last,
                v._file desc nulls last,
                v._landed_at desc nulls last,
                v._source desc nulls last,
                v._line desc nulls last
        ) as version_rank
    from landing_opportunity_account as v
    where v._is_current
),

ranked as (
    select
        opportunity_id,
        account_id,
        row_number() over (
            partition by opportunity_id
            order by coalesce(is_primary, false) desc nulls last, account_id nulls last
        ) as account_rank
    from versions
    where version_rank = 1
)

select
    opportunity_id,
    account_id
from ranked
where account_rank = 1
