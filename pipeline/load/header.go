package load

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"truce/pipeline/lex"
)

const byteOrderMark = "\ufeff"

// fold gives the form in which header names are compared.
func fold(name string) string {
	return strings.ToLower(norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(name, byteOrderMark, ""))))
}

// headerIndex gives the places of header names by the form in which they are compared.
type headerIndex map[string][]int

func newHeaderIndex(headers []string) headerIndex {
	index := make(headerIndex, len(headers))
	for i, name := range headers {
		folded := fold(name)
		index[folded] = append(index[folded], i)
	}
	return index
}

// match gives the places of the first accepted name that is among the headers. More than one place
// means that the file has that name more than once.
func (h headerIndex) match(accepted ...string) []int {
	for _, want := range accepted {
		if at := h[fold(want)]; len(at) > 0 {
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
		found := x.known(headers)
		if found > bestFound || found == bestFound && len(headers) > bestFields {
			best, bestFound, bestFields = d, found, len(headers)
		}
	}
	if malformed != 0 && bestFound <= 0 && bestFields <= 1 {
		return malformed
	}
	return best
}

// known counts what the extract looks for and finds among the headers.
func (x *Extract) known(headers []string) int {
	found, index := 0, newHeaderIndex(headers)
	for _, f := range x.fields() {
		found += btoi(len(index.match(x.headersFor(f.Name)...)) > 0)
	}
	for header := range x.Only {
		found += btoi(len(index.match(header)) > 0)
	}
	for _, header := range headers {
		if x.Unpivot != nil {
			_, ok := x.Unpivot.nameIn(header)
			found += btoi(ok)
		}
	}
	return found
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
	for i := range p.columns {
		refused = append(refused, p.repeated(i, line)...)
	}
	for _, name := range p.missing() {
		refused = append(refused, p.missingError(line, name))
	}
	for _, c := range p.columns {
		refused = append(refused, p.missingOf(c, line)...)
	}
	if !p.hasGroup() {
		refused = append(refused, p.groupError(line))
	}
	refused = slices.Concat(refused, p.onlyProblems(line), p.spreadProblems(line), p.flaws)
	return refused, append(p.duplicates(), p.unreadPerson()...)
}

// repeated lists the headers that a column of the plan is read from and that the file has more than once.
func (p *plan) repeated(i int, line int64) []*RefusedError {
	c := &p.columns[i]
	if c.origin != fromCell && (c.origin != fromColumns || p.spread.separator == nil) {
		return nil
	}
	var refused []*RefusedError
	for _, source := range p.sources(i) {
		if at := p.index.match(p.headers[source]); len(at) > 1 {
			refused = append(refused, &RefusedError{
				Line: line,
				Reason: fmt.Sprintf("the header has %q %d times (columns %s), and %s is read from it",
					p.headers[source], len(at), places(at), c.field.Name),
				Hint: "rename or remove one of them in the export",
			})
		}
	}
	return refused
}

// missingOf lists the headers that the file lacks of a required field that is read from several.
func (p *plan) missingOf(c column, line int64) []*RefusedError {
	x, name := p.extract, c.field.Name
	if c.origin != fromCell || !x.isFirstOf(name) || !slices.Contains(x.Required, name) {
		return nil
	}
	var refused []*RefusedError
	for _, header := range x.headersFor(name) {
		if len(p.index.match(header)) > 0 {
			continue
		}
		hint := fmt.Sprintf("correct extracts.%s.columns.%s, or export the column", x.Entity.Name, name)
		if near := p.near([]string{header}); len(near) > 0 {
			hint += "; the header has " + quoted(near)
		}
		refused = append(refused, &RefusedError{
			Line: line, Reason: fmt.Sprintf("the header has no column %q, from which %s is read", header, name), Hint: hint,
		})
	}
	return refused
}

// missing lists the fields that the header must have and has not.
func (p *plan) missing() []string {
	var names []string
	for _, c := range p.columns {
		needed := c.field.Required && !c.attribute || slices.Contains(p.extract.Required, c.field.Name)
		if needed && !c.isFilled() && (!c.person || p.extract.PersonKey != nil) {
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
	return slices.ContainsFunc(p.columns, func(c column) bool { return c.field.Name == name && c.isFilled() })
}

// unreadPerson warns of addresses that are mapped and not read, for want of a secret.
func (p *plan) unreadPerson() []string {
	x := p.extract
	if x.PersonKey != nil || !slices.Contains(x.Required, personField) {
		return nil
	}
	return []string{"person_key is not read, because no secret is configured; set person_key to env:NAME or file:PATH"}
}

// duplicates warns of header names that the file has more than once without any column reading them.
func (p *plan) duplicates() []string {
	var warnings []string
	seen := map[string]bool{}
	for _, name := range p.headers {
		at := p.index.match(name)
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
