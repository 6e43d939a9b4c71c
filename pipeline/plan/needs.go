package plan

import "truce/pipeline/config"

// requirement is something without which metrics are NULL.
type requirement struct {
	isThere  bool
	what     string
	subjects []string // report, or report.column
}

// driverNeeds lists what the reports on reasons, drivers, lead quality, market entry and velocity
// need. Present tells by entity whether the company exports it.
func driverNeeds(c *config.Config, f Facts, present map[string]bool) []requirement {
	deal := f.Mapped["opportunity"]
	list := []requirement{
		{deal["loss_reason"], "opportunity.loss_reason", []string{"win_loss_reasons.reason"}},
		{deal["competitor"], "opportunity.competitor", []string{"win_loss_reasons.competitor"}},
		{c.HasProcess(), "process", []string{"win_loss_reasons.furthest_step", "pipeline_velocity.value_per_day"}},
		{f.HasHistory(), "stage_change", []string{"pipeline_velocity.value_per_day"}},
		{present["quota"], "quota", []string{"pipeline_velocity.coverage"}},
		{deal["close_date"], "opportunity.close_date", []string{"pipeline_velocity.coverage"}},
		{present["cost"], "cost", []string{"market_entry", "lead_quality.cost_per_lead"}},
		{deal["amount"], "opportunity.amount", []string{
			"change_drivers", "win_loss_reasons.value", "lead_quality.value_per_lead", "market_entry.break_even_month", "pipeline_velocity",
		}},
	}
	if present["cost"] {
		list = append(list, requirement{f.Mapped["cost"]["campaign_id"], "cost.campaign_id", []string{"lead_quality.cost_per_lead"}})
	}
	list = append(list, sourcingNeeds(c, f, present)...)
	list = append(list, quotaNeeds(f, present)...)
	list = append(list, waterfallNeeds(f)...)
	list = append(list, programNeeds(c, f)...)
	list = append(list, scorecardNeeds(c, f, present)...)
	list = append(list, followupNeeds(c, f, present)...)
	list = append(list, activityNeeds(c, f, present)...)
	list = append(list, contentNeeds(f, present)...)
	list = append(list, predecessorNeeds(f)...)
	list = append(list, segmentNeeds(c, f)...)
	return append(list, leadNeeds(c, f, present)...)
}

// leadNeeds lists what lead_quality and the drivers of lead-sourced deals need: the leads, or what
// leads do not have.
func leadNeeds(c *config.Config, f Facts, present map[string]bool) []requirement {
	if !present["lead"] {
		return []requirement{{false, "lead", []string{"lead_quality", "change_drivers.lead_sourced"}}}
	}
	lead, has := f.Mapped["lead"], leadSteps(c, f)
	list := []requirement{
		{has[1], "lead.mql_at or lead_process.mql", []string{"lead_quality.mql_count"}},
		{has[3], "lead.converted_at, lead.opportunity_id or lead_opportunity", []string{"lead_quality.sql_count"}},
		{
			lead["opportunity_id"] || f.Mapped["lead_opportunity"]["opportunity_id"],
			"lead.opportunity_id or lead_opportunity",
			[]string{"change_drivers.lead_sourced", "lead_quality.won_count"},
		},
		{lead["source"], "lead.source", []string{"lead_quality.source"}},
		{lead["campaign_id"], "lead.campaign_id", []string{"lead_quality.campaign"}},
	}
	fields := fieldsOf(f.Landing)
	for _, name := range c.Breakdowns {
		_, ok := leadDimension(name, fields)
		list = append(list, requirement{ok, "an attribute of leads named " + name, []string{"lead_quality." + name}})
	}
	return list
}
