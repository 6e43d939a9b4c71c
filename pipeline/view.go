package pipeline

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
	"truce/pipeline/landing"
	"truce/pipeline/model"
	"truce/pipeline/plan"
	"truce/pipeline/publish"
	"truce/pipeline/rule"
	"truce/pipeline/source"
	models "truce/sql"
)

// view is what a run sees of the landing, and the models that it will build from it.
type view struct {
	branches   []landing.Branch // of all entities
	present    map[string]bool  // identities of the files that the newest scans saw
	facts      plan.Facts
	graph      *model.Graph
	config     []engine.Relation
	spellings  []string // which values of which fields are probably others, in one line for each field
	quarantine []engine.QuarantineFile
	// predecessor is the published run that this one compares itself with; nil if there is none.
	predecessor *publish.Predecessor
}

// view settles K and reads the landing as it was known then.
func (r *run) view(ctx context.Context) (*view, error) {
	if r.knownAt.IsZero() {
		r.knownAt = r.Now()
	}
	loads, err := r.log.Loads(r.knownAt)
	if err != nil {
		return nil, err
	}
	v := &view{present: map[string]bool{}, facts: plan.Facts{AsOf: r.asOf, Mapped: map[string]map[string]bool{}}}
	for _, contract := range entity.All() {
		if err := r.viewEntity(v, loads, contract); err != nil {
			return nil, err
		}
	}
	if err := r.checkFreshness(v.branches); err != nil {
		return nil, err
	}
	v.facts.MarkDerived()
	settings := withPresetStages(r.Config)
	if v.graph, err = Graph(ctx, settings, v.facts.Landing); err != nil {
		return nil, err
	}
	if err := r.predecessor(ctx, v); err != nil {
		return nil, err
	}
	v.spellings = plan.SpellingWarnings(plan.Spellings(settings, v.facts))
	if v.config, err = plan.Relations(settings, v.facts); err != nil {
		return nil, err
	}
	return v, bindOwn(ctx, v.graph, v.facts.Landing, v.config)
}

// viewEntity adds what the landing holds of one entity.
func (r *run) viewEntity(v *view, loads []landing.Load, contract *entity.Entity) error {
	columns, err := Columns(r.Config, contract)
	if err != nil {
		return err
	}
	l := engine.Landing{Entity: contract, Columns: columns}
	mapped := map[string]bool{}
	for _, b := range landing.Branches(loads, contract.Name, r.log.Dir) {
		v.branches = append(v.branches, b)
		if scan, ok := landing.NewestScan(loads, b.File.Source, contract.Name); ok && slices.Contains(scan.Files, b.File.Identity()) {
			v.present[b.File.Identity()] = true
		}
		v.facts.Files = append(v.facts.Files, fileFacts(b))
		if b.File.Quarantine != "" {
			v.quarantine = append(v.quarantine, engine.QuarantineFile{
				Path: filepath.Join(r.log.Dir(b.LoadID), b.File.Quarantine), Source: b.File.Source, LoadID: b.LoadID,
			})
		}
		file := engine.LandingFile{
			Parts: b.Parts, Branch: b.Number, Rows: b.File.Rows, Layout: b.File.Layout(), Source: b.File.Source, LoadID: b.LoadID, Name: b.File.Name,
			EffectiveAt: b.File.EffectiveAt, LandedAt: b.LandedAt,
			IsCurrent: b.IsCurrent, MayRepeat: b.MayRepeat, ReplacesMonth: b.File.Replace == "month",
		}
		for _, c := range b.File.Columns {
			file.Columns = append(file.Columns, c.Name)
			mapped[c.Name] = mapped[c.Name] || c.Mapped
		}
		l.Files = append(l.Files, file)
	}
	v.facts.Mapped[contract.Name] = mapped
	v.facts.Landing = append(v.facts.Landing, l)
	return nil
}

// Columns gives the contract's fields and the configured attributes of an entity.
func Columns(c *config.Config, contract *entity.Entity) ([]entity.Field, error) {
	extra, err := Attributes(c, contract.Name)
	return slices.Concat(contract.Fields, extra), err
}

