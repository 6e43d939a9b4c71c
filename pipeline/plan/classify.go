package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
	"truce/pipeline/model"
	"truce/pipeline/rule"
)

// Unassigned is the segment of records for which no rule holds.
const Unassigned = "Unassigned"

// classifier writes the models that say to which segment a record belongs.
type classifier struct {
	config   *config.Config
	parser   *rule.Parser
	fields   map[string][]entity.Field // contract and attributes by entity
	problems []config.Problem
	reads    map[string][]string // qualified columns that rules read, by the key of the rule

	dealSegments, leadSegments []string // conditions of the segments in order
}

// Classify gives the staging models that only the configuration can write:
// stg_classified_opportunities and stg_classified_leads, which add the segment, the exclusion and
// the breakdowns to every record, stg_opportunity_segments and stg_lead_segments, which tell in which
// segments records were before, and stg_program_opportunities, which says whom programmes treat. What
// is wrong with rules is a *config.Error that lists all of it.
func Classify(ctx context.Context, parser *rule.Parser, c *config.Config, landing []engine.Landing) ([]*model.Model, error) {
	k := &classifier{config: c, parser: parser, fields: fieldsOf(landing), reads: map[string][]string{}}
	opportunityColumns, err := k.opportunities(ctx)
	if err != nil {
		return nil, err
	}
	leadColumns, err := k.leads(ctx)
	if err != nil {
		return nil, err
	}
	programs, err := k.programs(ctx)
	if err != nil {
		return nil, err
	}
	if err := config.NewError(k.problems...); err != nil {
		return nil, err
	}
	opportunities, err := k.model("opportunity", opportunityColumns, true)
	if err != nil {
		return nil, err
	}
	leads, err := k.model("lead", leadColumns, false)
	if err != nil {
		return nil, err
	}
	versions, err := k.segmentVersions()
	return append([]*model.Model{opportunities, leads, programs}, versions...), err
}

// opportunities gives the computed columns of deals.
func (k *classifier) opportunities(ctx context.Context) ([]string, error) {
	scope := k.opportunityScope()
	segments := make([]string, len(k.config.Segments))
	for i, s := range k.config.Segments {
		var err error
		if segments[i], err = k.parse(ctx, fmt.Sprintf("segments[%d].where", i), s.Where, "false", scope); err != nil {
			return nil, err
		}
	}
	k.dealSegments = segments
	excluded, err := k.parse(ctx, "exclude.opportunity", k.config.Exclude.Opportunity, "false", scope)
	if err != nil {
		return nil, err
	}
	newBusiness, err := k.parse(ctx, "new_business", k.config.NewBusiness, "true", scope)
	if err != nil {
		return nil, err
	}
	columns := append(k.segmentColumns(segments),
		"coalesce("+excluded+", false) as is_excluded_by_rule",
		"coalesce("+newBusiness+", false) as is_new_business",
		k.usesHistory()+" as uses_history",
	)
	breakdowns, err := k.breakdowns(ctx, scope)
	return append(columns, breakdowns...), err
}

// leads gives the computed columns of leads.
func (k *classifier) leads(ctx context.Context) ([]string, error) {
	all := rule.Scope{
		OwnAlias: "lead", Own: rule.Columns(k.fields["lead"]...),
		Joined: map[string][]rule.Column{"owner": rule.Columns(k.fields["owner"]...)},
	}
	// a lead's segment never depends on what it became
	scope := all
	scope.Own = nil
	for _, column := range all.Own {
		if !tellsOutcome(column.Name) {
			scope.Own = append(scope.Own, column)
		}
	}
	segments := make([]string, len(k.config.Segments))
	for i, s := range k.config.Segments {
		var err error
		if segments[i], err = k.leadRule(ctx, i, s, scope); err != nil {
			return nil, err
		}
	}
	k.leadSegments = segments
	excluded, err := k.parse(ctx, "exclude.lead", k.config.Exclude.Lead, "false", all)
	columns := append(k.segmentColumns(segments), "coalesce("+excluded+", false) as is_excluded_by_rule")
	return append(columns, k.leadBreakdownColumns()...), err
}

// leadRule gives the rule of a segment for leads: lead_where, or where if leads have all its
// columns, or else a rule that never holds.
func (k *classifier) leadRule(ctx context.Context, i int, s config.Segment, scope rule.Scope) (string, error) {
	if s.LeadWhere != "" {
		return k.parse(ctx, fmt.Sprintf("segments[%d].lead_where", i), s.LeadWhere, "false", scope)
	}
	parsed, err := k.parser.Parse(ctx, s.Where, scope)
	if errors.Is(err, rule.ErrUnknownColumn) {
		return "false", nil
	}
	if refused := (*rule.Error)(nil); errors.As(err, &refused) {
		return k.refuse(fmt.Sprintf("segments[%d].where", i), refused), nil
	}
	k.reads[fmt.Sprintf("segments[%d].where", i)+" for leads"] = parsed.Columns
	return parsed.SQL, err
}

