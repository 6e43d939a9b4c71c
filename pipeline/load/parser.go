package load

import (
	"bytes"
	"unicode/utf8"

	"truce/pipeline/lex"
)

// refusal is one quarantined row.
type refusal struct {
	line   int64 // lines before it in the block
	column int16 // of the plan, or -1
	rule   rule
	hash   uint64 // of the key, if known
	known  bool
}

// record is one record as the lexer found it.
type record struct {
	data    []byte // what the fields' positions count in
	raw     []byte
	fields  []lex.Span
	line    int64 // lines before it in the block
	place   int64 // records before it in the block
	problem lex.Problem
}

// parser turns one block after the other into typed rows and refusals.
type parser struct {
	plan    *plan
	columns []column // as the plan's, with own number formats
	lexer   *lex.Lexer
	cells   cells
	batch   batch
	arena   arena
	refused []refusal
	footers footerQueue
	stop    *refusal // the first row that ends the load: it contradicts or unsettles a format

	found []spreadRow // rows that the record at hand becomes
	aside values      // of these rows

	ordinary       bool // the block has a record that is no footer
	blank, ignored int64
	records        int64 // without blank lines and comments
	left           int64 // records that Extract.Only leaves out
	consumed       int   // bytes of the block that are decided
	lines          int64 // lines that began in them
	skipping       bool  // the last line is given up and goes on in the next block
	damage         damage
}

// damage tells what kinds of bytes a block has that need care, so that plain blocks need not be
// looked at again.
type damage struct{ encoding, nul, control, wide bool }

func newParser(p *plan, d lex.Dialect) *parser {
	ps := &parser{plan: p, columns: p.clone(), lexer: lex.New(d)}
	ps.cells = newCells(p, &ps.arena)
	ps.footers.prefixes = p.extract.Footers
	ps.batch.columns = make([]values, len(p.columns))
	return ps
}

// parse reads one block. See lex.Lexer.Reset. Records of the blocks before may be footers, if one has
// begun there.
func (p *parser) parse(data []byte, final, skipping, footing bool) {
	p.batch.reset()
	p.arena.reset()
	p.footers.reset()
	p.footers.begun = footing
	p.refused, p.stop, p.ordinary = p.refused[:0], nil, false
	p.blank, p.ignored, p.records, p.left = 0, 0, 0, 0
	for i := range p.columns {
		if n := p.columns[i].number; n != nil {
			n.pointSeen = false
		}
	}
	p.examine(data)
	p.lexer.Reset(data, final, skipping)
	for {
		kind := p.lexer.Next()
		switch kind {
		case lex.End, lex.Incomplete:
			p.consumed, p.lines, p.skipping = p.lexer.Start(), p.lexer.Lines(), p.lexer.Skipping()
			return
		case lex.Blank:
			p.blank++
			continue
		case lex.Comment:
			p.ignored++
			continue
		}
		r := record{
			data: data, raw: data[p.lexer.Start():p.lexer.End()], fields: p.lexer.Fields(),
			line: p.lexer.Line(), place: p.records, problem: p.lexer.Problem(),
		}
		switch {
		case !p.isEmpty(&r):
			p.record(r)
		case p.lexer.Skipping():
			// Whether the rest of the line is empty too is for the next block to tell.
			p.consumed, p.lines, p.skipping = p.lexer.Start(), p.lexer.Line(), false
			return
		default:
			p.blank++
		}
	}
}

// examine looks for bytes that need care.
func (p *parser) examine(data []byte) {
	p.damage = examine(data)
	p.cells.wide = p.damage.wide
}

// isEmpty tells whether a record is what spreadsheets leave of an empty row: nothing in any field, or
// a line of nothing but delimiters, of which there may be any number.
func (p *parser) isEmpty(r *record) bool {
	first := r.raw[0]
	if first > ' ' && first != p.plan.delimiter && first != '"' && first < utf8.RuneSelf {
		return false
	}
	switch r.problem {
	case lex.NoProblem:
		for _, span := range r.fields {
			if len(compose(trim(r.data[span.Start:span.End]))) > 0 {
				return false
			}
		}
		return true
	case lex.FieldCount:
		const longest = 4 << 10
		return len(r.raw) <= longest && len(bytes.Trim(r.raw, " \t\r\n"+string(p.plan.delimiter))) == 0
	}
	return false
}

// record takes a record, or puts it off if it may be a footer.
func (p *parser) record(r record) {
	p.records++
	if p.footers.admits(r) {
		if oldest, ok := p.footers.push(r); ok {
			p.replay(oldest, 0, 0)
		}
		return
	}
	p.ordinary = true
	for _, f := range p.footers.queue {
		p.replay(f, 0, 0)
	}
	p.footers.reset()
	p.take(r)
}

