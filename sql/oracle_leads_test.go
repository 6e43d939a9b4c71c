package sql_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
	"truce/pipeline/config"
)

// stepName is a step of the funnel as companyConfig calls it.
func stepName(step int, s oracle.Settings) string {
	before := []string{"", "Lead", "MQL", "SAL", "SQL"}
	switch k := step - len(before); {
	case k < 0:
		return before[step]
	case k < len(s.Process):
		return processStep(k+1, s)
	}
	return "Won"
}

// processStep is a step of the process, from 1, as companyConfig calls it.
func processStep(step int, s oracle.Settings) string { return "Step " + s.Process[step-1][0] }

func funnelRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.Funnel(in) {
		row := record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"pipeline": "", "step": stepName(r.Step, in.Settings), "step_order": r.Step, "is_complete": r.IsComplete,
			"entered_count": nil, "entered_strict_count": nil, "value": nil, "rejected_count": nil, "pending_count": nil,
			"lost_count": nil, "no_lead_count": nil, "segment_moved_count": nil,
			"converted_count": given(r.Converted), "recycled_count": given(r.Recycled), "conversion_rate": given(r.Rate),
			"conversion_rate_low": given(r.RateLow), "conversion_rate_high": given(r.RateHigh), "is_small": r.IsSmall,
			"is_mature": r.IsMature, "median_days_to_next": given(r.MedianDays),
		}
		if c := r.Counts; c != nil {
			row["entered_count"], row["entered_strict_count"], row["value"] = c.Entered, c.Strict, money(c.Value)
			row["rejected_count"], row["pending_count"], row["lost_count"] = c.Rejected, c.Pending, c.Lost
			row["no_lead_count"], row["segment_moved_count"] = c.NoLead, c.SegmentMoved
		}
		rows = append(rows, row)
	}
	return rows
}

func stageRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.StageConversion(in) {
		row := record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"pipeline": "", "step": processStep(r.Step, in.Settings), "step_order": r.Step, "is_complete": r.IsComplete,
			"reached_count": nil, "strict_count": nil, "skipped_count": nil, "regressed_count": nil, "reopened_count": nil,
			"converted_count": nil, "dropped_count": nil, "still_here_count": nil, "conversion_rate": given(r.Rate),
			"conversion_rate_low": given(r.RateLow), "conversion_rate_high": given(r.RateHigh), "is_small": r.IsSmall,
			"is_mature": r.IsMature, "median_days_in_step": given(r.MedianDays), "p90_days_in_step": given(r.P90Days),
		}
		if c := r.Counts; c != nil {
			row["reached_count"], row["strict_count"], row["skipped_count"] = c.Reached, c.Strict, c.Skipped
			row["regressed_count"], row["reopened_count"] = c.Regressed, c.Reopened
			row["converted_count"], row["dropped_count"], row["still_here_count"] = c.Converted, c.Dropped, c.StillHere
		}
		rows = append(rows, row)
	}
	return rows
}

func followupRows(t require.TestingT, in oracle.Input, landed landed) []record {
	var rows []record
	for _, r := range oracle.LeadFollowup(in, deskOf(t, in, landed)) {
		row := record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"breakdown": r.Breakdown.Name, "breakdown_value": r.Breakdown.Value, "is_complete": r.IsComplete,
			"lead_count": given(r.LeadCount), "due_count": nil, "responded_count": nil, "within_sla_count": nil,
			"untouched_count": nil, "response_lead_count": nil, "response_contact_count": nil, "response_conversion_count": nil,
			"sla_rate": given(r.SLARate), "sla_rate_low": given(r.SLALow), "sla_rate_high": given(r.SLAHigh),
			"untouched_rate": given(r.UntouchedRate), "untouched_rate_low": given(r.UntouchedLow),
			"untouched_rate_high": given(r.UntouchedHigh), "median_minutes": given(r.MedianMinutes),
			"p90_minutes": given(r.P90Minutes), "is_small": r.IsSmall, "is_mature": r.IsMature,
		}
		if a := r.Answers; a != nil {
			row["due_count"], row["responded_count"], row["within_sla_count"] = a.Due, a.Responded, a.Within
			row["untouched_count"], row["response_lead_count"] = a.Untouched, a.ByLead
			row["response_contact_count"], row["response_conversion_count"] = a.ByContact, a.ByItsConversion
		}
		rows = append(rows, row)
	}
	return rows
}

