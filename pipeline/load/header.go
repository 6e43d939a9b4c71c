package load

import (
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/lex"
)

const byteOrderMark = "\ufeff"

// fold gives the form in which header names are compared.
func fold(name string) string {
	return strings.ToLower(strings.TrimSpace(strings.ReplaceAll(name, byteOrderMark, "")))
}

// match gives the places of the first accepted name that is among the headers. More than one place
// means that the file has that name more than once.
func match(headers, accepted []string) []int {
	for _, want := range accepted {
		var at []int
		for i, have := range headers {
			if fold(have) == fold(want) {
				at = append(at, i)
			}
		}
		if len(at) > 0 {
			return at
		}
	}
	return nil
}

// delimiters lists what may separate fields, in the order in which a tie is decided.
func delimiters() []byte { return []byte{',', ';', '\t', '|'} }

// delimiterName names a delimiter as the configuration does.
func delimiterName(d byte) string {
	switch d {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	case '|':
		return "pipe"
	}
	return fmt.Sprintf("%q", d)
}

// detect gives the delimiter under which the header at the beginning of the text holds the most
// columns of the extract; of two that hold as many, the one that gives more fields. Where nothing fits,
// it prefers a delimiter under which the header is malformed, for that is the better error.
func detect(x *Extract, text []byte, dialect lex.Dialect, last bool) byte {
	best, bestFound, bestFields := delimiters()[0], -1, 0
	malformed := byte(0)
	for _, d := range delimiters() {
		dialect.Delimiter = d
		l := lex.New(dialect)
		l.Reset(text, last, false)
		switch l.Next() {
		case lex.Record:
		case lex.Malformed:
			malformed = d
			continue
		default:
			continue
		}
		headers := headerNames(text, l.Fields())
		found := 0
		for _, f := range x.fields() {
			found += btoi(len(match(headers, x.headersFor(f.Name))) > 0)
		}
		if found > bestFound || found == bestFound && len(headers) > bestFields {
			best, bestFound, bestFields = d, found, len(headers)
		}
	}
	if malformed != 0 && bestFound <= 0 && bestFields <= 1 {
		return malformed
	}
	return best
}

// headerNames gives the names of a header record, without byte order mark and surrounding blanks.
func headerNames(data []byte, fields []lex.Span) []string {
	names := make([]string, len(fields))
	for i, s := range fields {
		text := data[s.Start:s.End]
		if s.Escaped {
			text = lex.Unescape(nil, text)
		}
		name := strings.ToValidUTF8(string(text), "\ufffd")
		names[i] = strings.TrimSpace(strings.ReplaceAll(name, byteOrderMark, ""))
	}
	return names
}

// problems lists everything for which a header would be refused, and what is worth a warning.
func (p *plan) problems(line int64) (refused []*RefusedError, warnings []string) {
	x := p.extract
	for _, c := range p.columns {
		if at := match(p.headers, x.headersFor(c.field.Name)); len(at) > 1 {
			refused = append(refused, &RefusedError{
				Line: line,
				Reason: fmt.Sprintf("the header has %q %d times (columns %s), and %s is read from it",
					c.header, len(at), places(at), c.field.Name),
				Hint: "rename or remove one of them in the export",
			})
		}
	}
	for _, name := range p.missing() {
		refused = append(refused, p.missingError(line, name))
	}
	if !p.hasGroup() {
		refused = append(refused, p.groupError(line))
	}
	return refused, p.duplicates()
}

// missing lists the fields that the header must have and has not.
func (p *plan) missing() []string {
	var names []string
	for _, c := range p.columns {
		needed := c.field.Required && !c.attribute || slices.Contains(p.extract.Required, c.field.Name)
		if needed && c.origin != fromCell && c.origin != fromExtract {
			names = append(names, c.field.Name)
		}
	}
	return names
}

// hasGroup tells whether the header has every field of one of the groups of which it needs one.
func (p *plan) hasGroup() bool {
	groups := p.extract.Entity.AnyOf
	return len(groups) == 0 || slices.ContainsFunc(groups, func(group []string) bool {
		return !slices.ContainsFunc(group, func(name string) bool { return !p.isMapped(name) })
	})
}

func (p *plan) isMapped(name string) bool {
	return slices.ContainsFunc(p.columns, func(c column) bool { return c.field.Name == name && c.origin == fromCell })
}

// duplicates warns of header names that the file has more than once without any column reading them.
func (p *plan) duplicates() []string {
	var warnings []string
	seen := map[string]bool{}
	for _, name := range p.headers {
		at := match(p.headers, []string{name})
		if len(at) < 2 || name == "" || seen[fold(name)] {
			continue
		}
		seen[fold(name)] = true
		warnings = append(warnings, fmt.Sprintf("the header has %q %d times (columns %s)", name, len(at), places(at)))
	}
	return warnings
}

// places writes places in the file for a person, who counts from 1.
func places(at []int) string {
	words := make([]string, len(at))
	for i, n := range at {
		words[i] = fmt.Sprint(n + 1)
	}
	return strings.Join(words, ", ")
}
