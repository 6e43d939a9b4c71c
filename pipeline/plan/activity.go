package plan

import (
	"maps"
	"slices"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// Unmapped is the activity of campaigns whose type no step is configured for.
const Unmapped = "Unmapped"

// activities gives config_activities: every configured activity, and Unmapped, for every step of each
// process.
func activities(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_activities", Doc: "the configured activities in alphabetical order, and Unmapped, for every step of each process",
		Columns: []engine.Column{
			{Name: "activity_order", Type: engine.Integer},
			{Name: "activity", Type: engine.Text},
			{Name: "word", Type: engine.Text},
			pipelineColumn(),
			{Name: "step_order", Type: engine.Integer},
			{Name: "step", Type: engine.Text},
			{Name: "is_aligned", Type: engine.Boolean},
		},
	}
	names := slices.Sorted(maps.Keys(c.Activities))
	for i, name := range append(names, Unmapped) {
		var word any = strings.ToLower(name)
		if i == len(names) {
			word = nil
		}
		for _, p := range c.Processes() {
			for j, step := range p.Process {
				r.Rows = append(r.Rows, []any{i + 1, name, word, p.Pipeline, j + 1, step.Step, i < len(names) && slices.Contains(c.Activities[name], step.Step)})
			}
		}
	}
	return r
}

// activityNeeds lists what the report activity_alignment needs. Either extract of touches is enough.
func activityNeeds(c *config.Config, f Facts, present map[string]bool) []requirement {
	subjects := []string{"activity_alignment"}
	list := []requirement{
		{c.HasProcess(), "process", subjects},
		{f.HasHistory(), "stage_change", subjects},
		{present["campaign_touch"] || present["activity"], "campaign_touch or activity", subjects},
	}
	if present["campaign_touch"] {
		list = append(list, requirement{f.Mapped["campaign"]["type"], "campaign.type", []string{"activity_alignment.activity"}})
	}
	return list
}

// contentNeeds lists what the report content_usage needs.
func contentNeeds(f Facts, present map[string]bool) []requirement {
	list := []requirement{
		{present["content"], "content", []string{"content_usage.never_used_share"}},
		{present["content_use"], "content_use", []string{"content_usage"}},
	}
	if present["content_use"] {
		list = append(list, requirement{f.Mapped["content_use"]["opportunity_id"], "content_use.opportunity_id", []string{"content_usage.deal_count"}})
	}
	return list
}
