package load

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"truce/pipeline/lex"
)

// head is the beginning of a file: its header, and what was read beyond it.
type head struct {
	plan    *plan
	dialect lex.Dialect
	counts  Counts
	lines   int64  // up to and with the header
	data    []byte // read beyond the header
	last    bool   // nothing follows data
	line    int64  // of the header
}

// maxHeader is how long a header may be, in bytes.
const maxHeader = 1 << 20

// maxBefore is how many blank lines and comments may precede the header.
const maxBefore = 1000

// readHead reads up to the header, which is the first record that is not empty.
func readHead(r *blockReader, x *Extract, tune tuning) (*head, error) {
	var data []byte
	for {
		block, last, err := r.next()
		if err != nil {
			return nil, err
		}
		if data = append(data, block...); len(data) == 0 && last {
			return nil, &RefusedError{Reason: "it is empty", Hint: "export it again"}
		}
		if last || bytes.ContainsAny(block, "\r\n") {
			h, err := findHead(data, last, x, tune)
			if h != nil || err != nil {
				return h, err
			}
		}
		if len(data)-lastLineEnd(data) > maxHeader || len(data) > tune.recordLimit {
			return nil, noHeader()
		}
	}
}

func noHeader() error {
	return &RefusedError{Line: 1, Reason: "it begins with no header line", Hint: "check that this is a CSV file"}
}

// findHead finds the header in the beginning of a file. It gives nothing if that is too short to tell.
func findHead(data []byte, last bool, x *Extract, tune tuning) (*head, error) {
	h := &head{last: last, lines: -int64(btoi(x.HeaderApart))}
	h.dialect = lex.Dialect{
		Delimiter: x.Delimiter, Comment: x.Comments, FieldLimit: tune.fieldLimit, RecordLimit: tune.recordLimit,
	}
	rest := data
	for {
		d := h.dialect
		if d.Delimiter == 0 {
			d.Delimiter = delimiters()[0]
		}
		lexer := lex.New(d)
		lexer.Reset(rest, last, false)
		kind := lexer.Next()
		start := lexer.Start()
		line := rest[start:lexer.End()]
		switch {
		case kind == lex.End && last:
			return nil, &RefusedError{Reason: "it has nothing but blank lines", Hint: "export it again"}
		case kind == lex.End || kind == lex.Incomplete:
			return nil, nil
		case kind == lex.Blank:
			h.counts.Blank++
		case kind == lex.Comment:
			h.counts.Ignored++
		case h.declares(line):
			h.counts.Ignored++
		case kind == lex.Record && h.isEmpty(line):
			h.counts.Blank++
		default:
			return h.settle(rest, x)
		}
		h.counts.Records++
		if h.counts.Records > maxBefore {
			return nil, noHeader()
		}
		h.lines += lexer.Lines()
		rest = rest[lexer.End():]
	}
}

// isEmpty tells whether a line has nothing but delimiters.
func (h *head) isEmpty(line []byte) bool {
	marks := delimiters()
	if h.dialect.Delimiter != 0 {
		marks = []byte{h.dialect.Delimiter}
	}
	return len(bytes.Trim(line, " \t\r\n"+string(marks))) == 0
}

// declares reads the line sep=; with which Excel is told the delimiter.
func (h *head) declares(line []byte) bool {
	line = trim(line)
	if h.lines > 0 || len(line) != 5 || !bytes.EqualFold(line[:4], []byte("sep=")) {
		return false
	}
	if h.dialect.Delimiter == 0 {
		h.dialect.Delimiter = line[4]
	}
	return true
}

// settle reads the header at the beginning of the text and lays out the columns.
func (h *head) settle(text []byte, x *Extract) (*head, error) {
	h.line = h.lines + 1
	if h.dialect.Delimiter == 0 {
		h.dialect.Delimiter = detect(x, text, h.dialect, h.last)
	}
	lexer := lex.New(h.dialect)
	lexer.Reset(text, h.last, false)
	switch lexer.Next() {
	case lex.Record:
	case lex.Incomplete:
		return nil, nil
	default:
		return nil, &RefusedError{
			Line: h.line, Reason: "the header line is malformed: text follows a closing quote or a quote is never closed",
			Hint: "check that this is a CSV file, and set delimiter and encoding for the extract",
		}
	}
	if lexer.End() > maxHeader {
		return nil, noHeader()
	}
	h.plan = newPlan(x, headerNames(text, lexer.Fields()), h.dialect.Delimiter)
	h.dialect.Fields = len(h.plan.headers)
	h.counts.Header, h.counts.Records = 1, h.counts.Records+1
	h.lines += lexer.Lines()
	h.data = text[lexer.End():]
	return h, nil
}

// check refuses a header that cannot be used, with the first of its problems.
func (h *head) check() error {
	refused, warnings := h.plan.problems(h.line)
	if len(refused) > 0 {
		first := *refused[0]
		if len(refused) > 1 {
			first.Reason = fmt.Sprintf("%s (the first of %d problems; truce check lists them)", first.Reason, len(refused))
		}
		return &first
	}
	h.plan.warnings = append(h.plan.warnings, warnings...)
	return nil
}

// same makes sure that a file that is read a second time is still the same.
func (h *head) same(first *head) error {
	if slices.Equal(h.plan.headers, first.plan.headers) && h.dialect == first.dialect {
		return nil
	}
	return fmt.Errorf("the header changed while the file was read: %w", io.ErrUnexpectedEOF)
}