// replay takes a record that looked like a footer and is none. The block begins after this many
// lines and records.
func (p *parser) replay(f footer, lines, records int64) {
	r := record{data: f.raw, raw: f.raw, line: f.line - lines, place: f.place - records, problem: f.problem}
	if f.problem == lex.NoProblem {
		l := lex.New(lex.Dialect{Delimiter: p.plan.delimiter, Fields: len(p.plan.headers)})
		l.Reset(f.raw, true, false)
		l.Next()
		r.fields = l.Fields()
	}
	damage := p.damage
	p.examine(f.raw)
	p.take(r)
	p.damage, p.cells.wide = damage, damage.wide
}

// take turns a record into a row or a refusal.
func (p *parser) take(r record) {
	if r.problem != lex.NoProblem {
		p.refuse(r, -1, ruleOf(r.problem))
		return
	}
	if p.damage.nul && bytes.IndexByte(r.raw, 0) >= 0 {
		p.refuse(r, -1, ruleNUL)
		return
	}
	if p.damage.encoding && !utf8.Valid(r.raw) {
		p.refuse(r, -1, ruleEncoding)
		return
	}
	if len(p.plan.filters) > 0 && !p.cells.chosen(r.data, r.fields) {
		p.left++
		return
	}
	for n, i := range p.plan.mapped {
		c := &p.columns[i]
		span := r.fields[c.source]
		if c.places != nil {
			span = p.firstOf(r, i)
		}
		text := r.data[span.Start:span.End]
		verdict := accepted
		if p.damage.control && hasControl(text) {
			verdict = ruleControl
		} else {
			verdict = p.cells.read(c, &p.batch.columns[i], text, span.Escaped)
		}
		if verdict != accepted {
			p.reject(r, n, i, verdict)
			return
		}
	}
	if p.plan.spread != nil {
		p.multiply(r)
		return
	}
	p.batch.records++
	p.finish(r)
}

// firstOf gives the cell of a column of the plan that counts, where it is read from several. The cells
// behind it are evidence for the format too.
func (p *parser) firstOf(r record, i int) lex.Span {
	c := &p.columns[i]
	for _, source := range c.places {
		p.weigh(r, i, source)
	}
	return r.fields[p.cells.firstOf(c, r.data, r.fields)]
}

// reject refuses a record because of a cell of this column. So many of the mapped cells were read
// before it.
func (p *parser) reject(r record, read, column int, why rule) {
	p.undo(read)
	p.conflict(r, read)
	p.refuse(r, column, why)
}

// undo takes back the first cells of the last row.
func (p *parser) undo(read int) {
	for _, i := range p.plan.mapped[:read] {
		p.batch.columns[i].undo(p.columns[i].field.Type)
	}
}

// finish completes a row of which every cell was read.
func (p *parser) finish(r record) {
	b := &p.batch
	b.rows++
	b.lines = append(b.lines, r.line)
	if p.plan.placeKey {
		b.places = append(b.places, r.place)
	} else if len(p.plan.keys) > 0 {
		b.hashes = append(b.hashes, b.keyHash(p.plan))
	}
	if m := p.plan.modified; m >= 0 {
		if v := &b.columns[m]; v.levels[len(v.levels)-1] == 1 {
			at := v.longs[len(v.longs)-1]
			if !b.dated || at > b.newest {
				b.newest, b.dated = at, true
			}
		}
	}
}

// conflict looks at the cells that were not read because of one before them: they are evidence for
// the formats like any other.
func (p *parser) conflict(r record, from int) {
	for _, i := range p.plan.mapped[from:] {
		if places := p.columns[i].places; places == nil {
			p.weigh(r, i, p.columns[i].source)
		}
		for _, source := range p.columns[i].places {
			p.weigh(r, i, source)
		}
	}
	if s := p.plan.spread; s != nil {
		for _, cell := range s.cells {
			p.weigh(r, s.value, cell.source)
		}
	}
}

// weigh looks at one cell of a column.
func (p *parser) weigh(r record, i, source int) {
	c := &p.columns[i]
	if c.date == nil && c.number == nil {
		return
	}
	text := p.cells.content(c, r.data, r.fields[source])
	if p.cells.isNothing(text) {
		return
	}
	if found := c.conflict(text); found != accepted && (p.stop == nil || r.line < p.stop.line) {
		p.stop = &refusal{line: r.line, column: int16(i), rule: found}
	}
}

// refuse notes that a record is quarantined.
func (p *parser) refuse(r record, column int, why rule) {
	out := refusal{line: r.line, column: int16(column), rule: why}
	if r.problem == lex.NoProblem {
		out.hash, out.known = p.cells.keyHash(r)
	}
	p.refused = append(p.refused, out)
}
