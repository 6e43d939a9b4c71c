package plan

import "truce/pipeline/engine"

// waterfallComponents gives config_waterfall_components: the parts of the pipeline waterfall in order,
// each with its sign in start + ... = end. What changes the value of a deal changes no count.
func waterfallComponents() engine.Relation {
	r := engine.Relation{
		Name: "config_waterfall_components", Doc: "the parts of the pipeline waterfall in order, with their sign in the sum that ends with end",
		Columns: []engine.Column{
			{Name: "component_order", Type: engine.Integer},
			{Name: "component", Type: engine.Text},
			{Name: "sign", Type: engine.Integer},
			{Name: "moves_deals", Type: engine.Boolean},
		},
	}
	for i, c := range []struct {
		name       string
		sign       int
		movesDeals bool
	}{
		{"start", 1, true},
		{"created", 1, true},
		{"reopened", 1, true},
		{"pulled_in", 1, true},
		{"segment_in", 1, true},
		{"increased", 1, false},
		{"decreased", -1, false},
		{"segment_out", -1, true},
		{"pushed_out", -1, true},
		{"removed", -1, true},
		{"lost", -1, true},
		{"won", -1, true},
		{"end", -1, true},
	} {
		r.Rows = append(r.Rows, []any{i + 1, c.name, c.sign, c.movesDeals})
	}
	return r
}

// tellsAmounts tells whether the exported history says what deals were worth and when they were due.
func (f Facts) tellsAmounts() bool {
	return f.Mapped[stageHistory]["amount"] && f.Mapped[stageHistory]["close_date"]
}

// waterfallNeeds lists what the report pipeline_waterfall needs.
func waterfallNeeds(f Facts) []requirement {
	const subject = "pipeline_waterfall"
	deal := f.Mapped["opportunity"]
	return []requirement{
		{f.tellsAmounts() || f.DerivesHistory(), "stage_change.amount and stage_change.close_date, or exports of several days", []string{subject}},
		{deal["close_date"], "opportunity.close_date", []string{subject}},
		{deal["amount"], "opportunity.amount", []string{subject + ".value"}},
	}
}
