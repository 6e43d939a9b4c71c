package sql_test

import "truce/fixtures/oracle"

// changeDriverRows gives the rows of change_drivers. Four effects are rounded to the cent, and the
// largest takes what is left, which is at most two cents; All sums up the segments.
func changeDriverRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.ChangeDrivers(in) {
		row := record{
			"segment": r.Segment, "quarter": r.Quarter.Start, "comparison": r.Comparison, "origin": r.Origin,
			"driver": r.Driver, "driver_order": r.Order, "quarter_before": r.BeforeOn, "is_complete": r.IsComplete,
			"factor_before": given(r.Factor[0]), "factor": given(r.Factor[1]), "effect_value": nil,
			"method": text(r.Method), "is_small": r.IsSmall,
		}
		for suffix, t := range map[string]*oracle.Turnover{"_before": r.Before, "": r.Now} {
			row["lead_count"+suffix], row["decided_count"+suffix] = nil, nil
			row["won_count"+suffix], row["won_value"+suffix] = nil, nil
			if t != nil {
				row["decided_count"+suffix], row["won_count"+suffix], row["won_value"+suffix] = t.Decided, t.Won, money(t.Value)
			}
			if t != nil && r.Origin == oracle.LeadSourced {
				row["lead_count"+suffix] = t.Leads
			}
		}
		if r.Effect != nil {
			row["effect_value"] = near{*r.Effect, 0.026 * float64(len(in.Settings.Segments)+1)}
		}
		rows = append(rows, row)
	}
	return rows
}

func velocityRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.PipelineVelocity(in) {
		rows = append(rows, record{
			"segment": r.Segment, "open_count": given(r.OpenCount), "open_value": cents(r.OpenValue),
			"entered_count": given(r.EnteredCount), "entered_won_count": given(r.EnteredWonCount), "win_rate": given(r.WinRate),
			"win_rate_low": given(r.WinRateLow), "win_rate_high": given(r.WinRateHigh), "is_small": r.IsSmall,
			"is_mature": r.IsMature, "won_count": r.WonCount, "valued_count": r.ValuedCount, "won_value": money(r.WonValue),
			"mean_won_value": given(r.MeanWonValue), "measured_count": given(r.MeasuredCount),
			"median_qualified_days": given(r.MedianQualifiedDays), "value_per_day": given(r.ValuePerDay),
			"quarter": r.Quarter.Start, "due_count": r.DueCount, "due_value": money(r.DueValue),
			"quarter_won_value": money(r.QuarterWonValue), "quota_value": cents(r.QuotaValue),
			"coverage": given(r.Coverage), "coverage_state": r.CoverageState,
		})
	}
	return rows
}

func quotaRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.QuotaAttainment(in) {
		rows = append(rows, record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"subject_kind": r.SubjectKind, "subject_id": r.SubjectID, "subject_name": r.SubjectID, "is_complete": r.IsComplete,
			"quota_value": cents(r.QuotaValue), "credited_count": r.CreditedCount, "credited_value": money(r.CreditedValue),
			"unvalued_count": r.UnvaluedCount, "split_gap_count": r.GapCount, "split_gap_value": money(r.GapValue),
			"attainment": given(r.Attainment), "is_met": given(r.IsMet), "owner_count": given(r.OwnerCount),
			"owner_at_quota_count": given(r.AtQuotaCount), "owner_at_quota_share": given(r.AtQuotaShare),
			"owner_at_quota_share_low": given(r.AtQuotaLow), "owner_at_quota_share_high": given(r.AtQuotaHigh),
			"is_small": r.IsSmall,
		})
	}
	return rows
}

func waterfallRows(in oracle.Input) []record {
	var rows []record
	for _, r := range oracle.PipelineWaterfall(in) {
		rows = append(rows, record{
			"segment": r.Segment, "period_grain": r.Period.Grain, "period_start": given(r.Period.PeriodStart()),
			"component": r.Component, "component_order": r.Order, "is_complete": r.IsComplete, "deal_count": given(r.DealCount),
			"value": cents(r.Value), "slip_rate": given(r.SlipRate), "slip_rate_low": given(r.SlipRateLow),
			"slip_rate_high": given(r.SlipRateHigh), "slip_rate_value": given(r.SlipRateValue), "is_small": r.IsSmall,
		})
	}
	return rows
}
