package plan

import (
	"fmt"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

const (
	smallBelow = 10       // a rate over fewer records is marked as small
	z95        = 1.959964 // two-sided 95 % quantile of the normal distribution
)

// Facts is what a run knows beside the configuration.
type Facts struct {
	AsOf  engine.Day
	Files []FileFacts
	// Landing holds every entity, also those without files.
	Landing []engine.Landing
	// Mapped tells by entity which fields any visible file fills.
	Mapped map[string]map[string]bool
	// Predecessor is the published run to compare with; nil if there is none.
	Predecessor *Predecessor
	// NoPredecessor says what there was not, or what was wrong with it.
	NoPredecessor []string
}

// FileFacts is what data_quality reports about one visible file.
type FileFacts struct {
	Source, Entity, Name                                 string
	EffectiveAt                                          time.Time
	IsCurrent                                            bool
	Records, Header, Loaded, Quarantined, Blank, Ignored int64
	Rules                                                map[string]int64
	Unmapped                                             []string
	// Values counts by field the values of text columns with few different ones.
	Values map[string]map[string]int64
}

// Relations gives the config_ relations of a run, and the previous_ ones of its predecessor.
func Relations(c *config.Config, f Facts) ([]engine.Relation, error) {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return nil, fmt.Errorf("timezone %s: %w", c.Timezone, err)
	}
	hours, err := businessHours(c.LeadSLA)
	if err != nil {
		return nil, fmt.Errorf("lead_sla: %w", err)
	}
	rates, err := rates(c, f.AsOf)
	if err != nil {
		return nil, err
	}
	programs, err := programs(c, f)
	if err != nil {
		return nil, err
	}
	targets, err := targets(c)
	if err != nil {
		return nil, err
	}
	return append(previousTables(f.Predecessor), []engine.Relation{
		predecessor(f), previousBreakdowns(f), comparedMetrics(f),
		hours.promise(run(c, f, zone)), programs, tQuantiles(c), segments(c), pipelines(c), steps(c), stages(c), stepSpans(c), funnelSteps(c, f), breakdowns(c), leadBreakdowns(c, f), origins(), waterfallComponents(), activities(c), leadSources(c), leadStatuses(c), costCategories(c),
		words("config_no_decision_reasons", "loss reasons that mean no decision", "reason", c.NoDecision),
		periods(f.AsOf, c.FiscalYearStarts, c.Reports.Weeks), utcDays(zone), numbers(), rates, businessIntervals(hours, zone, f.AsOf),
		targets, files(f), fileRules(f), snapshots(f, zone), spellings(c, f), needs(c, f),
	}...), nil
}

// Names lists the relations that Relations gives.
func Names() []string {
	relations, err := Relations(&config.Config{Timezone: "UTC", FiscalYearStarts: 1}, Facts{})
	if err != nil {
		return nil // an empty configuration has nothing that could be wrong
	}
	names := make([]string, len(relations))
	for i, r := range relations {
		names[i] = r.Name
	}
	return names
}

// run gives config_run, which has one row.
func run(c *config.Config, f Facts, zone *time.Location) engine.Relation {
	r := engine.Relation{Name: "config_run", Doc: "what holds for the whole run; one row", Rows: [][]any{nil}}
	add := func(name string, t engine.ColumnType, value any) {
		r.Columns = append(r.Columns, engine.Column{Name: name, Type: t})
		r.Rows[0] = append(r.Rows[0], value)
	}
	add("as_of", engine.Date, f.AsOf)
	add("ends_at", engine.Timestamp, endOf(f.AsOf, zone)) // of the as-of date
	add("cohort_days", engine.Integer, c.CohortDays)
	add("small_below", engine.Integer, smallBelow)
	add("z", engine.Double, z95)
	add("step_count", engine.Integer, len(c.Process))
	add("currency", engine.Text, c.Currency)
	add("cost_driver", engine.Text, c.Costs.Driver)
	add("market_entry_wins", engine.Integer, c.Costs.MarketEntryWins)
	add("has_stage_amounts", engine.Boolean, f.tellsAmounts())
	add("has_deal_history", engine.Boolean, f.tellsAmounts() || f.DerivesHistory())
	add("publishes_owners", engine.Boolean, c.Reports.Owners)
	add("has_weeks", engine.Boolean, c.Reports.Weeks)
	add("restatement_rate", engine.Double, c.Checks.Restatement.Rate)
	for _, l := range f.Landing {
		add("has_"+l.Entity.Name, engine.Boolean, len(l.Files) > 0 || l.Entity.Name == stageHistory && f.HasHistory())
	}
	add("has_process", engine.Boolean, c.HasProcess())
	deal := f.Mapped["opportunity"]
	has := leadSteps(c, f)
	add("has_mql", engine.Boolean, has[1])
	add("has_accepted", engine.Boolean, has[2])
	add("has_rejected", engine.Boolean, hasRejected(c, f))
	add("has_recycled", engine.Boolean, f.hasStatusHistory() && len(c.LeadProcess.Recycled) > 0)
	add("has_mql_at", engine.Boolean, hasMQLDate(c, f))
	add("has_amount", engine.Boolean, deal["amount"])
	add("has_close_date", engine.Boolean, deal["close_date"])
	add("has_account_id", engine.Boolean, f.namesAccounts())
	return r
}

func breakdowns(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_breakdowns", Doc: "none, and the configured breakdowns in order, from 1",
		Columns: []engine.Column{{Name: "breakdown_order", Type: engine.Integer}, {Name: "breakdown", Type: engine.Text}},
		Rows:    [][]any{{0, "none"}},
	}
	for i, name := range c.Breakdowns {
		r.Rows = append(r.Rows, []any{i + 1, name})
	}
	return r
}

func leadStatuses(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_lead_statuses", Doc: "lead statuses that mean a step: mql, accepted, rejected or recycled",
		Columns: []engine.Column{{Name: "status", Type: engine.Text}, {Name: "step", Type: engine.Text}},
	}
	add := func(step string, statuses []string) {
		for _, status := range statuses {
			r.Rows = append(r.Rows, []any{status, step})
		}
	}
	add("mql", c.LeadProcess.MQL)
	add("accepted", c.LeadProcess.Accepted)
	add("rejected", c.LeadProcess.Rejected)
	add("recycled", c.LeadProcess.Recycled)
	return r
}

func costCategories(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_cost_categories", Doc: "the ledger's categories with their bucket: marketing or sales; the rest is other",
		Columns: []engine.Column{{Name: "category", Type: engine.Text}, {Name: "bucket", Type: engine.Text}},
	}
	for _, category := range c.Costs.Categories.Marketing {
		r.Rows = append(r.Rows, []any{category, "marketing"})
	}
	for _, category := range c.Costs.Categories.Sales {
		r.Rows = append(r.Rows, []any{category, "sales"})
	}
	return r
}

func words(name, doc, column string, values []string) engine.Relation {
	r := engine.Relation{Name: name, Doc: doc, Columns: []engine.Column{{Name: column, Type: engine.Text}}}
	for _, value := range values {
		r.Rows = append(r.Rows, []any{value})
	}
	return r
}
