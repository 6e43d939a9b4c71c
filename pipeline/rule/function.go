package rule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"truce/pipeline/config/nearest"
)

// signature is a function that both engines have under one name and that needs no further care.
type signature struct {
	takes []kind
	gives kind
}

func signatureOf(name string) (signature, bool) {
	switch name {
	case "lower", "upper", "trim":
		return signature{takes: []kind{text}, gives: text}, true
	case "length":
		return signature{takes: []kind{text}, gives: integer}, true
	case "replace":
		return signature{takes: []kind{text, text, text}, gives: text}, true
	case "year", "month":
		return signature{takes: []kind{timestamp}, gives: integer}, true
	}
	return signature{}, false
}

func functionNames() []string {
	return []string{
		"abs", "coalesce", "concat", "greatest", "least", "length", "lower", "month", "nullif", "regexp_like",
		"replace", "starts_with", "substr", "trim", "upper", "year",
	}
}

// call prints functions and the operators that DuckDB keeps as functions.
func (p *printer) call(n *node) (expr, error) {
	name := strings.ToLower(n.Function)
	odd := n.Distinct || n.Export || n.Catalog != "" || !isAbsent(n.Filter) || len(n.Orders.Orders) > 0
	if odd || n.Schema != "" && n.Schema != "main" {
		return expr{}, p.refuse(n, "this form of the function "+name+" is not allowed", "write "+name+"(…) alone")
	}
	if s, ok := signatureOf(name); ok {
		return p.simple(n, name, s)
	}
	switch name {
	case "~~", "!~~", "~~*", "!~~*":
		return p.like(n, strings.HasPrefix(name, "!"), strings.HasSuffix(name, "*"))
	case "+", "-", "*", "abs":
		return p.arithmetic(n, name)
	case "||":
		return p.concatenation(n)
	case "concat", "concat_ws":
		return p.concat(n, name)
	case "nullif", "greatest", "least":
		return p.sameKind(n, name)
	case "substr", "substring":
		return p.substr(n)
	case "starts_with", "^@":
		return p.startsWith(n)
	case "regexp_like", "regexp_matches":
		return p.regexpLike(n)
	case "date_part":
		return p.datePart(n)
	}
	return expr{}, p.refuseFunction(n, name)
}

func (p *printer) refuseFunction(n *node, name string) *Error {
	switch name {
	case "count", "count_star", "sum", "avg", "min", "max", "any_value", "string_agg", "median":
		return p.refuse(n, "the aggregate "+strings.TrimSuffix(name, "_star")+" is not allowed", "a rule sees one record")
	case "now", "today", "random", "current_date", "get_current_timestamp", "age":
		return p.refuse(n, "the function "+name+" is not allowed", "a rule must give the same every night; write a date such as date '2026-01-31'")
	case "contains":
		return p.refuse(n, "the function contains is not allowed", "write like '%part%', or in ('a', 'b')")
	case "/", "//", "%", "**", "^", "&", "|", "<<", ">>":
		return p.refuse(n, "the operator "+name+" is not allowed", "engines compute it differently; use + - *")
	case "~~~", "regexp_full_match", "like_escape", "not_like_escape":
		return p.refuse(n, "this kind of pattern is not allowed", "use like or regexp_like")
	case "row", "list_value", "struct_pack":
		return p.refuse(n, "lists and rows are not allowed", "compare one column at a time")
	}
	if name == "" || !unicode.IsLetter(rune(name[0])) {
		return p.refuse(n, "the operator "+strings.TrimSuffix(name, "__postfix")+" is not allowed", "use + - * ||")
	}
	return p.refuse(n, "the function "+name+" is not allowed", nearest.Hint(name, functionNames()))
}