// parse gives the SQL of a rule; an empty one is otherwise. A rule that is refused becomes a problem
// of its key.
func (k *classifier) parse(ctx context.Context, key, text, otherwise string, scope rule.Scope) (string, error) {
	if text == "" {
		return otherwise, nil
	}
	parsed, err := k.parser.Parse(ctx, text, scope)
	if refused := (*rule.Error)(nil); errors.As(err, &refused) {
		return k.refuse(key, refused), nil
	}
	k.reads[key] = parsed.Columns
	return parsed.SQL, err
}

func (k *classifier) refuse(key string, refused *rule.Error) string {
	message := refused.Message
	if refused.Position > 0 {
		message = fmt.Sprintf("at character %d: %s", refused.Position, message)
	}
	problem := k.config.Problem(key, message, refused.Hint)
	if !slices.Contains(k.problems, problem) {
		k.problems = append(k.problems, problem)
	}
	return "false"
}

// tellsOutcome tells whether a field of a lead says what became of it.
func tellsOutcome(field string) bool {
	switch field {
	case "contact_id", "account_id", "opportunity_id", "converted_at", "status", "mql_at", "accepted_at", "rejected_at", "rejection_reason":
		return true
	}
	return false
}

func (k *classifier) segmentColumns(rules []string) []string {
	var names, orders strings.Builder
	for i, condition := range rules {
		fmt.Fprintf(&names, "\n        when %s then %s", condition, literal(k.config.Segments[i].Name))
		fmt.Fprintf(&orders, "\n        when %s then %d", condition, i+1)
	}
	if len(rules) == 0 {
		return []string{literal(Unassigned) + " as segment", "1 as segment_order"}
	}
	return []string{
		fmt.Sprintf("case%s\n        else %s\n    end as segment", names.String(), literal(Unassigned)),
		fmt.Sprintf("case%s\n        else %d\n    end as segment_order", orders.String(), len(rules)+1),
	}
}

// usesHistory is the condition under which a deal's outcome date comes from its history.
func (k *classifier) usesHistory() string {
	var names []string
	for _, s := range k.config.Sources {
		if s.OutcomeDateFrom == "close_date" {
			names = append(names, literal(s.Name))
		}
	}
	if len(names) == 0 {
		return "true"
	}
	return "opportunity._source not in (" + strings.Join(names, ", ") + ")"
}

// model puts a generated model together. Joined relations are listed column by column, so that a
// rule sees nothing but contracts and attributes.
func (k *classifier) model(name string, computed []string, withAccount bool) (*model.Model, error) {
	var own []string
	entityOf, _ := entity.Lookup(name)
	for _, f := range entityOf.Fields {
		if withAccount && f.Name == "account_id" {
			own = append(own, "coalesce(account.account_id, opportunity.account_id) as account_id")
			continue
		}
		own = append(own, name+"."+f.Name)
	}
	own = append(own, name+"._source", name+".is_deleted_record", name+".seen_at")
	text := fmt.Sprintf(`/*
description: Every %[1]s with its segment, whether a rule excludes it, and its breakdowns, by the rules of the configuration.
grain: one row per %[1]s
unique_key: [%[1]s_id]
version: 1
columns:
    %[1]s_id: the CRM's id of the %[1]s
    segment: first segment whose rule holds, else Unassigned
    segment_order: place of the segment in the configuration
    is_excluded_by_rule: whether the rule under exclude holds
*/
select
    %[2]s
%[3]s
`, name, strings.Join(append(own, computed...), ",\n    "), k.from(name, computed, withAccount))
	m, err := model.Parse("stg_classified_"+plural(name), text)
	if err != nil {
		return nil, err
	}
	m.Generated = true
	return m, nil
}

// from gives the records with the account and the owner that rules look at.
func (k *classifier) from(name string, computed []string, withAccount bool) string {
	relation := "stg_" + plural(name)
	if withAccount {
		relation = k.linkedOpportunities()
	}
	from := fmt.Sprintf("from %s as %s", relation, name)
	// an owner is joined only where a rule or a breakdown looks at one
	if strings.Contains(strings.Join(computed, " "), "owner.") {
		from += fmt.Sprintf("\nleft join %s as owner on owner.owner_id = %s.owner_id",
			k.joined("owner", "stg_owners", map[string]string{"manager": "manager_name"}), name)
	}
	if withAccount {
		from += "\nleft join " + k.joined("account", "stg_accounts", nil) + " as account on account.lookup_id = opportunity.account_id"
	}
	return from
}

// joined gives a derived table with the columns of an entity, some of them taken from another
// column of the staging model.
func (k *classifier) joined(entityName, relation string, renamed map[string]string) string {
	columns := []string{}
	if entityName == "account" {
		columns = append(columns, "lookup_id")
	}
	for _, f := range k.fields[entityName] {
		if from, ok := renamed[f.Name]; ok {
			columns = append(columns, from+" as "+f.Name)
			continue
		}
		columns = append(columns, f.Name)
	}
	return "(select " + strings.Join(columns, ", ") + " from " + relation + ")"
}

func plural(name string) string {
	if name == "opportunity" {
		return "opportunities"
	}
	return name + "s"
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
