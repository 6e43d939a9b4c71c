package model

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var tokens = regexp.MustCompile(`(?s)--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_]*|\S`)

// dependencies lists the relations that a SELECT reads, in order of appearance: every name behind
// FROM or JOIN that is not a CTE of the same text.
func dependencies(sql string) ([]string, error) {
	words := words(sql)
	var reads, ctes []string
	for i, word := range words {
		next := at(words, i+1)
		switch word {
		case "from", "join":
			if isComparison(words, i) || next == "(" {
				continue
			}
			reads = append(reads, next)
		case ",":
			if at(words, i+2) == "as" && at(words, i+3) == "(" {
				ctes = append(ctes, next)
			}
		case "with":
			ctes = append(ctes, next)
		case "recursive":
			return nil, fmt.Errorf("WITH RECURSIVE is not portable; let Go write the numbers or dates as a config_ relation")
		}
	}
	var relations []string
	for _, name := range reads {
		if !slices.Contains(ctes, name) && !slices.Contains(relations, name) {
			relations = append(relations, name)
		}
	}
	return relations, nil
}

// words gives the tokens of the text in lower case, without comments; a literal stays one token.
func words(sql string) []string {
	var found []string
	for _, token := range tokens.FindAllString(sql, -1) {
		if !strings.HasPrefix(token, "--") && !strings.HasPrefix(token, "/*") {
			found = append(found, strings.ToLower(token))
		}
	}
	return found
}

// isComparison tells whether the FROM at i belongs to IS [NOT] DISTINCT FROM.
func isComparison(words []string, i int) bool {
	before := at(words, i-2)
	return at(words, i-1) == "distinct" && (before == "is" || before == "not")
}

func at(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return ""
	}
	return words[i]
}
