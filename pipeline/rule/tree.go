package rule

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"truce/pipeline/syntax"
)

const (
	prefix = "SELECT "
	// nowhere is how DuckDB writes the place of a node that the text does not hold.
	nowhere = 1<<64 - 1
)

// node is an expression as syntax.Tree writes it: the union of all classes.
type node struct {
	Class    string `json:"class"`
	Type     string `json:"type"`
	Alias    string `json:"alias"`
	Location uint64 `json:"query_location"`

	Left     *node   `json:"left"`     // COMPARISON
	Right    *node   `json:"right"`    // COMPARISON
	Children []*node `json:"children"` // CONJUNCTION, OPERATOR, FUNCTION
	Input    *node   `json:"input"`    // BETWEEN
	Lower    *node   `json:"lower"`    // BETWEEN
	Upper    *node   `json:"upper"`    // BETWEEN

	Names []string  `json:"column_names"` // COLUMN_REF
	Value *constant `json:"value"`        // CONSTANT

	Child    *node     `json:"child"`     // CAST
	CastType *typeName `json:"cast_type"` // CAST

	Checks []caseCheck `json:"case_checks"` // CASE
	Else   *node       `json:"else_expr"`   // CASE

	Function string          `json:"function_name"` // FUNCTION
	Schema   string          `json:"schema"`        // FUNCTION
	Catalog  string          `json:"catalog"`       // FUNCTION
	Filter   json.RawMessage `json:"filter"`        // FUNCTION
	Distinct bool            `json:"distinct"`      // FUNCTION
	Export   bool            `json:"export_state"`  // FUNCTION
	Orders   struct {
		Orders []json.RawMessage `json:"orders"`
	} `json:"order_bys"` // FUNCTION
}

type caseCheck struct {
	When *node `json:"when_expr"`
	Then *node `json:"then_expr"`
}

type constant struct {
	Type   typeName        `json:"type"`
	IsNull bool            `json:"is_null"`
	Value  json.RawMessage `json:"value"`
}

type typeName struct {
	ID   string `json:"id"`
	Info *struct {
		Width int `json:"width"`
		Scale int `json:"scale"`
	} `json:"type_info"`
}

// document is what syntax.Tree gives for a text.
type document struct {
	Failed     bool   `json:"error"`
	Message    string `json:"error_message"`
	Position   string `json:"position"`
	Statements []struct {
		Node struct {
			Type       string            `json:"type"`
			Modifiers  []json.RawMessage `json:"modifiers"`
			SelectList []json.RawMessage `json:"select_list"`
			From       struct {
				Type string `json:"type"`
			} `json:"from_table"`
			CTEs struct {
				Map []json.RawMessage `json:"map"`
			} `json:"cte_map"`
			Where    json.RawMessage   `json:"where_clause"`
			Groups   []json.RawMessage `json:"group_expressions"`
			Sets     []json.RawMessage `json:"group_sets"`
			Handling string            `json:"aggregate_handling"`
			Having   json.RawMessage   `json:"having"`
			Sample   json.RawMessage   `json:"sample"`
			Qualify  json.RawMessage   `json:"qualify"`
		} `json:"node"`
	} `json:"statements"`
}

// parse gives the tree of the only expression that the text holds.
func (p *Parser) parse(ctx context.Context, text string) (*node, error) {
	serialized, err := syntax.Tree(ctx, p.db, prefix+text)
	if err != nil {
		return nil, fmt.Errorf("parse a rule: %w", err)
	}
	var doc document
	if err := json.Unmarshal(serialized, &doc); err != nil {
		return nil, fmt.Errorf("read the parsed rule: %w", err)
	}
	if doc.Failed {
		return nil, syntaxError(text, doc)
	}
	raw, ok := onlyExpression(doc)
	if !ok {
		return nil, &Error{
			Text: text, Message: "a rule is one condition, without select, from, order by and the like",
			Hint: "join conditions with and, or",
		}
	}
	var root node
	if err := json.Unmarshal(raw, &root); err != nil {
		return nil, fmt.Errorf("read the parsed rule: %w", err)
	}
	return &root, nil
}

// onlyExpression gives the selected expression if the statement holds nothing else.
func onlyExpression(doc document) (json.RawMessage, bool) {
	if len(doc.Statements) != 1 {
		return nil, false
	}
	n := doc.Statements[0].Node
	plain := n.Type == "SELECT_NODE" && n.From.Type == "EMPTY" && n.Handling == "STANDARD_HANDLING" &&
		len(n.Modifiers) == 0 && len(n.CTEs.Map) == 0 && len(n.Groups) == 0 && len(n.Sets) == 0 &&
		isAbsent(n.Where) && isAbsent(n.Having) && isAbsent(n.Sample) && isAbsent(n.Qualify)
	if !plain || len(n.SelectList) != 1 {
		return nil, false
	}
	return n.SelectList[0], true
}

func isAbsent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

func syntaxError(text string, doc document) error {
	e := &Error{Text: text, Message: "the rule is no valid SQL: " + doc.Message, Hint: "text goes into single quotes: region = 'EMEA'"}
	if offset, err := strconv.Atoi(doc.Position); err == nil {
		e.Position = positionOf(text, offset-len(prefix))
	}
	e.Message, _, _ = strings.Cut(e.Message, "\n")
	return e
}

// offset gives the byte of the text at which the node stands, or -1.
func (n *node) offset() int {
	if n == nil || n.Location == nowhere || n.Location < uint64(len(prefix)) || n.Location > maxBytes+uint64(len(prefix)) {
		return -1
	}
	return int(n.Location) - len(prefix)
}
