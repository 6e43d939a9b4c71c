package convert

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Limits of a table, which are those of a sheet in Excel.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// portion is how much text is converted at once, in bytes.
const portion = 64 << 10

// UnreadableError says why a file cannot be converted.
type UnreadableError struct {
	Reason string // what is wrong, as the rest of a sentence that starts with the file's name
	Hint   string // what to do about it
	Err    error  // the cause, if another error is one
}

// Error gives what is wrong and what to do.
func (e *UnreadableError) Error() string {
	text := e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text + "; " + e.Hint
}

// Unwrap gives the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }

// lines gives the text of a table piece by piece.
type lines interface {
	// next appends the lines that come next; io.EOF says that none are left.
	next(out []byte) ([]byte, error)
	close() error
}

// Reader gives the text of a file. It implements io.ReadCloser. Errors of Read are *UnreadableError,
// those of the file below, and those of the format's decoder, which say that the file is damaged.
type Reader struct {
	lines  lines
	buffer []byte
	text   []byte // of the buffer, not read yet
	err    error  // behind the text
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.text) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.buffer = r.buffer[:0]
		r.err = guard(func() (err error) {
			for err == nil && len(r.buffer) < portion {
				r.buffer, err = r.lines.next(r.buffer)
			}
			return err
		})
		r.text = r.buffer
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

// Close frees what the format needs. What the file was read from stays open.
func (r *Reader) Close() error { return guard(r.lines.close) }

// guard turns a panic into an error, for libraries trust the files that they read.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &UnreadableError{
				Reason: "is damaged, or written in a way that is not known", Err: fmt.Errorf("%v", p),
				Hint: "export it again, or as CSV",
			}
		}
	}()
	return f()
}

// appendLine appends a record. A line of nothing but blanks would be none, so a single blank cell is quoted.
func appendLine(out []byte, cells [][]byte) []byte {
	if len(cells) == 1 && len(bytes.Trim(cells[0], " \t")) == 0 {
		return append(append(append(out, '"'), cells[0]...), '"', '\n')
	}
	for i, cell := range cells {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendCell(out, cell)
	}
	return append(out, '\n')
}

// appendCell appends a field in quotes if it needs them. A line break becomes a blank.
func appendCell(out, text []byte) []byte {
	if !bytes.ContainsAny(text, ",\"\r\n") {
		return append(out, text...)
	}
	out = append(out, '"')
	for i, b := range text {
		switch {
		case b == '"':
			out = append(out, `""`...)
		case b == '\n' && i > 0 && text[i-1] == '\r': // said already
		case b == '\r' || b == '\n':
			out = append(out, ' ')
		default:
			out = append(out, b)
		}
	}
	return append(out, '"')
}

// ended turns the end of a file before its table is complete into an error.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
