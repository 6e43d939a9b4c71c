package source

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

const (
	// maxRatio is how much longer than its compressed form a text may be.
	maxRatio = 200
	// ratioFrom is the decompressed size from which the ratio is looked at.
	ratioFrom = 64 << 20
	// maxWindow is how far back a zstd file may refer, which is held in memory; zstd --long takes 128 MiB.
	maxWindow = 128 << 20
)

// stream reads the bytes of a file, through the layers it is packed in. It ends with io.EOF only if
// nothing is missing and the file on disk did not change meanwhile.
type stream struct {
	file   File
	disk   *os.File
	in     io.Reader
	closes []func() error
	packed func() int64 // compressed bytes read so far; nil if nothing is compressed
	read   int64        // bytes given so far
	dense  int64        // bytes given from which on the ratio is looked at
}

// openMember goes on with the member of the archive.
func (s *stream) openMember() error {
	info, err := s.disk.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", s.file.Name, err)
	}
	archive, err := openArchive(s.file.Name, s.disk, info.Size())
	if err != nil {
		return err
	}
	for _, m := range archive.File {
		if memberName(m) != s.file.Member {
			continue
		}
		member, err := m.Open()
		if err != nil {
			return s.broken(err)
		}
		s.in = member
		s.closes = append(s.closes, member.Close)
		s.packed = func() int64 { return int64(m.CompressedSize64) }
		return nil
	}
	return &RefusedError{Name: s.file.Name, Reason: "is not in the archive any more", Hint: "run again"}
}

// unpack goes on with what is packed, if the bytes or the name say that it is gzip or zstd.
func (s *stream) unpack() error {
	counted := &counter{in: s.in}
	buffered := bufio.NewReaderSize(counted, bufferSize)
	magic, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return s.broken(err)
	}
	name := strings.ToLower(s.file.Name)
	switch {
	case strings.HasPrefix(string(magic), "\x1f\x8b\x08"):
		unpacked, err := gzip.NewReader(buffered)
		if err != nil {
			return s.broken(err)
		}
		s.in = unpacked
		s.closes = append(s.closes, unpacked.Close)
	case string(magic) == "\x28\xb5\x2f\xfd":
		unpacked, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return s.broken(err)
		}
		s.in = unpacked
		s.closes = append(s.closes, func() error { unpacked.Close(); return nil })
	case strings.HasSuffix(name, ".gz"):
		return s.notPacked("gzip")
	case strings.HasSuffix(name, ".zst"):
		return s.notPacked("zstd")
	default:
		s.in = buffered
		return nil
	}
	if s.packed == nil {
		s.packed = func() int64 { return counted.read }
	}
	return nil
}

// notPacked refuses a file that is not packed as its name says.
func (s *stream) notPacked(how string) error {
	return &RefusedError{
		Name: s.file.Name, Reason: "is not " + how + ", although its name says so",
		Hint: "export it again, or rename it if it is not compressed",
	}
}

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	s.read += int64(n)
	switch {
	case s.packed != nil && s.read > s.dense && s.read/maxRatio > s.packed():
		return 0, &RefusedError{
			Name:   s.file.Name,
			Reason: fmt.Sprintf("is over %d times as large as its compressed form, which no export is", maxRatio),
			Hint:   "unpack it yourself if it is right",
		}
	case errors.Is(err, io.EOF):
		if changed := s.unchanged(); changed != nil {
			return n, changed
		}
	case err != nil:
		return n, s.broken(err)
	}
	return n, err
}

// unchanged fails if the file on disk is another than the one that was found.
func (s *stream) unchanged() error {
	if s.file.ModTime.IsZero() {
		return nil // not found by Find, so nothing is known of it
	}
	info, err := s.disk.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", s.file.Name, err)
	}
	if info.Size() != s.file.disk || !info.ModTime().Equal(s.file.ModTime) {
		return &RefusedError{
			Name: s.file.Name, Reason: "changed while it was read",
			Hint: "let the export finish before the run, or write it under another name and rename it",
		}
	}
	return nil
}

// broken tells a damaged file from a disk that failed: the file is refused, the disk may recover.
func (s *stream) broken(err error) error {
	var refused *RefusedError
	var disk *fs.PathError
	switch {
	case errors.As(err, &refused):
		return err
	case errors.As(err, &disk):
		return fmt.Errorf("read %s: %w", s.file.Name, err)
	case errors.Is(err, zip.ErrAlgorithm):
		return &RefusedError{
			Name: s.file.Name, Reason: "is packed in a way that is not supported", Err: err,
			Hint: "pack it with plain deflate",
		}
	}
	return &RefusedError{
		Name: s.file.Name, Reason: "is truncated or damaged", Err: err,
		Hint: "copy or export it again",
	}
}

// Close closes the file and its layers.
func (s *stream) Close() error {
	var errs []error
	for i := len(s.closes) - 1; i >= 0; i-- {
		errs = append(errs, s.closes[i]())
	}
	return errors.Join(append(errs, s.disk.Close())...)
}

// counter counts the bytes that pass.
type counter struct {
	in   io.Reader
	read int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.read += int64(n)
	return n, err
}
