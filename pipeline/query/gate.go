package query

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"truce/pipeline/syntax"
)

const whatIsAllowed = "one SELECT statement (or SHOW TABLES, DESCRIBE, SUMMARIZE) over the tables of the published run"

// serialized is what syntax.Tree says of a text. Statements stay raw, so that texts can be compared by
// their trees.
type serialized struct {
	Error      bool              `json:"error"`
	Kind       string            `json:"error_type"`
	Message    string            `json:"error_message"`
	Position   string            `json:"position"`
	Statements []json.RawMessage `json:"statements"`
}

// gate returns the statement of text, without its closing semicolon, if it may run.
func (s *Session) gate(ctx context.Context, text string) (string, error) {
	switch {
	case len(text) > maxStatementSize:
		return "", refuse("it has %d bytes; at most %d are read", len(text), maxStatementSize)
	case strings.ContainsRune(text, 0):
		// The driver hands on C strings: what stands behind a NUL would be judged but not run, or the reverse.
		return "", refuse("it holds a NUL byte; remove it")
	}
	tree, err := s.serialize(ctx, text)
	if err != nil {
		return "", err
	}
	if err := judge(text, tree); err != nil {
		return "", err
	}
	decoder := json.NewDecoder(bytes.NewReader(tree.Statements[0]))
	decoder.UseNumber()
	var root any
	if err := decoder.Decode(&root); err != nil {
		return "", refuse("its syntax tree cannot be read; simplify it (%v)", err)
	}
	if err := s.inspect(root, nil); err != nil {
		return "", err
	}
	return s.trimSemicolons(ctx, text, tree)
}

// serialize parses text without running or binding any of it: the text is a value, never a statement.
func (s *Session) serialize(ctx context.Context, text string) (serialized, error) {
	var tree serialized
	document, err := syntax.Tree(ctx, s.conn, text)
	if err != nil {
		return tree, s.explain(ctx, err)
	}
	if err := json.Unmarshal(document, &tree); err != nil {
		return tree, refuse("its syntax tree cannot be read; simplify it (%v)", err)
	}
	return tree, nil
}

func judge(text string, tree serialized) error {
	switch {
	case tree.Error && tree.Kind == "parser":
		return fmt.Errorf("%w: %s%s", ErrStatement, tree.Message, position(text, tree.Position))
	case tree.Error && strings.Contains(strings.ToLower(text), "pivot"):
		return refuse("only %s is allowed; a PIVOT must list its values: on column in ('a', 'b')", whatIsAllowed)
	case tree.Error:
		return refuse("only %s is allowed", whatIsAllowed)
	case len(tree.Statements) == 0:
		return refuse("it is empty; write %s", whatIsAllowed)
	case len(tree.Statements) > 1:
		return refuse("it holds %d statements; only %s is allowed", len(tree.Statements), whatIsAllowed)
	}
	return nil
}

// position tells where in text the parser stopped, as line and column, both from 1.
func position(text, offset string) string {
	var at int
	if _, err := fmt.Sscanf(offset, "%d", &at); err != nil || at < 0 || at > len(text) {
		return ""
	}
	before := text[:at]
	line := strings.Count(before, "\n") + 1
	column := at - (strings.LastIndexByte(before, '\n') + 1) + 1
	return fmt.Sprintf(" (line %d, column %d)", line, column)
}

// trimSemicolons cuts text at the first semicolon that leaves the same syntax tree, so that the statement can
// stand in parentheses. A semicolon inside a literal leaves another tree or none.
func (s *Session) trimSemicolons(ctx context.Context, text string, tree serialized) (string, error) {
	const maxSemicolons = 500
	if strings.Count(text, ";") > maxSemicolons {
		return "", refuse("it holds more than %d semicolons", maxSemicolons)
	}
	for at := range len(text) {
		if text[at] != ';' {
			continue
		}
		shorter, err := s.serialize(ctx, text[:at])
		if err != nil {
			return "", err
		}
		if len(shorter.Statements) == 1 && bytes.Equal(shorter.Statements[0], tree.Statements[0]) {
			return text[:at], nil
		}
	}
	return text, nil
}
