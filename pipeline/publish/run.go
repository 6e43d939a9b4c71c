package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Run is a published run. Its folder never changes.
type Run struct {
	ID           string   `json:"id"`
	Dir          string   `json:"dir"` // absolute
	ManifestHash string   `json:"manifest_hash"`
	Manifest     Manifest `json:"manifest"`
}

// Run gives the run with this ID, such as nightly-2026-03-29T0230-r1. It looks at the names and
// sizes of the files, not at their content. The error is ErrNoRun or ErrBroken, or of the share.
func (d *Drop) Run(id string) (Run, error) {
	run, err := d.load(id)
	return run, fail("read run", d.path(runsFolder, filepath.Base(id)), err)
}

func (d *Drop) load(id string) (Run, error) {
	if _, _, ok := parseRunID(id); !ok {
		return Run{}, fmt.Errorf("%w: %q is not the name of a run", ErrNoRun, id)
	}
	dir := d.path(runsFolder, id)
	if err := requireFolder(dir); missing(err) {
		return Run{}, fmt.Errorf("%w with the name %s", ErrNoRun, id)
	} else if err != nil {
		return Run{}, err
	}
	text, err := readText(filepath.Join(dir, manifestFile))
	if missing(err) {
		return Run{}, fmt.Errorf("%w: %w", ErrBroken, err)
	} else if err != nil {
		return Run{}, err
	}
	manifest, err := decodeManifest(id, text)
	if err != nil {
		return Run{}, err
	}
	run := Run{ID: id, Dir: dir, ManifestHash: hashText(text), Manifest: manifest}
	return run, run.glance()
}

// glance looks whether every file is there with its size.
func (r Run) glance() error {
	for _, file := range r.Manifest.Files {
		info, err := os.Lstat(filepath.Join(r.Dir, file.Name))
		switch {
		case missing(err):
			return fmt.Errorf("%w: %w", ErrBroken, err)
		case err != nil:
			return err
		case !info.Mode().IsRegular():
			return fmt.Errorf("%w: %s is not a regular file but %s", ErrBroken, file.Name, info.Mode().Type())
		case info.Size() != file.Size:
			return fmt.Errorf("%w: %s has %d bytes, the manifest says %d", ErrBroken, file.Name, info.Size(), file.Size)
		}
	}
	return nil
}

// Verify reads the manifest and every file of the run and compares sizes and hashes. The error is
// ErrBroken where they differ. Files that the manifest does not name are ignored: those that
// desktop systems drop into a folder when someone looks at it make no run wrong.
func (r Run) Verify(ctx context.Context) error {
	return fail("verify", r.Dir, r.verify(ctx))
}

func (r Run) verify(ctx context.Context) error {
	if err := requireFolder(r.Dir); missing(err) {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	} else if err != nil {
		return err
	}
	own := File{Name: manifestFile, SHA256: r.ManifestHash, Size: -1}
	for _, file := range append([]File{own}, r.Manifest.Files...) {
		size, hash, err := hashFile(ctx, filepath.Join(r.Dir, file.Name))
		switch {
		case missing(err):
			return fmt.Errorf("%w: %w", ErrBroken, err)
		case err != nil:
			return err
		case file.Size >= 0 && size != file.Size:
			return fmt.Errorf("%w: %s has %d bytes, the manifest says %d", ErrBroken, file.Name, size, file.Size)
		case hash != file.SHA256:
			return fmt.Errorf("%w: %s has the hash %s, expected %s", ErrBroken, file.Name, hash, file.SHA256)
		}
	}
	return nil
}

// compare orders runs: by the day they report, then by publication.
func (r Run) compare(other Run) int {
	return cmp.Or(
		strings.Compare(r.Manifest.AsOf, other.Manifest.AsOf),
		r.Manifest.PublishedAt.Compare(other.Manifest.PublishedAt),
		cmp.Compare(r.Manifest.Revision, other.Manifest.Revision),
		strings.Compare(r.ID, other.ID),
	)
}

// Runs gives all complete runs, oldest first: by as-of date, then by publication. Broken ones are
// left out; Repair names them.
func (d *Drop) Runs() ([]Run, error) {
	runs, _, err := d.list()
	return runs, fail("list runs", d.path(runsFolder), err)
}

// list gives the complete runs, oldest first, and says of each other folder why it is broken.
func (d *Drop) list() (runs []Run, broken []string, err error) {
	names, err := d.names()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		run, err := d.load(name)
		switch {
		case err == nil:
			runs = append(runs, run)
		case errors.Is(err, ErrBroken):
			broken = append(broken, fmt.Sprintf("run %s: %v", name, err))
		case !errors.Is(err, ErrNoRun):
			return nil, nil, err
		}
	}
	slices.SortFunc(runs, Run.compare)
	return runs, broken, nil
}

// names gives the folders that are named like a run, broken ones included.
func (d *Drop) names() ([]string, error) {
	entries, err := os.ReadDir(d.path(runsFolder))
	if missing(err) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if _, _, ok := parseRunID(entry.Name()); ok {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// nextRevision gives the first revision that no folder of the slot has, broken ones included.
// Shares may ignore case, so names that differ in case alone count as the same.
func (d *Drop) nextRevision(slot string) (int, error) {
	names, err := d.names()
	if err != nil {
		return 0, err
	}
	highest := 0
	for _, name := range names {
		folder, revision, _ := parseRunID(name)
		if strings.EqualFold(folder, FolderName(slot)) {
			highest = max(highest, revision)
		}
	}
	return highest + 1, nil
}

// Same says whether the newest revision of the slot has this fingerprint and is intact; the caller
// then has nothing to publish. An empty fingerprint is the same as none.
func (d *Drop) Same(slot, fingerprint string) (Run, bool, error) {
	runs, _, err := d.list()
	if err != nil {
		return Run{}, false, fail("compare", d.path(runsFolder), err)
	}
	var newest Run
	for _, run := range runs {
		if run.Manifest.Slot == slot && run.Manifest.Revision > newest.Manifest.Revision {
			newest = run
		}
	}
	if fingerprint == "" || newest.Manifest.Fingerprint != fingerprint {
		return Run{}, false, nil
	}
	err = newest.verify(context.Background())
	if errors.Is(err, ErrBroken) {
		return Run{}, false, nil
	}
	if err != nil {
		return Run{}, false, fail("compare", newest.Dir, err)
	}
	return newest, true, nil
}
