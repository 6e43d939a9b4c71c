package source

import (
	"errors"
	"fmt"
	"io"
	"os"

	"truce/pipeline/source/convert"
)

// text gives the text of the file; it closes the content if that fails.
func (c *content) text(f File, encoding string) (*Text, error) {
	if c.format == Delimited {
		return c.plain, nil
	}
	if c.format == JSONLines {
		return c.jsonLines(f, encoding)
	}
	from, size, err := c.random()
	if err != nil {
		return nil, errors.Join(err, c.stream.Close())
	}
	var table *convert.Reader
	if c.format == Workbook {
		table, err = convert.Workbook(from, size, f.Sheet)
	} else {
		table, err = convert.Parquet(from, size)
	}
	if err != nil {
		return nil, errors.Join(c.stream.unconvertible(err), c.stream.Close())
	}
	return newConverted(table, UTF8, c.stream), nil
}

// jsonLines reads the file for its columns and opens it again for its rows.
func (c *content) jsonLines(f File, encoding string) (*Text, error) {
	keys, err := convert.Keys(c.plain)
	if err = errors.Join(c.stream.unconvertible(err), c.plain.Close()); err != nil {
		return nil, err
	}
	again, err := f.open(encoding)
	if err != nil {
		return nil, err
	}
	return newConverted(convert.JSONLines(again.plain, keys), c.plain.Encoding(), again.stream), nil
}

// random gives the file for reading at any place, and its size: the file on disk, or a temporary copy
// of what is packed.
func (c *content) random() (io.ReaderAt, int64, error) {
	s := c.stream
	if s.packed == nil {
		info, err := s.disk.Stat()
		if err != nil {
			return nil, 0, fmt.Errorf("look at %s: %w", s.file.Name, err)
		}
		return s.disk, info.Size(), nil
	}
	spool, err := os.CreateTemp("", "truce-*")
	if err != nil {
		return nil, 0, fmt.Errorf("unpack %s: %w", s.file.Name, err)
	}
	// Where an open file can be removed, nothing stays behind even if the process is killed.
	removed := os.Remove(spool.Name())
	s.closes = append(s.closes, func() error {
		err := spool.Close()
		if removed != nil {
			err = errors.Join(err, os.Remove(spool.Name()))
		}
		return err
	})
	if _, err := spool.Write(c.head); err != nil {
		return nil, 0, fmt.Errorf("unpack %s: %w", s.file.Name, err)
	}
	rest, err := io.CopyBuffer(spool, struct{ io.Reader }{s}, make([]byte, bufferSize))
	if err != nil {
		return nil, 0, fmt.Errorf("unpack %s: %w", s.file.Name, err)
	}
	return spool, int64(len(c.head)) + rest, nil
}

// newConverted gives the text of a table that is read from a stream.
func newConverted(table *convert.Reader, encoding Encoding, s *stream) *Text {
	return &Text{
		in: &converted{table: table, stream: s}, encoding: encoding,
		close: func() error { return errors.Join(table.Close(), s.Close()) },
	}
}

// converted reads the text of a table.
type converted struct {
	table  *convert.Reader
	stream *stream
}

// Read implements io.Reader.
func (c *converted) Read(p []byte) (int, error) {
	n, err := c.table.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		if changed := c.stream.unchanged(); changed != nil {
			return n, changed
		}
	case err != nil:
		return n, c.stream.unconvertible(err)
	}
	return n, err
}

// unconvertible explains why a file could not be converted.
func (s *stream) unconvertible(err error) error {
	var unreadable *convert.UnreadableError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unreadable):
		return &RefusedError{Name: s.file.Name, Reason: unreadable.Reason, Hint: unreadable.Hint, Err: unreadable.Err}
	}
	return s.broken(err)
}
