package lex

import "bytes"

// Limits of a field and of a record, in bytes, where a Dialect does not set its own.
const (
	DefaultFieldLimit  = 1 << 20
	DefaultRecordLimit = 16 << 20
)

const quote = '"'

// Dialect says how the text is to be split.
type Dialect struct {
	Delimiter   byte
	Fields      int    // how many fields a record has; 0 takes any number
	Comment     string // a record that starts with this is one line of comment; "" means none
	FieldLimit  int    // longest field in bytes of text, 0 means DefaultFieldLimit
	RecordLimit int    // longest record in bytes of text, 0 means DefaultRecordLimit
}

// Kind says what Next found.
type Kind uint8

// The kinds of what Next finds.
const (
	End        Kind = iota // every byte of the block is used up
	Incomplete             // the record at Start needs bytes of the next block
	Record                 // a record; Fields holds its fields
	Blank                  // a line of nothing but blanks
	Comment                // a line of comment
	Malformed              // the first line of a malformed record; Problem says why
)

// Problem says why a record is malformed.
type Problem uint8

// The problems of a malformed record.
const (
	NoProblem      Problem = iota
	TextAfterQuote         // text follows a closing quote
	FieldCount             // more or fewer fields than expected
	Unclosed               // a quote is never closed
	TooLong                // a field or the record is longer than its limit
)

// Span is where a field's text is, without its quotes. The positions count from the block's start.
type Span struct {
	Start, End int32
	Escaped    bool // the text holds doubled quotes; see Unescape
}

// Lexer walks over the records of one block after the other. The zero value is not usable; see New.
type Lexer struct {
	dialect Dialect
	data    []byte
	final   bool
	hasCR   bool
	skip    bool

	spans      []Span
	start, end int
	line, next int64
	problem    Problem
}

// New gives a lexer for the dialect. Reset gives it text.
func New(d Dialect) *Lexer {
	if d.FieldLimit == 0 {
		d.FieldLimit = DefaultFieldLimit
	}
	if d.RecordLimit == 0 {
		d.RecordLimit = DefaultRecordLimit
	}
	return &Lexer{dialect: d}
}

// Reset starts on a block, which begins where a record does, or inside a line that is given up if
// skipping is set (see Skipping). Final says that no block follows. A block that is not final must
// not end between the CR and the LF of one line end. The block must stay unchanged while it is
// lexed, and be shorter than 2 GiB.
func (l *Lexer) Reset(data []byte, final, skipping bool) {
	l.data, l.final, l.skip = data, final, skipping
	l.hasCR = bytes.IndexByte(data, '\r') >= 0
	l.start, l.end, l.line, l.next = 0, 0, 0, 0
	l.spans = l.spans[:0]
	if skipping {
		l.end, l.skip = l.lineEnd(0)
	}
}

// Start is where the thing begins that Next found, counted from the block's start.
func (l *Lexer) Start() int { return l.start }

// End is where the next thing begins.
func (l *Lexer) End() int { return l.end }

// Line tells how many lines of the block precede the thing that Next found.
func (l *Lexer) Line() int64 { return l.line }

// Lines tells how many lines began before End. A line that is given up across blocks counts where
// it began.
func (l *Lexer) Lines() int64 { return l.next }

// Skipping tells, at the end of a block, whether the last line is given up and goes on in the next.
func (l *Lexer) Skipping() bool { return l.skip }

// Fields are the fields of the record that Next found. They are overwritten by the next call.
func (l *Lexer) Fields() []Span { return l.spans }

// Problem says why the record that Next found is malformed.
func (l *Lexer) Problem() Problem { return l.problem }

// Next finds the next record, line of comment or blank line.
func (l *Lexer) Next() Kind {
	l.start, l.line, l.problem = l.end, l.next, NoProblem
	if l.start >= len(l.data) {
		return End
	}
	if kind, special := l.special(); special {
		return kind
	}
	end, quoted, problem, decided := l.record()
	switch {
	case !decided:
		return Incomplete
	case problem != NoProblem:
		l.problem = problem
		l.giveUpLine()
		return Malformed
	}
	l.end = end
	l.next++
	if quoted {
		l.next = l.line + l.countLines(l.data[l.start:end])
	}
	return Record
}

