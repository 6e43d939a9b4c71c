package plan

import (
	"slices"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// Predecessor is what a run knows of the published run with which it compares itself.
type Predecessor struct {
	Run        string
	AsOf       engine.Day
	Breakdowns []string          // those that it was configured with, in order
	Causes     map[string]string // by report: data, config or definition
	Tables     map[string]Table  // by name, such as win_rate
}

// Table is a table of the predecessor.
type Table struct {
	File    string // absolute path of a copy
	Columns []string
}

// Causes of a moved number, in the order in which they are looked for.
const (
	CauseDefinition = "definition"
	CauseConfig     = "config"
	CauseData       = "data"
)

// dealTable holds the deals behind the reports.
const dealTable = "fct_opportunity"

// ComparedTables names the published tables of a predecessor that models read.
func ComparedTables() []string {
	var names []string
	for _, r := range previousTables(nil) {
		names = append(names, tableName(r))
	}
	return names
}

// ComparedReports names the reports whose closed periods are compared.
func ComparedReports() []string {
	return slices.DeleteFunc(ComparedTables(), func(name string) bool { return name == dealTable })
}

func tableName(r engine.Relation) string { return r.Name[len("previous_"):] }

// previousTables gives the relations of the predecessor's tables: what the file has of the columns
// that models read. Without a predecessor, or without the table, they have no rows.
func previousTables(p *Predecessor) []engine.Relation {
	tables := []engine.Relation{
		previousTable("win_rate", "win_rate as the predecessor published it", periodKey("breakdown", "breakdown_value"), []string{
			"won_count", "lost_count", "no_decision_count", "won_value", "lost_value", "win_rate", "created_count",
			"cohort_won_count", "cohort_win_rate",
		}, "is_mature"),
		previousTable("sales_cycle", "sales_cycle as the predecessor published it",
			periodKey("breakdown", "breakdown_value", "anchor", "outcome"), []string{"measured_count", "mean_days", "median_days"}),
		previousTable("cost_of_sale", "cost_of_sale as the predecessor published it", periodKey(), []string{
			"marketing_cost", "sales_cost", "other_cost", "market_entry_cost", "total_cost", "cost_of_sale_ratio", "cost_per_won",
			"new_customer_count", "cac", "lead_count", "cost_per_lead",
		}),
		previousTable("lead_followup", "lead_followup as the predecessor published it", periodKey("breakdown", "breakdown_value"),
			[]string{"lead_count", "sla_rate"}, "is_mature"),
		previousDeals(),
	}
	if p == nil {
		return tables
	}
	for i := range tables {
		table := p.Tables[tableName(tables[i])]
		tables[i].File, tables[i].Has = table.File, table.Columns
	}
	return tables
}

// periodKey gives the columns by which the rows of a report are found again.
func periodKey(more ...string) []engine.Column {
	key := []engine.Column{
		{Name: "segment", Type: engine.Text}, {Name: "period_grain", Type: engine.Text}, {Name: "period_start", Type: engine.Date},
	}
	for _, name := range more {
		key = append(key, engine.Column{Name: name, Type: engine.Text})
	}
	return key
}

func previousTable(name, doc string, key []engine.Column, metrics []string, flags ...string) engine.Relation {
	r := engine.Relation{Name: "previous_" + name, Doc: doc, Columns: key}
	for _, flag := range flags {
		r.Columns = append(r.Columns, engine.Column{Name: flag, Type: engine.Boolean})
	}
	for _, metric := range metrics {
		r.Columns = append(r.Columns, engine.Column{Name: metric, Type: engine.Double})
	}
	return r
}

func previousDeals() engine.Relation {
	r := engine.Relation{
		Name: "previous_" + dealTable, Doc: "the deals as the predecessor published them",
		Columns: []engine.Column{
			{Name: "opportunity_id", Type: engine.Text},
			{Name: "segment", Type: engine.Text},
			{Name: "created_segment", Type: engine.Text},
			{Name: "is_counted", Type: engine.Boolean},
			{Name: "outcome", Type: engine.Text},
			{Name: "is_no_decision", Type: engine.Boolean},
			{Name: "created_on", Type: engine.Date},
			{Name: "outcome_date", Type: engine.Date},
			{Name: "is_cohort_won", Type: engine.Boolean},
			{Name: "amount", Type: engine.Double},
		},
	}
	for _, name := range breakdownColumns() {
		r.Columns = append(r.Columns, engine.Column{Name: name, Type: engine.Text})
	}
	return r
}

// breakdownColumns names the columns of the records that hold the values of the breakdowns.
func breakdownColumns() []string {
	return []string{
		"breakdown_1", "breakdown_2", "breakdown_3", "breakdown_4",
		"breakdown_5", "breakdown_6", "breakdown_7", "breakdown_8",
	}
}

// restatedMetric is a number that is settled once its period has ended.
type restatedMetric struct {
	report, metric string
	clock          string // which deals it counts: decided, won, lost, no_decision, created or cohort; empty for none
	isExact        bool   // a count or an amount of money, not a rate or a mean
}

func restatedMetrics() []restatedMetric {
	return []restatedMetric{
		{"win_rate", "won_count", "won", true},
		{"win_rate", "lost_count", "lost", true},
		{"win_rate", "no_decision_count", "no_decision", true},
		{"win_rate", "won_value", "won", true},
		{"win_rate", "lost_value", "lost", true},
		{"win_rate", "win_rate", "decided", false},
		{"win_rate", "created_count", "created", true},
		{"win_rate", "cohort_won_count", "cohort", true},
		{"win_rate", "cohort_win_rate", "cohort", false},
		{"sales_cycle", "measured_count", "won", true},
		{"sales_cycle", "mean_days", "won", false},
		{"sales_cycle", "median_days", "won", false},
		{"cost_of_sale", "marketing_cost", "", true},
		{"cost_of_sale", "sales_cost", "", true},
		{"cost_of_sale", "other_cost", "", true},
		{"cost_of_sale", "market_entry_cost", "", true},
		{"cost_of_sale", "total_cost", "", true},
		{"cost_of_sale", "cost_of_sale_ratio", "won", false},
		{"cost_of_sale", "cost_per_won", "won", false},
		{"cost_of_sale", "new_customer_count", "won", true},
		{"cost_of_sale", "cac", "won", false},
		{"cost_of_sale", "lead_count", "", true},
		{"cost_of_sale", "cost_per_lead", "", false},
		{"lead_followup", "lead_count", "", true},
		{"lead_followup", "sla_rate", "", false},
	}
}

// predecessor gives config_predecessor: the run that this one compares itself with.
func predecessor(f Facts) engine.Relation {
	r := engine.Relation{
		Name: "config_predecessor", Doc: "the published run that this one compares itself with; no row if there is none",
		Columns: []engine.Column{{Name: "run", Type: engine.Text}, {Name: "as_of", Type: engine.Date}},
	}
	if f.Predecessor != nil {
		r.Rows = [][]any{{f.Predecessor.Run, f.Predecessor.AsOf}}
	}
	return r
}

// previousBreakdowns gives config_previous_breakdowns: by what the predecessor's deals are broken down.
func previousBreakdowns(f Facts) engine.Relation {
	c := config.Config{}
	if f.Predecessor != nil {
		c.Breakdowns = f.Predecessor.Breakdowns
	}
	r := breakdowns(&c)
	r.Name, r.Doc = "config_previous_breakdowns", "none, and the breakdowns of the predecessor in order, from 1"
	return r
}

// comparedMetrics gives config_restated_metrics: the metrics that both runs have.
func comparedMetrics(f Facts) engine.Relation {
	r := engine.Relation{
		Name: "config_restated_metrics", Doc: "the metrics that are compared with the predecessor, with the cause of what moved",
		Columns: []engine.Column{
			{Name: "report", Type: engine.Text},
			{Name: "metric", Type: engine.Text},
			{Name: "clock", Type: engine.Text},
			{Name: "is_exact", Type: engine.Boolean},
			{Name: "cause", Type: engine.Text},
		},
	}
	if f.Predecessor == nil {
		return r
	}
	knowsDeals := len(f.Predecessor.lacks(dealTable)) == 0
	for _, m := range restatedMetrics() {
		if lacking := f.Predecessor.lacks(m.report); slices.Contains(lacking, "segment") || slices.Contains(lacking, m.metric) {
			continue
		}
		row := []any{m.report, m.metric, nil, m.isExact, f.Predecessor.Causes[m.report]}
		if m.clock != "" && knowsDeals {
			row[2] = m.clock
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

// lacks names the columns that models read and that a table of the predecessor does not have.
func (p *Predecessor) lacks(table string) []string {
	var names []string
	for _, r := range previousTables(p) {
		for _, c := range r.Columns {
			if tableName(r) == table && !slices.Contains(r.Has, c.Name) {
				names = append(names, c.Name)
			}
		}
	}
	return names
}

// predecessorNeeds lists what restatements needs: an earlier run, and in it all that is compared.
func predecessorNeeds(f Facts) []requirement {
	if f.Predecessor == nil && len(f.NoPredecessor) == 0 {
		return []requirement{{false, "an earlier published run", []string{"restatements"}}}
	}
	var list []requirement
	for _, what := range f.NoPredecessor {
		list = append(list, requirement{false, what, []string{"restatements"}})
	}
	if f.Predecessor == nil {
		return list
	}
	for _, table := range ComparedTables() {
		for _, column := range f.Predecessor.lacks(table) {
			list = append(list, requirement{false, table + "." + column + " in " + f.Predecessor.Run, []string{"restatements"}})
		}
	}
	return list
}
