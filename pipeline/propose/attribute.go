package propose

import (
	"slices"
	"strings"
)

const mostAttributes = 6 // of one extract

// attributes gives the columns that no field takes and that deals can be broken down by: few values,
// words and not numbers, and nothing about a person.
func (s *sight) attributes(r *reading) []attribute {
	if !slices.Contains([]string{"opportunity", "account", "owner"}, r.entity.Name) {
		return nil
	}
	var found []attribute
	for _, named := range []bool{true, false} {
		for _, c := range r.table.columns {
			if len(found) == mostAttributes || !s.isAttribute(r, c) || s.know.words.Attributes.Words.hasAny(c.words) != named {
				continue
			}
			name := attributeName(r, c)
			if name == "" || slices.ContainsFunc(found, func(a attribute) bool { return a.name == name || a.column == c }) {
				continue
			}
			found = append(found, attribute{name: name, header: c.header, column: c})
		}
	}
	slices.SortStableFunc(found, func(a, b attribute) int { return a.column.index - b.column.index })
	return found
}

// isAttribute tells whether a column is one that deals can be broken down by.
func (s *sight) isAttribute(r *reading, c *column) bool {
	words := s.know.words.Attributes
	isNamed := words.Words.hasAny(c.words)
	for _, taken := range r.columns {
		if taken == c {
			return false
		}
	}
	most := 12
	if isNamed {
		most = 40
	}
	n := c.distinct()
	switch {
	case c.values == nil || n < 2 || n > most || n*3 > r.table.rows || c.mails > 0 || words.Not.hasAny(c.words) || isDoubled(r.table, c):
		return false
	case c.dates > 0 || c.points+c.commas > 0 || c.filled*10 < r.table.rows:
		return false
	case c.flags == c.filled:
		return false
	}
	return c.numbers*2 < c.filled || isNamed && n <= 10
}

// isDoubled tells whether the table has another column of the same name.
func isDoubled(t *table, c *column) bool {
	return slices.ContainsFunc(t.columns, func(other *column) bool {
		return other != c && strings.EqualFold(other.header, c.header)
	})
}

// attributeName gives a name that the configuration takes, "" if there is none.
func attributeName(r *reading, c *column) string {
	name := identifier(c.header)
	if len(name) < 2 {
		return ""
	}
	_, isField := r.entity.Field(name)
	if isField || isReserved(name) {
		name = r.entity.Name + "_" + name
	}
	if _, isField := r.entity.Field(name); isField {
		return ""
	}
	return name
}

// isReserved tells whether a name is a word of SQL that cannot be a column.
func isReserved(name string) bool {
	return slices.Contains(strings.Fields(`all and any array as asc both case cast check collate column constraint create default desc
		describe distinct do else end except false fetch for foreign from group grant having in initially intersect into join lambda
		lateral leading left limit not null offset on only or order outer pivot primary references right select show some summarize
		table then to trailing true union unique unpivot user using values when where window with full inner natural cross anti semi`), name)
}
