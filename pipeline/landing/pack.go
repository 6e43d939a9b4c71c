package landing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	packFormat   = 1
	packManifest = "pack.json"
)

// Pack is one committed pack: the rows of files of many loads in one Parquet file, whose column
// _branch tells them apart.
type Pack struct {
	Format   int          `json:"format"` // version of pack.json; Commit fills it
	ID       string       `json:"id"`     // sorts by time; Commit fills it
	Entity   string       `json:"entity"`
	Layout   string       `json:"layout"` // File.Layout of every file in it
	Part     Part         `json:"part"`   // in the folder of the pack; Commit fills its size
	Branches []PackBranch `json:"branches"`
}

// PackBranch is a file of a load of which a pack holds the rows.
type PackBranch struct {
	Number int64    `json:"number"` // in the column _branch, from 1
	Load   string   `json:"load"`
	Parts  []string `json:"parts"` // names of the parts that the load had them in
	Rows   int64    `json:"rows"`
}

// place is where the rows of a part are now.
type place struct {
	path   string // of the pack's Parquet file
	number int64
	rows   int64 // of the whole file
}

// PackStaging is a pack that is not committed yet.
type PackStaging struct{ staging *Staging }

// BeginPack starts a pack.
func (l *Log) BeginPack(now time.Time) (*PackStaging, error) {
	staging, err := l.stage(now, l.packDir)
	if err != nil {
		return nil, fmt.Errorf("begin pack: %w", err)
	}
	return &PackStaging{staging}, nil
}

// Dir gives the folder to write the pack's part into.
func (s *PackStaging) Dir() string { return s.staging.dir }

// Discard removes the pack. After Commit it does nothing.
func (s *PackStaging) Discard() error { return s.staging.Discard() }

// Commit makes the pack count, whole and for good, as Staging.Commit does for a load. What it holds is
// then there twice, until Tidy is called.
func (s *PackStaging) Commit(pack Pack) error {
	for _, step := range s.steps(&pack) {
		if err := step(); err != nil {
			return fmt.Errorf("commit pack %s: %w", s.staging.id, err)
		}
	}
	return nil
}

// steps are the steps of Commit in order. Whatever happens between two of them, the pack is either
// not there or whole.
func (s *PackStaging) steps(pack *Pack) []func() error {
	staging, log := s.staging, s.staging.log
	return append([]func() error{
		func() error {
			pack.Format, pack.ID = packFormat, staging.id
			staging.fillSize(pack.Part.Name, &pack.Part.Size)
			return pack.check(staging.dir)
		},
		func() error { return staging.flushParts(map[string]bool{pack.Part.Name: true}) },
		func() error { return staging.writeManifest(packManifest, pack) },
	}, staging.publish(log.packDir(staging.id), log.packs())...)
}

// check fails if the part is not in the folder as the pack says, or its branches do not add up.
func (p Pack) check(dir string) error {
	var rows int64
	seen := map[int64]bool{}
	for _, b := range p.Branches {
		if b.Number < 1 || seen[b.Number] || len(b.Parts) == 0 {
			return fmt.Errorf("branch %d is named twice or has no part", b.Number)
		}
		seen[b.Number] = true
		rows += b.Rows
	}
	if rows != p.Part.Rows {
		return fmt.Errorf("the branches have %d rows, but the part has %d", rows, p.Part.Rows)
	}
	return p.Part.check(dir)
}

// readPacks gives the committed packs, oldest first. One that is not whole is an error: the parts
// that it took in may be gone.
func (l *Log) readPacks() ([]Pack, error) {
	entries, err := os.ReadDir(l.packs())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list packs: %w", err)
	}
	var packs []Pack
	for _, entry := range entries {
		if !entry.IsDir() || !idForm.MatchString(entry.Name()) {
			continue // not ours
		}
		pack, err := l.readPack(entry.Name())
		if err != nil {
			dir := l.packDir(entry.Name())
			return nil, fmt.Errorf("pack %s is not whole: %w; restore %s from a backup", entry.Name(), err, dir)
		}
		packs = append(packs, pack)
	}
	return packs, nil
}

func (l *Log) readPack(id string) (Pack, error) {
	dir := l.packDir(id)
	data, err := os.ReadFile(filepath.Join(dir, packManifest))
	if err != nil {
		return Pack{}, err
	}
	var pack Pack
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&pack); err != nil {
		return Pack{}, fmt.Errorf("%s: %w", packManifest, err)
	}
	if pack.Format != packFormat || pack.ID != id {
		return Pack{}, fmt.Errorf("%s has format %d and is the one of pack %s; this truce reads format %d",
			packManifest, pack.Format, pack.ID, packFormat)
	}
	return pack, pack.check(dir)
}

// placesOf says by load and part where packs have the rows. Of two packs with a part, as a crash may
// leave them, the newer one counts.
func (l *Log) placesOf(packs []Pack) map[string]map[string]place {
	places := map[string]map[string]place{}
	for _, pack := range packs {
		path := filepath.Join(l.packDir(pack.ID), pack.Part.Name)
		for _, b := range pack.Branches {
			if places[b.Load] == nil {
				places[b.Load] = map[string]place{}
			}
			for _, part := range b.Parts {
				places[b.Load][part] = place{path: path, number: b.Number, rows: b.Rows}
			}
		}
	}
	return places
}

// Tidy removes what is there twice: the parts of loads that a pack has, and the packs whose branches
// newer packs have. The caller holds the lock of the state folder.
func (l *Log) Tidy() error {
	packs, err := l.readPacks()
	if err != nil {
		return err
	}
	places := l.placesOf(packs)
	var problems []error
	for _, pack := range packs {
		if !l.counts(pack, places) {
			problems = append(problems, l.removePack(pack.ID))
		}
	}
	for _, load := range slices.Sorted(maps.Keys(places)) {
		for part := range places[load] {
			err := os.Remove(filepath.Join(l.Dir(load), part))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				problems = append(problems, err)
			}
		}
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("remove what a pack has taken in: %w", err)
	}
	return nil
}

// counts tells whether a row of the pack is read from it.
func (l *Log) counts(pack Pack, places map[string]map[string]place) bool {
	path := filepath.Join(l.packDir(pack.ID), pack.Part.Name)
	return slices.ContainsFunc(pack.Branches, func(b PackBranch) bool { return places[b.Load][b.Parts[0]].path == path })
}

// removePack makes a pack vanish at once, and then frees its space.
func (l *Log) removePack(id string) error {
	away := filepath.Join(l.staging(), id)
	if err := os.Rename(l.packDir(id), away); err != nil {
		return err
	}
	return os.RemoveAll(away)
}
