/*
description: >-
    The factor that turns an amount of a currency into the reporting one, by day: from the
    configuration for the currencies that it lists, else from the exchange rate extracts. The base of
    a source that has a rate for the reporting currency is another currency, so that both rates count;
    else the base is the reporting currency itself. Before its first rate, and while its rate is not
    above zero, a currency has no factor. Of several sources that have a factor for the day the one whose
    rate is younger counts.
    Currencies of extracts are here only if deals, costs, campaigns or quotas have them.
grain: one row per currency and day up to the as-of date
unique_key: [currency, rate_date]
version: 2
columns:
    currency: ISO 4217 code
    rate_date: the day
    factor: units of the reporting currency for one unit of the currency
*/
with used as (
    select l.currency
    from landing_opportunity as l
    semi join stg_exchange_rates as e on e.currency = l.currency
    union
    select l.currency
    from landing_cost as l
    semi join stg_exchange_rates as e on e.currency = l.currency
    union
    select l.currency
    from landing_campaign as l
    semi join stg_exchange_rates as e on e.currency = l.currency
    union
    select l.currency
    from landing_quota as l
    semi join stg_exchange_rates as e on e.currency = l.currency
    union
    select currency
    from config_run
),

spans as (
    select
        e._source,
        e.currency,
        e.valid_from,
        lead(e.valid_from) over (partition by e._source, e.currency order by e.valid_from nulls last) as valid_until,
        case when e.rate > 0 then cast(e.rate as double) end as rate
    from stg_exchange_rates as e
    semi join used as u on u.currency = e.currency
),

days as (
    select
        s._source,
        s.currency,
        d.utc_day as rate_date,
        s.valid_from,
        s.rate
    from spans as s
    inner join config_utc_days as d
        on d.utc_day >= s.valid_from
        and d.utc_day < coalesce(s.valid_until, date '2200-01-01')
    cross join config_run as r
    where d.utc_day <= r.as_of
),

bases as (
    select
        s._source,
        bool_or(s.currency = r.currency) as has_reporting
    from spans as s
    cross join config_run as r
    group by s._source
),

factors as (
    select
        d._source,
        d.currency,
        d.rate_date,
        d.valid_from,
        case when b.has_reporting then p.rate else cast(1 as double) end / d.rate as factor
    from days as d
    cross join config_run as r
    inner join bases as b on b._source = d._source
    left join days as p on p._source = d._source and p.currency = r.currency and p.rate_date = d.rate_date
),

-- a source without a factor for the day leaves it to the others
ranked as (
    select
        currency,
        rate_date,
        factor,
        row_number() over (
            partition by currency, rate_date
            order by valid_from desc nulls last, _source nulls last
        ) as source_rank
    from factors
    where factor is not null
),

listed as (
    select distinct currency
    from config_rates
)

select
    currency,
    rate_date,
    factor
from config_rates
union all
select
    f.currency,
    f.rate_date,
    f.factor
from ranked as f
anti join listed as c on c.currency = f.currency
where f.source_rank = 1
