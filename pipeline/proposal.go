package pipeline

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/load"
	"truce/pipeline/propose"
	"truce/pipeline/source"
)

// Propose looks at a folder of exports and proposes the configuration for the file out. It writes
// nothing but temporary files. Errors: *propose.NothingError if the folder has no deals, *InputError
// if it cannot be read.
func Propose(ctx context.Context, dir, out string, now time.Time) (*propose.Proposal, error) {
	work, err := os.MkdirTemp("", "truce-init-")
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	try := trial{work: work, now: now, done: map[string]propose.Tried{}}
	proposal, err := propose.Look(ctx, propose.Options{Dir: dir, Out: out, Now: now, Try: try.all})
	if isInput(err) {
		return nil, &InputError{Problems: []string{err.Error()}}
	}
	return proposal, err
}

// trial loads files to nowhere. A file whose settings are those of an earlier trial is not loaded
// again.
type trial struct {
	work string
	now  time.Time
	done map[string]propose.Tried
}

// all tries every file of a configuration.
func (t trial) all(ctx context.Context, c *config.Config) (tried []propose.Tried, problems []string, err error) {
	for _, src := range c.Sources {
		preset, err := source.LookupPreset(src.Preset)
		if err != nil {
			return nil, nil, err
		}
		found, err := source.Finder{Settle: time.Millisecond}.Find(ctx, src, preset, t.now)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		seen := map[string]bool{}
		for _, file := range found.Files {
			one, err := t.one(ctx, c, src, preset, file)
			if err != nil {
				return nil, nil, fmt.Errorf("try %s: %w", file.Name, err)
			}
			seen[file.Entity] = true
			tried = append(tried, one)
		}
		for _, name := range slices.Sorted(maps.Keys(src.Extracts)) {
			if !seen[name] {
				problems = append(problems, "source "+src.Name+": "+noFile(name, src.Path, len(found.Ignored), len(found.Growing)))
			}
		}
	}
	return tried, problems, nil
}

// one tries one file.
func (t trial) one(ctx context.Context, c *config.Config, src config.Source, preset source.Preset, file source.File) (propose.Tried, error) {
	tried := propose.Tried{Source: src.Name, Entity: file.Entity, Name: file.Name, File: file}
	contract, ok := entity.Lookup(file.Entity)
	if !ok {
		return tried, fmt.Errorf("preset %s: unknown entity %s", preset.Name, file.Entity)
	}
	x, err := extractOfFile(c, src, preset, contract, file)
	if err != nil {
		return tried, err
	}
	encoding := src.Extracts[file.Entity].Encoding
	mapping, err := mappingHash(x, encoding, file.Sheet)
	if err != nil {
		return tried, err
	}
	key := src.Name + "/" + file.Entity + "/" + file.Name + "/" + mapping
	if same, ok := t.done[key]; ok {
		return same, nil
	}
	opened := opener{file: file, encoding: encoding}
	folder, err := os.MkdirTemp(t.work, "try-")
	if err != nil {
		return tried, fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	open := func() (io.ReadCloser, error) { return opened.open() }
	tried.Result, err = load.File(ctx, open, x, load.Target{Dir: folder, Prefix: "try"}, nil)
	switch {
	case isInput(err):
		tried.Refused = err
	case err != nil:
		return tried, err
	}
	tried.Encoding = string(opened.detected())
	if tried.Result.Quarantine != "" {
		if err := refusedOf(ctx, filepath.Join(folder, tried.Result.Quarantine), &tried); err != nil {
			return tried, err
		}
	}
	t.done[key] = tried
	return tried, nil
}

// refusedOf notes which lines of a file were refused, and how many for the sake of each field.
func refusedOf(ctx context.Context, path string, tried *propose.Tried) error {
	refused, err := readRefusals(ctx, "select '' as source, * from read_parquet("+literal(literalGlob(path))+")", 0)
	if err != nil {
		return err
	}
	tried.SetAside, tried.Unreadable = map[int64]bool{}, map[string]int64{}
	for _, r := range refused.Rows {
		tried.SetAside[r.Line] = true
		if r.Column != "" {
			tried.Unreadable[r.Column]++
		}
	}
	return nil
}