// arguments prints the arguments and checks their number and kinds.
func (p *printer) arguments(n *node, name string, takes ...kind) ([]expr, error) {
	if len(n.Children) != len(takes) {
		return nil, p.refuse(n, name+" takes "+strconv.Itoa(len(takes))+" arguments, not "+strconv.Itoa(len(n.Children)), "")
	}
	list, err := p.expressions(n.Children)
	if err != nil {
		return nil, err
	}
	for i, e := range list {
		if !e.kind.fits(takes[i]) {
			return nil, p.refuse(n.Children[i], name+" takes "+takes[i].String()+", not "+describe(e), "")
		}
	}
	return list, nil
}

func (p *printer) simple(n *node, name string, s signature) (expr, error) {
	list, err := p.arguments(n, name, s.takes...)
	if err != nil {
		return expr{}, err
	}
	return expr{sql: name + "(" + commas(list) + ")", level: atom, kind: s.gives}, nil
}

// like prints like and ilike. The pattern is a literal: backslashes in a column's values would be
// read differently.
func (p *printer) like(n *node, negated, caseless bool) (expr, error) {
	list, err := p.arguments(n, "like", text, text)
	if err != nil {
		return expr{}, err
	}
	if !isPattern(n.Children[1]) {
		return expr{}, p.refuse(n.Children[1], "the pattern of like must be text in quotes", "such as like 'EMEA%'")
	}
	word := " like "
	if negated {
		word = " not like "
	}
	if caseless {
		return holds("lower(" + list[0].sql + ")" + word + "lower(" + list[1].sql + ")"), nil
	}
	return holds(list[0].in(concatenation) + word + list[1].sql), nil
}

// isPattern accepts a text literal, also in lower(…), which is how ilike is printed.
func isPattern(n *node) bool {
	if n.Class == "FUNCTION" && strings.EqualFold(n.Function, "lower") && len(n.Children) == 1 {
		n = n.Children[0]
	}
	return n.Class == "CONSTANT" && n.Value != nil && !n.Value.IsNull
}

func (p *printer) arithmetic(n *node, name string) (expr, error) {
	list, err := p.expressions(n.Children)
	if err != nil {
		return expr{}, err
	}
	result := null
	for i, e := range list {
		if e.kind != null && !e.kind.isNumber() {
			hint := "only numbers can be computed with"
			if e.kind.isDay() {
				hint = "compare dates with dates such as date '2026-01-31'"
			}
			return expr{}, p.refuse(n.Children[i], name+" takes numbers, not "+describe(e), hint)
		}
		result = result.with(e.kind)
	}
	switch {
	case len(list) == 1 && name == "abs":
		return expr{sql: "abs(" + list[0].sql + ")", level: atom, kind: result}, nil
	case len(list) == 1 && name == "-" && list[0].literal && result != null:
		return p.negate(n, list[0])
	case len(list) == 1 && name == "-":
		return expr{sql: "-(" + list[0].sql + ")", level: atom, kind: result}, nil
	case len(list) == 1 && name == "+":
		return list[0], nil
	case len(list) == 2 && name == "*":
		return expr{sql: list[0].in(product) + " * " + list[1].in(atom), level: product, kind: result}, nil
	case len(list) == 2 && name != "abs":
		return expr{sql: list[0].in(sum) + " " + name + " " + list[1].in(product), level: sum, kind: result}, nil
	}
	return expr{}, p.refuse(n, name+" has the wrong number of arguments", "")
}

// negate turns the sign of a literal, as DuckDB does when it reads - before a number.
func (p *printer) negate(n *node, e expr) (expr, error) {
	digits, negative := strings.CutPrefix(e.sql, "-")
	switch {
	case digits == "9223372036854775808":
		return expr{}, p.refuse(n, "the number has too many digits", "write at most 18")
	case strings.Trim(digits, "0.") == "":
		e.sql = digits
	case negative:
		e.sql = digits
	default:
		e.sql = "-" + digits
	}
	return e, nil
}

