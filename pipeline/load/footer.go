package load

import (
	"bytes"
	"slices"

	"truce/pipeline/lex"
)

const (
	maxFooters    = 1000    // so many of the last records may be footers
	maxFooterSize = 4 << 10 // bytes
)

// footer is a record that is a footer if no ordinary record follows.
type footer struct {
	raw         []byte
	line, place int64 // lines and records before it
	problem     lex.Problem
}

// footerQueue holds the records that may be footers, since the last ordinary record.
type footerQueue struct {
	prefixes []string
	begun    bool // there are some already in the blocks before
	queue    []footer
}

func (q *footerQueue) reset() { q.queue, q.begun = q.queue[:0], false }

// admits tells whether a record may be a footer: its first field starts with one of the prefixes, or it
// follows one that may be and is as wide as no row.
func (q *footerQueue) admits(r record) bool {
	if len(q.prefixes) == 0 || len(r.raw) > maxFooterSize {
		return false
	}
	if r.problem == lex.FieldCount && (q.begun || len(q.queue) > 0) {
		return true
	}
	text := bytes.TrimLeft(r.raw, " \t\"")
	return slices.ContainsFunc(q.prefixes, func(prefix string) bool {
		return len(text) >= len(prefix) && string(text[:len(prefix)]) == prefix
	})
}

// push adds a record. If the queue is full, the oldest one is no footer and is given back.
func (q *footerQueue) push(r record) (footer, bool) {
	q.queue = append(q.queue, footer{raw: r.raw, line: r.line, place: r.place, problem: r.problem})
	if len(q.queue) <= maxFooters {
		return footer{}, false
	}
	oldest := q.queue[0]
	q.queue = q.queue[1:]
	return oldest, true
}

// carry gives the queue for the next block: with its own bytes, and with places that count from the
// start of the file.
func (q *footerQueue) carry(lines, records int64) []footer {
	out := make([]footer, len(q.queue))
	for i, f := range q.queue {
		out[i] = footer{
			raw: slices.Clone(f.raw), line: f.line + lines, place: f.place + records, problem: f.problem,
		}
	}
	return out
}
