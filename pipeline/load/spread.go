package load

import "bytes"

// spread says which cells of a record become rows of their own: those of several columns, or the parts
// of one.
type spread struct {
	name, value int // columns of the plan; -1 if the contract has none of that name
	cells       []spreadCell
	separator   []byte // between the parts of the one cell; nil if a cell is one row
}

// spreadCell is one column that becomes a row, or several.
type spreadCell struct {
	source int
	header string
	name   values // the name, as the one value of its column
}

// spreadRow is one of the rows that a record becomes.
type spreadRow struct {
	cell    int // of the spread
	ordinal int // of the row among all that the record could give, from 1
}

// multiply makes rows of a record whose other cells were read: one for each cell, or part of a cell, that
// says something. A cell that cannot be read refuses the record as a whole.
func (p *parser) multiply(r record) {
	s := p.plan.spread
	p.found = p.found[:0]
	p.aside.reset()
	for n := range s.cells {
		if verdict := p.spreadCell(r, n); verdict != accepted {
			p.reject(r, len(p.plan.mapped), s.value, verdict)
			return
		}
	}
	b := &p.batch
	for at, row := range p.found {
		if at > 0 {
			for _, i := range p.plan.mapped {
				b.columns[i].repeat(p.columns[i].field.Type)
			}
		}
		if s.name >= 0 {
			b.columns[s.name].take(p.columns[s.name].field.Type, &s.cells[row.cell].name, 0)
		}
		b.columns[s.value].take(p.columns[s.value].field.Type, &p.aside, at)
		b.ordinals = append(b.ordinals, int32(row.ordinal))
		p.finish(r)
	}
	if len(p.found) == 0 {
		p.undo(len(p.plan.mapped))
	}
	b.records++
}

// spreadCell reads one of the cells that become rows.
func (p *parser) spreadCell(r record, n int) rule {
	s := p.plan.spread
	span := r.fields[s.cells[n].source]
	text := r.data[span.Start:span.End]
	if p.damage.control && hasControl(text) {
		return ruleControl
	}
	if s.separator == nil {
		return p.spreadText(n, n+1, text, span.Escaped)
	}
	rest, more := p.cells.content(&column{}, r.data, span), true
	for ordinal := 1; more; ordinal++ {
		text, rest, more = bytes.Cut(rest, s.separator)
		if verdict := p.spreadText(n, ordinal, text, false); verdict != accepted {
			return verdict
		}
	}
	return accepted
}

// spreadText reads a text that becomes a row if it says something.
func (p *parser) spreadText(cell, ordinal int, text []byte, escaped bool) rule {
	value := &p.columns[p.plan.spread.value]
	verdict := p.cells.read(value, &p.aside, text, escaped)
	switch {
	case verdict != accepted:
	case p.aside.levels[len(p.aside.levels)-1] == 0:
		p.aside.undo(value.field.Type)
	default:
		p.found = append(p.found, spreadRow{cell: cell, ordinal: ordinal})
	}
	return verdict
}
