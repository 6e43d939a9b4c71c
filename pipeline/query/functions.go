package query

import (
	_ "embed"
	"strings"
)

// functionList names the scalar functions, aggregates and macros that a statement may call: those that
// compute a value from their arguments alone. A test holds it against the driver, so that a new DuckDB
// release brings no function in unseen.
//
//go:embed functions.txt
var functionList string

func allowedFunctions() map[string]bool {
	// unnest is part of the grammar and stands in no catalog.
	allowed := map[string]bool{"unnest": true}
	for _, name := range strings.Fields(functionList) {
		allowed[name] = true
	}
	return allowed
}

// isTableFunctionAllowed lists the table functions that make rows from their arguments alone. All others read
// files, settings, logs or secrets, or run text as SQL.
func isTableFunctionAllowed(name string) bool {
	switch name {
	case "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree":
		return true
	}
	return false
}

// isSchemaViewAllowed lists the views of information_schema that show tables and columns and no settings or paths.
func isSchemaViewAllowed(name string) bool {
	switch name {
	case "tables", "columns", "schemata":
		return true
	}
	return false
}

// isExpressionAllowed lists the expression classes of DuckDB's syntax tree that a statement may hold.
func isExpressionAllowed(class string) bool {
	switch class {
	case "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "DEFAULT",
		"FUNCTION", "LAMBDA", "LAMBDA_REF", "OPERATOR", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW":
		return true
	}
	return false
}

// isNodeAllowed lists the other kinds of node: query nodes, table references, modifiers, orders and type details.
func isNodeAllowed(kind string) bool {
	switch kind {
	case "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE",
		"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT", "SHOW_REF",
		"LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "ORDER_MODIFIER", "DISTINCT_MODIFIER",
		"ORDER_DEFAULT", "ASCENDING", "DESCENDING":
		return true
	}
	return strings.HasSuffix(kind, "_TYPE_INFO")
}
