package publish

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Published is the outcome of a publication that was read back and found right.
type Published struct {
	Run        Run    `json:"run"`
	IsLatest   bool   `json:"is_latest"`  // the pointer names this run now
	Durability string `json:"durability"` // DurabilityFsync or DurabilityUnknown, of the whole publication
}

// Publish makes the staged files a visible run, moves the pointer, and reads both back. rows gives
// the row count of a file, or a negative number for a file that has none; a nil rows reads none.
// The run gets the slot's next revision. The pointer stays where it is when the current run reports
// a later date than m.AsOf.
//
// Until the run becomes visible, an error or the end of ctx publishes nothing and removes the
// staging. After that the publication is completed regardless of ctx, but no longer waits for a
// busy share; an error then leaves a run that Repair picks up. The error is an *Error; one that came
// from ctx also holds context.Canceled or context.DeadlineExceeded.
func (s *Staging) Publish(ctx context.Context, m Manifest, rows func(path string) (int64, error)) (Published, error) {
	run, err := s.build(ctx, m, rows)
	if err == nil {
		err = s.reveal(ctx, run)
	}
	if err != nil {
		if !s.visible {
			err = errors.Join(err, s.Discard())
		}
		return Published{}, err
	}
	return s.drop.complete(ctx, run)
}

// build does everything that is done inside the staging and ends with the synced manifest.
func (s *Staging) build(ctx context.Context, m Manifest, rows func(path string) (int64, error)) (Run, error) {
	d := s.drop
	if err := m.check(); err != nil {
		return Run{}, fail("manifest", s.dir, err)
	}
	files, err := s.sealFiles(ctx, rows)
	if err != nil {
		return Run{}, err
	}
	if err := expect(m.Files, files); err != nil {
		return Run{}, fail("seal", s.dir, err)
	}
	// The folder is synced before the manifest exists too, because the manifest says whether that works.
	durable, err := syncFolder(s.dir)
	if err != nil {
		return Run{}, fail("sync", s.dir, err)
	}
	revision, err := d.nextRevision(m.Slot)
	if err != nil {
		return Run{}, fail("manifest", d.path(runsFolder), err)
	}
	m.Format, m.Revision, m.Files, m.Durability = FormatVersion, revision, files, durability(durable)
	m.Run = formatRunID(FolderName(m.Slot), revision)
	if m.PublishedAt, err = d.publishedAt(m); err != nil {
		return Run{}, err
	}
	m.normalise()
	text, err := encode(m)
	if err != nil {
		return Run{}, fail("manifest", s.dir, err)
	}
	path := filepath.Join(s.dir, manifestFile)
	if err := writeText(path, text); err != nil {
		return Run{}, fail("manifest", path, err)
	}
	d.hook("manifest written")
	if _, err := syncFolder(s.dir); err != nil {
		return Run{}, fail("sync", s.dir, err)
	}
	d.hook("staging synced")
	return Run{ID: m.Run, Dir: d.path(runsFolder, m.Run), ManifestHash: hashText(text), Manifest: m}, nil
}

// publishedAt gives the caller's time, or the clock's. Runs of one day are ordered by this time, so
// it is moved behind that of the current run when the clock was set back in between.
func (d *Drop) publishedAt(m Manifest) (time.Time, error) {
	at := m.PublishedAt
	if at.IsZero() {
		at = d.now()
	}
	at = at.UTC().Truncate(time.Microsecond)
	current, err := d.latest()
	switch {
	case errors.Is(err, ErrNoRun) || errors.Is(err, ErrBroken):
		return at, nil
	case err != nil:
		return at, fail("read pointer", d.path(pointerFile), err)
	case current.Manifest.AsOf == m.AsOf && !at.After(current.Manifest.PublishedAt):
		return current.Manifest.PublishedAt.Add(time.Microsecond), nil
	default:
		return at, nil
	}
}

// reveal renames the staging to the run's folder.
func (s *Staging) reveal(ctx context.Context, run Run) error {
	if err := ctx.Err(); err != nil {
		return fail("rename", run.Dir, err)
	}
	err := s.drop.retry(ctx, func() error {
		return settled(renameNoReplace(s.dir, run.Dir), filepath.Join(run.Dir, manifestFile), run.ManifestHash)
	})
	if err != nil {
		return fail("rename", run.Dir, err)
	}
	s.visible = true
	s.drop.hook("run visible")
	return nil
}

// complete does everything that follows the rename and ends with the read-back.
func (d *Drop) complete(ctx context.Context, run Run) (Published, error) {
	runsDurable, err := syncFolder(d.path(runsFolder))
	if err != nil {
		return Published{}, fail("sync", d.path(runsFolder), err)
	}
	d.hook("runs synced")
	moved, pointerDurable, err := d.advance(ctx, run)
	if err != nil {
		return Published{}, err
	}
	d.hook("pointer synced")
	if err := d.readBack(context.WithoutCancel(ctx), run, moved); err != nil {
		return Published{}, err
	}
	d.hook("read back")
	durable := runsDurable && pointerDurable && run.Manifest.Durability == DurabilityFsync
	return Published{Run: run, IsLatest: moved, Durability: durability(durable)}, nil
}

// readBack reads the pointer and every hash through the share. When the run turns out to be broken,
// the pointer goes back to an intact one.
func (d *Drop) readBack(ctx context.Context, run Run, moved bool) error {
	if moved {
		if err := d.isTarget(run); err != nil {
			return fail("read back", d.path(pointerFile), err)
		}
	}
	err := run.verify(ctx)
	if err == nil {
		return nil
	}
	err = fail("read back", run.Dir, err)
	if moved && errors.Is(err, ErrBroken) {
		if _, repairErr := d.repairPointer(ctx); repairErr != nil {
			err = errors.Join(err, fmt.Errorf("the pointer still names it: %w", repairErr))
		}
	}
	return err
}

func durability(durable bool) string {
	if durable {
		return DurabilityFsync
	}
	return DurabilityUnknown
}
