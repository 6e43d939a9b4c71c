package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"truce/pipeline/config"
)

// Found is what lies in the folder of a source.
type Found struct {
	Files   []File   // the extracts, by name
	Growing []string // names of files that are still being written; they are for a later run
	Ignored []string // names of all other files: no pattern matches them
}

// Finder looks for the extracts of a source. The zero value is ready for use.
type Finder struct {
	// Settle is how long a file must have been left alone to count as finished; 2 s if zero.
	Settle time.Duration
	// Wait waits, or returns the error of the context; the real clock if nil.
	Wait func(ctx context.Context, d time.Duration) error
}

// Find looks for the extracts of a source as a Finder with its defaults does.
func Find(ctx context.Context, src config.Source, preset Preset, now time.Time) (Found, error) {
	return Finder{}.Find(ctx, src, preset, now)
}

// Find looks for the extracts of a source. What it gives depends on the files alone, and is sorted.
//
// A file that was changed within the settle time, or after now, is looked at again after a wait of
// that time at most; if it changed, it is growing. Errors: *RefusedError if the folder, or something
// in it that may be an extract, cannot be read or trusted; *PatternError if the patterns cannot be
// used; both may be joined with others of their kind, since all files are looked at.
func (f Finder) Find(ctx context.Context, src config.Source, preset Preset, now time.Time) (Found, error) {
	matcher, err := newMatcher(src, preset)
	if err != nil {
		return Found{}, err
	}
	s := &search{src: src, preset: preset.with(src), matcher: matcher, headers: map[string][]string{}}
	entries, err := s.open(ctx, src.Path)
	if err != nil {
		return Found{}, err
	}
	defer s.root.Close() //nolint:errcheck // it was only read
	entries, err = f.settled(ctx, s, entries, now)
	if err != nil {
		return Found{}, err
	}
	for _, at := range entries {
		s.add(at)
	}
	s.addWithin()
	if err := errors.Join(s.problems...); err != nil {
		return Found{}, fmt.Errorf("look for files of source %s: %w", src.Name, err)
	}
	slices.SortFunc(s.found.Files, func(a, b File) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Entity, b.Entity))
	})
	slices.Sort(s.found.Growing)
	slices.Sort(s.found.Ignored)
	return s.found, s.nothing()
}

// entry is a file on disk that may be an extract.
type entry struct {
	name   string  // below the folder, with forward slashes
	claims []claim // none for an archive, or a file whose name says nothing
	info   fs.FileInfo
}

// search is one walk through the folder of a source.
type search struct {
	src      config.Source
	preset   Preset // as the configuration changes it
	matcher  matcher
	folder   string // absolute
	root     *os.Root
	found    Found
	headers  map[string][]string // of the files of which it was read
	others   []File              // that may hold a table, but are of no entity
	problems []error
}

// open gives the entries at the path of the source: of the folder, or the one file that it is.
func (s *search) open(ctx context.Context, location string) ([]entry, error) {
	location, err := filepath.Abs(location)
	if err != nil {
		return nil, fmt.Errorf("find the path of source %s: %w", s.src.Name, err)
	}
	info, err := os.Stat(location)
	if err != nil {
		return nil, s.refuseFolder(location, err)
	}
	s.folder = location
	if !info.IsDir() {
		s.folder = filepath.Dir(location)
	}
	if s.root, err = os.OpenRoot(s.folder); err != nil {
		return nil, s.refuseFolder(location, err)
	}
	var entries []entry
	if info.IsDir() {
		entries, err = s.walk(ctx)
	} else {
		entries, err = s.consider(nil, filepath.Base(location), fs.FileInfoToDirEntry(info))
	}
	if err != nil {
		return nil, errors.Join(err, s.root.Close())
	}
	return entries, nil
}

func (s *search) refuseFolder(location string, err error) error {
	refused := &RefusedError{Name: location, Reason: "cannot be read", Err: err}
	refused.Hint = "check the path of source " + s.src.Name + " and the rights of the user that runs truce"
	var known *fs.PathError
	if errors.As(err, &known) {
		refused.Err = known.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		refused.Reason, refused.Err = "does not exist", nil
		refused.Hint = "correct the path of source " + s.src.Name + ", or mount the share that it is on"
	}
	return refused
}

// add turns an entry into files.
func (s *search) add(at entry) {
	if isArchive(at.name) {
		if err := s.members(at); err != nil {
			s.problems = append(s.problems, err)
		}
		return
	}
	file := s.file(at)
	disk, err := file.openDisk()
	if err != nil {
		s.problems = append(s.problems, refuseAccess(at.name, err))
		return
	}
	if err := disk.Close(); err != nil {
		s.problems = append(s.problems, fmt.Errorf("close %s: %w", at.name, err))
	}
	s.take(file, at.claims)
}

// file gives the file of an entry, of no entity yet.
func (s *search) file(at entry) File {
	return File{
		Source: s.src.Name,
		Path:   filepath.Join(s.folder, filepath.FromSlash(at.name)), Name: at.name,
		Size: at.info.Size(), ModTime: at.info.ModTime(), Date: dateOf(at.name),
		root: s.folder, disk: at.info.Size(),
	}
}

func isArchive(name string) bool { return strings.EqualFold(path.Ext(name), ".zip") }
