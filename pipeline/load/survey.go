package load

import (
	"bytes"
	"context"
	"slices"
	"unicode/utf8"

	"truce/pipeline/lex"
)

// sightings are what the cells of one column said about its format, by the first line that said it.
type sightings [forSecond + 1]int64

// survey collects what the cells of a file say about the formats that are not declared.
type survey struct {
	plan    *plan
	cells   cells
	arena   arena
	columns []int   // of the plan, that have a format to decide
	sources [][]int // the places in the file of each of them
	seen    []sightings
	whole   bool // the file was looked at to its end
}

func newSurvey(p *plan) *survey {
	s := &survey{plan: p}
	s.cells = newCells(p, &s.arena)
	for _, i := range p.formatted() {
		if !p.columns[i].decision().declared() {
			s.columns = append(s.columns, i)
			s.sources = append(s.sources, p.sources(i))
		}
	}
	s.seen = make([]sightings, len(s.columns))
	return s
}

// read looks at all well-formed records of blocks that the reader still has, and of the text that
// was read before, which begins where a record does after this many lines.
func (s *survey) read(ctx context.Context, data []byte, last bool, lines int64, d lex.Dialect, r *blockReader) error {
	lexer, skipping := lex.New(d), false
	for {
		lexer.Reset(data, last, skipping)
		s.block(lexer, data, lines)
		if last || r == nil {
			s.whole = last
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		skipping = lexer.Skipping()
		lines += lexer.Lines()
		tail := slices.Clone(data[lexer.Start():])
		r.release(data)
		var err error
		if data, last, err = r.next(); err != nil {
			return err
		}
		if len(tail) > 0 {
			data = append(tail, data...)
		}
	}
}

// block looks at the records of one block.
func (s *survey) block(lexer *lex.Lexer, data []byte, lines int64) {
	damage := examine(data)
	s.cells.wide = damage.wide
	s.arena.reset()
	for {
		switch lexer.Next() {
		case lex.End, lex.Incomplete:
			return
		case lex.Record:
			raw := data[lexer.Start():lexer.End()]
			if damage.nul && bytes.IndexByte(raw, 0) >= 0 || damage.encoding && !utf8.Valid(raw) {
				continue
			}
			s.look(data, lexer.Fields(), lines+lexer.Line()+1)
		}
	}
}

// look notes what the cells of a record say. Its line counts from 1.
func (s *survey) look(data []byte, fields []lex.Span, line int64) {
	if !s.cells.chosen(data, fields) {
		return
	}
	for n, i := range s.columns {
		col := &s.plan.columns[i]
		for _, source := range s.sources[n] {
			text := s.cells.content(col, data, fields[source])
			if s.cells.isNothing(text) {
				continue
			}
			if says := col.weigh(text); s.seen[n][says] == 0 {
				s.seen[n][says] = line
			}
		}
	}
}
