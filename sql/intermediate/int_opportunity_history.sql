/*
description: >-
    What the stage history says about each deal. A deal that was decided after the as-of date was open
    on it, whatever its close date says: the dates of outcomes look at all entries, everything else at
    those by the as-of date.
grain: one row per opportunity with a history
unique_key: [opportunity_id]
version: 1
needs: [stage_change]
columns:
    opportunity_id: the deal
    won_on: local date of the last transition into won
    lost_on: local date of the last transition into lost
    qualified_on: local date of the first entry into any process step; NULL if it was before the history begins
    seen_step: furthest process step that the history shows
    jumped_at: last step before the first jump over a step; NULL if no step was jumped over
    reopen_count: times the deal came back from won or lost
    change_count: stage changes, repeated stages not counted
    has_moved_later: whether there are entries after the as-of date, so that the current stage says nothing about that date
    is_from_snapshots: whether the history is derived from consecutive exports
*/
select
    h.opportunity_id,
    max(case when h.state = 1000 and h.previous_state <> 1000 then h.changed_on end) as won_on,
    max(case when h.state = 1001 and h.previous_state <> 1001 then h.changed_on end) as lost_on,
    case
        when bool_and(h.is_dated or h.state not between 1 and 999)
            then min(case when h.is_by_as_of and h.state between 1 and 999 then h.changed_on end)
    end as qualified_on,
    max(case when h.is_by_as_of and h.state < 1000 then h.state end) as seen_step,
    min(case when h.is_by_as_of and h.state < 1000 and h.state > h.furthest_before + 1 then h.furthest_before end) as jumped_at,
    count(case when h.is_by_as_of and h.state < 1000 and h.previous_state >= 1000 then 1 end) as reopen_count,
    count(case when h.is_by_as_of and h.is_new_stage then 1 end) as change_count,
    bool_or(not h.is_by_as_of) as has_moved_later,
    bool_or(h.is_from_snapshots) as is_from_snapshots
from int_stage_changes as h
group by h.opportunity_id
