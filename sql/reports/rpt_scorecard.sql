/*
description: >-
    What marketing and sales have promised each other for a quarter, what came of it, and the headlines
    of all reports. Marketing promises leads, qualified leads and their quality; sales promises to answer
    them in time, to win, and to reach the quota. Every number is the one of the report that defines it.
    A promise about a number or a value is met as soon as it is reached, and missed when the quarter is
    over; one about a rate is judged when every record of the rate is. A lead counts for the quarter in
    which it was created, also if it is qualified later. Targets hold for the segment that they name: those
    of the segments are not added up for All.
grain: one row per segment and quarter
unique_key: [segment, quarter]
version: 1
columns:
    segment: go-to-market segment, of leads the lead's and of deals the deal's; All is everything
    quarter: first day of the fiscal quarter
    quarter_end: last day of the fiscal quarter
    quarter_label: >-
        the quarter as targets name it, such as 2026-Q1: the year in which its fiscal year begins, and its
        number in that year
    is_complete: whether the quarter had ended by the as-of date
    strategy: go-to-market strategy of the segment; NULL where the configuration names none
    motion: how the segment is sold to; NULL where the configuration does not say
    number_owner: who answers for the segment's number; NULL where the configuration names nobody
    lead_count: leads created in the quarter (funnel)
    lead_count_target: how many marketing promised
    is_lead_count_met: whether they came; NULL without a target, or while it is open
    mql_count: of these, leads that marketing called qualified, or that came further (funnel)
    mql_count_target: how many marketing promised
    is_mql_count_met: whether they came; NULL without a target, or while it is open
    sql_count: of the leads created, those that were converted (funnel)
    sql_rate: sql_count / lead_count, the quality of the leads
    sql_rate_low: lower end of the 95 % Wilson interval of sql_rate
    sql_rate_high: upper end of the 95 % Wilson interval of sql_rate
    is_sql_rate_small: whether lead_count is under 10
    is_sql_rate_mature: whether every lead has had the cohort's days
    sql_rate_target: the rate that marketing promised
    is_sql_rate_met: whether it is reached; NULL without a target, or before the rate is mature
    due_lead_count: leads whose clock began in the quarter and whose answer is due or there (lead_followup)
    within_sla_count: of these, leads that sales answered within the promised time (lead_followup)
    sla_rate: within_sla_count / due_lead_count (lead_followup)
    sla_rate_low: lower end of the 95 % Wilson interval of sla_rate
    sla_rate_high: upper end of the 95 % Wilson interval of sla_rate
    is_sla_rate_small: whether due_lead_count is under 10
    is_sla_rate_mature: whether the quarter had ended and the answer to every lead is due
    sla_rate_target: the rate that sales promised
    is_sla_rate_met: whether it is reached; NULL without a target, or before the rate is mature
    won_count: deals won in the quarter (win_rate)
    lost_count: deals lost in the quarter (win_rate)
    win_rate: won / (won + lost) (win_rate)
    win_rate_low: lower end of the 95 % Wilson interval of win_rate
    win_rate_high: upper end of the 95 % Wilson interval of win_rate
    is_win_rate_small: whether won + lost is under 10
    win_rate_target: the rate that sales promised
    is_win_rate_met: whether it is reached; NULL without a target, or before the quarter is over
    quota_value: what is asked for in the whole quarter (quota_attainment)
    credited_value: what won deals are credited with (quota_attainment)
    quota_attainment: credited_value / quota_value
    is_quota_met: whether the quota is reached; NULL where nothing is asked for, or while it is open
    won_value: value of the deals won (win_rate)
    won_value_target: the value that sales promised, where targets name one
    is_won_value_met: whether it is reached; NULL without a target, or while it is open
    created_count: deals created in the quarter (win_rate)
    created_value: their value, the pipeline created (sourcing)
    marketing_created_value: the part of it that marketing found (sourcing)
    cohort_count: deals created in the quarter, as a cohort (win_rate)
    cohort_won_count: of these, deals won within the cohort's days (win_rate)
    cohort_win_rate: cohort_won_count / cohort_count (win_rate)
    cohort_win_rate_low: lower end of the 95 % Wilson interval of cohort_win_rate
    cohort_win_rate_high: upper end of the 95 % Wilson interval of cohort_win_rate
    is_cohort_mature: whether every deal of the cohort has had the cohort's days
    median_cycle_days: median days from creation to the win, of the deals won (sales_cycle)
    total_cost: cost of marketing, sales and all else in the ledger (cost_of_sale)
    cost_of_sale_ratio: total_cost / won_value (cost_of_sale)
    new_customer_count: customers won (cost_of_sale)
    cac: total_cost / new_customer_count (cost_of_sale)
    due_pipeline_value: >-
        value of the open deals that are expected to close in the quarter; only for the quarter of the
        as-of date (pipeline_velocity)
    coverage: that value / what the quota still misses; only for the quarter of the as-of date (pipeline_velocity)
    coverage_state: open, met or no_quota; only for the quarter of the as-of date (pipeline_velocity)
    value_per_day: what the open deals bring per day; only for the quarter of the as-of date (pipeline_velocity)
    won_value_before: won value of the quarter before (change_drivers)
    won_value_change: won_value - won_value_before, the sum of the five effects; NULL for the first quarter
    leads_effect: the part of the change that more or fewer leads explain (change_drivers)
    decided_per_lead_effect: the part that more or fewer decided deals per lead explain (change_drivers)
    decided_effect: the part that more or fewer decided deals without a lead explain (change_drivers)
    win_rate_effect: the part that winning more or less often explains (change_drivers)
    deal_size_effect: the part that larger or smaller deals explain (change_drivers)
    largest_driver: >-
        the driver with the largest effect in the direction of the change: leads, decided_per_lead, decided,
        win_rate or deal_size; NULL where nothing changed
*/
with targets as (
    select
        segment,
        quarter,
        max(case when metric = 'lead_count' then cast(floor(value + 0.5) as bigint) end) as lead_count,
        max(case when metric = 'mql_count' then cast(floor(value + 0.5) as bigint) end) as mql_count,
        max(case when metric = 'sql_rate' then value end) as sql_rate,
        max(case when metric = 'sla_rate' then value end) as sla_rate,
        max(case when metric = 'win_rate' then value end) as win_rate,
        max(case when metric = 'won_value' then cast(floor(value * 100 + 0.5) as bigint) end) as won_cents
    from config_targets
    group by segment, quarter
),

