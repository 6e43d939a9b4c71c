package source

import (
	"archive/zip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/flate"
)

// openArchive reads the table of contents of a zip archive and refuses what must not be trusted.
func openArchive(name string, disk *os.File, size int64) (*zip.Reader, error) {
	archive, err := zip.NewReader(disk, size)
	var failed *fs.PathError
	switch {
	case errors.As(err, &failed):
		return nil, fmt.Errorf("read %s: %w", name, err)
	case err != nil && !errors.Is(err, zip.ErrInsecurePath): // names are checked below
		return nil, &RefusedError{
			Name: name, Reason: "is no complete zip archive", Err: err,
			Hint: "copy or export it again",
		}
	}
	archive.RegisterDecompressor(zip.Deflate, flate.NewReader)
	seen := map[string]bool{}
	for _, m := range archive.File {
		member := memberName(m)
		refuse := func(reason string) error {
			return &RefusedError{
				Name: name + "!" + member, Reason: reason,
				Hint: "pack the archive again",
			}
		}
		switch {
		case !filepath.IsLocal(strings.TrimSuffix(member, "/")) || strings.Index(member, ":") == 1:
			return nil, refuse("has a name that leads out of the archive")
		case seen[member]:
			return nil, refuse("is in the archive twice")
		case m.Flags&1 != 0:
			return nil, refuse("is encrypted")
		}
		seen[member] = true
	}
	return archive, nil
}

// memberName gives the name of a member with forward slashes, which archives made on Windows may lack.
func memberName(m *zip.File) string {
	return strings.ToValidUTF8(strings.ReplaceAll(m.Name, `\`, "/"), "?")
}

// members adds the members of an archive to what was found.
func (s *search) members(at entry) error {
	file := s.file(at)
	disk, err := file.openDisk()
	if err != nil {
		return refuseAccess(at.name, err)
	}
	defer disk.Close() //nolint:errcheck // it was only read
	archive, err := openArchive(at.name, disk, at.info.Size())
	if err != nil {
		return err
	}
	for _, m := range archive.File {
		if m.FileInfo().IsDir() {
			continue
		}
		member := file
		member.Member = memberName(m)
		member.Name = at.name + "!" + member.Member
		member.Size = int64(m.CompressedSize64)
		if member.Date == nil {
			member.Date = dateOf(member.Member)
		}
		claims, err := s.memberClaims(at.name, member.Member)
		if err != nil {
			return err
		}
		s.take(member, claims)
	}
	return nil
}
