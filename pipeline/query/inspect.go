package query

import (
	"slices"
	"strings"
)

// inspect walks a syntax tree and refuses every node that is not known to be harmless. ctes holds the names that
// WITH clauses around the node define.
func (s *Session) inspect(node any, ctes []string) error {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			if err := s.inspect(child, ctes); err != nil {
				return err
			}
		}
	case map[string]any:
		return s.inspectNode(node, ctes)
	}
	return nil
}

func (s *Session) inspectNode(node map[string]any, ctes []string) error {
	if err := s.inspectKind(node, ctes); err != nil {
		return err
	}
	ctes, err := s.inspectCTEs(node, ctes)
	if err != nil {
		return err
	}
	for key, child := range node {
		if key == "cte_map" {
			continue
		}
		if err := s.inspect(child, ctes); err != nil {
			return err
		}
	}
	return nil
}

// inspectCTEs walks the WITH clause of a query node and returns ctes with the names that it defines. A name counts
// from the next CTE on, and inside its own only where that is recursive: before that, DuckDB would take the name
// for a table or a file.
func (s *Session) inspectCTEs(node map[string]any, ctes []string) ([]string, error) {
	clause, _ := node["cte_map"].(map[string]any)
	entries, _ := clause["map"].([]any)
	for _, entry := range entries {
		pair, _ := entry.(map[string]any)
		name := strings.ToLower(textOf(pair, "key"))
		inner := ctes
		if isRecursive(pair) {
			inner = append(slices.Clip(ctes), name)
		}
		if err := s.inspect(pair["value"], inner); err != nil {
			return nil, err
		}
		ctes = append(slices.Clip(ctes), name)
	}
	return ctes, nil
}

func isRecursive(cte map[string]any) bool {
	value, _ := cte["value"].(map[string]any)
	query, _ := value["query"].(map[string]any)
	body, _ := query["node"].(map[string]any)
	return textOf(body, "type") == "RECURSIVE_CTE_NODE"
}

func (s *Session) inspectKind(node map[string]any, ctes []string) error {
	kind := textOf(node, "type")
	if name := textOf(node, "function_name"); name != "" {
		if err := s.inspectFunction(name); err != nil {
			return err
		}
	}
	if class, isExpression := node["class"].(string); isExpression {
		if class == "PARAMETER" {
			return refuse("it holds a parameter (? or $name); write the value itself")
		}
		if !isExpressionAllowed(class) {
			return refuse("the expression %s is not available here", class)
		}
		return nil
	}
	if kind != "" && !isNodeAllowed(kind) {
		return refuse("the clause %s is not available here", kind)
	}
	switch kind {
	case "BASE_TABLE":
		return s.inspectTable(node, ctes)
	case "SHOW_REF":
		return inspectShow(node)
	case "TABLE_FUNCTION":
		return inspectTableFunction(node)
	}
	return nil
}

// inspectFunction judges any call by name. Table functions are judged once more where they stand in FROM.
func (s *Session) inspectFunction(name string) error {
	name = strings.ToLower(name)
	if s.functions[name] || isTableFunctionAllowed(name) {
		return nil
	}
	return refuse("the function %q is not available here; functions that compute from their arguments are, "+
		"those that read files, settings or the system are not", name)
}

func inspectTableFunction(node map[string]any) error {
	call, _ := node["function"].(map[string]any)
	name := strings.ToLower(textOf(call, "function_name"))
	if isTableFunctionAllowed(name) {
		return nil
	}
	return refuse("the table function %q is not available here; FROM takes the tables of the run, "+
		"range, generate_series, unnest, repeat, json_each and json_tree", name)
}

// inspectTable lets a name pass only if it is a CTE or a relation of the run: DuckDB takes any other for a file.
func (s *Session) inspectTable(node map[string]any, ctes []string) error {
	catalog := strings.ToLower(textOf(node, "catalog_name"))
	schema := strings.ToLower(textOf(node, "schema_name"))
	name := strings.ToLower(textOf(node, "table_name"))
	if node["at_clause"] != nil {
		return refuse("AT is not available here; a run is one moment, open another run instead")
	}
	if catalog == "" && schema == "" && slices.Contains(ctes, name) {
		return nil
	}
	if schema == "information_schema" && catalog == "" && isSchemaViewAllowed(name) {
		return nil
	}
	isOurs := catalog == "" || catalog == databaseCatalog || catalog == "memory"
	isMain := schema == "" || schema == "main" || (catalog == "" && (schema == databaseCatalog || schema == "memory"))
	if isOurs && isMain && s.hasRelation(name) {
		return nil
	}
	return s.unknownTable(textOf(node, "table_name"))
}

func inspectShow(node map[string]any) error {
	if node["query"] != nil {
		return nil
	}
	switch strings.Trim(textOf(node, "table_name"), `"`) {
	case "tables", "__show_tables_expanded":
		return nil
	}
	return refuse("SHOW takes TABLES, ALL TABLES or the name of a table")
}

func textOf(node map[string]any, key string) string {
	text, _ := node[key].(string)
	return text
}
