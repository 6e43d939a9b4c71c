package rule

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"truce/pipeline/config/nearest"
)

// column resolves a name: the record's own column, else that of the only joined relation that has
// it. A qualified name says which.
func (p *printer) column(n *node) (expr, error) {
	names := make([]string, len(n.Names))
	for i, name := range n.Names {
		names[i] = strings.ToLower(name)
	}
	switch len(names) {
	case 1:
		return p.bare(n, names[0])
	case 2:
		return p.qualified(n, names[0], names[1])
	}
	return expr{}, p.refuse(n, strings.Join(n.Names, ".")+" is no column", "write a column's name, or account.region")
}

func (p *printer) bare(n *node, name string) (expr, error) {
	if c, ok := find(p.scope.Own, name); ok {
		return p.found(p.scope.OwnAlias, c), nil
	}
	var aliases []string
	for _, alias := range slices.Sorted(maps.Keys(p.scope.Joined)) {
		if _, ok := find(p.scope.Joined[alias], name); ok {
			aliases = append(aliases, alias)
		}
	}
	switch len(aliases) {
	case 1:
		c, _ := find(p.scope.Joined[aliases[0]], name)
		return p.found(aliases[0], c), nil
	case 0:
		hint := nearest.Hint(name, p.allNames())
		if _, found := nearest.Name(name, p.allNames()); !found {
			hint = "text goes into single quotes; columns are " + strings.TrimPrefix(hint, "valid are ")
		}
		return expr{}, p.unknown(n, n.Names[0], hint)
	}
	qualified := make([]string, len(aliases))
	for i, alias := range aliases {
		qualified[i] = alias + "." + name
	}
	return expr{}, p.refuse(n, name+" is ambiguous", "write "+strings.Join(qualified, " or "))
}

func (p *printer) qualified(n *node, alias, name string) (expr, error) {
	columns, ok := p.scope.Joined[alias]
	if alias == p.scope.OwnAlias {
		columns, ok = p.scope.Own, true
	}
	if !ok {
		relations := append(slices.Collect(maps.Keys(p.scope.Joined)), p.scope.OwnAlias)
		slices.Sort(relations)
		return expr{}, p.unknown(n, alias+"."+name, "a rule sees "+strings.Join(relations, ", ")+
			"; text goes into single quotes")
	}
	c, ok := find(columns, name)
	if !ok {
		hint, found := nearest.Name(name, namesOf(columns))
		if found {
			return expr{}, p.unknown(n, alias+"."+name, `did you mean "`+alias+"."+hint+`"?`)
		}
		return expr{}, p.unknown(n, alias+"."+name, nearest.Hint(name, namesOf(columns)))
	}
	return p.found(alias, c), nil
}

func (p *printer) found(alias string, c Column) expr {
	name := alias + "." + c.Name
	p.columns[name] = true
	return expr{sql: name, level: atom, kind: kindOf(c.Type)}
}

func (p *printer) unknown(n *node, name, hint string) *Error {
	switch strings.ToLower(name) {
	case "current_date", "current_timestamp", "current_time", "localtimestamp":
		return p.refuse(n, name+" is not allowed", "a rule must give the same every night; write a date such as date '2026-01-31'")
	}
	e := p.refuse(n, "unknown column "+name, hint)
	e.cause = ErrUnknownColumn
	return e
}

// allNames lists what a bare name may be, with the ambiguous ones qualified.
func (p *printer) allNames() []string {
	names := namesOf(p.scope.Own)
	for alias, columns := range p.scope.Joined {
		for _, name := range namesOf(columns) {
			names = append(names, name, alias+"."+name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func namesOf(columns []Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}

func find(columns []Column, name string) (Column, bool) {
	i := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return columns[i], true
}

// constant prints a literal.
func (p *printer) constant(n *node) (expr, error) {
	c := n.Value
	if c == nil {
		return expr{}, p.refuse(n, "the rule is incomplete", "")
	}
	if c.IsNull {
		return expr{sql: "null", level: atom, kind: null, literal: true}, nil
	}
	switch c.Type.ID {
	case "VARCHAR":
		var value string
		if err := json.Unmarshal(c.Value, &value); err != nil {
			return expr{}, p.refuse(n, "the text cannot be read", "")
		}
		return textLiteral(value), nil
	case "BOOLEAN":
		return expr{sql: string(c.Value), level: atom, kind: boolean, literal: true}, nil
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT":
		return expr{sql: string(c.Value), level: atom, kind: integer, literal: true}, nil
	case "DECIMAL":
		return p.decimal(n)
	case "DOUBLE":
		value, err := strconv.ParseFloat(string(c.Value), 64)
		if err != nil {
			return expr{}, p.refuse(n, "the number is too large", "write at most 18 digits")
		}
		return expr{sql: strconv.FormatFloat(value, 'e', -1, 64), level: atom, kind: double, literal: true}, nil
	}
	return expr{}, p.refuse(n, "a value of type "+strings.ToLower(c.Type.ID)+" is not allowed",
		"write text in single quotes, a number of at most 18 digits, true, false or date '2026-01-31'")
}

// decimal prints a number that DuckDB keeps as an integer and a scale.
func (p *printer) decimal(n *node) (expr, error) {
	unscaled, err := strconv.ParseInt(string(n.Value.Value), 10, 64)
	info := n.Value.Type.Info
	if err != nil || info == nil || info.Scale < 0 || info.Scale > 18 {
		return expr{}, p.refuse(n, "the number has too many digits", "write at most 18")
	}
	sign, digits := "", strconv.FormatInt(unscaled, 10)
	if unscaled < 0 {
		sign, digits = "-", digits[1:]
	}
	digits = strings.Repeat("0", max(0, info.Scale+1-len(digits))) + digits
	whole, fraction := digits[:len(digits)-info.Scale], digits[len(digits)-info.Scale:]
	if fraction == "" {
		fraction = "0"
	}
	return expr{sql: sign + whole + "." + fraction, level: atom, kind: decimal, literal: true}, nil
}

func textLiteral(value string) expr {
	return expr{sql: "'" + strings.ReplaceAll(value, "'", "''") + "'", level: atom, kind: text, literal: true, value: value}
}

// day prints a date or time that is written as text.
func (p *printer) day(n *node, value string) (expr, error) {
	if d, err := time.Parse(time.DateOnly, value); err == nil && d.Year() > 0 {
		return expr{sql: "date '" + value + "'", level: atom, kind: date, literal: true}, nil
	}
	if d, err := time.Parse(time.DateTime, value); err == nil && d.Year() > 0 {
		return expr{sql: "timestamp '" + value + "'", level: atom, kind: timestamp, literal: true}, nil
	}
	return expr{}, p.refuse(n, fmt.Sprintf("'%s' is no date", value), "write it as '2026-01-31' or '2026-01-31 08:30:00'")
}
