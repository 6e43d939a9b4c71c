package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// File gives a published file of the run, and whether there is one of this name.
func (r Run) File(name string) (File, bool) {
	i := slices.IndexFunc(r.Manifest.Files, func(f File) bool { return f.Name == name })
	if i < 0 {
		return File{}, false
	}
	return r.Manifest.Files[i], true
}

// Copy copies a file of the run to a new one at the path and compares what it read with the manifest.
// The error is ErrBroken where they differ; the copy is of no use then.
func (r Run) Copy(ctx context.Context, name, to string) error {
	return fail("copy", filepath.Join(r.Dir, name), r.copy(ctx, name, to))
}

func (r Run) copy(ctx context.Context, name, to string) (err error) {
	want, ok := r.File(name)
	if !ok {
		return fmt.Errorf("%w: the manifest names no file %s", ErrBroken, name)
	}
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	_, found, err := copyFile(ctx, filepath.Join(r.Dir, name), target)
	switch {
	case missing(err):
		return fmt.Errorf("%w: %w", ErrBroken, err)
	case err != nil:
		return err
	case found != want.SHA256:
		return fmt.Errorf("%w: %s has the hash %s, expected %s", ErrBroken, name, found, want.SHA256)
	}
	return nil
}
