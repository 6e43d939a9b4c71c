/*
description: >-
    Every opportunity as it stands at the as-of date: its segment, its dates as local dates, its
    outcome, its value in the reporting currency, and why it is not counted if it is not.
grain: one row per opportunity
unique_key: [opportunity_id]
version: 2
columns:
    opportunity_id: the CRM's id of the deal
    account_id: the account that buys, after merges
    owner_id: the person who sells
    pipeline: the pipeline whose process the deal follows; empty for the process of all other pipelines
    type: kind of deal
    lead_source: where the deal came from
    campaign_id: the campaign that the CRM credits
    loss_reason: why it was lost
    competitor: who else was considered
    segment: >-
        first segment whose rule holds, else Unassigned; where segments are as of the anchor, on the outcome
        date, and while the deal is open at the as-of date
    segment_order: place of the segment in the configuration
    created_segment: segment on the local day of creation where it is another one; else NULL
    breakdown_1: value of the first configured breakdown
    breakdown_2: value of the second configured breakdown
    breakdown_3: value of the third configured breakdown
    breakdown_4: value of the fourth configured breakdown
    breakdown_5: value of the fifth configured breakdown
    breakdown_6: value of the sixth configured breakdown
    breakdown_7: value of the seventh configured breakdown
    breakdown_8: value of the eighth configured breakdown
    is_new_business: whether the deal can win a new customer
    exclusion: why the record is not counted (deleted, merged, rule, future); NULL if it is counted
    created_on: local date of creation
    close_date: expected or actual close, a local date
    outcome: won, lost or open at the as-of date
    is_no_decision: lost because the customer did not decide
    outcome_date: local date on which the outcome was reached; NULL if open or unknown
    outcome_date_source: history, snapshots (consecutive exports show it), close_date or modified_at
    qualified_on: local date of the first entry into any process step
    furthest_step: furthest step of that process reached, by history and the current stage; all for won deals
    seen_step: furthest process step that the history shows
    strict_step: last step up to which the history shows every step in order
    reopen_count: times the deal came back from won or lost
    change_count: stage changes, repeated stages not counted
    currency: currency of the original amount
    amount: value in the reporting currency
    original_amount: value as exported
    has_no_rate: whether there is an amount that cannot be converted
    cost_of_goods: cost of what is sold in the reporting currency
*/
with deals as (
    select
        o.opportunity_id,
        o.account_id,
        o.owner_id,
        coalesce(p.pipeline, '') as pipeline,
        p.step_count as own_step_count,
        o.type,
        o.lead_source,
        o.campaign_id,
        o.loss_reason,
        o.competitor,
        o.segment,
        o.segment_order,
        o.breakdown_1,
        o.breakdown_2,
        o.breakdown_3,
        o.breakdown_4,
        o.breakdown_5,
        o.breakdown_6,
        o.breakdown_7,
        o.breakdown_8,
        o.is_new_business,
        o.is_deleted_record,
        o.merged_into,
        o.is_excluded_by_rule,
        o.uses_history,
        o.close_date,
        case when o.created_at >= created.turns_at then created.next_local_day else created.local_day end as created_on,
        case
            when coalesce(closing.modified_at, o.modified_at) >= modified.turns_at then modified.next_local_day
            else modified.local_day
        end as modified_on,
        -- midnight is the date in a file's name, which is a local date
        case
            when coalesce(closing.seen_at, o.seen_at) = cast(cast(coalesce(closing.seen_at, o.seen_at) as date) as timestamp)
                then cast(coalesce(closing.seen_at, o.seen_at) as date)
            when coalesce(closing.seen_at, o.seen_at) >= seen.turns_at then seen.next_local_day
            else seen.local_day
        end as seen_on,
        case
            when not o.is_closed and o.is_won is not null then 'open'
            when o.is_closed and o.is_won then 'won'
            when o.is_closed and not o.is_won then 'lost'
            when lower(o.status) in ('won', 'lost', 'open') then lower(o.status)
            else coalesce(stage.outcome, 'open')
        end as last_outcome,
        coalesce(stage.state, 0) as current_state,
        o.currency,
        o.amount,
        o.cost_of_goods
    from stg_classified_opportunities as o
    left join config_pipelines as p on p.pipeline = o.pipeline
    left join int_stages as stage on stage.pipeline = coalesce(p.pipeline, '') and stage.stage = o.stage
    left join int_opportunity_closings as closing on closing.opportunity_id = o.opportunity_id
    left join config_utc_days as created on created.utc_day = cast(o.created_at as date)
    left join config_utc_days as modified on modified.utc_day = cast(coalesce(closing.modified_at, o.modified_at) as date)
    left join config_utc_days as seen on seen.utc_day = cast(coalesce(closing.seen_at, o.seen_at) as date)
),

