package landing

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Loads gives the committed loads that landed at or before knownAt, oldest first. A load that is not
// whole is an error that names the file: what it held is unknown, so no number can be right.
//
// Who holds no lock may look while a pack takes parts in, and then looks again.
func (l *Log) Loads(knownAt time.Time) ([]Load, error) {
	loads, err := l.readLoads(knownAt)
	if err != nil {
		return l.readLoads(knownAt)
	}
	return loads, nil
}

func (l *Log) readLoads(knownAt time.Time) ([]Load, error) {
	packs, err := l.readPacks()
	if err != nil {
		return nil, err
	}
	places := l.placesOf(packs)
	entries, err := os.ReadDir(l.loads())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list loads: %w", err)
	}
	var loads []Load
	for _, entry := range entries {
		if !entry.IsDir() || !idForm.MatchString(entry.Name()) {
			continue // not ours: file systems and people leave things
		}
		load, err := l.readLoad(entry.Name())
		if err != nil {
			return nil, err
		}
		if load.LandedAt.After(knownAt) {
			continue
		}
		load.packed = places[load.ID]
		if err := load.check(l.Dir(load.ID)); err != nil {
			return nil, fmt.Errorf("load %s is not whole: %w; restore %s from a backup, or move it away and run again",
				load.ID, err, l.Dir(load.ID))
		}
		loads = append(loads, load)
	}
	slices.SortFunc(loads, func(a, b Load) int {
		return cmp.Or(a.LandedAt.Compare(b.LandedAt), cmp.Compare(a.ID, b.ID))
	})
	return loads, nil
}

// readLoad reads load.json, once.
func (l *Log) readLoad(id string) (Load, error) {
	if known, ok := l.read.Load(id); ok {
		return known.(Load), nil
	}
	load, err := readManifest(l.Dir(id), id)
	if err == nil {
		l.read.Store(id, load)
	}
	return load, err
}

func readManifest(dir, id string) (Load, error) {
	path := filepath.Join(dir, manifest)
	data, err := os.ReadFile(path)
	if err != nil {
		return Load{}, fmt.Errorf("load %s is not whole: %w; restore %s from a backup, or move it away and run again", id, err, dir)
	}
	var load Load
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	unreadable := decoder.Decode(&load)
	version := load.Format
	if unreadable != nil {
		version = formatOf(data)
	}
	switch {
	case version < 0:
		return Load{}, fmt.Errorf("load %s is not whole: %s: %w; restore it from a backup, or move %s away and run again", id, path, unreadable, dir)
	case version != formatVersion:
		return Load{}, fmt.Errorf("load %s: %s has format %d, but this truce reads format %d; use the version of truce that wrote it",
			id, path, version, formatVersion)
	case unreadable != nil:
		return Load{}, fmt.Errorf("load %s: %s: %w; restore it from a backup", id, path, unreadable)
	}
	if load.ID != id {
		return Load{}, fmt.Errorf("load %s: %s is the one of load %s; give the folder its name back", id, path, load.ID)
	}
	return load, nil
}

// formatOf gives the version of a manifest, whatever else is in it; -1 if it is no manifest.
func formatOf(data []byte) int {
	var version struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &version); err != nil {
		return -1
	}
	return version.Format
}

// check fails if a file that the load names is neither in the folder as the load says nor in a pack, or
// if the records of a file do not add up.
func (l Load) check(dir string) error {
	for _, scan := range l.Scans {
		if scan.Mode != Delta && scan.Mode != Snapshot {
			return fmt.Errorf("scan of %s %s: unknown mode %q", scan.Source, scan.Entity, scan.Mode)
		}
	}
	seen := map[string]bool{manifest: true}
	for _, file := range l.Files {
		for _, part := range file.stored() {
			if seen[part.Name] {
				return fmt.Errorf("%s is named twice", part.Name)
			}
			seen[part.Name] = true
			if err := l.checkPart(dir, file, part); err != nil {
				return err
			}
		}
		if err := file.check(); err != nil {
			return fmt.Errorf("%s %s %s: %w", file.Source, file.Entity, file.Name, err)
		}
	}
	return nil
}

// checkPart looks for a part of a file in the folder, or in the pack that took it in.
func (l Load) checkPart(dir string, file File, part Part) error {
	at, ok := l.packed[part.Name]
	switch {
	case !ok:
		return part.check(dir)
	case at.rows != file.Rows:
		return fmt.Errorf("%s has %d rows of %s instead of %d", at.path, at.rows, file.Name, file.Rows)
	}
	return nil
}

func (p Part) check(dir string) error {
	if !filepath.IsLocal(p.Name) || filepath.Base(p.Name) != p.Name {
		return fmt.Errorf("%q is no plain file name", p.Name)
	}
	path := filepath.Join(dir, p.Name)
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no regular file", path)
	case info.Size() != p.Size:
		return fmt.Errorf("%s has %d bytes instead of %d", path, info.Size(), p.Size)
	}
	return nil
}

func (f File) check() error {
	rows := int64(0)
	for _, part := range f.Parts {
		rows += part.Rows
	}
	if rows != f.Rows {
		return fmt.Errorf("the parts hold %d rows, but %d were loaded", rows, f.Rows)
	}
	if f.Counts.Quarantined > 0 && f.Quarantine == "" {
		return fmt.Errorf("%d records were quarantined, but no file holds them", f.Counts.Quarantined)
	}
	return f.Counts.Check()
}

// stored gives the parts of the file and the file of its quarantined records.
func (f File) stored() []Part {
	if f.Quarantine == "" {
		return f.Parts
	}
	return append(slices.Clone(f.Parts), Part{Name: f.Quarantine, Rows: f.Counts.Quarantined, Size: f.QuarantineSize})
}
