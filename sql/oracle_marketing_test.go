package sql_test

import (
	"time"

	"truce/fixtures/oracle"
)

func leadQualityRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.LeadQuality(in) {
		row := record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"breakdown": r.Breakdown.Name, "breakdown_value": r.Breakdown.Value, "source": r.Source, "campaign": r.Campaign,
			"campaign_name": r.CampaignName, "is_complete": r.IsComplete, "lead_count": nil, "mql_count": nil,
			"sql_count": nil, "won_count": nil, "won_value": nil, "segment_moved_count": nil,
			"mql_rate": given(r.MQLRate), "mql_rate_low": given(r.MQLLow), "mql_rate_high": given(r.MQLHigh),
			"sql_rate": given(r.SQLRate), "sql_rate_low": given(r.SQLLow), "sql_rate_high": given(r.SQLHigh),
			"won_rate": given(r.WonRate), "won_rate_low": given(r.WonLow), "won_rate_high": given(r.WonHigh),
			"is_small": r.IsSmall, "is_mature": r.IsMature, "value_per_lead": given(r.ValuePerLead),
			"marketing_cost": cents(r.MarketingCost), "cost_per_lead": given(r.CostPerLead),
		}
		if c := r.Counts; c != nil {
			row["lead_count"], row["mql_count"], row["sql_count"], row["won_count"] = c.Leads, c.MQL, c.SQL, c.Won
			row["won_value"], row["segment_moved_count"] = money(c.WonValue), c.SegmentMoved
		}
		rows = append(rows, row)
	}
	return rows
}

func alignmentRows(in oracle.Input, landed landed) []record {
	var rows []record
	for _, r := range oracle.ActivityAlignment(in, campaignTouches(landed), landedActivities(landed)) {
		row := record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"activity": r.Activity, "pipeline": "", "step": processStep(r.Step, in.Settings), "step_order": r.Step,
			"is_aligned": r.IsAligned, "is_complete": r.IsComplete, "deal_count": given(r.Deals), "touch_count": nil,
			"touched_deal_count": nil, "stayed_count": given(r.Stayed), "rate_difference": given(r.Difference),
			"rate_difference_low": given(r.DifferenceLow), "rate_difference_high": given(r.DifferenceHigh),
			"is_small": r.IsSmall, "is_mature": r.IsMature,
		}
		if t := r.Touched; t != nil {
			row["touch_count"], row["touched_deal_count"] = t.Touches, t.Deals
		}
		for name, stays := range map[string]*oracle.Stays{"touched_": r.TouchedStays, "untouched_": r.UntouchedStays} {
			row[name+"stayed_count"], row[name+"converted_count"] = nil, nil
			row[name+"rate"], row[name+"rate_low"], row[name+"rate_high"] = nil, nil, nil
			if stays != nil {
				row[name+"stayed_count"], row[name+"converted_count"] = stays.Stayed, stays.Converted
				row[name+"rate"], row[name+"rate_low"] = given(stays.Rate), given(stays.RateLow)
				row[name+"rate_high"] = given(stays.RateHigh)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// campaignTouches reads the landed contacts with campaigns; nil where none are exported.
func campaignTouches(rows landed) []oracle.CampaignTouch {
	if rows["campaign_touch"] == nil {
		return nil
	}
	touches := []oracle.CampaignTouch{}
	for _, r := range rows["campaign_touch"] {
		touches = append(touches, oracle.CampaignTouch{
			CampaignID: name(r["campaign_id"]), LeadID: name(r["lead_id"]), ContactID: name(r["contact_id"]),
			OpportunityID: name(r["opportunity_id"]), TouchedOn: localDay(r["touched_at"]),
		})
	}
	return touches
}

// landedActivities reads the landed activities; nil where none are exported.
func landedActivities(rows landed) []oracle.Activity {
	if rows["activity"] == nil {
		return nil
	}
	activities := []oracle.Activity{}
	for _, r := range rows["activity"] {
		day := localDay(r["happened_at"])
		a := oracle.Activity{
			Kind: name(r["kind"]), LeadID: name(r["lead_id"]), ContactID: name(r["contact_id"]),
			OpportunityID: name(r["opportunity_id"]), HappenedOn: &day,
		}
		if isCompleted, ok := r["is_completed"].(bool); ok {
			a.IsCompleted = &isCompleted
		}
		activities = append(activities, a)
	}
	return activities
}

// name is the text of a landed cell; empty where it is NULL.
func name(cell any) string {
	s, _ := cell.(string)
	return s
}

// localDay is the day of a landed moment where companies live.
func localDay(moment any) oracle.Day {
	zone, _ := time.LoadLocation(companyZone)
	return oracle.NewDay(moment.(time.Time).In(zone).Date())
}
