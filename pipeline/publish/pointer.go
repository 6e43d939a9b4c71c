package publish

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// pointer is latest.json.
type pointer struct {
	Run         string    `json:"run"`
	Manifest    string    `json:"manifest"` // relative to the drop, with slashes
	SHA256      string    `json:"sha256"`   // of the manifest
	PublishedAt time.Time `json:"published_at"`
}

func (r Run) pointer() pointer {
	return pointer{
		Run:         r.ID,
		Manifest:    runsFolder + "/" + r.ID + "/" + manifestFile,
		SHA256:      r.ManifestHash,
		PublishedAt: r.Manifest.PublishedAt,
	}
}

// Latest gives the current run: it follows the pointer and compares the manifest's hash. The error
// is ErrNoRun when there is no pointer, ErrBroken when the pointer does not name a complete run.
func (d *Drop) Latest() (Run, error) {
	run, err := d.latest()
	return run, fail("read pointer", d.path(pointerFile), err)
}

func (d *Drop) latest() (Run, error) {
	text, err := d.readPointer()
	if missing(err) {
		return Run{}, fmt.Errorf("%w: there is no %s", ErrNoRun, pointerFile)
	} else if err != nil {
		return Run{}, err
	}
	var at pointer
	if err := json.Unmarshal(text, &at); err != nil {
		return Run{}, fmt.Errorf("%w: no valid JSON: %w", ErrBroken, err)
	}
	run, err := d.load(at.Run)
	if errors.Is(err, ErrNoRun) {
		return Run{}, fmt.Errorf("%w: it names %q, which is not there", ErrBroken, at.Run)
	} else if err != nil {
		return Run{}, err
	}
	if want := run.pointer(); at.Manifest != want.Manifest || at.SHA256 != want.SHA256 {
		return Run{}, fmt.Errorf("%w: the manifest of run %s is not the one that it names", ErrBroken, at.Run)
	}
	return run, nil
}

// readPointer reads the pointer again when a file server says that it was replaced while it was read.
func (d *Drop) readPointer() ([]byte, error) {
	for range 3 {
		text, err := readText(d.path(pointerFile))
		if !errors.Is(err, syscall.ESTALE) {
			return text, err
		}
	}
	return readText(d.path(pointerFile))
}

// point makes run the current one. The caller has made sure that it is intact.
func (d *Drop) point(ctx context.Context, run Run) (durable bool, err error) {
	text, err := encode(run.pointer())
	if err != nil {
		return false, fail("pointer", d.path(pointerFile), err)
	}
	// FolderName never gives a dot, so no staging folder can have this name.
	temp, target := d.path(stagingFolder, pointerFile+".tmp"), d.path(pointerFile)
	if err := os.Remove(temp); err != nil && !missing(err) {
		return false, fail("pointer", temp, err)
	}
	if err := writeText(temp, text); err != nil {
		return false, fail("pointer", temp, err)
	}
	d.hook("pointer written")
	err = d.retry(ctx, func() error {
		return settled(os.Rename(temp, target), target, hashText(text))
	})
	if err != nil {
		return false, fail("pointer", target, err)
	}
	d.hook("pointer renamed")
	durable, err = syncFolder(d.root)
	return durable, fail("pointer", d.root, err)
}

// settled forgives a rename that failed although the target holds what was to be put there: a file
// server may have done it and lost the answer, and then finds nothing left to rename.
func settled(err error, target, hash string) error {
	if err == nil {
		return nil
	}
	if text, readErr := readText(target); readErr == nil && hashText(text) == hash {
		return nil
	}
	return err
}

// advance makes a run that has just become visible the current one, unless it is older than the
// current one or keeps out of the way.
func (d *Drop) advance(ctx context.Context, run Run) (moved, durable bool, err error) {
	if run.Manifest.KeepsLatest {
		return false, true, nil
	}
	current, err := d.latest()
	switch {
	case err == nil && run.Manifest.AsOf < current.Manifest.AsOf:
		return false, true, nil
	case err != nil && !errors.Is(err, ErrNoRun) && !errors.Is(err, ErrBroken):
		return false, false, fail("read pointer", d.path(pointerFile), err)
	}
	durable, err = d.point(ctx, run)
	return err == nil, durable, err
}

// isTarget says whether the pointer file holds exactly the pointer to run.
func (d *Drop) isTarget(run Run) error {
	want, err := encode(run.pointer())
	if err != nil {
		return err
	}
	text, err := d.readPointer()
	if err != nil {
		return err
	}
	if string(text) != string(want) {
		return fmt.Errorf("%w: %s was replaced by someone else; it should name %s",
			ErrBroken, filepath.Base(pointerFile), run.ID)
	}
	return nil
}
