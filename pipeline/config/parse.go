package config

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A configuration is written by hand. The limits keep the YAML parser, which recurses, away from
// files that are something else.
const (
	maxBytes   = 1 << 20
	maxNesting = 200
)

// parse gives the tree of the only document in the file, or a problem with its place.
func parse(data []byte) (*tree, []Problem) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if problem, ok := unreadable(data); ok {
		return nil, []Problem{problem}
	}
	file, problem := parseDocuments(data)
	if file == nil {
		return nil, []Problem{problem}
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType || doc.Body.Type() == ast.CommentGroupType {
			continue
		}
		if doc.Body.Type() == ast.DirectiveType {
			return nil, []Problem{problemAt(placeOf(doc.Body), "directives such as %YAML are not supported", "remove the line")}
		}
		bodies = append(bodies, doc.Body)
	}
	switch {
	case len(bodies) == 0:
		return nil, []Problem{problemAt(place{1, 1}, "the file is empty", "it needs at least the key sources")}
	case len(bodies) > 1:
		return nil, []Problem{problemAt(placeOf(bodies[1]), "the file holds more than one document", "remove the line --- and what follows")}
	}
	p := &planter{anchors: make(map[string]ast.Node)}
	root := p.grow(bodies[0], "", 0)
	return root, p.problems
}

// parseDocuments guards the parser: a file that makes it panic is a file that cannot be read.
func parseDocuments(data []byte) (file *ast.File, problem Problem) {
	defer func() {
		if r := recover(); r != nil {
			file, problem = nil, problemAt(place{1, 1}, "the file cannot be read as YAML", "look for unusual punctuation")
		}
	}()
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err == nil {
		return file, Problem{}
	}
	at := place{1, 1}
	message := strings.TrimSpace(err.Error())
	var syntax *yaml.SyntaxError
	if errors.As(err, &syntax) {
		at, message = placeOfToken(syntax.Token), syntax.Message
	}
	message, _, _ = strings.Cut(message, "\n")
	return nil, problemAt(at, "the file is no valid YAML: "+message, "")
}

// unreadable finds what the parser must not see: too much, too deep, or no text.
func unreadable(data []byte) (Problem, bool) {
	if len(data) > maxBytes {
		return problemAt(place{1, 1}, fmt.Sprintf("the file has %d bytes, more than %d", len(data), maxBytes),
			"is this the configuration?"), true
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		at := place{i + 1, 1}
		switch {
		case bytes.IndexByte(line, 0) >= 0:
			return problemAt(at, "the line holds a NUL character", "save the file as UTF-8 text"), true
		case !utf8.Valid(line):
			return problemAt(at, "the line is not UTF-8", "save the file as UTF-8 text"), true
		case bytes.Count(line, []byte("- "))+bytes.Count(line, []byte("? ")) > maxNesting:
			return problemAt(at, "the line is nested too deeply", ""), true
		}
	}
	opened, tags := 0, 0
	for i, c := range data {
		switch c {
		case '[', '{':
			opened++
		case ']', '}':
			opened--
		case '!', '&':
			tags++
		}
		if opened > maxNesting || tags > 10*maxNesting {
			line := bytes.Count(data[:i], []byte("\n")) + 1
			return problemAt(place{line, 1}, "the file is nested too deeply", ""), true
		}
	}
	return Problem{}, false
}

func problemAt(at place, message, hint string) Problem {
	return Problem{Line: at.line, Column: at.column, Message: message, Hint: hint}
}
