package load

import (
	"fmt"

	"truce/pipeline/entity"
)

// splitColumn finds the column of which Extract.Split makes rows.
func (p *plan) splitColumn() {
	split := p.extract.Split
	if split == nil {
		return
	}
	if reason := p.splitProblem(); reason != "" {
		p.flaws = append(p.flaws, &RefusedError{
			Reason: reason, Hint: fmt.Sprintf("correct extracts.%s.split", p.extract.Entity.Name),
		})
		return
	}
	at := p.columnNamed(split.Field)
	c := &p.columns[at]
	if c.origin != fromCell {
		return // a key that is missing refuses the file
	}
	p.spread = &spread{
		name: -1, value: at, separator: []byte(split.Separator),
		cells: []spreadCell{{source: c.source, header: c.header}},
	}
	c.origin = fromColumns
}

// splitProblem says why cells cannot be split; "" if they can.
func (p *plan) splitProblem() string {
	split, name := p.extract.Split, p.extract.Entity.Name
	at := p.columnNamed(split.Field)
	switch {
	case p.spread != nil:
		return "columns should become rows and cells should be split, and only one of the two is possible"
	case split.Separator == "":
		return fmt.Sprintf("the cells of %s should be split, and no separator is given", split.Field)
	case at < 0:
		return fmt.Sprintf("the cells of %s should be split, and %s has no such field", split.Field, name)
	case p.columns[at].field.Type != entity.Text || p.columns[at].person:
		return fmt.Sprintf("the cells of %s should be split, and only texts can be", split.Field)
	case p.extract.isFirstOf(split.Field):
		return fmt.Sprintf("the cells of %s should be split, and it is read from several columns", split.Field)
	case !p.columns[at].field.Required && p.columns[at].origin != fromCell:
		return fmt.Sprintf("the cells of %s should be split, and the header has no column for it", split.Field)
	}
	return ""
}