// concatenation prints ||, which gives null if one side is null.
func (p *printer) concatenation(n *node) (expr, error) {
	list, err := p.arguments(n, "||", text, text)
	if err != nil {
		return expr{}, err
	}
	left := list[0].in(atom)
	if list[0].level == concatenation {
		left = list[0].sql
	}
	return expr{sql: left + " || " + list[1].in(atom), level: concatenation, kind: text}, nil
}

// concat leaves nulls out in DuckDB and gives null in Spark; concat_ws leaves them out in both.
func (p *printer) concat(n *node, name string) (expr, error) {
	list, err := p.expressions(n.Children)
	if err != nil {
		return expr{}, err
	}
	if name == "concat" {
		list = slices.Insert(list, 0, textLiteral(""))
	}
	if len(list) < 2 || !list[0].isText() {
		return expr{}, p.refuse(n, name+" needs text to join", "such as concat(region, ' ', type)")
	}
	for _, e := range list {
		if !e.kind.fits(text) {
			return expr{}, p.refuse(n, name+" takes text, not "+describe(e), "")
		}
	}
	return expr{sql: "concat_ws(" + commas(list) + ")", level: atom, kind: text}, nil
}

// substr takes literal positions from 1: engines read 0 and negative ones differently.
func (p *printer) substr(n *node) (expr, error) {
	takes := []kind{text, integer, integer}
	list, err := p.arguments(n, "substr", takes[:max(2, min(3, len(n.Children)))]...)
	if err != nil {
		return expr{}, err
	}
	for i, e := range list[1:] {
		number, err := strconv.ParseInt(e.sql, 10, 32)
		if !e.literal || err != nil || number < 1 {
			return expr{}, p.refuse(n.Children[i+1], "substr takes whole numbers from 1, not "+e.sql, "such as substr(region, 1, 2)")
		}
	}
	return expr{sql: "substr(" + commas(list) + ")", level: atom, kind: text}, nil
}

// startsWith prints a comparison of the beginning, which every engine has.
func (p *printer) startsWith(n *node) (expr, error) {
	list, err := p.arguments(n, "starts_with", text, text)
	if err != nil {
		return expr{}, err
	}
	if !list[1].isText() || list[1].value == "" {
		return expr{}, p.refuse(n.Children[1], "starts_with takes text in quotes", "such as starts_with(region, 'EM')")
	}
	beginning := "substr(" + list[0].sql + ", 1, " + strconv.Itoa(utf8.RuneCountInString(list[1].value)) + ")"
	e := holds(beginning + " = " + list[1].sql)
	e.negated = beginning + " <> " + list[1].sql
	return e, nil
}

func (p *printer) regexpLike(n *node) (expr, error) {
	list, err := p.arguments(n, "regexp_like", text, text)
	if err != nil {
		return expr{}, err
	}
	pattern := list[1].value
	if !list[1].isText() {
		return expr{}, p.refuse(n.Children[1], "the pattern of regexp_like must be text in quotes", "such as regexp_like(region, '^EM')")
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return expr{}, p.refuse(n.Children[1], "the pattern is wrong: "+err.Error(), "")
	}
	for _, differs := range []string{"[[", "[:", "&&", "(?P"} {
		if strings.Contains(pattern, differs) {
			return expr{}, p.refuse(n.Children[1], "the pattern holds "+differs+", which engines read differently", "write classes such as [a-z]")
		}
	}
	return expr{sql: p.regexp + "(" + commas(list) + ")", level: atom, kind: boolean}, nil
}

// datePart prints extract(year from …).
func (p *printer) datePart(n *node) (expr, error) {
	list, err := p.arguments(n, "extract", text, timestamp)
	if err != nil {
		return expr{}, err
	}
	part := strings.ToLower(list[0].value)
	if part != "year" && part != "month" {
		return expr{}, p.refuse(n, "extract takes year or month", "")
	}
	return expr{sql: part + "(" + list[1].sql + ")", level: atom, kind: integer}, nil
}
