package plan

import (
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
)

// leadBreakdowns gives config_lead_breakdowns: those of config_breakdowns that leads have too, with
// the place that they have there.
func leadBreakdowns(c *config.Config, f Facts) engine.Relation {
	r := engine.Relation{
		Name: "config_lead_breakdowns", Doc: "none, and the configured breakdowns that leads have, with their place in the configuration",
		Columns: []engine.Column{{Name: "breakdown_order", Type: engine.Integer}, {Name: "breakdown", Type: engine.Text}},
		Rows:    [][]any{{0, "none"}},
	}
	fields := fieldsOf(f.Landing)
	for i, name := range c.Breakdowns {
		if _, ok := leadDimension(name, fields); ok {
			r.Rows = append(r.Rows, []any{i + 1, name})
		}
	}
	return r
}

// leadBreakdownColumns gives the columns breakdown_1 to breakdown_8 of leads.
func (k *classifier) leadBreakdownColumns() []string {
	columns := make([]string, maxBreakdowns)
	for i := range columns {
		expression := "cast(null as varchar)"
		if i < len(k.config.Breakdowns) {
			if found, ok := leadDimension(k.config.Breakdowns[i], k.fields); ok {
				expression = found
			}
		}
		columns[i] = fmt.Sprintf("%s as breakdown_%d", expression, i+1)
	}
	return columns
}

// leadDimension gives the expression of a dimension for leads, false where leads do not have it. The
// lead source of a deal is the source of a lead. What tells what became of a lead is no dimension of
// it, and a column that deals have themselves never becomes another one of the lead's owner.
func leadDimension(name string, fields map[string][]entity.Field) (string, bool) {
	switch name {
	case "owner":
		return "coalesce(owner.name, lead.owner_id)", true
	case "manager", "team":
		name = "owner." + name
	case "lead_source", "opportunity.lead_source":
		return "lead.source", true
	}
	alias, field, isQualified := strings.Cut(name, ".")
	switch {
	case isQualified && alias == "owner" && hasField(fields["owner"], field):
		return textOf("owner." + field), true
	case isQualified:
		return "", false
	case hasField(fields["lead"], name) && !tellsOutcome(name):
		return textOf("lead." + name), true
	case hasField(fields["owner"], name) && !hasField(fields["opportunity"], name) && !hasField(fields["account"], name):
		return textOf("owner." + name), true
	}
	return "", false
}

func textOf(column string) string { return "cast(" + column + " as varchar)" }

func hasField(fields []entity.Field, name string) bool {
	return slices.ContainsFunc(fields, func(f entity.Field) bool { return f.Name == name })
}

// fieldsOf gives the contract's fields and the attributes of every entity by its name.
func fieldsOf(landing []engine.Landing) map[string][]entity.Field {
	fields := map[string][]entity.Field{}
	for _, l := range landing {
		fields[l.Entity.Name] = l.Columns
	}
	return fields
}