// Graph gives all models in building order: those that ship, those that the configuration writes, and
// the user's own. Rules and own models are parsed by a DuckDB of their own; what is wrong with them is a
// *config.Error.
func Graph(ctx context.Context, c *config.Config, visible []engine.Landing) (*model.Graph, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open duckdb for the rules: %w", err)
	}
	defer func() { _ = db.Close() }()
	var wrong *config.Error
	generated, err := plan.Classify(ctx, rule.NewParser(db), c, visible)
	if err != nil && !errors.As(err, &wrong) {
		return nil, err
	}
	written, err := model.Read(models.Files)
	if err != nil {
		return nil, err
	}
	inputs := plan.Names()
	for _, l := range visible {
		inputs = append(inputs, l.Name())
	}
	if wrong != nil { // not there because of the rules, which is said already
		inputs = append(inputs, slices.Concat([]string{"stg_classified_opportunities", "stg_classified_leads"}, plan.SegmentModels())...)
	}
	own, err := newOwnModels(c)
	if err == nil {
		own.shipped, own.inputs = slices.Concat(written, generated), inputs
		err = own.all(ctx, db)
	}
	if err := bothProblems(wrong, err); err != nil {
		return nil, err
	}
	return own.graph()
}

// withPresetStages gives the configuration with the stages that end a deal from the presets of its
// sources, where it names none itself.
func withPresetStages(c *config.Config) *config.Config {
	if len(c.Stages.Won) > 0 || len(c.Stages.Lost) > 0 {
		return c
	}
	filled := *c
	for _, src := range c.Sources {
		preset, err := source.LookupPreset(src.Preset)
		if err != nil {
			continue // the configuration was checked; the sources say so when they are read
		}
		filled.Stages.Won = union(filled.Stages.Won, preset.Stages.Won)
		filled.Stages.Lost = union(filled.Stages.Lost, preset.Stages.Lost)
	}
	return &filled
}

func union(into, more []string) []string {
	for _, word := range more {
		if !slices.Contains(into, word) {
			into = append(slices.Clip(into), word)
		}
	}
	return into
}

func fileFacts(b landing.Branch) plan.FileFacts {
	return plan.FileFacts{
		Source: b.File.Source, Entity: b.File.Entity, Name: b.File.Name, EffectiveAt: b.File.EffectiveAt, IsCurrent: b.IsCurrent,
		Records: b.File.Counts.Records, Header: b.File.Counts.Header, Loaded: b.File.Counts.Loaded,
		Quarantined: b.File.Counts.Quarantined, Blank: b.File.Counts.Blank, Ignored: b.File.Counts.Ignored,
		Rules: b.File.Rules, Values: b.File.Values,
	}
}

// fingerprint names everything that the published files are made of. Two runs of a slot with the
// same fingerprint have the same content.
func (r *run) fingerprint(v *view) string {
	hash := sha256.New()
	add := func(parts ...string) {
		for _, part := range parts {
			_, _ = fmt.Fprintf(hash, "%d:%s;", len(part), part) // a hash takes every byte
		}
	}
	add(r.slot(), r.asOf.Time().String(), r.Config.Hash(), r.Program.Version, r.Program.Commit, r.Program.DuckDB)
	if r.isReplay() {
		add("replay") // it never stands in for a run that becomes the current one
	}
	for _, b := range v.branches {
		add(b.File.Identity(), b.File.EffectiveAt.UTC().String(), fmt.Sprint(b.IsCurrent))
	}
	for _, m := range v.graph.Models {
		add(m.Name, m.SQL, fmt.Sprint(m.Version))
		if m.Own {
			add(m.Text) // the program's version does not stand for its definitions
		}
	}
	add(v.comparison()...)
	for _, name := range sortedKeys(r.Accept) {
		add(name, r.Accept[name])
	}
	return "sha256:" + hex.EncodeToString(hash.Sum(nil))
}