// special handles what is not a record: comments and blank lines.
func (l *Lexer) special() (Kind, bool) {
	rest := l.data[l.start:]
	if c := l.dialect.Comment; c != "" {
		if len(rest) < len(c) && !l.final && c[:len(rest)] == string(rest) {
			return Incomplete, true
		}
		if len(rest) >= len(c) && string(rest[:len(c)]) == c {
			l.giveUpLine()
			return Comment, true
		}
	}
	if rest[0] > ' ' {
		return End, false
	}
	n := 0
	for n < len(rest) && n <= l.dialect.FieldLimit && (rest[n] == ' ' || rest[n] == '\t' && l.dialect.Delimiter != '\t') {
		n++
	}
	switch {
	case n > l.dialect.FieldLimit:
		return End, false
	case n == len(rest) && !l.final:
		return Incomplete, true
	case n == len(rest) || rest[n] == '\n' || rest[n] == '\r':
		l.giveUpLine()
		return Blank, true
	}
	return End, false
}

// record reads the fields of the record at start. It tells where the record ends, whether it has a
// quoted field, what is wrong with it, and whether the block was enough to decide.
func (l *Lexer) record() (end int, quoted bool, problem Problem, decided bool) {
	l.spans = l.spans[:0]
	data, pos := l.data, l.start
	for {
		if pos < len(data) && data[pos] == quote {
			quoted = true
			pos, problem, decided = l.quotedField(pos + 1)
		} else {
			pos, problem, decided = l.plainField(pos)
		}
		if !decided || problem != NoProblem {
			return pos, quoted, problem, decided
		}
		if pos-l.start > l.dialect.RecordLimit {
			return pos, quoted, TooLong, true
		}
		if pos < len(data) && data[pos] == l.dialect.Delimiter {
			if len(l.spans) == l.dialect.Fields {
				return pos, quoted, FieldCount, true
			}
			pos++
			continue
		}
		if l.dialect.Fields > 0 && len(l.spans) != l.dialect.Fields {
			return pos, quoted, FieldCount, true
		}
		return l.afterLineEnd(pos), quoted, NoProblem, true
	}
}

// plainField reads a field without quotes that begins at pos, up to its delimiter or line end.
func (l *Lexer) plainField(pos int) (int, Problem, bool) {
	end := findSpecial(l.data, pos, l.dialect.Delimiter)
	switch {
	case end-pos > l.dialect.FieldLimit:
		return end, TooLong, true
	case end == len(l.data) && !l.final:
		return end, NoProblem, false
	}
	l.spans = append(l.spans, Span{Start: int32(pos), End: int32(end)})
	return end, NoProblem, true
}

// quotedField reads a field whose text begins at pos, after the quote, up to what follows the
// closing quote.
func (l *Lexer) quotedField(pos int) (int, Problem, bool) {
	data, limit := l.data, pos+l.dialect.FieldLimit
	escaped := false
	for at := pos; ; {
		q := findQuote(data, at)
		switch {
		case q > limit || q == len(data) && len(data) > limit+1:
			return l.tooLongQuote()
		case q == len(data):
			return q, Unclosed, l.final
		case q+1 == len(data):
			if !l.final {
				return q, NoProblem, false
			}
			l.spans = append(l.spans, Span{Start: int32(pos), End: int32(q), Escaped: escaped})
			return q + 1, NoProblem, true
		}
		switch data[q+1] {
		case quote:
			escaped = true
			at = q + 2
		case l.dialect.Delimiter, '\n', '\r':
			l.spans = append(l.spans, Span{Start: int32(pos), End: int32(q), Escaped: escaped})
			return q + 1, NoProblem, true
		default:
			return q + 1, TextAfterQuote, true
		}
	}
}

// tooLongQuote tells a field that is too long in itself from a quote that swallows line after line.
func (l *Lexer) tooLongQuote() (int, Problem, bool) {
	within := l.data[l.start:min(len(l.data), l.start+l.dialect.FieldLimit)]
	if bytes.IndexByte(within, '\n') >= 0 || bytes.IndexByte(within, '\r') >= 0 {
		return l.start, Unclosed, true
	}
	return l.start, TooLong, true
}

// giveUpLine takes the line at start as a whole, whatever it holds.
func (l *Lexer) giveUpLine() {
	l.end, l.skip = l.lineEnd(l.start)
	l.next++
}
