package plan

import (
	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// Origins of deals, by the team that found them.
const (
	originMarketing = "marketing"
	originSales     = "sales"
	originPartner   = "partner"
	originUnknown   = "unknown"
)

// origins gives config_origins: every origin that sourcing tells apart.
func origins() engine.Relation {
	list := []string{originMarketing, originSales, originPartner, originUnknown}
	return words("config_origins", "the origins of deals; unknown is one", "origin", list)
}

// leadSources gives config_lead_sources: the origin that each configured lead source means.
func leadSources(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_lead_sources", Doc: "the lead sources that mean an origin",
		Columns: []engine.Column{{Name: "lead_source", Type: engine.Text}, {Name: "origin", Type: engine.Text}},
	}
	add := func(origin string, sources []string) {
		for _, source := range sources {
			r.Rows = append(r.Rows, []any{source, origin})
		}
	}
	add(originMarketing, c.Sourcing.Marketing)
	add(originSales, c.Sourcing.Sales)
	add(originPartner, c.Sourcing.Partner)
	return r
}

// sourcingNeeds lists what the report sourcing needs.
func sourcingNeeds(c *config.Config, f Facts, present map[string]bool) []requirement {
	deal, lead, s := f.Mapped["opportunity"], f.Mapped["lead"], c.Sourcing
	return []requirement{
		{len(s.Marketing)+len(s.Sales)+len(s.Partner) > 0, "sourcing", []string{"sourcing.origin"}},
		{deal["lead_source"] || lead["source"], "opportunity.lead_source or lead.source", []string{"sourcing.origin"}},
		{present["campaign_touch"], "campaign_touch", []string{"sourcing.influenced_won_count"}},
		{deal["amount"], "opportunity.amount", []string{"sourcing.won_value"}},
	}
}
