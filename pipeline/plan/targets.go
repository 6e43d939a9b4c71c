package plan

import (
	"fmt"
	"strconv"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// targets gives config_targets: what the teams promised, by the first day of the fiscal quarter. Quarters
// are named after the year in which their fiscal year begins.
func targets(c *config.Config) (engine.Relation, error) {
	r := engine.Relation{
		Name: "config_targets", Doc: "what marketing and sales promised for a segment and quarter, a promise per row",
		Columns: []engine.Column{
			{Name: "metric", Type: engine.Text},
			{Name: "segment", Type: engine.Text},
			{Name: "quarter", Type: engine.Date},
			{Name: "value", Type: engine.Double},
		},
	}
	for _, t := range c.Targets {
		value, err := strconv.ParseFloat(t.Value, 64)
		if err != nil {
			return r, fmt.Errorf("target of %s for %s: %w", t.Metric, t.Quarter, err)
		}
		year, quarter := t.QuarterParts()
		first := time.Date(year, time.Month(c.FiscalYearStarts+3*(quarter-1)), 1, 0, 0, 0, 0, time.UTC)
		r.Rows = append(r.Rows, []any{t.Metric, t.Segment, engine.DayOf(first), value})
	}
	return r, nil
}

// scorecardNeeds lists what the report scorecard needs for each promise; its headlines need what their
// own reports do.
func scorecardNeeds(c *config.Config, f Facts, present map[string]bool) []requirement {
	has := leadSteps(c, f)
	list := []requirement{
		{len(c.Targets) > 0, "targets", []string{"scorecard.targets"}},
		{present["lead"], "lead", []string{"scorecard.lead_count"}},
		{present["quota"], "quota", []string{"scorecard.quota_value"}},
		{f.Mapped["opportunity"]["amount"], "opportunity.amount", []string{"scorecard.won_value"}},
	}
	if present["lead"] {
		list = append(list,
			requirement{has[1], "lead.mql_at or lead_process.mql", []string{"scorecard.mql_count"}},
			requirement{has[3], "lead.converted_at, lead.opportunity_id or lead_opportunity", []string{"scorecard.sql_rate"}},
			requirement{present["activity"], "activity", []string{"scorecard.sla_rate"}},
		)
	}
	return list
}