-- from the first lead, deal, cost, quota or target on
first_days as (
    select period_start as first_day from rpt_win_rate where period_grain = 'quarter' and breakdown = 'none'
    union all
    select period_start from rpt_funnel where period_grain = 'quarter' and step = 'Lead'
    union all
    select period_start from rpt_lead_followup where period_grain = 'quarter' and breakdown = 'none'
    union all
    select period_start from rpt_cost_of_sale where period_grain = 'quarter'
    union all
    select period_start from rpt_quota_attainment where period_grain = 'quarter' and subject_kind = 'all'
    union all
    select quarter from targets
),

first_quarter as (
    select min(first_day) as quarter
    from first_days
),

-- a quarter's number follows from the months since its fiscal year began
quarters as (
    select distinct
        q.period_start as quarter,
        q.period_end as quarter_end,
        q.period_end <= r.as_of as is_complete,
        cast(year(y.period_start) as varchar) || '-Q' || cast(
            cast(floor((year(q.period_start) * 12 + month(q.period_start) - year(y.period_start) * 12 - month(y.period_start)) / 3e0) + 1 as integer)
            as varchar
        ) as quarter_label
    from config_periods as q
    inner join config_periods as y on y.slice_start = q.slice_start and y.period_grain = 'year'
    cross join first_quarter as f
    cross join config_run as r
    where q.period_grain = 'quarter' and q.period_start >= f.quarter
),

leads as (
    select
        segment,
        period_start as quarter,
        max(case when step = 'Lead' then entered_count end) as lead_count,
        max(case when step = 'MQL' then entered_count end) as mql_count,
        max(case when step = 'SQL' then entered_count end) as sql_count,
        bool_or(step = 'Lead' and is_mature) as is_mature
    from rpt_funnel
    where period_grain = 'quarter'
    group by segment, period_start
),

conversion as (
    select bool_and(is_available) as is_known
    from config_funnel_steps
    where stage = 4
),

pipeline as (
    select
        segment,
        period_start as quarter,
        cast(sum(created_value) as decimal(18, 2)) as created_value,
        max(case when origin = 'marketing' then created_value end) as marketing_created_value
    from rpt_sourcing
    where period_grain = 'quarter'
    group by segment, period_start
),