// deskOf reads from a landed company when its leads were there to be answered, and who called them,
// within the hours that a configuration has which says nothing of them.
func deskOf(t require.TestingT, in oracle.Input, rows landed) oracle.Desk {
	zone, err := time.LoadLocation(companyZone)
	require.NoError(t, err)
	sla := config.LeadSLA{RespondWithin: "8h", BusinessHours: config.BusinessHours{Days: "mon-fri", From: "09:00", To: "17:00"}}
	within, err := time.ParseDuration(sla.RespondWithin)
	require.NoError(t, err)
	desk := oracle.Desk{Hours: oracle.OfficeHours{Zone: zone}, Within: int(within / time.Minute)}
	desk.Hours.Weekdays, err = sla.BusinessHours.Weekdays()
	require.NoError(t, err)
	desk.Hours.From, desk.Hours.To, err = sla.BusinessHours.Minutes()
	require.NoError(t, err)
	at := func(value any) *time.Time {
		if moment, ok := value.(time.Time); ok {
			return &moment
		}
		return nil
	}
	created := map[string]any{} // by deal that is counted
	for i, d := range oracle.Deals(in) {
		if d.Exclusion == "" {
			created[d.OpportunityID] = rows["opportunity"][i]["created_at"]
		}
	}
	for i, r := range rows["lead"] {
		clock := oracle.LeadClock{
			LeadID: name(r["lead_id"]), ContactID: name(r["contact_id"]), CreatedAt: *at(r["created_at"]),
			AssignedAt: at(r["assigned_at"]), ConvertedAt: at(r["converted_at"]),
		}
		if deals := dealsOf(in.Leads[i], in); clock.ConvertedAt == nil && len(deals) > 0 {
			clock.ConvertedAt = at(created[deals[0]])
		}
		desk.Clocks = append(desk.Clocks, clock)
	}
	for _, r := range rows["activity"] {
		if r["kind"] == "call" {
			desk.Touches = append(desk.Touches, oracle.Touch{
				LeadID: name(r["lead_id"]), ContactID: name(r["contact_id"]), HappenedAt: *at(r["happened_at"]),
			})
		}
	}
	return desk
}

func winLossRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.WinLossReasons(in) {
		row := record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"outcome": string(r.Outcome), "reason": r.Reason, "competitor": r.Competitor, "furthest_step": "None",
			"furthest_step_order": r.Step, "is_complete": r.IsComplete, "is_no_decision": r.Outcome == oracle.Lost && r.Reason == oracle.NoDecision,
			"deal_count": r.Deals, "outcome_count": r.OutcomeDeals, "share": given(r.Share), "share_low": given(r.ShareLow),
			"share_high": given(r.ShareHigh), "is_small": r.IsSmall, "value": money(r.Value), "unvalued_count": r.UnvaluedCount,
			"excluded_no_rate": r.ExcludedNoRate,
		}
		if r.Step > 0 {
			row["furthest_step"] = processStep(r.Step, in.Settings)
		}
		rows = append(rows, row)
	}
	return rows
}

func sourcingRows(in oracle.Input, landed landed) []record {
	var rows []record
	for _, r := range oracle.Sourcing(in, map[string]string{"Web": oracle.ByMarketing, "Partner": oracle.ByPartner}, campaignTouches(landed)) {
		row := record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"origin": r.Origin, "is_complete": r.IsComplete, "created_count": r.CreatedCount, "created_value": money(r.CreatedValue),
			"created_value_share": given(r.CreatedShare), "won_count": r.WonCount, "lost_count": r.LostCount,
			"win_rate": given(r.WinRate), "win_rate_low": given(r.WinRateLow), "win_rate_high": given(r.WinRateHigh),
			"is_small": r.IsSmall, "won_value": money(r.WonValue), "won_value_share": given(r.WonShare),
			"influenced_created_count": nil, "influenced_created_value": nil, "influenced_won_count": nil, "influenced_won_value": nil,
		}
		if i := r.InfluencedDeals; i != nil {
			row["influenced_created_count"], row["influenced_created_value"] = i.CreatedCount, money(i.CreatedValue)
			row["influenced_won_count"], row["influenced_won_value"] = i.WonCount, money(i.WonValue)
		}
		rows = append(rows, row)
	}
	return rows
}
