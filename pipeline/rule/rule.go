package rule

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"truce/pipeline/entity"
	"truce/pipeline/syntax"
)

// ErrUnknownColumn is wrapped by the Error of a rule that names a column which its scope lacks.
var ErrUnknownColumn = errors.New("unknown column")

// Column is one column that a rule may name.
type Column struct {
	Name string
	Type entity.Type
}

// Columns gives the columns for fields of a contract and attributes.
func Columns(fields ...entity.Field) []Column {
	columns := make([]Column, len(fields))
	for i, f := range fields {
		columns[i] = Column{Name: f.Name, Type: f.Type}
	}
	return columns
}

// Scope is what a rule may see. Names are lower snake case.
type Scope struct {
	Own      []Column            // columns of the record itself
	OwnAlias string              // relation of the record: opportunity or lead
	Joined   map[string][]Column // columns of the joined relations by alias: account, owner
}

// Rule is a condition that may run.
type Rule struct {
	SQL     string   // canonical portable SQL with qualified columns, of type boolean
	Columns []string // qualified columns that it reads, sorted, each once
}

// Error says why a text is no rule.
type Error struct {
	Text     string // the rule as it was written
	Position int    // character at which it goes wrong, counted from 1; 0 where that is unknown
	Message  string // what is wrong
	Hint     string // what to do about it; may be empty

	cause error
}

// Error gives the message with the position and the hint, without the text.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("rule")
	if e.Position > 0 {
		fmt.Fprintf(&b, " at character %d", e.Position)
	}
	b.WriteString(": " + e.Message)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap gives ErrUnknownColumn where that is the reason.
func (e *Error) Unwrap() error { return e.cause }

// Parser reads rules with the help of a DuckDB database, in which it changes nothing.
type Parser struct {
	db syntax.Database
}

// NewParser gives a parser that uses the database.
func NewParser(db syntax.Database) *Parser { return &Parser{db: db} }

// Parse reads a rule over the columns of the scope. A text that is no rule gives an *Error; any
// other error is the database's.
func (p *Parser) Parse(ctx context.Context, text string, scope Scope) (Rule, error) {
	if err := checkText(text); err != nil {
		return Rule{}, err
	}
	root, err := p.parse(ctx, text)
	if err != nil {
		return Rule{}, err
	}
	printed := newPrinter(text, scope, "regexp_like")
	e, err := printed.expression(root)
	if err != nil {
		return Rule{}, err
	}
	if e.kind != boolean && e.kind != null {
		return Rule{}, printed.refuse(root, fmt.Sprintf("the rule gives %s, not true or false", e.kind),
			"compare it with something, such as employees >= 100")
	}
	// DuckDB has no regexp_like of its own.
	inDuckDB, err := newPrinter(text, scope, "regexp_matches").expression(root)
	if err != nil {
		return Rule{}, err
	}
	if err := p.check(ctx, text, scope, inDuckDB); err != nil {
		return Rule{}, err
	}
	return Rule{SQL: e.sql, Columns: slices.Sorted(maps.Keys(printed.columns))}, nil
}

// check lets DuckDB judge the types of what was printed, over empty relations of the scope.
func (p *Parser) check(ctx context.Context, text string, scope Scope, e expr) error {
	var typeName string
	err := p.db.QueryRowContext(ctx, "select column_type from (describe select "+e.sql+" as holds from "+
		emptyRelations(scope)+")").Scan(&typeName)
	if ctx.Err() != nil {
		return fmt.Errorf("check a rule: %w", ctx.Err())
	}
	if err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return &Error{Text: text, Message: "the types do not fit: " + message, Hint: "compare like with like"}
	}
	if typeName != "BOOLEAN" && e.kind != null {
		return &Error{Text: text, Message: "the rule gives " + typeName + ", not true or false"}
	}
	return nil
}

// emptyRelations gives a from clause with the scope's relations, typed and without rows.
func emptyRelations(scope Scope) string {
	var relations []string
	add := func(alias string, columns []Column) {
		list := []string{"1 as _row"}
		for _, c := range columns {
			list = append(list, fmt.Sprintf("cast(null as %s) as %s", c.Type.SQL(), quoted(c.Name)))
		}
		relations = append(relations, fmt.Sprintf("(select %s where false) as %s", strings.Join(list, ", "), quoted(alias)))
	}
	add(scope.OwnAlias, scope.Own)
	for _, alias := range slices.Sorted(maps.Keys(scope.Joined)) {
		add(alias, scope.Joined[alias])
	}
	return strings.Join(relations, ", ")
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// positionOf gives the character, counted from 1, at a byte offset; 0 if it lies outside the text.
func positionOf(text string, offset int) int {
	if offset < 0 || offset > len(text) {
		return 0
	}
	return utf8.RuneCountInString(text[:offset]) + 1
}
