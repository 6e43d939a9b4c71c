package plan

import (
	"maps"
	"slices"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// files gives config_files: every visible file with what became of its records.
func files(f Facts) engine.Relation {
	r := engine.Relation{
		Name: "config_files", Doc: "every visible file with what became of its physical records",
		Columns: []engine.Column{
			{Name: "source", Type: engine.Text},
			{Name: "entity", Type: engine.Text},
			{Name: "file", Type: engine.Text},
			{Name: "effective_at", Type: engine.Timestamp},
			{Name: "is_current", Type: engine.Boolean},
			{Name: "record_count", Type: engine.BigInteger},
			{Name: "header_count", Type: engine.BigInteger},
			{Name: "loaded_count", Type: engine.BigInteger},
			{Name: "quarantined_count", Type: engine.BigInteger},
			{Name: "blank_count", Type: engine.BigInteger},
			{Name: "ignored_count", Type: engine.BigInteger},
		},
	}
	for _, file := range f.Files {
		r.Rows = append(r.Rows, []any{
			file.Source, file.Entity, file.Name, file.EffectiveAt.UTC(), file.IsCurrent,
			file.Records, file.Header, file.Loaded, file.Quarantined, file.Blank, file.Ignored,
		})
	}
	return r
}

// fileRules gives config_file_rules: the quarantined records by the rule that refused them.
func fileRules(f Facts) engine.Relation {
	r := engine.Relation{
		Name: "config_file_rules", Doc: "the quarantined records of every visible file by the rule that refused them",
		Columns: []engine.Column{
			{Name: "source", Type: engine.Text},
			{Name: "entity", Type: engine.Text},
			{Name: "file", Type: engine.Text},
			{Name: "rule", Type: engine.Text},
			{Name: "quarantined_count", Type: engine.BigInteger},
		},
	}
	for _, file := range f.Files {
		for _, rule := range slices.Sorted(maps.Keys(file.Rules)) {
			r.Rows = append(r.Rows, []any{file.Source, file.Entity, file.Name, rule, file.Rules[rule]})
		}
	}
	return r
}

// needs gives config_needs: what the metrics are missing. A metric without it is NULL; without a control
// or holidays it is there and means less.
func needs(c *config.Config, f Facts) engine.Relation {
	r := engine.Relation{
		Name: "config_needs", Doc: "every metric that is NULL or means less because something is missing, and what that is",
		Columns: []engine.Column{{Name: "subject", Type: engine.Text}, {Name: "reason", Type: engine.Text}},
	}
	need := func(isThere bool, what string, subjects ...string) {
		for _, subject := range subjects {
			if !isThere {
				r.Rows = append(r.Rows, []any{subject, "needs: " + what})
			}
		}
	}
	present := map[string]bool{}
	for _, l := range f.Landing {
		present[l.Entity.Name] = len(l.Files) > 0
	}
	has := leadSteps(c, f)
	deal := f.Mapped["opportunity"]
	need(present["lead"], "lead", "funnel", "cost_of_sale.cost_per_lead", "cost_of_sale.cost_per_mql")
	if present["lead"] {
		need(has[1], "lead.mql_at or lead_process.mql", "funnel.MQL")
		need(hasMQLDate(c, f), "lead.mql_at, or lead_status_change and lead_process.mql", "cost_of_sale.cost_per_mql")
		need(has[2], "lead.accepted_at or lead_process.accepted", "funnel.SAL")
		need(has[3], "lead.converted_at, lead.opportunity_id or lead_opportunity", "funnel.SQL")
		need(hasRejected(c, f), "lead.rejected_at or lead_process.rejected", "funnel.rejected_count")
		need(len(c.LeadProcess.Recycled) > 0, "lead_process.recycled", "funnel.recycled_count")
	}
	need(present["lead_status_change"], "lead_status_change", "funnel.recycled_count")
	need(c.HasProcess(), "process", "stage_conversion", "sales_cycle.qualified")
	need(f.HasHistory(), "stage_change", "stage_conversion", "sales_cycle.qualified")
	need(present["activity"], "activity", "sales_cycle.first_meeting")
	need(present["cost"], "cost", "cost_of_sale")
	need(deal["cost_of_goods"], "opportunity.cost_of_goods", "cost_of_sale.margin_value")
	need(f.namesAccounts(), "opportunity.account_id", "cost_of_sale.new_customer_count")
	need(deal["amount"], "opportunity.amount", "win_rate.won_value", "cost_of_sale.cost_of_sale_ratio", "funnel.value")
	need(deal["created_at"], "opportunity.created_at", "win_curve", "sales_cycle.created")
	for _, n := range driverNeeds(c, f, present) {
		need(n.isThere, n.what, n.subjects...)
	}
	return r
}
