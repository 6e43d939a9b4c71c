package load

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"truce/pipeline/lex"
)

// filter keeps the records that have one of the words in a column.
type filter struct {
	source int             // place in the file
	words  map[string]bool // in lower case
}

// choose finds the columns by which Extract.Only keeps records.
func (p *plan) choose() {
	for _, header := range slices.Sorted(maps.Keys(p.extract.Only)) {
		at := p.index.match(header)
		if len(at) == 0 {
			continue
		}
		f := filter{source: at[0], words: map[string]bool{}}
		for _, word := range p.extract.Only[header] {
			f.words[string(bytes.ToLower(compose(trim([]byte(word)))))] = true
		}
		p.filters = append(p.filters, f)
	}
}

// onlyProblems lists the columns of Extract.Only that the file lacks, or has more than once.
func (p *plan) onlyProblems(line int64) []*RefusedError {
	var refused []*RefusedError
	for _, header := range slices.Sorted(maps.Keys(p.extract.Only)) {
		at := p.index.match(header)
		if len(at) == 1 {
			continue
		}
		e := &RefusedError{
			Line: line,
			Reason: fmt.Sprintf("the header has %q %d times (columns %s), and records are chosen by it",
				header, len(at), places(at)),
			Hint: "rename or remove one of them in the export",
		}
		if len(at) == 0 {
			e.Reason = fmt.Sprintf("the header has no column %q, by which records are chosen", header)
			e.Hint = fmt.Sprintf("correct extracts.%s.only, or export the column", p.extract.Entity.Name)
			if near := p.near([]string{header}); len(near) > 0 {
				e.Hint += "; the header has " + quoted(near)
			}
		}
		refused = append(refused, e)
	}
	return refused
}

// chosen tells whether Extract.Only keeps a record.
func (c *cells) chosen(data []byte, fields []lex.Span) bool {
	for _, f := range c.plan.filters {
		text := c.content(&column{}, data, fields[f.source])
		if !f.words[string(text)] && !f.words[string(c.inLower(text))] {
			return false
		}
	}
	return true
}
