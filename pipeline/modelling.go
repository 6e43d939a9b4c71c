package pipeline

import (
	"context"
	"errors"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"truce/pipeline/check"
	"truce/pipeline/engine"
	"truce/pipeline/publish"
)

// databaseFile is the name of the published database.
const databaseFile = "truce.duckdb"

// model builds all models into the staging folder and evaluates the checks.
func (r *run) model(ctx context.Context, v *view, out string) error {
	p := engine.Plan{
		Work: r.work, Out: out, Landing: v.facts.Landing, Config: v.config, Graph: v.graph, Quarantine: v.quarantine,
		Metadata: map[string]string{
			"as_of": r.asOf.Time().Format(time.DateOnly), "company": r.Config.Company,
			"currency": r.Config.Currency, "timezone": r.Config.Timezone,
		},
		DatabaseMarts: r.Config.Reports.DuckdbMarts,
		Progress:      func(built engine.ModelResult, done, total int) { r.Progress.Model(built.Name, done, total) },
	}
	if r.Config.Reports.Duckdb {
		p.Database = filepath.Join(out, databaseFile)
	}
	debug.FreeOSMemory() // what loading used is the engine's now
	result, err := r.Engine.Run(ctx, p)
	var output *engine.OutputError
	if errors.As(err, &output) {
		return publish.WriteFailed(out, err)
	}
	if err != nil {
		return ownFailure(ctx, v.graph, err)
	}
	r.outcome.Models = result.Models
	outcomes := slices.Concat(r.inputChecks(v), result.Checks)
	if r.outcome.Verdict, err = check.Decide(outcomes, r.Accept, r.Strict); err != nil {
		return err
	}
	for _, warned := range r.outcome.Verdict.With(check.Warned) {
		if warned.Name == "check_spellings" {
			r.outcome.Warnings = append(r.outcome.Warnings, v.spellings...) // they say it of every field
			continue
		}
		r.outcome.Warnings = append(r.outcome.Warnings, warned.Name+": "+warned.Detail)
	}
	return nil
}
