package load

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// missingError says that a required column is missing, and which headers look like it.
func (p *plan) missingError(line int64, name string) *RefusedError {
	names := p.extract.headersFor(name)
	return &RefusedError{
		Line: line,
		Reason: fmt.Sprintf("the header has no column for the required field %s of %s (looked for %s)",
			name, p.extract.Entity.Name, quoted(names)),
		Hint: p.hint(name),
	}
}

// groupError says that of several groups of columns none is complete.
func (p *plan) groupError(line int64) *RefusedError {
	var groups []string
	field := p.extract.Entity.AnyOf[0][0]
	for i := range p.extract.Entity.AnyOf {
		group := p.extract.Entity.AnyOf[len(p.extract.Entity.AnyOf)-1-i]
		groups = append([]string{strings.Join(group, " and ")}, groups...)
		if len(p.near(p.names(group[0]))) > 0 {
			field = group[0]
		}
	}
	return &RefusedError{
		Line: line,
		Reason: fmt.Sprintf("the header of %s must have %s, and has none of these",
			p.extract.Entity.Name, strings.Join(groups, ", or ")),
		Hint: p.hint(field),
	}
}

// names lists what a header for the field may look like.
func (p *plan) names(field string) []string {
	return append([]string{field}, p.extract.headersFor(field)...)
}

// hint says which key of the configuration to set, with the header that looks most like the field.
func (p *plan) hint(field string) string {
	near := p.near(p.names(field))
	key := fmt.Sprintf("extracts.%s.columns.%s", p.extract.Entity.Name, field)
	if len(near) == 0 {
		return fmt.Sprintf("set %s to one of the headers of the file: %s", key, quoted(p.headers))
	}
	return fmt.Sprintf("set %s, perhaps to %s", key, quoted(near))
}

// near lists at most three headers that no column takes and that look like one of the names.
func (p *plan) near(names []string) []string {
	type candidate struct {
		header   string
		distance int
	}
	var found []candidate
	for _, header := range p.unmapped() {
		best := -1
		for _, name := range names {
			if d := distance(header, name); d >= 0 && (best < 0 || d < best) {
				best = d
			}
		}
		if best >= 0 {
			found = append(found, candidate{header, best})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var headers []string
	for _, c := range found[:min(len(found), 3)] {
		headers = append(headers, c.header)
	}
	return headers
}

// distance tells how far two names are apart, letters and digits only; -1 is too far.
func distance(a, b string) int {
	x, y := letters(a), letters(b)
	if len(x) == 0 || len(y) == 0 {
		return -1
	}
	d := edits(x, y)
	limit := max(1, min(len(x), len(y))/3)
	if d <= limit {
		return d
	}
	if len(y) >= 4 && strings.Contains(string(x), string(y)) || len(x) >= 4 && strings.Contains(string(y), string(x)) {
		return limit + 1
	}
	return -1
}

func letters(s string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s))
}

// edits is the Levenshtein distance.
func edits(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// quoted lists names for a person, the first twenty of them.
func quoted(names []string) string {
	words := make([]string, 0, len(names))
	for i, name := range names {
		if i == 20 {
			words = append(words, "…")
			break
		}
		words = append(words, fmt.Sprintf("%q", name))
	}
	return strings.Join(words, ", ")
}