effects as (
    select
        segment,
        quarter,
        driver,
        min(driver_order) as driver_order,
        sum(won_value_before) as won_value_before,
        sum(effect_value) as effect_value
    from rpt_change_drivers
    where comparison = 'previous_quarter'
    group by segment, quarter, driver
),

changes as (
    select
        *,
        sum(effect_value) over (partition by segment, quarter) as change
    from effects
),

ranked as (
    select
        *,
        row_number() over (
            partition by segment, quarter
            order by case when change < 0 then -effect_value else effect_value end desc nulls last, driver_order nulls last, driver nulls last
        ) as driver_rank
    from changes
),

drivers as (
    select
        segment,
        quarter,
        cast(max(case when driver = 'win_rate' then won_value_before end) as decimal(18, 2)) as won_value_before,
        cast(max(change) as decimal(18, 2)) as won_value_change,
        cast(max(case when driver = 'leads' then effect_value end) as decimal(18, 2)) as leads_effect,
        cast(max(case when driver = 'decided_per_lead' then effect_value end) as decimal(18, 2)) as decided_per_lead_effect,
        cast(max(case when driver = 'decided' then effect_value end) as decimal(18, 2)) as decided_effect,
        cast(max(case when driver = 'win_rate' then effect_value end) as decimal(18, 2)) as win_rate_effect,
        cast(max(case when driver = 'deal_size' then effect_value end) as decimal(18, 2)) as deal_size_effect,
        max(case when driver_rank = 1 and change <> 0 then driver end) as largest_driver
    from ranked
    group by segment, quarter
),

-- a quarter before a report begins has its counts: zero
joined as (
    select
        s.segment,
        q.quarter,
        q.quarter_end,
        q.quarter_label,
        q.is_complete,
        s.strategy,
        s.motion,
        s.number_owner,
        case when r.has_lead then coalesce(l.lead_count, 0) end as lead_count,
        t.lead_count as lead_count_target,
        case when r.has_lead and r.has_mql then coalesce(l.mql_count, 0) end as mql_count,
        t.mql_count as mql_count_target,
        case when r.has_lead and k.is_known then coalesce(l.sql_count, 0) end as sql_count,
        cast(nullif(l.lead_count, 0) as double) as n,
        coalesce(l.is_mature, false) as is_sql_rate_mature,
        t.sql_rate as sql_rate_target,
        case when r.has_lead and r.has_activity then coalesce(u.due_count, 0) end as due_lead_count,
        case when r.has_lead and r.has_activity then coalesce(u.within_sla_count, 0) end as within_sla_count,
        u.sla_rate,
        u.sla_rate_low,
        u.sla_rate_high,
        coalesce(u.is_small, true) as is_sla_rate_small,
        coalesce(u.is_mature, false) as is_sla_rate_mature,
        t.sla_rate as sla_rate_target,
        coalesce(w.won_count, 0) as won_count,
        coalesce(w.lost_count, 0) as lost_count,
        w.win_rate,
        w.win_rate_low,
        w.win_rate_high,
        coalesce(w.is_small, true) as is_win_rate_small,
        t.win_rate as win_rate_target,
        a.quota_value,
        case when r.has_amount then coalesce(a.credited_value, 0) end as credited_value,
        a.attainment as quota_attainment,
        a.is_met as is_quota_reached,
        case when r.has_amount then coalesce(w.won_value, 0) end as won_value,
        cast(cast(t.won_cents as decimal(18, 0)) * 0.01 as decimal(18, 2)) as won_value_target,
        coalesce(w.created_count, 0) as created_count,
        case when r.has_amount then coalesce(p.created_value, 0) end as created_value,
        case when r.has_amount then coalesce(p.marketing_created_value, 0) end as marketing_created_value,
        coalesce(w.cohort_count, 0) as cohort_count,
        coalesce(w.cohort_won_count, 0) as cohort_won_count,
        w.cohort_win_rate,
        w.cohort_win_rate_low,
        w.cohort_win_rate_high,
        coalesce(w.is_mature, false) as is_cohort_mature,
        c.median_days as median_cycle_days,
        case when r.has_cost then coalesce(e.total_cost, 0) end as total_cost,
        e.cost_of_sale_ratio,
        case when r.has_account_id then coalesce(e.new_customer_count, 0) end as new_customer_count,
        e.cac,
        v.due_value as due_pipeline_value,
        v.coverage,
        v.coverage_state,
        v.value_per_day,
        d.won_value_before,
        d.won_value_change,
        d.leads_effect,
        d.decided_per_lead_effect,
        d.decided_effect,
        d.win_rate_effect,
        d.deal_size_effect,
        d.largest_driver,
        r.small_below,
        r.z
    from config_segments as s
    cross join quarters as q
    cross join config_run as r
    cross join conversion as k
    left join targets as t on t.segment = s.segment and t.quarter = q.quarter
    left join leads as l on l.segment = s.segment and l.quarter = q.quarter
    left join pipeline as p on p.segment = s.segment and p.quarter = q.quarter
    left join drivers as d on d.segment = s.segment and d.quarter = q.quarter
    left join rpt_pipeline_velocity as v on v.segment = s.segment and v.quarter = q.quarter
    left join rpt_lead_followup as u
        on u.segment = s.segment and u.period_start = q.quarter and u.period_grain = 'quarter' and u.breakdown = 'none'
    left join rpt_win_rate as w
        on w.segment = s.segment and w.period_start = q.quarter and w.period_grain = 'quarter' and w.breakdown = 'none'
    left join rpt_quota_attainment as a
        on a.segment = s.segment and a.period_start = q.quarter and a.period_grain = 'quarter' and a.subject_kind = 'all'
    left join rpt_sales_cycle as c
        on c.segment = s.segment
        and c.period_start = q.quarter
        and c.period_grain = 'quarter'
        and c.breakdown = 'none'
        and c.anchor = 'created'
        and c.outcome = 'won'
    left join rpt_cost_of_sale as e
        on e.segment = s.segment and e.period_start = q.quarter and e.period_grain = 'quarter'
),

