package rule

import "strings"

func (p *printer) comparison(n *node) (expr, error) {
	sign := ""
	switch n.Type {
	case "COMPARE_EQUAL":
		sign = "="
	case "COMPARE_NOTEQUAL":
		sign = "<>"
	case "COMPARE_LESSTHAN":
		sign = "<"
	case "COMPARE_LESSTHANOREQUALTO":
		sign = "<="
	case "COMPARE_GREATERTHAN":
		sign = ">"
	case "COMPARE_GREATERTHANOREQUALTO":
		sign = ">="
	case "COMPARE_DISTINCT_FROM":
		sign = "is distinct from"
	case "COMPARE_NOT_DISTINCT_FROM":
		sign = "is not distinct from"
	default:
		return expr{}, p.refuse(n, "this comparison is not allowed", "use = <> < <= > >=")
	}
	nodes := []*node{n.Left, n.Right}
	sides, err := p.expressions(nodes)
	if err != nil {
		return expr{}, err
	}
	if !strings.HasPrefix(sign, "is") {
		if err := p.refuseNulls(nodes, sides); err != nil {
			return expr{}, err
		}
	}
	if _, err := p.unify(nodes, sides); err != nil {
		return expr{}, err
	}
	return holds(sides[0].in(concatenation) + " " + sign + " " + sides[1].in(concatenation)), nil
}

// holds gives a predicate.
func holds(sql string) expr { return expr{sql: sql, level: predicate, kind: boolean} }

// refuseNulls refuses a comparison that can never hold.
func (p *printer) refuseNulls(nodes []*node, list []expr) error {
	for i, e := range list {
		if e.literal && e.kind == null {
			return p.refuse(nodes[i], "a comparison with null never holds", "write is null or is not null")
		}
	}
	return nil
}

func (p *printer) conjunction(n *node) (expr, error) {
	word, least := " and ", conjunction
	if n.Type == "CONJUNCTION_OR" {
		word, least = " or ", disjunction
	} else if n.Type != "CONJUNCTION_AND" {
		return expr{}, p.refuse(n, "this connection of conditions is not allowed", "use and, or")
	}
	list, err := p.conditions(n.Children)
	if err != nil {
		return expr{}, err
	}
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = e.in(least)
	}
	return expr{sql: strings.Join(parts, word), level: least, kind: boolean}, nil
}

// conditions prints expressions that must be true or false.
func (p *printer) conditions(nodes []*node) ([]expr, error) {
	list, err := p.expressions(nodes)
	if err != nil {
		return nil, err
	}
	for i, e := range list {
		if !e.kind.fits(boolean) {
			return nil, p.refuse(nodes[i], describe(e)+" is no condition", "compare it with something")
		}
	}
	return list, nil
}

func (p *printer) between(n *node) (expr, error) {
	nodes := []*node{n.Input, n.Lower, n.Upper}
	list, err := p.expressions(nodes)
	if err != nil {
		return expr{}, err
	}
	if err := p.refuseNulls(nodes, list); err != nil {
		return expr{}, err
	}
	if _, err := p.unify(nodes, list); err != nil {
		return expr{}, err
	}
	return holds(list[0].in(concatenation) + " between " + list[1].in(concatenation) + " and " + list[2].in(concatenation)), nil
}

func (p *printer) operator(n *node) (expr, error) {
	switch n.Type {
	case "COMPARE_IN":
		return p.membership(n, " in (")
	case "COMPARE_NOT_IN":
		return p.membership(n, " not in (")
	case "OPERATOR_NOT", "OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL":
		return p.unary(n)
	case "OPERATOR_COALESCE":
		return p.sameKind(n, "coalesce")
	}
	name := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(n.Type, "OPERATOR_"), "_", " "))
	return expr{}, p.refuse(n, "the operator "+name+" is not allowed", "")
}

func (p *printer) unary(n *node) (expr, error) {
	if len(n.Children) != 1 {
		return expr{}, p.refuse(n, "the rule is incomplete", "")
	}
	if n.Type == "OPERATOR_NOT" {
		list, err := p.conditions(n.Children)
		if err != nil {
			return expr{}, err
		}
		if list[0].negated != "" {
			return holds(list[0].negated), nil
		}
		return holds("not " + list[0].in(atom)), nil
	}
	e, err := p.expression(n.Children[0])
	if err != nil {
		return expr{}, err
	}
	if n.Type == "OPERATOR_IS_NULL" {
		return holds(e.in(atom) + " is null"), nil
	}
	return holds(e.in(atom) + " is not null"), nil
}

// membership prints in and not in, which take a list of literals.
func (p *printer) membership(n *node, word string) (expr, error) {
	list, err := p.expressions(n.Children)
	if err != nil {
		return expr{}, err
	}
	if err := p.refuseNulls(n.Children, list); err != nil {
		return expr{}, err
	}
	if len(list) < 2 {
		return expr{}, p.refuse(n, "the list is empty", "write in ('a', 'b')")
	}
	for i, e := range list[1:] {
		if !e.literal {
			return expr{}, p.refuse(n.Children[i+1], "a list holds values only, not "+e.sql, "join comparisons with or")
		}
	}
	if _, err := p.unify(n.Children, list); err != nil {
		return expr{}, err
	}
	return holds(list[0].in(concatenation) + word + commas(list[1:]) + ")"), nil
}

func commas(list []expr) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = e.sql
	}
	return strings.Join(parts, ", ")
}

// sameKind prints a function whose arguments and result are of one kind.
func (p *printer) sameKind(n *node, name string) (expr, error) {
	list, err := p.expressions(n.Children)
	if err != nil {
		return expr{}, err
	}
	common, err := p.unify(n.Children, list)
	if err != nil {
		return expr{}, err
	}
	if len(list) == 0 {
		return expr{}, p.refuse(n, name+" needs arguments", "")
	}
	return expr{sql: name + "(" + commas(list) + ")", level: atom, kind: common}, nil
}

// choice prints case.
func (p *printer) choice(n *node) (expr, error) {
	var conditions, nodes []*node
	for _, c := range n.Checks {
		conditions, nodes = append(conditions, c.When), append(nodes, c.Then)
	}
	whens, err := p.conditions(conditions)
	if err != nil {
		return expr{}, err
	}
	if n.Else != nil {
		nodes = append(nodes, n.Else)
	}
	results, err := p.expressions(nodes)
	if err != nil {
		return expr{}, err
	}
	common, err := p.unify(nodes, results)
	if err != nil {
		return expr{}, err
	}
	var b strings.Builder
	b.WriteString("case")
	for i, when := range whens {
		b.WriteString(" when " + when.sql + " then " + results[i].sql)
	}
	if n.Else != nil && results[len(whens)].sql != "null" {
		b.WriteString(" else " + results[len(whens)].sql)
	}
	b.WriteString(" end")
	return expr{sql: b.String(), level: atom, kind: common}, nil
}
