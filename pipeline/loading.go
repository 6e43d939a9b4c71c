package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/landing"
	"truce/pipeline/load"
	"truce/pipeline/source"
)

// LoadSummary counts what a run loaded anew.
type LoadSummary struct {
	Files, Known, Loaded, Quarantined int64 // Known: files that had landed before
}

// load lands what lies in the folders of the sources and has not landed before, in one load.
func (r *run) load(ctx context.Context) error {
	loads, err := r.log.Loads(r.Now())
	if err != nil {
		return err
	}
	files, err := r.find(ctx, loads)
	if err != nil {
		return err
	}
	if !changesLanding(files, loads, r.Config) {
		r.outcome.Loaded.Known = int64(len(files))
		return nil
	}
	staging, err := r.log.Begin(r.Now())
	if err != nil {
		return err
	}
	if err := r.loadFiles(ctx, files, loads, staging.Dir()); err != nil {
		return errors.Join(err, staging.Discard())
	}
	return staging.Commit(landing.Load{Files: landedFiles(files), Scans: scans(files, r.Config)})
}

// loadFiles loads the new files one after the other; each of them uses all cores.
func (r *run) loadFiles(ctx context.Context, files []*pending, loads []landing.Load, dir string) error {
	remembered := formats(loads)
	var total, done int64
	for _, p := range files {
		if p.isNew {
			total += p.file.Size
		}
	}
	var problems []string
	for i, p := range files {
		if !p.isNew {
			r.outcome.Loaded.Known++
			continue
		}
		key := p.landed.Source + "/" + p.landed.Entity
		p.extract.Remembered = remembered[key]
		err := r.loadFile(ctx, p, load.Target{Dir: dir, Prefix: fmt.Sprintf("%s-%04d", p.file.Entity, i)}, func(n int64) {
			r.Progress.Bytes(done+n, total)
		})
		if isInput(err) {
			problems = append(problems, explain(p, err))
			continue
		}
		if err != nil {
			return fmt.Errorf("load %s/%s: %w", p.src.Name, p.file.Name, err)
		}
		done += p.file.Size
		r.Progress.Bytes(done, total)
		remembered[key] = merge(remembered[key], p.landed.Formats)
	}
	if len(problems) > 0 {
		return &InputError{Problems: problems}
	}
	return nil
}

// loadFile loads one file and fills what the landing keeps about it. Progress is told how many bytes
// of the file on disk have been read, as far as that is known.
func (r *run) loadFile(ctx context.Context, p *pending, to load.Target, progress func(int64)) error {
	var encoding source.Encoding
	var text *source.Text
	open := func() (io.ReadCloser, error) {
		reader, detected, err := p.file.Open(p.src.Extracts[p.file.Entity].Encoding)
		encoding = detected
		text, _ = reader.(*source.Text)
		return reader, err
	}
	var read int64
	result, err := load.File(ctx, open, p.extract, to, func(n int64) {
		read += n
		progress(min(read, p.file.Size))
	})
	if err != nil {
		return err
	}
	if err := result.Counts.Check(); err != nil {
		return err
	}
	if text != nil {
		encoding = text.Encoding()
	}
	f := &p.landed
	f.Encoding, f.Delimiter = string(encoding), delimiterName(result.Delimiter)
	f.Counts = landing.Counts(result.Counts)
	f.Rules, f.Quarantine, f.Unmapped = result.Rules, result.Quarantine, result.Unmapped
	f.Formats, f.UniqueKeys, f.Warnings = result.Formats, result.UniqueKeys, result.Warnings
	f.Rows, f.Values = result.Rows, result.Values
	for _, part := range result.Parts {
		f.Parts = append(f.Parts, landing.Part{Name: part.File, Rows: part.Rows})
	}
	for _, c := range result.Columns {
		f.Columns = append(f.Columns, landing.Column{
			Name: c.Field, Type: c.Type.String(), Header: c.Header, Mapped: c.Mapped, Filled: &c.Filled,
		})
	}
	f.EffectiveAt = effectiveAt(p.file, result.NewestModifiedAt)
	for _, warning := range result.Warnings {
		r.outcome.Warnings = append(r.outcome.Warnings, p.src.Name+"/"+p.file.Name+": "+warning)
	}
	r.outcome.Loaded.Files++
	r.outcome.Loaded.Loaded += f.Counts.Loaded
	r.outcome.Loaded.Quarantined += f.Counts.Quarantined
	return nil
}

// effectiveAt is the date in the file's name, else the newest modification in it, else the file's
// own.
func effectiveAt(file source.File, modified *time.Time) time.Time {
	switch {
	case file.Date != nil:
		return *file.Date
	case modified != nil:
		return *modified
	}
	return file.ModTime
}

// formats gives by source and entity what earlier files settled about the formats of columns.
func formats(loads []landing.Load) map[string]map[string]string {
	known := map[string]map[string]string{}
	for _, l := range loads {
		for _, f := range l.Files {
			key := f.Source + "/" + f.Entity
			known[key] = merge(known[key], f.Formats)
		}
	}
	return known
}

func merge(into, from map[string]string) map[string]string {
	merged := map[string]string{}
	maps.Copy(merged, into)
	maps.Copy(merged, from)
	return merged
}

// changesLanding tells whether there is something to commit: a new file, or a folder whose content
// differs from the newest scan.
func changesLanding(files []*pending, loads []landing.Load, c *config.Config) bool {
	if slices.ContainsFunc(files, func(p *pending) bool { return p.isNew }) {
		return true
	}
	for _, scan := range scans(files, c) {
		last, ok := landing.NewestScan(loads, scan.Source, scan.Entity)
		if !ok || last.Mode != scan.Mode || !slices.Equal(last.Files, scan.Files) {
			return true
		}
	}
	return false
}

// scans says for every extract which files lie in the folder.
func scans(files []*pending, c *config.Config) []landing.Scan {
	var found []landing.Scan
	for _, src := range c.Sources {
		for _, contract := range entity.All() {
			scan := landing.Scan{Source: src.Name, Entity: contract.Name, Mode: src.ModeOf(contract.Name)}
			for _, p := range files {
				if p.landed.Source == src.Name && p.landed.Entity == contract.Name {
					scan.Files = append(scan.Files, p.landed.Identity())
				}
			}
			if len(scan.Files) > 0 {
				slices.Sort(scan.Files)
				scan.Files = slices.Compact(scan.Files)
				found = append(found, scan)
			}
		}
	}
	return found
}

func landedFiles(files []*pending) []landing.File {
	var landed []landing.File
	for _, p := range files {
		if p.isNew {
			landed = append(landed, p.landed)
		}
	}
	return landed
}

// isInput tells whether the error says that an input cannot be used.
func isInput(err error) bool {
	var file *source.RefusedError
	var text *load.RefusedError
	return errors.As(err, &file) || errors.As(err, &text)
}

// explain names the file in an error about it, once.
func explain(p *pending, err error) string {
	var file *source.RefusedError
	if errors.As(err, &file) {
		return p.src.Name + "/" + file.Error()
	}
	return p.src.Name + "/" + p.file.Name + ": " + err.Error()
}
