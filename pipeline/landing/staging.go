package landing

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// Staging is a load that is not committed yet.
type Staging struct {
	log  *Log
	id   string
	now  time.Time
	dir  string
	done bool
}

// ID gives the id that the load will have.
func (s *Staging) ID() string { return s.id }

// Dir gives the folder to write the parts into.
func (s *Staging) Dir() string { return s.dir }

// Commit makes the load visible, whole and for good: when it returns without error, the load will
// still be there after a power failure. It fills the load's id, format and, if zero, its time and the
// sizes of its parts. Files in the folder that the load does not name are removed.
//
// It fails, and leaves nothing visible, if a part is missing or the counts of a file do not add up.
// Only if the very last step fails, the flush of the parent folder, the load is visible already.
func (s *Staging) Commit(load Load) error {
	if s.done {
		return fmt.Errorf("commit load %s: it is committed or discarded already", s.id)
	}
	for _, step := range s.steps(&load) {
		if err := step(); err != nil {
			return fmt.Errorf("commit load %s: %w", s.id, err)
		}
	}
	return nil
}

// steps are the steps of Commit in order. Whatever happens between two of them, the load is either
// invisible or whole.
func (s *Staging) steps(load *Load) []func() error {
	return append([]func() error{
		func() error { return s.fill(load) },
		func() error { return s.flushParts(load.stored()) },
		func() error { return s.writeManifest(manifest, load) },
	}, s.publish(s.log.Dir(s.id), s.log.loads())...)
}

// publish are the last steps of every commit: they give the folder its final name in its parent.
func (s *Staging) publish(name, parent string) []func() error {
	return []func() error{
		func() error { return flushFolder(s.dir) },
		func() error {
			err := os.Rename(s.dir, name)
			s.done = err == nil
			return err
		},
		func() error { return errors.Join(flushFolder(parent), flushFolder(s.log.staging())) },
	}
}

// fill completes the load and checks that it is whole.
func (s *Staging) fill(load *Load) error {
	if load.ID != "" && load.ID != s.id {
		return fmt.Errorf("the load is named %s", load.ID)
	}
	load.Format, load.ID = formatVersion, s.id
	if load.LandedAt.IsZero() {
		load.LandedAt = s.now
	}
	load.Files, load.Scans = slices.Clone(load.Files), slices.Clone(load.Scans)
	for i := range load.Files {
		file := &load.Files[i]
		file.Parts = slices.Clone(file.Parts)
		for j := range file.Parts {
			s.fillSize(file.Parts[j].Name, &file.Parts[j].Size)
		}
		s.fillSize(file.Quarantine, &file.QuarantineSize)
	}
	load.normalise()
	return load.check(s.dir)
}

// fillSize sets the size where it is not set; that the file is there is checked later.
func (s *Staging) fillSize(name string, size *int64) {
	info, err := os.Lstat(filepath.Join(s.dir, name))
	if err == nil && info.Mode().IsRegular() && *size == 0 {
		*size = info.Size()
	}
}

// stored names every file that the load has beside its manifest.
func (l Load) stored() map[string]bool {
	named := map[string]bool{}
	for _, file := range l.Files {
		for _, part := range file.stored() {
			named[part.Name] = true
		}
	}
	return named
}

// flushParts brings the named files to the disk and removes all others.
func (s *Staging) flushParts(named map[string]bool) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(s.dir, entry.Name())
		if !named[entry.Name()] {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			continue
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if err := os.Chmod(path, info.Mode().Perm()&fileMode); err != nil {
			return err
		}
		if err := flush(path); err != nil {
			return err
		}
	}
	return nil
}

// writeManifest writes what says what the folder holds.
func (s *Staging) writeManifest(name string, content any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(content); err != nil {
		return err
	}
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, text.Bytes(), fileMode); err != nil {
		return err
	}
	return flush(path)
}

// Discard removes the load. After Commit it does nothing, so that it can be deferred.
func (s *Staging) Discard() error {
	if s.done {
		return nil
	}
	s.done = true
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("discard load %s: %w", s.id, err)
	}
	return nil
}

// flush brings a file to the disk.
func flush(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// flushFolder brings the entries of a folder to the disk, where the file system has a way to.
func flushFolder(path string) error {
	err := flush(path)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}
