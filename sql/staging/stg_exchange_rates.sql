/*
description: >-
    The rates of the exchange rate extracts, each once: the newest version of a currency's rate from a
    day on.
grain: one row per source, currency and first day
unique_key: [_source, currency, valid_from]
version: 1
columns:
    _source: the source; the rates of one source have one base currency
    currency: ISO 4217 code
    valid_from: first day that the rate holds, until the next one of the currency
    rate: units of the currency for one unit of the base currency
*/
with versions as (
    select
        l.*,
        row_number() over (
            partition by l._source, l.currency, l.valid_from
            order by
                l._effective_at desc nulls last,
                l._file desc nulls last,
                l._landed_at desc nulls last,
                l._line desc nulls last
        ) as version_rank
    from landing_exchange_rate as l
    where l._is_current
)

select
    _source,
    currency,
    valid_from,
    rate
from versions
where version_rank = 1
