package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Tree is what the parsed text of a model says of it.
type Tree struct {
	// Unportable lists what is not known to mean the same in DuckDB and Spark, or why the text
	// cannot be parsed.
	Unportable []string
	// Position is the place of the mistake in a text that cannot be parsed, in bytes; -1 if there is none
	// or DuckDB does not say it.
	Position  int
	Relations []string // what it reads, without its own CTEs, in lower case and by name
	CTEs      []string // in lower case and by name
}

// ReadTree reads a text as syntax.Tree writes it, which takes SELECT statements alone.
func ReadTree(document []byte) (Tree, error) {
	var doc struct {
		Error      bool   `json:"error"`
		Message    string `json:"error_message"`
		Position   string `json:"position"`
		Statements []any  `json:"statements"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		return Tree{}, fmt.Errorf("read the parsed model: %w", err)
	}
	t := Tree{Position: -1}
	switch {
	case doc.Error:
		message, _, _ := strings.Cut(doc.Message, "\n")
		t.Unportable = []string{"it cannot be parsed: " + message}
		if at, err := strconv.Atoi(doc.Position); err == nil {
			t.Position = at
		}
		return t, nil
	case len(doc.Statements) != 1:
		t.Unportable = []string{"it is not one statement"}
		return t, nil
	}
	var l linter
	l.walk(doc.Statements[0])
	t.CTEs = sorted(l.ctes)
	t.Relations = slices.DeleteFunc(sorted(l.tables), func(name string) bool { return slices.Contains(t.CTEs, name) })
	t.Unportable = sorted(l.found)
	return t, nil
}

// sorted gives the different texts in order; the tree has no order of its own.
func sorted(texts []string) []string {
	slices.Sort(texts)
	return slices.Compact(texts)
}

// TextProblems lists what the tree does not show: text that one engine reads as a name and the other
// as a literal, operators of DuckDB alone, and a semicolon, which ends what the engine wraps.
func TextProblems(sql string) []string {
	var found []string
	all := words(sql)
	for i, word := range all {
		next := at(all, i+1)
		switch {
		case strings.HasPrefix(word, "'") && strings.Contains(word, `\`):
			found = append(found, "a backslash in the literal "+word)
		case strings.HasPrefix(word, `"`):
			found = append(found, "the quoted name "+word+", which Spark reads as a literal")
		case word == ":" && next == ":":
			found = append(found, "the operator ::; write cast(… as …)")
		case word == "=" && next == "=":
			found = append(found, "the operator ==; write =")
		case word == ";":
			found = append(found, "a semicolon")
		}
	}
	return sorted(found)
}

// linter collects what is not on the list.
type linter struct {
	found, tables, ctes []string
}

func (l *linter) refuse(format string, values ...any) {
	l.found = append(l.found, fmt.Sprintf(format, values...))
}

func (l *linter) walk(tree any) {
	switch x := tree.(type) {
	case []any:
		for _, child := range x {
			l.walk(child)
		}
	case map[string]any:
		l.node(x)
		for _, child := range x {
			l.walk(child)
		}
	}
}

// node looks at one node of the tree; the words of each field that it knows are an allow-list.
func (l *linter) node(n map[string]any) {
	for field, value := range n {
		words := allowed(field)
		if text, ok := value.(string); ok && words != "" && !slices.Contains(strings.Fields(words), text) {
			l.refuse("%s %s", field, text)
		}
		if mustBeAbsent(field) && isPresent(value) {
			l.refuse("%s", field)
		}
	}
	l.name(n)
	switch n["class"] {
	case "WINDOW":
		if isPresent(n["filter_expr"]) || isPresent(n["distinct"]) {
			l.refuse("filter or distinct with over")
		}
	case "CAST":
		cast, _ := n["cast_type"].(map[string]any)
		if id, _ := cast["id"].(string); !slices.Contains(strings.Fields(castTypes), id) {
			l.refuse("cast to %s", id)
		}
	case "CONSTANT":
		constant, _ := n["value"].(map[string]any)
		kind, _ := constant["type"].(map[string]any)
		if value, isText := constant["value"].(string); isText && kind["id"] == "DOUBLE" {
			l.refuse("a number beyond what a double holds (%s)", value)
		}
	}
	if n["null_order"] == "ORDER_DEFAULT" {
		l.refuse("order by without nulls first or nulls last")
	}
}

