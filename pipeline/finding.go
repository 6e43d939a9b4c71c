package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/landing"
	"truce/pipeline/load"
	"truce/pipeline/source"
)

// pending is a file that lies in the folder of a source.
type pending struct {
	src     config.Source
	extract load.Extract
	file    source.File
	landed  landing.File // identity at first; everything once it has landed
	isNew   bool
}

// find lists the files of every source and tells which of them are new. Every problem of every
// source is reported at once.
func (r *run) find(ctx context.Context, loads []landing.Load) ([]*pending, error) {
	var all []*pending
	var problems []string
	for i, src := range r.Config.Sources {
		files, missing, err := r.findIn(ctx, src)
		if pattern := (*source.PatternError)(nil); errors.As(err, &pattern) {
			return nil, config.NewError(patternProblem(r.Config, i, pattern))
		}
		if isInput(err) {
			problems = append(problems, err.Error())
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
		problems = append(problems, missing...)
	}
	unreadable, err := hashContents(ctx, all)
	if err != nil {
		return nil, err
	}
	problems = append(problems, unreadable...)
	if len(problems) == 0 && !slices.ContainsFunc(all, func(p *pending) bool { return p.file.Entity == "opportunity" }) {
		problems = append(problems, "no source has an opportunity extract; name its files below sources[].extracts.opportunity.files")
	}
	if len(problems) > 0 {
		return nil, &InputError{Problems: problems}
	}
	markNew(all, loads)
	return all, nil
}

// hashContents reads all files, as many at once as there are processors, and tells which of them cannot
// be read.
func hashContents(ctx context.Context, files []*pending) (problems []string, err error) {
	failures := make([]error, len(files))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				if failures[i] = ctx.Err(); failures[i] == nil {
					files[i].landed.ContentHash, failures[i] = files[i].file.ContentHash()
				}
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	wg.Wait()
	for i, failure := range failures {
		if isInput(failure) {
			problems = append(problems, explain(files[i], failure))
		} else if failure != nil {
			return nil, failure
		}
	}
	return problems, nil
}

// markNew tells which files are to be landed. One that landed before, or that repeats another file of
// this run, goes by the identity of the one that stands for it.
func markNew(files []*pending, loads []landing.Load) {
	known, fresh := landing.NewIndex(loads), landing.NewIndex(nil)
	for _, p := range files {
		if same, ok := known.Find(p.landed); ok {
			p.landed = same
		} else if same, ok := fresh.Find(p.landed); ok {
			p.landed = same
		} else {
			p.isNew = true
			fresh.Add(p.landed)
		}
	}
}

// findIn lists the files of one source; missing says which configured extracts have none, and what of
// a snapshot is not finished.
func (r *run) findIn(ctx context.Context, src config.Source) (files []*pending, missing []string, err error) {
	preset, err := source.LookupPreset(src.Preset)
	if err != nil {
		return nil, nil, err
	}
	found, err := source.Find(ctx, src, preset, r.Now())
	if err != nil {
		return nil, nil, err
	}
	missing = r.growing(src, found.Growing)
	seen := map[string]bool{}
	for _, file := range found.Files {
		p, err := r.pendingFile(src, preset, file)
		if err != nil {
			return nil, nil, err
		}
		seen[file.Entity] = true
		files = append(files, p)
	}
	for _, name := range slices.Sorted(maps.Keys(src.Extracts)) {
		if !seen[name] {
			missing = append(missing, "source "+src.Name+": "+noFile(name, src.Path, len(found.Ignored), len(found.Growing)))
		}
	}
	return files, missing, nil
}

// growing warns of files that are still being written. Where a complete export is expected they are a
// problem: the records that they do not hold yet would count as deleted.
func (r *run) growing(src config.Source, names []string) (problems []string) {
	isComplete := src.Mode == landing.Snapshot
	for name := range src.Extracts {
		isComplete = isComplete || src.ModeOf(name) == landing.Snapshot
	}
	for _, name := range names {
		if isComplete {
			problems = append(problems, fmt.Sprintf(
				"%s/%s is still being written, and a snapshot is only read whole; run again when it is finished", src.Name, name))
			continue
		}
		r.outcome.Warnings = append(r.outcome.Warnings,
			fmt.Sprintf("%s/%s is still being written; it is left for the next run", src.Name, name))
	}
	return problems
}

// pendingFile says how a file is read. Its content is not looked at.
func (r *run) pendingFile(src config.Source, preset source.Preset, file source.File) (*pending, error) {
	contract, ok := entity.Lookup(file.Entity)
	if !ok {
		return nil, fmt.Errorf("preset %s: unknown entity %s", preset.Name, file.Entity)
	}
	x, err := extractOfFile(r.Config, src, preset, contract, file)
	if err != nil {
		return nil, err
	}
	mapping, err := mappingHash(x, src.Extracts[file.Entity].Encoding, file.Sheet)
	if err != nil {
		return nil, err
	}
	return &pending{src: src, extract: x, file: file, landed: landing.File{
		Source: src.Name, Entity: file.Entity, Name: file.Name, MappingHash: mapping,
		Size: file.Size, NameDate: file.Date, ModTime: file.ModTime, Replace: src.Extracts[file.Entity].Replace,
	}}, nil
}
