/*
description: >-
    Every line of the ledger once: the newest version of a line, and of an extract whose files replace
    months only the newest file that holds the month.
grain: one row per source and line
unique_key: [source, line_id]
version: 2
columns:
    source: the source whose ledger holds the line
    line_id: the ledger's id of the line, else the file and its ordinal
    month_start: first day of the month that the cost belongs to
    amount: amount in its currency
    category: what it was spent on
    currency: ISO 4217 code
    kind: running or market_entry
    segment: the segment that it was spent on
    campaign_id: the campaign that it was spent on
    driver: how it is shared, where it differs from the configured driver
*/
with lines as (
    select
        l.*,
        cast(date_trunc('month', l.month) as date) as month_start
    from landing_cost as l
    where l._is_current
),

-- the files of one month of a source, the newest first
monthly_files as (
    select
        _source,
        month_start,
        _load_id,
        _file,
        row_number() over (
            partition by _source, month_start
            order by max(_effective_at) desc nulls last, max(_landed_at) desc nulls last, _file desc nulls last
        ) as file_rank
    from lines
    where _replaces_month
    group by _source, month_start, _load_id, _file
),

versions as (
    select
        l.*,
        row_number() over (
            partition by l._source, l.line_id
            order by
                l._effective_at desc nulls last,
                l._file desc nulls last,
                l._landed_at desc nulls last,
                l._line desc nulls last
        ) as version_rank
    from lines as l
    left join monthly_files as f
        on f._source = l._source
        and f.month_start = l.month_start
        and f._load_id = l._load_id
        and f._file = l._file
    where not l._replaces_month or f.file_rank = 1
)

select
    _source as source,
    line_id,
    month_start,
    amount,
    category,
    currency,
    kind,
    segment,
    campaign_id,
    driver
from versions
where version_rank = 1
