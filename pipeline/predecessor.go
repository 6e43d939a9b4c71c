package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/apache/arrow-go/v18/parquet/file"

	"truce/pipeline/engine"
	"truce/pipeline/model"
	"truce/pipeline/plan"
	"truce/pipeline/publish"
)

// predecessor finds the published run that this one compares itself with: of the runs with an earlier
// as-of date the newest intact one, in its newest revision. Its tables are copied into the work
// folder. What is wrong with a run becomes a warning and a line in data_quality, and stops nothing.
func (r *run) predecessor(ctx context.Context, v *view) error {
	earlier, err := r.earlierRuns()
	if err != nil {
		return err
	}
	for _, candidate := range earlier {
		if why := r.incomparable(candidate.Manifest); why != "" {
			r.without(v, "a comparable predecessor: "+candidate.ID+" "+why)
			return nil
		}
		tables, err := copyTables(ctx, candidate, filepath.Join(r.work, "previous"))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			r.without(v, "an undamaged predecessor: "+candidate.ID+" cannot be read")
			r.outcome.Warnings = append(r.outcome.Warnings, "the run "+candidate.ID+" cannot be compared with this one: "+err.Error())
			continue
		}
		asOf, err := time.Parse(time.DateOnly, candidate.Manifest.AsOf)
		if err != nil {
			return fmt.Errorf("read the as-of date of run %s: %w", candidate.ID, err)
		}
		v.predecessor = &publish.Predecessor{Run: candidate.ID, ManifestHash: candidate.ManifestHash}
		v.facts.Predecessor = &plan.Predecessor{
			Run: candidate.ID, AsOf: engine.DayOf(asOf), Breakdowns: candidate.Manifest.Basis.Breakdowns,
			Causes: r.movedBy(*candidate.Manifest.Basis, v.graph), Tables: tables,
		}
		return nil
	}
	return nil
}

// without says what restatements lacks, in data_quality and as a warning.
func (r *run) without(v *view, what string) {
	v.facts.NoPredecessor = append(v.facts.NoPredecessor, what)
	r.outcome.Warnings = append(r.outcome.Warnings, "restatements needs "+what)
}

// earlierRuns gives the runs with an earlier as-of date, the newest first, each slot by its newest
// revision alone. Replays of the past stand for nothing that was current, and a replay sees only what was
// published by the time that it shows.
func (r *run) earlierRuns() ([]publish.Run, error) {
	runs, err := r.drop.Runs()
	if err != nil {
		return nil, err
	}
	asOf := r.asOf.Time().Format(time.DateOnly)
	var earlier []publish.Run
	for _, run := range slices.Backward(runs) {
		m := run.Manifest
		if m.AsOf >= asOf || m.KeepsLatest || r.isReplay() && m.KnownAt.After(r.knownAt) {
			continue
		}
		at := slices.IndexFunc(earlier, func(other publish.Run) bool { return other.Manifest.Slot == m.Slot })
		switch {
		case at < 0:
			earlier = append(earlier, run)
		case earlier[at].Manifest.Revision < m.Revision:
			earlier[at] = run
		}
	}
	return earlier, nil
}

// incomparable says in what an earlier run differs so much that its numbers mean something else.
func (r *run) incomparable(m publish.Manifest) string {
	switch {
	case m.Basis == nil:
		return "does not say what its numbers rest on"
	case m.Company != r.Config.Company:
		return "has another company"
	case m.Currency != r.Config.Currency:
		return "has another currency"
	case m.Basis.FiscalYearStarts != r.Config.FiscalYearStarts:
		return "has another fiscal year"
	}
	return ""
}

// copyTables copies what models read of a run and verifies it. A run of an older program may lack a
// table.
func copyTables(ctx context.Context, from publish.Run, folder string) (map[string]plan.Table, error) {
	if err := os.RemoveAll(folder); err != nil {
		return nil, fmt.Errorf("make room for the earlier run: %w", err)
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, fmt.Errorf("make a folder for the earlier run: %w", err)
	}
	tables := map[string]plan.Table{}
	for _, name := range plan.ComparedTables() {
		published := name + ".parquet"
		if _, ok := from.File(published); !ok {
			continue
		}
		path := filepath.Join(folder, published)
		if err := from.Copy(ctx, published, path); err != nil {
			return nil, err
		}
		columns, err := parquetColumns(path)
		if err != nil {
			return nil, err
		}
		tables[name] = plan.Table{File: path, Columns: columns}
	}
	return tables, nil
}

// parquetColumns names the columns of a Parquet file.
func parquetColumns(path string) (names []string, err error) {
	reader, err := file.OpenParquetFile(path, false)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", filepath.Base(path), err)
	}
	defer func() { _ = reader.Close() }() // it was only read
	schema := reader.MetaData().Schema
	for i := range schema.NumColumns() {
		names = append(names, schema.Column(i).Name())
	}
	return names, nil
}

// basis gives what later runs need to know to compare themselves with this one.
func (r *run) basis(g *model.Graph) *publish.Basis {
	b := &publish.Basis{
		ConfigHash: r.Config.NumbersHash(), FiscalYearStarts: r.Config.FiscalYearStarts,
		Breakdowns: append([]string{}, r.Config.Breakdowns...), Definitions: map[string]int{},
	}
	for _, report := range plan.ComparedReports() {
		for _, m := range behind(g, report) {
			b.Definitions[m.Name] = m.Version
		}
	}
	return b
}

// movedBy gives the cause of what moves in each report: what differs first of definitions, settings and
// data.
func (r *run) movedBy(old publish.Basis, g *model.Graph) map[string]string {
	causes := map[string]string{}
	for _, report := range plan.ComparedReports() {
		causes[report] = plan.CauseData
		if old.ConfigHash != r.Config.NumbersHash() {
			causes[report] = plan.CauseConfig
		}
		for _, m := range behind(g, report) {
			if old.Definitions[m.Name] != m.Version { // a model that the earlier run lacked has no version
				causes[report] = plan.CauseDefinition
			}
		}
	}
	return causes
}

// behind gives the models of which a report is made, without those that the configuration writes.
func behind(g *model.Graph, report string) []*model.Model {
	wanted := map[string]bool{"rpt_" + report: true}
	var found []*model.Model
	for _, m := range slices.Backward(g.Models) {
		if !wanted[m.Name] {
			continue
		}
		if !m.Generated {
			found = append(found, m)
		}
		for _, read := range m.DependsOn {
			wanted[read] = true
		}
	}
	return found
}

// comparison names the run that this one compares itself with, and those that it could not.
func (v *view) comparison() []string {
	named := v.facts.NoPredecessor
	if v.predecessor != nil {
		named = append(slices.Clip(named), v.predecessor.Run, v.predecessor.ManifestHash)
	}
	return named
}