// name notes the names of relations and of CTEs.
func (l *linter) name(n map[string]any) {
	if table, ok := n["table_name"].(string); ok && n["type"] == "BASE_TABLE" {
		l.tables = append(l.tables, strings.ToLower(table))
	}
	ctes, _ := n["cte_map"].(map[string]any)
	entries, _ := ctes["map"].([]any)
	for _, entry := range entries {
		pair, _ := entry.(map[string]any)
		if key, ok := pair["key"].(string); ok {
			l.ctes = append(l.ctes, strings.ToLower(key))
		}
	}
}

const castTypes = "BIGINT BOOLEAN DATE DECIMAL DOUBLE INTEGER TIMESTAMP VARCHAR"

// allowed gives the words that a field of the tree may hold; empty for a field of which nothing is
// known.
func allowed(field string) string {
	switch field {
	case "class":
		return "BETWEEN CASE CAST COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION OPERATOR STAR SUBQUERY WINDOW"
	case "type":
		return `BASE_TABLE EMPTY JOIN SUBQUERY SELECT_NODE SET_OPERATION_NODE CTE_NODE
			DISTINCT_MODIFIER ORDER_MODIFIER ASCENDING DESCENDING ORDER_DEFAULT DECIMAL_TYPE_INFO
			CASE_EXPR COLUMN_REF FUNCTION GROUPING_FUNCTION STAR VALUE_CONSTANT CONJUNCTION_AND CONJUNCTION_OR
			COMPARE_BETWEEN COMPARE_DISTINCT_FROM COMPARE_EQUAL COMPARE_GREATERTHAN COMPARE_GREATERTHANOREQUALTO COMPARE_IN
			COMPARE_LESSTHAN COMPARE_LESSTHANOREQUALTO COMPARE_NOTEQUAL COMPARE_NOT_DISTINCT_FROM COMPARE_NOT_IN
			OPERATOR_CAST OPERATOR_COALESCE OPERATOR_IS_NOT_NULL OPERATOR_IS_NULL OPERATOR_NOT
			WINDOW_AGGREGATE WINDOW_FIRST_VALUE WINDOW_LAG WINDOW_LEAD WINDOW_NTILE WINDOW_ROW_NUMBER`
	case "function_name":
		return functions()
	case "join_type":
		return "INNER LEFT RIGHT FULL SEMI ANTI"
	case "ref_type":
		return "REGULAR CROSS"
	case "setop_type":
		return "UNION"
	case "subquery_type":
		return "SCALAR"
	case "aggregate_handling":
		return "STANDARD_HANDLING FORCE_AGGREGATES"
	case "materialized":
		return "CTE_MATERIALIZE_DEFAULT"
	case "exclude_clause":
		return "NO_OTHER"
	case "start", "end":
		return `UNBOUNDED_PRECEDING UNBOUNDED_FOLLOWING CURRENT_ROW_ROWS CURRENT_ROW_RANGE EXPR_PRECEDING_ROWS EXPR_FOLLOWING_ROWS
			EXPR_PRECEDING_RANGE EXPR_FOLLOWING_RANGE`
	}
	return ""
}

// functions lists those that mean the same in both engines. As the tree names them: ~~ is like,
// quantile_cont is percentile_cont.
func functions() string {
	return `+ - * / % || ~~ !~~ unix_date add_months regexp_like nvl
		concat_ws split_part substr lpad replace trim upper lower length md5 greatest least nullif
		count count_star count_if sum min max bool_or bool_and stddev_samp median quantile_cont
		row_number lag lead ntile first_value
		date_add date_trunc last_day make_date year month day quarter hour minute second
		ln exp floor ceil sqrt abs`
}

// mustBeAbsent tells whether a field belongs to syntax that only DuckDB has.
func mustBeAbsent(field string) bool {
	return slices.Contains(strings.Fields(`qualify sample at_clause catalog_name schema_name catalog schema distinct_on_targets exclude_list
		replace_list rename_list rename qualified_exclude_list columns ignore_nulls column_name_alias`), field)
}

// isPresent tells whether a field says anything.
func isPresent(value any) bool {
	switch x := value.(type) {
	case nil:
		return false
	case bool:
		return x
	case string:
		return x != ""
	case []any:
		return len(x) > 0
	case map[string]any:
		return len(x) > 0
	}
	return true
}
