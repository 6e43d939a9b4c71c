package sql_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestModelsArePortable walks the parsed text of every model, the generated ones included, and
// fails on everything that is not known to mean the same in DuckDB and Spark.
func TestModelsArePortable(t *testing.T) {
	t.Parallel()
	b := newBench(t, filepath.FromSlash("cases/int_opportunities/segment_and_account"))
	var found []string
	for _, m := range b.graph.Models {
		for _, problem := range unportable(t, b, m.SQL) {
			found = append(found, m.Name+": "+problem)
		}
	}
	require.Empty(t, found)
}

// TestUnportableIsFound shows that each refusal works.
func TestUnportableIsFound(t *testing.T) {
	t.Parallel()
	b := newBench(t, filepath.FromSlash("cases/int_opportunities/segment_and_account"))
	for _, text := range []string{
		"select a from t qualify row_number() over (order by a nulls last) = 1",
		"select a from t asof join u on t.a >= u.a",
		"select a from t positional join u",
		"select a from t natural join u",
		"select distinct on (a) a, b from t",
		"select a from t union by name select a from u",
		"select a from t except select a from u",
		"select * exclude (a) from t",
		"select * replace (a + 1 as a) from t",
		"select columns('a.*') from t",
		"with recursive r as (select 1 as a union all select a + 1 from r) select a from r",
		"select a from t using sample 10",
		"select a from t limit 1",
		"select unnest([1, 2]) as a",
		"select {'a': 1} as a from t",
		"select a from t where a in (select b from u)",
		"select a from t where exists (select 1 from u)",
		"select list_transform(a, x -> x + 1) from t",
		"select a // 2 from t",
		"select a ** 2 from t",
		"select date_diff('day', a, b) from t",
		"select string_agg(a, ',') from t",
		"select any_value(a) from t",
		"select concat(a, b) from t",
		"select now() from t",
		"select strftime(a, '%Y') from t",
		"select a from read_csv('a.csv')",
		"select a from main.t",
		"select a from (values (1)) as t (a)",
		"select cast(a as hugeint) from t",
		"select cast(a as timestamptz) from t",
		"select a from t order by a",
		"select row_number() over (order by a) from t",
		"select count(distinct a) over (partition by b) from t",
		"select count(*) filter (where a) over (partition by b) from t",
		"select last_value(a ignore nulls) over (order by a nulls last) from t",
		"select sum(a) over (order by a nulls last groups between 1 preceding and current row) from t",
		"select sum(a) over (order by a nulls last rows unbounded preceding exclude ties) from t",
		"select a from t where a glob 'x*'",
		"pivot t on a using sum(b)",
	} {
		require.NotEmpty(t, unportable(t, b, text), "%s", text)
	}
	require.Empty(t, unportable(t, b, `
		with r as (select a, b from t where a like 'x%' and b is distinct from 1)
		select r.a, cast(sum(b) as bigint) as s, count(distinct b) as n, percentile_cont(0.5) within group (order by cast(b as double) nulls last) as m
		from r left join u on u.a = r.a group by grouping sets ((r.a), ()) having count(*) > 1`))
}

// unportable says what in the text is not portable.
func unportable(t *testing.T, b *bench, text string) []string {
	t.Helper()
	serialised := b.query("select json_serialize_sql(" + literal(text) + ") as tree")[0][0]
	var tree struct {
		Error      bool   `json:"error"`
		Message    string `json:"error_message"`
		Statements []any  `json:"statements"`
	}
	require.NoError(t, json.Unmarshal([]byte(serialised), &tree))
	if tree.Error {
		return []string{"it cannot be parsed: " + tree.Message}
	}
	if len(tree.Statements) != 1 {
		return []string{"it is not one statement"}
	}
	var l linter
	l.walk(tree.Statements[0])
	return l.found
}

// linter collects what is not on the list.
type linter struct {
	found []string
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
	}
	if n["null_order"] == "ORDER_DEFAULT" {
		l.refuse("order by without nulls first or nulls last")
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
		return "INNER LEFT RIGHT OUTER SEMI ANTI"
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