dated as (
    select
        d.*,
        h.qualified_on,
        h.seen_step,
        h.jumped_at,
        h.reopen_count,
        h.change_count,
        coalesce(h.has_moved_later, false) as has_moved_later,
        case
            when d.last_outcome = 'won' and h.won_on is not null and d.uses_history then h.won_on
            when d.last_outcome = 'lost' and h.lost_on is not null and d.uses_history then h.lost_on
            when d.last_outcome = 'open' then null
            when d.close_date > d.seen_on and d.modified_on is not null then d.modified_on
            else d.close_date
        end as last_outcome_date,
        case
            when d.last_outcome = 'open' then null
            when (case d.last_outcome when 'won' then h.won_on else h.lost_on end) is not null and d.uses_history
                then case when h.is_from_snapshots then 'snapshots' else 'history' end
            when d.close_date > d.seen_on and d.modified_on is not null then 'modified_at'
            when d.close_date is not null then 'close_date'
        end as last_outcome_date_source
    from deals as d
    left join int_opportunity_history as h on h.opportunity_id = d.opportunity_id
),

known as (
    select
        d.*,
        r.as_of,
        r.has_stage_change,
        coalesce(d.own_step_count, r.step_count) as step_count,
        case when d.last_outcome_date > r.as_of then 'open' else d.last_outcome end as outcome,
        case when d.last_outcome_date <= r.as_of then d.last_outcome_date end as outcome_date,
        case when d.last_outcome_date <= r.as_of then d.last_outcome_date_source end as outcome_date_source,
        coalesce(d.last_outcome_date > r.as_of, false) as is_decided_later,
        least(coalesce(case when d.last_outcome_date <= r.as_of then d.last_outcome_date end, d.close_date, r.as_of), r.as_of) as rate_date
    from dated as d
    cross join config_run as r
)

-- whole cents are converted: binary fractions of the currency miss half cents by a hair, which the
-- seventh decimal makes up for
select
    k.opportunity_id,
    k.account_id,
    k.owner_id,
    k.pipeline,
    k.type,
    k.lead_source,
    k.campaign_id,
    k.loss_reason,
    k.competitor,
    coalesce(s.segment, k.segment) as segment,
    coalesce(s.segment_order, k.segment_order) as segment_order,
    case when b.segment <> s.segment then b.segment end as created_segment,
    k.breakdown_1,
    k.breakdown_2,
    k.breakdown_3,
    k.breakdown_4,
    k.breakdown_5,
    k.breakdown_6,
    k.breakdown_7,
    k.breakdown_8,
    k.is_new_business,
    case
        when k.is_deleted_record then 'deleted'
        when k.merged_into is not null then 'merged'
        when k.is_excluded_by_rule then 'rule'
        when k.created_on > k.as_of then 'future'
    end as exclusion,
    k.created_on,
    k.close_date,
    k.outcome,
    coalesce(k.outcome = 'lost' and n.reason is not null, false) as is_no_decision,
    k.outcome_date,
    k.outcome_date_source,
    case when k.has_stage_change then k.qualified_on end as qualified_on,
    case
        when k.outcome = 'won' then k.step_count
        when k.is_decided_later or k.has_moved_later or k.current_state >= 1000 then coalesce(k.seen_step, 0)
        else greatest(coalesce(k.seen_step, 0), k.current_state)
    end as furthest_step,
    coalesce(k.seen_step, 0) as seen_step,
    coalesce(k.jumped_at, k.seen_step, 0) as strict_step,
    coalesce(k.reopen_count, 0) as reopen_count,
    coalesce(k.change_count, 0) as change_count,
    k.currency,
    case
        when f.factor = 1 then k.amount
        else cast(
            cast(cast(floor(floor(abs(cast(k.amount as double)) * 100 + 0.5) * f.factor + 0.5000001) as bigint) as decimal(18, 0)) * 0.01
            * case when k.amount < 0 then -1 else 1 end as decimal(18, 2)
        )
    end as amount,
    k.amount as original_amount,
    k.amount is not null and f.factor is null as has_no_rate,
    case
        when f.factor = 1 then k.cost_of_goods
        else cast(
            cast(cast(floor(floor(abs(cast(k.cost_of_goods as double)) * 100 + 0.5) * f.factor + 0.5000001) as bigint) as decimal(18, 0)) * 0.01
            * case when k.cost_of_goods < 0 then -1 else 1 end as decimal(18, 2)
        )
    end as cost_of_goods
from known as k
left join config_no_decision_reasons as n on n.reason = k.loss_reason
left join int_rates as f on f.currency = k.currency and f.rate_date = k.rate_date
left join int_opportunity_segments as s
    on s.opportunity_id = k.opportunity_id
    and s.starts_on <= coalesce(k.outcome_date, k.as_of)
    and s.ends_before > coalesce(k.outcome_date, k.as_of)
left join int_opportunity_segments as b
    on b.opportunity_id = k.opportunity_id
    and b.starts_on <= greatest(k.created_on, date '1900-01-01')
    and b.ends_before > greatest(k.created_on, date '1900-01-01')
