package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	fileMode   = 0o640
	folderMode = 0o750

	runsFolder    = "runs"
	stagingFolder = ".staging"
	pointerFile   = "latest.json"
	manifestFile  = "manifest.json"
)

// Drop is the folder on the shared drive.
type Drop struct {
	root     string
	readOnly bool
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error
	hook     func(point string)
}

// Option changes how a drop is opened.
type Option func(*Drop)

// ReadOnly opens the drop for reading alone: nothing is created, no lock is needed, and whatever
// would change the drop is refused.
func ReadOnly() Option { return func(d *Drop) { d.readOnly = true } }

// WithClock sets the clock that gives a manifest its time of publication.
func WithClock(now func() time.Time) Option { return func(d *Drop) { d.now = now } }

// WithSleep sets how to wait before a retry; it returns early with an error when ctx ends.
func WithSleep(sleep func(context.Context, time.Duration) error) Option {
	return func(d *Drop) { d.sleep = sleep }
}

// withHook is told each point that a publication passes; tests use it to die there.
func withHook(hook func(point string)) Option { return func(d *Drop) { d.hook = hook } }

// Open prepares the drop folder. The caller holds the local lock, unless the drop is opened
// ReadOnly. A drop that is itself a symbolic link is resolved once, here; below it none is followed.
func Open(drop string, opts ...Option) (*Drop, error) {
	d := &Drop{now: time.Now, sleep: wait, hook: func(string) {}}
	for _, opt := range opts {
		opt(d)
	}
	root, err := filepath.Abs(drop)
	if err != nil {
		return nil, fail("open", drop, err)
	}
	if !d.readOnly {
		if err := os.MkdirAll(filepath.Dir(root), folderMode); err != nil {
			return nil, fail("open", root, err)
		}
		if err := makeFolder(root); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fail("open", root, err)
		}
	}
	if d.root, err = filepath.EvalSymlinks(root); err != nil {
		return nil, fail("open", root, err)
	}
	for _, name := range []string{runsFolder, stagingFolder} {
		if err := d.prepare(d.path(name)); err != nil {
			return nil, fail("open", d.path(name), err)
		}
	}
	return d, nil
}

// prepare makes sure that path is a folder and no link to one. A missing one is created, or left
// missing when the drop is read only.
func (d *Drop) prepare(path string) error {
	err := requireFolder(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if d.readOnly {
		return nil
	}
	if err := makeFolder(path); err != nil {
		return err
	}
	_, err = syncFolder(d.root)
	return err
}

// requireFolder refuses what is not a folder itself, a symbolic link to one among it.
func requireFolder(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: %s is not a folder but %s; links are not followed", ErrBroken, path, info.Mode().Type())
	}
	return nil
}

func (d *Drop) path(elem ...string) string {
	return filepath.Join(append([]string{d.root}, elem...)...)
}

func (d *Drop) writable(step string) error {
	if d.readOnly {
		return fail(step, d.root, errors.New("the drop was opened for reading alone"))
	}
	return nil
}

func wait(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// retry repeats what fails because someone holds the file open: five times within 60 seconds.
func (d *Drop) retry(ctx context.Context, attempt func() error) error {
	pauses := [...]time.Duration{2, 5, 10, 15, 25}
	for _, seconds := range pauses {
		err := attempt()
		if err == nil || !busy(err) {
			return err
		}
		if waitErr := d.sleep(ctx, seconds*time.Second); waitErr != nil {
			return errors.Join(err, waitErr)
		}
	}
	return attempt()
}
