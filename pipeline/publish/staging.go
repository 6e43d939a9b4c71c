package publish

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Staging is the folder in which a run is built. It ends with Publish or Discard.
type Staging struct {
	drop    *Drop
	dir     string
	visible bool
}

// Stage gives an empty folder <drop>/.staging/<run>/. Whatever else is in the staging was left over
// by a crash, since the caller holds the lock, and is removed.
func (d *Drop) Stage(run string) (*Staging, error) {
	if err := d.writable("stage"); err != nil {
		return nil, err
	}
	if _, err := d.sweep(); err != nil {
		return nil, err
	}
	dir := d.path(stagingFolder, FolderName(run))
	if err := makeFolder(dir); err != nil {
		return nil, fail("stage", dir, err)
	}
	return &Staging{drop: d, dir: dir}, nil
}

// Dir is the absolute path of the folder. The caller writes its files there, without sub-folders.
func (s *Staging) Dir() string { return s.dir }

// Discard removes the folder and what is in it. After Publish it does nothing.
func (s *Staging) Discard() error {
	return fail("discard", s.dir, os.RemoveAll(s.dir))
}

// sweep empties the staging and gives the names that it removed.
func (d *Drop) sweep() ([]string, error) {
	entries, err := os.ReadDir(d.path(stagingFolder))
	if err != nil {
		return nil, fail("clean up", d.path(stagingFolder), err)
	}
	var removed []string
	for _, entry := range entries {
		path := d.path(stagingFolder, entry.Name())
		if err := os.RemoveAll(path); err != nil {
			return removed, fail("clean up", path, err)
		}
		removed = append(removed, entry.Name())
	}
	return removed, nil
}

// sealFiles brings every file to the disk and reads it back: rows through rows, then size and hash.
func (s *Staging) sealFiles(ctx context.Context, rows func(path string) (int64, error)) ([]File, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fail("seal", s.dir, err)
	}
	var files []File
	for _, entry := range entries {
		path := filepath.Join(s.dir, entry.Name())
		if err := ctx.Err(); err != nil {
			return nil, fail("seal", path, err)
		}
		if !entry.Type().IsRegular() {
			return nil, fail("seal", path, errors.New("only files are published, no folders and no links"))
		}
		file, err := sealFile(ctx, path, rows)
		if err != nil {
			return nil, fail("seal", path, err)
		}
		files = append(files, file)
		s.drop.hook("sealed " + file.Name)
	}
	return files, nil
}

func sealFile(ctx context.Context, path string, rows func(path string) (int64, error)) (File, error) {
	file := File{Name: filepath.Base(path)}
	if err := checkFileName(file.Name); err != nil {
		return File{}, err
	}
	if err := syncFile(path); err != nil {
		return File{}, err
	}
	if rows != nil {
		count, err := rows(path)
		if err != nil {
			return File{}, fmt.Errorf("read back the rows: %w", err)
		}
		if count >= 0 {
			file.Rows = &count
		}
	}
	var err error
	file.Size, file.SHA256, err = hashFile(ctx, path)
	return file, err
}

// expect refuses when a file that the caller named is missing or has other rows, size or hash.
func expect(wanted, sealed []File) error {
	byName := make(map[string]File, len(sealed))
	for _, file := range sealed {
		byName[file.Name] = file
	}
	for _, want := range wanted {
		got, ok := byName[want.Name]
		if !ok {
			return fmt.Errorf("the file %s was not written", want.Name)
		}
		if want.Rows != nil && (got.Rows == nil || *got.Rows != *want.Rows) {
			return fmt.Errorf("the file %s should hold %d rows, read back were %s", want.Name, *want.Rows, rowText(got.Rows))
		}
		if want.SHA256 != "" && got.SHA256 != want.SHA256 {
			return fmt.Errorf("the file %s should have the hash %s, read back was %s", want.Name, want.SHA256, got.SHA256)
		}
	}
	if len(sealed) == 0 {
		return errors.New("there is no file to publish")
	}
	return nil
}

func rowText(rows *int64) string {
	if rows == nil {
		return "none"
	}
	return fmt.Sprint(*rows)
}
