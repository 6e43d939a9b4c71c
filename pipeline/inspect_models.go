package pipeline

import (
	"context"
	"slices"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
	"truce/pipeline/model"
)

// ConfiguredModels gives all models that a run with this configuration builds, in building order.
// It reads no files. What is wrong with the configuration's rules is a *config.Error.
func ConfiguredModels(ctx context.Context, c *config.Config) (*model.Graph, error) {
	var visible []engine.Landing
	for _, contract := range entity.All() {
		columns, err := Columns(c, contract)
		if err != nil {
			return nil, err
		}
		visible = append(visible, engine.Landing{Entity: contract, Columns: columns})
	}
	return Graph(ctx, withPresetStages(c), visible)
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
