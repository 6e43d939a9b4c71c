package source

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// walk gives the entries below the folder. Hidden folders are passed over: they hold what systems keep
// there for themselves, such as earlier snapshots of the folder.
func (s *search) walk(ctx context.Context) ([]entry, error) {
	var entries []entry
	err := fs.WalkDir(s.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			return nil // moved away since the folder was listed
		case err != nil:
			s.problems = append(s.problems, refuseAccess(name, err))
			return nil
		case d.IsDir():
			if name != "." && strings.HasPrefix(path.Base(name), ".") {
				return fs.SkipDir
			}
			return nil
		}
		entries, err = s.consider(entries, name, d)
		return err
	})
	return entries, err
}

// consider adds a file to the entries if it may be an extract.
func (s *search) consider(entries []entry, name string, d fs.DirEntry) ([]entry, error) {
	if passedOver(path.Base(name)) {
		s.found.Ignored = append(s.found.Ignored, name)
		return entries, nil
	}
	claims, err := s.matcher.claims(name)
	if err != nil && !isArchive(name) { // an archive's members have names of their own
		s.problems = append(s.problems, err)
		return entries, nil
	}
	wanted := len(claims) > 0 || isArchive(name) || s.matcher.mayBe(name)
	info, err := s.root.Stat(name)
	switch {
	case err != nil && errors.Is(err, fs.ErrNotExist) && d.Type()&fs.ModeSymlink == 0:
		return entries, nil // moved away since the folder was listed
	case err != nil && (wanted || s.leadsToFolder(name)):
		s.problems = append(s.problems, refuseAccess(name, err))
	case err == nil && wanted && info.Mode().IsRegular():
		return append(entries, entry{name: name, claims: claims, info: info}), nil
	case err == nil && info.Mode().IsRegular():
		s.ignore(s.file(entry{name: name, info: info}))
	default:
		s.found.Ignored = append(s.found.Ignored, name)
	}
	return entries, nil
}

// leadsToFolder tells whether a link that cannot be followed inside the source's folder is one to a
// folder: whoever made it means the files there to be read, so it must not be ignored.
func (s *search) leadsToFolder(name string) bool {
	info, err := os.Stat(filepath.Join(s.folder, filepath.FromSlash(name)))
	return err == nil && info.IsDir()
}
