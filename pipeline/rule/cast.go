package rule

// cast prints literals that are written as casts, and casts between kinds that both engines make
// alike. Text that cannot be cast gives null, so that no value can stop a run.
func (p *printer) cast(n *node) (expr, error) {
	e, err := p.expression(n.Child)
	if err != nil {
		return expr{}, err
	}
	target, name := castTarget(n.CastType)
	switch {
	case name == "":
		return expr{}, p.refuse(n, "a cast to this type is not allowed",
			"cast to varchar, bigint, decimal(18,2), decimal(18,8), boolean, date or timestamp")
	case e.isText() && target == boolean && (e.value == "t" || e.value == "f"):
		// This is how DuckDB writes true and false.
		return expr{sql: map[string]string{"t": "true", "f": "false"}[e.value], level: atom, kind: boolean, literal: true}, nil
	case e.isText() && target.isDay():
		day, err := p.day(n.Child, e.value)
		if err != nil || day.kind == target || target == timestamp {
			return day, err
		}
	case e.kind == target && target != decimal && target != integer:
		return e, nil
	case target == integer && e.kind != integer && e.kind != null:
		return expr{}, p.refuse(n, "a cast from "+e.kind.String()+" to a whole number is not allowed",
			"engines round differently; give the attribute the type integer, or compare without the cast")
	case !castable(e.kind, target):
		return expr{}, p.refuse(n, "a cast from "+e.kind.String()+" to "+target.String()+" is not allowed", "compare like with like")
	}
	word := "cast("
	if e.kind == text {
		word = "try_cast("
	}
	return expr{sql: word + e.sql + " as " + name + ")", level: atom, kind: target}, nil
}

func castable(from, to kind) bool {
	switch {
	case from == null || from == to:
		return true
	case from == text:
		return to == decimal || to.isDay()
	case from.isNumber():
		return to == text && from != double || to == decimal
	case from.isDay():
		return to.isDay() || to == text && from == date
	default:
		return false
	}
}

// castTarget gives the kind and the portable name of a type; no name if it is not allowed.
func castTarget(t *typeName) (kind, string) {
	if t == nil {
		return null, ""
	}
	switch t.ID {
	case "VARCHAR":
		return text, "string"
	case "INTEGER", "BIGINT":
		return integer, "bigint"
	case "BOOLEAN":
		return boolean, "boolean"
	case "DATE":
		return date, "date"
	case "TIMESTAMP":
		return timestamp, "timestamp"
	case "DECIMAL":
		if t.Info != nil && t.Info.Width == 18 && t.Info.Scale == 2 {
			return decimal, "decimal(18,2)"
		}
		if t.Info != nil && t.Info.Width == 18 && t.Info.Scale == 8 {
			return decimal, "decimal(18,8)"
		}
	}
	return null, ""
}
