/*
description: >-
    The ways in which the deals that are others than the predecessor published moved, with the number of
    deals: from where the predecessor counted them to where this run does, and what else happened to them.
grain: one row per way to move
unique_key: [move_id]
version: 1
columns:
    move_id: number of the row
    clock: >-
        which deals the row is about and by which date they belong to a month: decided, won, lost and
        no_decision by the outcome date, created and cohort by the creation date
    breakdown: none, or a dimension that both runs have
    old_segment: segment in which the predecessor counted them; NULL if it did not
    old_month: first day of the month in which the predecessor counted them; NULL if it did not
    old_value: value of the dimension for the predecessor; empty for none; NULL if it did not count them
    new_segment: segment in which this run counts them; NULL if it does not
    new_month: first day of the month in which this run counts them; NULL if it does not
    new_value: value of the dimension now; empty for none; NULL if it does not count them
    is_added: counted now, and not by the predecessor
    is_reopened: >-
        decided for the predecessor, and now open, or decided otherwise; for the cohort won in its days,
        and now not won
    is_redated: >-
        decided or created on another day, or decided on a day that the predecessor did not know; for
        created the day of creation alone, for the cohort also whether it was won in its days
    is_revalued: another amount; not for created and cohort
    is_resegmented: another segment, or another value of the breakdown
    is_deleted: counted by the predecessor, and not now
    deal_count: how many deals
*/
-- a dimension may have had another place in the configuration
with breakdowns as (
    select
        c.breakdown,
        c.breakdown_order as new_order,
        p.breakdown_order as old_order
    from config_breakdowns as c
    inner join config_previous_breakdowns as p on p.breakdown = c.breakdown
),

compared as (
    select
        b.breakdown,
        case b.old_order
            when 0 then ''
            when 1 then coalesce(d.old_breakdown_1, 'Unknown')
            when 2 then coalesce(d.old_breakdown_2, 'Unknown')
            when 3 then coalesce(d.old_breakdown_3, 'Unknown')
            when 4 then coalesce(d.old_breakdown_4, 'Unknown')
            when 5 then coalesce(d.old_breakdown_5, 'Unknown')
            when 6 then coalesce(d.old_breakdown_6, 'Unknown')
            when 7 then coalesce(d.old_breakdown_7, 'Unknown')
            else coalesce(d.old_breakdown_8, 'Unknown')
        end as old_value,
        case b.new_order
            when 0 then ''
            when 1 then coalesce(d.new_breakdown_1, 'Unknown')
            when 2 then coalesce(d.new_breakdown_2, 'Unknown')
            when 3 then coalesce(d.new_breakdown_3, 'Unknown')
            when 4 then coalesce(d.new_breakdown_4, 'Unknown')
            when 5 then coalesce(d.new_breakdown_5, 'Unknown')
            when 6 then coalesce(d.new_breakdown_6, 'Unknown')
            when 7 then coalesce(d.new_breakdown_7, 'Unknown')
            else coalesce(d.new_breakdown_8, 'Unknown')
        end as new_value,
        d.old_segment,
        d.new_segment,
        d.old_created_segment,
        d.new_created_segment,
        d.old_outcome,
        d.new_outcome,
        d.was_no_decision,
        d.is_no_decision,
        case when d.was_counted then cast(date_trunc('month', d.old_outcome_date) as date) end as old_outcome_month,
        case when d.is_counted then cast(date_trunc('month', d.new_outcome_date) as date) end as new_outcome_month,
        case when d.was_counted then cast(date_trunc('month', d.old_created_on) as date) end as old_created_month,
        case when d.is_counted then cast(date_trunc('month', d.new_created_on) as date) end as new_created_month,
        d.is_counted and not d.was_counted as is_added,
        d.was_counted and not d.is_counted as is_deleted,
        d.was_counted and d.is_counted as is_both,
        d.new_created_on is distinct from d.old_created_on as has_other_creation,
        d.new_outcome_date is distinct from d.old_outcome_date as has_other_end,
        d.old_outcome <> 'open'
        and (d.new_outcome is distinct from d.old_outcome or d.is_no_decision is distinct from d.was_no_decision) as has_other_outcome,
        d.was_cohort_won and d.new_outcome <> 'won' as is_lost_to_cohort,
        d.is_cohort_won is distinct from d.was_cohort_won as has_other_cohort,
        d.new_amount is distinct from d.old_amount as has_other_amount
    from int_restated_deals as d
    cross join breakdowns as b
),

