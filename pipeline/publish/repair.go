package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// Repair brings the drop back in order after a crash and says in plain sentences what it did; it
// says nothing when there was nothing to do. It removes left-overs of the staging and makes the
// newest intact run the current one, where the pointer is missing, broken or was not yet moved.
// Broken runs are named and left alone: what was published is never modified.
func (d *Drop) Repair(ctx context.Context) ([]string, error) {
	if err := d.writable("repair"); err != nil {
		return nil, err
	}
	removed, err := d.sweep()
	var done []string
	for _, name := range removed {
		done = append(done, fmt.Sprintf("removed the left-over %s/%s of an interrupted run", stagingFolder, name))
	}
	if err != nil {
		return done, err
	}
	said, err := d.repairPointer(ctx)
	return append(done, said...), err
}

// repairPointer makes the newest intact run the current one, unless it already is.
func (d *Drop) repairPointer(ctx context.Context) ([]string, error) {
	current, pointerErr := d.latest()
	if pointerErr != nil && !errors.Is(pointerErr, ErrNoRun) && !errors.Is(pointerErr, ErrBroken) {
		return nil, fail("repair", d.path(pointerFile), pointerErr)
	}
	runs, said, err := d.list()
	if err != nil {
		return said, fail("repair", d.path(runsFolder), err)
	}
	for _, run := range slices.Backward(runs) {
		if run.Manifest.KeepsLatest {
			continue
		}
		err := run.verify(ctx)
		if errors.Is(err, ErrBroken) {
			said = append(said, fmt.Sprintf("run %s: %v", run.ID, err))
			continue
		}
		if err != nil {
			return said, fail("repair", run.Dir, err)
		}
		if pointerErr == nil && run.ID == current.ID {
			return said, nil
		}
		if _, err := d.point(ctx, run); err != nil {
			return said, err
		}
		return append(said, fmt.Sprintf("made %s the current run", run.ID)), nil
	}
	if errors.Is(pointerErr, ErrBroken) {
		said = append(said, fmt.Sprintf("%s is broken and there is no intact run to name: %v", pointerFile, pointerErr))
	}
	return said, nil
}

// Retain removes runs that were published more than keepDays days of 24 hours before now, and gives
// their IDs. The current run stays, and so do the one with which it was compared, as it is one of its
// inputs, every newer and every broken one; without a current run, or with a keepDays of zero or less,
// all stay. A run first leaves the visible folder by one rename, so that nobody sees half of it. A run
// that a client holds open stays until the next time; the error names it, and the others are removed
// nevertheless.
func (d *Drop) Retain(keepDays int, now time.Time) ([]string, error) {
	if err := d.writable("retain"); err != nil || keepDays <= 0 {
		return nil, err
	}
	current, err := d.latest()
	if errors.Is(err, ErrNoRun) {
		return nil, nil
	} else if err != nil {
		return nil, fail("retain", d.path(pointerFile), err)
	}
	runs, _, err := d.list()
	if err != nil {
		return nil, fail("retain", d.path(runsFolder), err)
	}
	limit := now.Add(-time.Duration(keepDays) * 24 * time.Hour)
	var removed []string
	var failed []error
	for _, run := range runs {
		isPredecessor := current.Manifest.Predecessor != nil && current.Manifest.Predecessor.Run == run.ID
		if isPredecessor || run.compare(current) >= 0 || !run.Manifest.PublishedAt.Before(limit) {
			continue
		}
		gone, err := d.retire(run)
		if gone {
			removed = append(removed, run.ID)
		}
		if err != nil {
			failed = append(failed, fail("retain", run.Dir, err))
		}
	}
	return removed, errors.Join(failed...)
}

// retire removes a run. It is gone once it was renamed, even when removing what is left of it fails.
func (d *Drop) retire(run Run) (gone bool, err error) {
	bin := d.path(stagingFolder, run.ID)
	if err := renameNoReplace(run.Dir, bin); err != nil {
		return false, err
	}
	if _, err := syncFolder(d.path(runsFolder)); err != nil {
		return true, err
	}
	return true, os.RemoveAll(bin)
}
