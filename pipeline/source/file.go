package source

import (
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/zeebo/xxh3"
)

// bufferSize is how much is read from disk at once, where the reader does not say.
const bufferSize = 256 << 10

// File is one extract.
type File struct {
	Source, Entity string
	Export         int        // which of the preset's exports of the entity the file is
	Sheet          string     // of a workbook; "" for its first visible one
	Path           string     // absolute path on disk
	Member         string     // member of the zip archive at Path; "" if the file is no archive
	Name           string     // path below the source's folder with forward slashes, and "!member" for members
	Size           int64      // bytes on disk; for a member its compressed bytes
	ModTime        time.Time  // of the file on disk
	Date           *time.Time // date in the name, midnight UTC; nil if there is none. Members have their archive's

	root string // folder that Path must not leave, "" for no limit
	disk int64  // bytes of the file at Path
}

// Open gives the text of the file, decompressed and as UTF-8 without byte order mark, and its
// encoding. An empty encoding is detected; the reader is a *Text, which knows the encoding better
// once all is read. What cannot be decoded becomes the byte 0xFF, which is invalid UTF-8.
//
// A workbook, a Parquet file or JSON Lines become the text of a CSV file; package convert says how.
// JSON Lines are read to the end to know their columns. The encoding of the other two is UTF8,
// whatever is declared.
//
// A file that is truncated, damaged, unreadable or of no known format gives a *RefusedError, from Open
// or from any Read: the end of the text is reported only after checksums agreed and the file on disk
// is still the one that was found.
func (f File) Open(encoding string) (io.ReadCloser, Encoding, error) {
	opened, err := f.open(encoding)
	if err != nil {
		return nil, "", err
	}
	text, err := opened.text(f, encoding)
	if err != nil {
		return nil, "", err
	}
	return text, text.Encoding(), nil
}

// ContentHash gives "xxh3:" and 32 hex digits over the bytes of the file, for a member over its
// decompressed bytes. It reads the whole file; errors are those of Open.
func (f File) ContentHash() (string, error) {
	s, err := f.stream()
	if err != nil {
		return "", err
	}
	hash := xxh3.New()
	_, err = io.CopyBuffer(hash, s, make([]byte, 1<<20))
	if err := errors.Join(err, s.Close()); err != nil {
		return "", err
	}
	sum := hash.Sum128().Bytes()
	return "xxh3:" + hex.EncodeToString(sum[:]), nil
}

// stream gives the bytes of the file or of the member.
func (f File) stream() (*stream, error) {
	disk, err := f.openDisk()
	if err != nil {
		return nil, refuseAccess(f.Name, err)
	}
	s := &stream{file: f, disk: disk, in: disk, dense: ratioFrom}
	if f.Member != "" {
		if err := s.openMember(); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

func (f File) openDisk() (*os.File, error) {
	if f.root == "" {
		return os.Open(f.Path)
	}
	name, err := filepath.Rel(f.root, f.Path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: f.Path, Err: err}
	}
	return os.OpenInRoot(f.root, name)
}