-- few ways to move, whatever the number of deals
decided as (
    select
        breakdown,
        old_segment,
        old_outcome_month,
        old_value,
        old_outcome,
        was_no_decision,
        new_segment,
        new_outcome_month,
        new_value,
        new_outcome,
        is_no_decision,
        is_added,
        is_both and has_other_outcome as is_reopened,
        is_both and not has_other_outcome and (has_other_creation or has_other_end) as is_redated,
        is_both and has_other_amount as is_revalued,
        is_both and (new_segment is distinct from old_segment or new_value <> old_value) as is_resegmented,
        is_deleted,
        count(*) as deal_count
    from compared
    where old_outcome_month is not null or new_outcome_month is not null
    group by all
),

created as (
    select
        breakdown,
        old_created_segment,
        old_created_month,
        old_value,
        new_created_segment,
        new_created_month,
        new_value,
        is_added,
        is_both and has_other_creation as is_redated,
        is_both and is_lost_to_cohort as is_lost_to_cohort,
        is_both and not is_lost_to_cohort and (has_other_creation or has_other_cohort) as is_cohort_redated,
        is_both and (new_created_segment is distinct from old_created_segment or new_value <> old_value) as is_resegmented,
        is_deleted,
        count(*) as deal_count
    from compared
    where old_created_month is not null or new_created_month is not null
    group by all
),

clocks as (
    select 'decided' as clock
    union all
    select 'won'
    union all
    select 'lost'
    union all
    select 'no_decision'
),

moves as (
    select
        c.clock,
        d.breakdown,
        d.old_segment,
        case
            when c.clock = 'decided' or c.clock = d.old_outcome or (c.clock = 'no_decision' and d.was_no_decision) then d.old_outcome_month
        end as old_month,
        d.old_value,
        d.new_segment,
        case
            when c.clock = 'decided' or c.clock = d.new_outcome or (c.clock = 'no_decision' and d.is_no_decision) then d.new_outcome_month
        end as new_month,
        d.new_value,
        d.is_added,
        d.is_reopened,
        d.is_redated,
        d.is_revalued,
        d.is_resegmented,
        d.is_deleted,
        d.deal_count
    from decided as d
    cross join clocks as c
    union all
    select
        'created',
        breakdown,
        old_created_segment,
        old_created_month,
        old_value,
        new_created_segment,
        new_created_month,
        new_value,
        is_added,
        false,
        is_redated,
        false,
        is_resegmented,
        is_deleted,
        deal_count
    from created
    union all
    select
        'cohort',
        breakdown,
        old_created_segment,
        old_created_month,
        old_value,
        new_created_segment,
        new_created_month,
        new_value,
        is_added,
        is_lost_to_cohort,
        is_cohort_redated,
        false,
        is_resegmented,
        is_deleted,
        deal_count
    from created
),

counted as (
    select
        clock,
        breakdown,
        case when old_month is not null then old_segment end as old_segment,
        old_month,
        case when old_month is not null then old_value end as old_value,
        case when new_month is not null then new_segment end as new_segment,
        new_month,
        case when new_month is not null then new_value end as new_value,
        is_added,
        is_reopened,
        is_redated,
        is_revalued,
        is_resegmented,
        is_deleted,
        cast(sum(deal_count) as bigint) as deal_count
    from moves
    where (old_month is not null or new_month is not null)
        and (is_added or is_reopened or is_redated or is_revalued or is_resegmented or is_deleted)
    group by all
)

select
    row_number() over (
        order by
            clock nulls last,
            breakdown nulls last,
            old_segment nulls last,
            old_month nulls last,
            old_value nulls last,
            new_segment nulls last,
            new_month nulls last,
            new_value nulls last,
            is_added nulls last,
            is_reopened nulls last,
            is_redated nulls last,
            is_revalued nulls last,
            is_resegmented nulls last,
            is_deleted nulls last
    ) as move_id,
    clock,
    breakdown,
    old_segment,
    old_month,
    old_value,
    new_segment,
    new_month,
    new_value,
    is_added,
    is_reopened,
    is_redated,
    is_revalued,
    is_resegmented,
    is_deleted,
    deal_count
from counted