rates as (
    select
        *,
        cast(sql_count as double) / n as sql_rate
    from joined
)

select
    segment,
    quarter,
    quarter_end,
    quarter_label,
    is_complete,
    strategy,
    motion,
    number_owner,
    lead_count,
    lead_count_target,
    case when is_complete or lead_count >= lead_count_target then lead_count >= lead_count_target end as is_lead_count_met,
    mql_count,
    mql_count_target,
    case when is_complete or mql_count >= mql_count_target then mql_count >= mql_count_target end as is_mql_count_met,
    sql_count,
    sql_rate,
    -- the limits lie in [0, 1]: rounding must not carry them out of it
    greatest(
        0 * sql_rate,
        (sql_rate + z * z / (2 * n) - z * sqrt(sql_rate * (1 - sql_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as sql_rate_low,
    least(
        1 + 0 * sql_rate,
        (sql_rate + z * z / (2 * n) + z * sqrt(sql_rate * (1 - sql_rate) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    ) as sql_rate_high,
    coalesce(lead_count < small_below, true) as is_sql_rate_small,
    is_sql_rate_mature,
    sql_rate_target,
    case when is_sql_rate_mature then sql_rate >= sql_rate_target end as is_sql_rate_met,
    due_lead_count,
    within_sla_count,
    sla_rate,
    sla_rate_low,
    sla_rate_high,
    is_sla_rate_small,
    is_sla_rate_mature,
    sla_rate_target,
    case when is_sla_rate_mature then sla_rate >= sla_rate_target end as is_sla_rate_met,
    won_count,
    lost_count,
    win_rate,
    win_rate_low,
    win_rate_high,
    is_win_rate_small,
    win_rate_target,
    case when is_complete then win_rate >= win_rate_target end as is_win_rate_met,
    quota_value,
    credited_value,
    quota_attainment,
    case when is_complete or is_quota_reached then is_quota_reached end as is_quota_met,
    won_value,
    won_value_target,
    case when is_complete or won_value >= won_value_target then won_value >= won_value_target end as is_won_value_met,
    created_count,
    created_value,
    marketing_created_value,
    cohort_count,
    cohort_won_count,
    cohort_win_rate,
    cohort_win_rate_low,
    cohort_win_rate_high,
    is_cohort_mature,
    median_cycle_days,
    total_cost,
    cost_of_sale_ratio,
    new_customer_count,
    cac,
    due_pipeline_value,
    coverage,
    coverage_state,
    value_per_day,
    won_value_before,
    won_value_change,
    leads_effect,
    decided_per_lead_effect,
    decided_effect,
    win_rate_effect,
    deal_size_effect,
    largest_driver
from rates
