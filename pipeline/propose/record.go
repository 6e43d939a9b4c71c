package propose

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"truce/pipeline/lex"
)

const (
	blockSize   = 1 << 20
	headerLimit = 4 << 20
)

// errCrooked says that a record is malformed.
var errCrooked = errors.New("a record is malformed")

// records splits text into records.
type records struct {
	in    io.Reader
	size  int
	data  []byte
	ended bool
	lexer *lex.Lexer
	lines int64 // before data
}

// fill reads more text behind what is left.
func (r *records) fill() error {
	if r.lexer != nil {
		r.lines += r.lexer.Line()
		r.data = append(r.data[:0:0], r.data[r.lexer.Start():]...)
	}
	more := make([]byte, blockSize)
	n, err := io.ReadFull(r.in, more)
	r.data = append(r.data, more[:n]...)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		r.ended, err = true, nil
	}
	if n := len(r.data); err == nil && !r.ended && n > 0 && r.data[n-1] == '\r' {
		one := make([]byte, 1)
		read, err := io.ReadFull(r.in, one)
		r.data, r.ended = append(r.data, one[:read]...), err != nil
	}
	if r.lexer != nil {
		r.lexer.Reset(r.data, r.ended, false)
	}
	if len(r.data) > 8*r.size {
		return fmt.Errorf("a record is longer than %d MiB", 8*r.size>>20)
	}
	return err
}

// delimiter gives what splits the first record into the most fields.
func (r *records) delimiter() byte {
	best, most := byte(','), 0
	for _, d := range []byte{',', ';', '\t', '|'} {
		l := lex.New(lex.Dialect{Delimiter: d})
		l.Reset(r.data, r.ended, false)
		kind := l.Next()
		for kind == lex.Blank {
			kind = l.Next()
		}
		if n := len(l.Fields()); kind == lex.Record && n > most {
			best, most = d, n
		}
	}
	return best
}

func (r *records) open(delimiter byte) {
	r.lexer = lex.New(lex.Dialect{Delimiter: delimiter})
	r.data = bytes.TrimPrefix(r.data, []byte("\ufeff"))
	r.lexer.Reset(r.data, r.ended, false)
}

// line gives the line of the file on which the record begins that next gave, from 1.
func (r *records) line() int64 { return r.lines + r.lexer.Line() + 1 }

// next gives the cells of the next record; io.EOF at the end, errCrooked for a malformed one.
func (r *records) next() ([]string, error) {
	for {
		switch r.lexer.Next() {
		case lex.Record:
			fields := r.lexer.Fields()
			cells := make([]string, len(fields))
			for i, s := range fields {
				text := r.data[s.Start:s.End]
				if s.Escaped {
					text = lex.Unescape(nil, text)
				}
				cells[i] = string(text)
			}
			return cells, nil
		case lex.Malformed:
			return nil, errCrooked
		case lex.End:
			if r.ended {
				return nil, io.EOF
			}
			if err := r.fill(); err != nil {
				return nil, err
			}
		case lex.Incomplete:
			if err := r.fill(); err != nil {
				return nil, err
			}
		}
	}
}
