package load

import "fmt"

// fixConstants reads the texts that the extract gives instead of columns, as if they were cells.
func (p *plan) fixConstants() {
	for i := range p.columns {
		c := &p.columns[i]
		if c.origin != fromExtract {
			continue
		}
		value, r := p.valueOf(c, c.constant)
		switch {
		case r == accepted && value.levels[0] == 1:
			c.fixed = &value
			continue
		case r != accepted && r != ruleNullKey && r != ruleRequired:
			p.flaws = append(p.flaws, p.constantError(c, r))
		}
		c.origin, c.constant = fromNowhere, ""
	}
}

// valueOf reads a text that stands for the cells of a column.
func (p *plan) valueOf(c *column, text string) (values, rule) {
	own := *c
	if c.number != nil {
		number := *c.number
		own.number = &number
	}
	reader := newCells(p, &arena{})
	reader.wide = true
	var v values
	r := reader.read(&own, &v, []byte(text), false)
	return v, r
}

func (p *plan) constantError(c *column, r rule) *RefusedError {
	e := &RefusedError{
		Reason: fmt.Sprintf("the constant %q of %s is no %s", c.constant, c.field.Name, c.field.Type),
		Hint:   fmt.Sprintf("correct extracts.%s.constants.%s", p.extract.Entity.Name, c.field.Name),
	}
	if r == unsettled {
		e.Reason = fmt.Sprintf("the constant %q of %s can be read in two ways", c.constant, c.field.Name)
		e.Hint += ": write dates as 2026-01-31 and numbers as 1234.50"
	}
	return e
}
