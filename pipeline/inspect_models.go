package pipeline

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
	"truce/pipeline/model"
	"truce/pipeline/plan"
	"truce/pipeline/rule"
)

// ConfiguredModels gives all models that a run with this configuration builds, in building order.
// It reads no exports. What is wrong with the configuration's rules or the user's own models is a
// *config.Error.
func ConfiguredModels(ctx context.Context, c *config.Config) (*model.Graph, error) {
	visible, err := emptyLandings(c)
	if err != nil {
		return nil, err
	}
	settings := withPresetStages(c)
	g, err := Graph(ctx, settings, visible)
	if err != nil {
		return nil, err
	}
	if len(ownOf(g)) == 0 {
		return g, nil
	}
	// without rows any day will do
	facts := plan.Facts{AsOf: engine.DayOf(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)), Landing: visible, Mapped: map[string]map[string]bool{}}
	relations, err := plan.Relations(settings, facts)
	if err != nil {
		return nil, err
	}
	return g, bindOwn(ctx, g, visible, relations)
}

// emptyLandings gives every entity with the columns that the configuration gives it, and no files.
func emptyLandings(c *config.Config) ([]engine.Landing, error) {
	var visible []engine.Landing
	for _, contract := range entity.All() {
		columns, err := Columns(c, contract)
		if err != nil {
			return nil, err
		}
		visible = append(visible, engine.Landing{Entity: contract, Columns: columns})
	}
	return visible, nil
}

// readsOf gives the columns that the rules of a configuration read, by the key of the rule.
func readsOf(ctx context.Context, c *config.Config) (map[string][]string, error) {
	visible, err := emptyLandings(c)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open duckdb for the rules: %w", err)
	}
	defer func() { _ = db.Close() }()
	return plan.Reads(ctx, rule.NewParser(db), c, visible)
}

// ShippedModels gives the models that come with the program, in building order. Those that only a
// configuration can write are left out; others still name them among what they read.
func ShippedModels(ctx context.Context) (*model.Graph, error) {
	all, err := ConfiguredModels(ctx, &config.Config{Timezone: "UTC", FiscalYearStarts: 1})
	if err != nil {
		return nil, err
	}
	written := slices.DeleteFunc(slices.Clone(all.Models), func(m *model.Model) bool { return m.Generated })
	return &model.Graph{Models: written}, nil
}
