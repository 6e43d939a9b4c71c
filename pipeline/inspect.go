package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/landing"
	"truce/pipeline/load"
	"truce/pipeline/model"
	"truce/pipeline/source"
)

// Inspection tells what a run would find: what is wrong with the configuration, and how every file
// of every source would be read.
type Inspection struct {
	Config   []config.Problem // what is wrong with rules and patterns
	Sources  []InspectedSource
	Problems []string       // what is wrong with the inputs as a whole
	Warnings []string       // what a run can do with, but somebody should know
	Own      []*model.Model // the user's own models
}

// InspectedSource is one source and what lies in its folder.
type InspectedSource struct {
	Name, Preset, Path string
	Experimental       bool // no real export has confirmed the preset yet
	Files              []InspectedFile
	Growing            []string // files that are still being written
	Ignored            []string // files that no pattern matches
	Problems           []string // what is wrong with the folder, or missing in it
}

// Err gives what keeps the run from starting: a *config.Error, else an *InputError, else nil.
func (i Inspection) Err() error {
	if len(i.Config) > 0 {
		return config.NewError(i.Config...)
	}
	problems := slices.Clone(i.Problems)
	for _, src := range i.Sources {
		for _, problem := range src.Problems {
			problems = append(problems, "source "+src.Name+": "+problem)
		}
		for _, file := range src.Files {
			for _, problem := range file.Problems {
				problems = append(problems, src.Name+"/"+file.Name+": "+problem)
			}
		}
	}
	if len(problems) > 0 {
		return &InputError{Problems: problems}
	}
	return nil
}

// Inspect checks the rules of a configuration, finds the files of all sources and reads the header
// and a sample of each. It needs no lock, loads nothing and writes nothing. What is wrong is in the
// inspection; an error says that looking was not possible.
func Inspect(ctx context.Context, c *config.Config, now time.Time) (Inspection, error) {
	var seen Inspection
	graph, err := ConfiguredModels(ctx, c)
	if refused := (*config.Error)(nil); errors.As(err, &refused) {
		seen.Config = refused.Problems
	} else if err != nil {
		return seen, err
	}
	seen.Own = ownOf(graph)
	remembered, err := rememberedFormats(c, now)
	if err != nil {
		seen.Problems = append(seen.Problems, err.Error())
	}
	deals, kept := 0, map[string]int{}
	for i, src := range c.Sources {
		preset, err := source.LookupPreset(src.Preset)
		if err != nil {
			return seen, err
		}
		look := inspector{config: c, src: src, preset: preset, remembered: remembered, kept: kept}
		found, problems, err := look.source(ctx, i, now)
		if err != nil {
			return seen, err
		}
		seen.Config = append(seen.Config, problems...)
		seen.Sources = append(seen.Sources, found)
		deals += found.count("opportunity")
	}
	if deals == 0 && seen.Err() == nil {
		seen.Problems = append(seen.Problems,
			"no source has an opportunity extract; name its files below sources[].extracts.opportunity.files")
	}
	if len(seen.Config) == 0 && deals > 0 {
		reads, err := readsOf(ctx, c)
		if err != nil {
			return seen, err
		}
		seen.Warnings = seen.unread(reads)
	}
	return seen, nil
}

// rememberedFormats gives by source and entity what earlier files settled about formats.
func rememberedFormats(c *config.Config, now time.Time) (map[string]map[string]string, error) {
	log, err := landing.OpenReadOnly(LandingDir(c))
	if err != nil {
		return nil, err
	}
	loads, err := log.Loads(now)
	return formats(loads), err
}

func (s InspectedSource) count(entityName string) int {
	n := 0
	for _, file := range s.Files {
		if file.Entity == entityName {
			n++
		}
	}
	return n
}

// inspector looks at one source.
type inspector struct {
	config     *config.Config
	src        config.Source
	preset     source.Preset
	remembered map[string]map[string]string
	kept       map[string]int // rows of samples so far, by entity
}

// source finds the files of the source, which is the one at index, and looks at each.
func (k inspector) source(ctx context.Context, index int, now time.Time) (InspectedSource, []config.Problem, error) {
	seen := InspectedSource{Name: k.src.Name, Preset: k.preset.Name, Path: k.src.Path, Experimental: k.preset.Experimental}
	found, err := source.Find(ctx, k.src, k.preset, now)
	if err != nil {
		problems, rest := k.findProblems(err, index, &seen)
		return seen, problems, rest
	}
	seen.Growing, seen.Ignored = found.Growing, found.Ignored
	for _, file := range found.Files {
		inspected, err := k.file(ctx, file)
		if err != nil {
			return seen, nil, fmt.Errorf("inspect %s/%s: %w", k.src.Name, file.Name, err)
		}
		seen.Files = append(seen.Files, inspected)
	}
	for _, name := range slices.Sorted(maps.Keys(k.src.Extracts)) {
		if seen.count(name) == 0 {
			seen.Problems = append(seen.Problems, noFile(name, k.src.Path, len(seen.Ignored), len(seen.Growing)))
		}
	}
	return seen, nil, nil
}

// findProblems sorts what kept the files from being found: patterns are the configuration's problem,
// files and folders are the source's; anything else is given back.
func (k inspector) findProblems(err error, index int, seen *InspectedSource) ([]config.Problem, error) {
	var problems []config.Problem
	for _, cause := range causes(err) {
		var pattern *source.PatternError
		var refused *source.RefusedError
		switch {
		case errors.As(cause, &pattern):
			problems = append(problems, patternProblem(k.config, index, pattern))
		case errors.As(cause, &refused):
			seen.Problems = append(seen.Problems, refused.Error())
		default:
			return nil, err
		}
	}
	return problems, nil
}

// causes gives the errors that were joined, or the error itself.
func causes(err error) []error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []error{err}
	}
	var all []error
	for _, cause := range joined.Unwrap() {
		all = append(all, causes(cause)...)
	}
	return all
}

// file looks at one file.
func (k inspector) file(ctx context.Context, file source.File) (InspectedFile, error) {
	seen := InspectedFile{Name: file.Name, Entity: file.Entity, Size: file.Size, Date: file.Date}
	contract, ok := entity.Lookup(file.Entity)
	if !ok {
		return seen, fmt.Errorf("preset %s: unknown entity %s", k.preset.Name, file.Entity)
	}
	x, err := extractOfFile(k.config, k.src, k.preset, contract, file)
	if err != nil {
		return seen, err
	}
	x.Remembered = k.remembered[k.src.Name+"/"+file.Entity]
	opened := opener{file: file, encoding: k.src.Extracts[file.Entity].Encoding}
	inspect := load.InspectRows
	if seen.isSampled = k.kept[file.Entity] < mostSampled; !seen.isSampled {
		inspect = load.Inspect
	}
	seen.Text, err = inspect(ctx, opened.open, x)
	k.kept[file.Entity] += len(seen.Text.Rows)
	switch {
	case isInput(err):
		seen.Problems = append(seen.Problems, withoutName(err))
	case err != nil:
		return seen, err
	}
	seen.Encoding = opened.detected()
	for _, problem := range seen.Text.Problems {
		seen.Problems = append(seen.Problems, problem.Error())
	}
	if len(seen.Problems) > 0 {
		seen.Problems = append(seen.Problems, k.otherPreset(seen.Text.Headers)...)
	}
	if blocked := blocks(seen.Text, k.config.Checks.Quarantine); blocked != "" {
		seen.Problems = append(seen.Problems, blocked)
	}
	seen.Rows = estimateRows(file, seen.Text, opened.read, seen.Encoding)
	return seen, nil
}
