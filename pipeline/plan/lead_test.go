package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
)

// leadLanding gives the landing of leads, deals, accounts and owners, of which leads and deals have a
// priority, and deals a region.
func leadLanding() []engine.Landing {
	attributes := map[string][]entity.Field{
		"lead":        {{Name: "priority"}},
		"opportunity": {{Name: "priority"}, {Name: "function"}},
	}
	var landing []engine.Landing
	for _, e := range entity.All() {
		columns := append(e.Fields[:len(e.Fields):len(e.Fields)], attributes[e.Name]...)
		landing = append(landing, engine.Landing{Entity: e, Columns: columns})
	}
	return landing
}

func TestDimensionsThatLeadsHave(t *testing.T) {
	t.Parallel()
	fields := fieldsOf(leadLanding())
	for name, want := range map[string]string{
		"owner":                   "coalesce(owner.name, lead.owner_id)",
		"team":                    "cast(owner.team as varchar)",
		"owner.team":              "cast(owner.team as varchar)",
		"manager":                 "cast(owner.manager as varchar)",
		"lead_source":             "lead.source",
		"opportunity.lead_source": "lead.source",
		"priority":                "cast(lead.priority as varchar)",
		"campaign_id":             "cast(lead.campaign_id as varchar)",
		"is_active":               "cast(owner.is_active as varchar)",
		"product":                 "", // of deals alone
		"function":                "", // a deal's own is not its owner's
		"region":                  "", // an account's is not the owner's
		"account.region":          "",
		"opportunity.priority":    "",
		"owner.shoe_size":         "",
		"status":                  "", // tells what became of the lead
		"account_id":              "",
	} {
		got, ok := leadDimension(name, fields)
		require.Equal(t, want, got, name)
		require.Equal(t, want != "", ok, name)
	}
}

func TestBreakdownsOfLeadsKeepTheirPlace(t *testing.T) {
	t.Parallel()
	c := &config.Config{Breakdowns: []string{"product", "owner", "status", "lead_source"}}
	r := leadBreakdowns(c, Facts{Landing: leadLanding()})
	require.Equal(t, [][]any{{0, "none"}, {2, "owner"}, {4, "lead_source"}}, r.Rows)
}

func TestNeedsOfLeadsNameWhatIsMissing(t *testing.T) {
	t.Parallel()
	c := &config.Config{Breakdowns: []string{"product", "owner"}}
	facts := Facts{Landing: leadLanding(), Mapped: map[string]map[string]bool{
		"lead": {"opportunity_id": true, "source": true},
	}}
	missing := func(present bool) []string {
		var list []string
		for _, n := range leadNeeds(c, facts, map[string]bool{"lead": present}) {
			if !n.isThere {
				for _, subject := range n.subjects {
					list = append(list, subject+": "+n.what)
				}
			}
		}
		return list
	}
	require.Equal(t, []string{"lead_quality: lead", "change_drivers.lead_sourced: lead"}, missing(false))
	require.Equal(t, []string{
		"lead_quality.mql_count: lead.mql_at or lead_process.mql",
		"lead_quality.campaign: lead.campaign_id",
		"lead_quality.product: an attribute of leads named product",
	}, missing(true))
}
