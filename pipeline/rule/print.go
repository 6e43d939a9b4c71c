package rule

import "strings"

// level orders how tightly an expression binds. Between concatenation and arithmetic the engines
// disagree, so there the printer always writes parentheses.
type level uint8

const (
	disjunction level = iota
	conjunction
	predicate // comparisons, in, between, like, is null
	concatenation
	sum
	product
	atom
)

const maxDepth = 200

// expr is a printed expression.
type expr struct {
	sql     string
	level   level
	kind    kind
	literal bool
	value   string // of a text literal
	negated string // the opposite, where not (…) would not be parsed back to itself
}

func (e expr) isText() bool { return e.literal && e.kind == text }

// in gives the expression as it stands inside one that binds as tightly as least.
func (e expr) in(least level) string {
	if e.level < least {
		return "(" + e.sql + ")"
	}
	return e.sql
}

// printer turns a parsed rule into portable SQL, refusing whatever is not on its list.
type printer struct {
	source  string
	scope   Scope
	regexp  string // name of the function that searches for a pattern
	columns map[string]bool
	depth   int
}

func newPrinter(text string, scope Scope, regexp string) *printer {
	return &printer{source: text, scope: scope, regexp: regexp, columns: make(map[string]bool)}
}

// refuse gives the error for a node, at the node's place or the first one known below it.
func (p *printer) refuse(n *node, message, hint string) *Error {
	position := 0
	if at := n.firstOffset(); at >= 0 {
		position = positionOf(p.source, at)
	}
	return &Error{Text: p.source, Position: position, Message: message, Hint: hint}
}

func (n *node) firstOffset() int {
	if n == nil || n.offset() >= 0 {
		return n.offset()
	}
	below := append([]*node{n.Left, n.Right, n.Child, n.Input, n.Lower, n.Upper}, n.Children...)
	for _, c := range n.Checks {
		below = append(below, c.When, c.Then)
	}
	for _, c := range below {
		if at := c.firstOffset(); at >= 0 {
			return at
		}
	}
	return -1
}

// expression prints a node by its class. What has no line here is refused.
func (p *printer) expression(n *node) (expr, error) {
	if n == nil {
		return expr{}, p.refuse(nil, "the rule is incomplete", "")
	}
	if n.Alias != "" {
		return expr{}, p.refuse(n, "unexpected name "+n.Alias, "operators such as and are missing, or quotes around text")
	}
	if p.depth++; p.depth > maxDepth {
		return expr{}, p.refuse(n, "the rule is nested too deeply", "simplify it")
	}
	defer func() { p.depth-- }()
	switch n.Class {
	case "COLUMN_REF":
		return p.column(n)
	case "CONSTANT":
		return p.constant(n)
	case "COMPARISON":
		return p.comparison(n)
	case "CONJUNCTION":
		return p.conjunction(n)
	case "BETWEEN":
		return p.between(n)
	case "OPERATOR":
		return p.operator(n)
	case "CASE":
		return p.choice(n)
	case "CAST":
		return p.cast(n)
	case "FUNCTION":
		return p.call(n)
	}
	return expr{}, p.refuse(n, className(n.Class)+" is not allowed", "a rule compares columns of one record with values")
}

func className(class string) string {
	switch class {
	case "SUBQUERY":
		return "a subquery"
	case "WINDOW":
		return "a window function"
	case "STAR":
		return "a star"
	case "PARAMETER":
		return "a parameter"
	case "LAMBDA":
		return "a lambda"
	case "COLLATE":
		return "a collation"
	case "POSITIONAL_REFERENCE":
		return "a column number"
	default:
		return strings.ToLower(strings.ReplaceAll(class, "_", " "))
	}
}

// expressions prints several nodes.
func (p *printer) expressions(nodes []*node) ([]expr, error) {
	list := make([]expr, len(nodes))
	for i, n := range nodes {
		e, err := p.expression(n)
		if err != nil {
			return nil, err
		}
		list[i] = e
	}
	return list, nil
}

// unify makes expressions comparable: text that stands where a date is wanted becomes one. It gives
// their common kind; without one the rule is refused.
func (p *printer) unify(nodes []*node, list []expr) (kind, error) {
	common := null
	for _, e := range list {
		if e.kind.isDay() {
			common = common.with(e.kind)
		}
	}
	for i := range list {
		if common.isDay() && list[i].isText() {
			e, err := p.day(nodes[i], list[i].value)
			if err != nil {
				return null, err
			}
			list[i] = e
		}
	}
	common = null
	var first expr
	for i, e := range list {
		if !e.kind.fits(common) {
			return null, p.refuse(nodes[i], describe(first)+" does not fit "+describe(e), mismatchHint(first, e))
		}
		if common == null {
			first = e
		}
		common = common.with(e.kind)
	}
	return common, nil
}

// describe names an expression and its kind for a message.
func describe(e expr) string { return e.sql + " (" + e.kind.String() + ")" }

func mismatchHint(a, b expr) string {
	if b.isText() {
		a, b = b, a
	}
	switch {
	case a.isText() && b.kind.isNumber():
		return "write the number without quotes"
	case a.isText() && b.kind == boolean, b.kind == boolean && a.kind.isNumber():
		return "compare with true or false"
	case a.kind == boolean && b.kind.isNumber():
		return "compare with true or false"
	case a.kind == text && b.kind.isNumber() && b.literal:
		return "write '" + b.sql + "' in quotes, or give the attribute the type integer or decimal"
	default:
		return "compare like with like"
	}
}
