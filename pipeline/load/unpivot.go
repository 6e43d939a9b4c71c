package load

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// spreadColumns finds the columns that Extract.Unpivot makes rows of. One whose name means nothing is left
// out.
func (p *plan) spreadColumns() {
	u := p.extract.Unpivot
	if u == nil {
		return
	}
	s := &spread{name: p.columnNamed(u.Name), value: p.columnNamed(u.Value)}
	p.spread = s
	if s.name < 0 || s.value < 0 {
		return
	}
	p.columns[s.name].take(fromHeader)
	value := &p.columns[s.value]
	value.take(fromColumns)
	for source, header := range p.headers {
		text, ok := u.nameIn(header)
		if !ok {
			continue
		}
		name, r := p.valueOf(&p.columns[s.name], text)
		switch {
		case r == ruleNullKey || r == ruleRequired || r == accepted && name.levels[0] == 0:
			continue
		case r != accepted:
			p.flaws = append(p.flaws, &RefusedError{
				Reason: fmt.Sprintf("the header %q has %q where the %s of a row should be", header, text, u.Name),
				Hint:   fmt.Sprintf("that is no %s: correct extracts.%s.unpivot", p.columns[s.name].field.Type, p.extract.Entity.Name),
			})
			continue
		}
		s.cells = append(s.cells, spreadCell{source: source, header: header, name: name})
	}
	if len(s.cells) > 0 {
		value.header, value.source = s.cells[0].header, s.cells[0].source
	}
	if more := len(s.cells) - 1; more > 0 {
		value.header += fmt.Sprintf(" (or another of %d columns)", more+1)
	}
}

// take makes the columns of the file that Extract.Unpivot names the column's origin.
func (c *column) take(from origin) {
	c.origin, c.source, c.places, c.header, c.constant = from, -1, nil, "", ""
}

// nameIn gives the name of the row that a column becomes, and whether it becomes one.
func (u *Unpivot) nameIn(header string) (string, bool) {
	for _, expression := range u.Headers {
		found := expression.FindStringSubmatch(header)
		if len(found) > 1 && strings.TrimSpace(found[1]) != "" {
			return strings.TrimSpace(found[1]), true
		}
	}
	return "", false
}

// spreadProblems says why no column becomes a row.
func (p *plan) spreadProblems(line int64) []*RefusedError {
	u, s := p.extract.Unpivot, p.spread
	key := "extracts." + p.extract.Entity.Name + ".unpivot"
	switch {
	case u == nil || len(s.cells) > 0:
		return nil
	case s.name < 0 || s.value < 0:
		return []*RefusedError{{
			Reason: fmt.Sprintf("columns should become rows with %s and %s, and %s has not both of these fields",
				u.Name, u.Value, p.extract.Entity.Name),
			Hint: "correct " + key,
		}}
	}
	expressions := make([]string, len(u.Headers))
	for i, e := range u.Headers {
		expressions[i] = shortExpression(e)
	}
	return []*RefusedError{{
		Line: line,
		Reason: fmt.Sprintf("columns should become rows of %s, and no header is like %s",
			p.extract.Entity.Name, strings.Join(expressions, " or ")),
		Hint: fmt.Sprintf("export these columns, or correct %s; the headers of the file are %s", key, quoted(p.headers)),
	}}
}

// shortExpression writes an expression as the configuration does.
func shortExpression(e *regexp.Regexp) string {
	text := strings.TrimPrefix(e.String(), "(?i)^(?:")
	if text == e.String() {
		return text
	}
	return strings.TrimSuffix(text, ")$")
}

func (p *plan) columnNamed(name string) int {
	return slices.IndexFunc(p.columns, func(c column) bool { return c.field.Name == name })
}
