package config

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Aliases may repeat what they stand for many times over; these limits end a document that is built
// to explode or that refers to itself.
const (
	maxNodes = 200_000
	maxDepth = 64
)

// kind says what is written at a place in the file.
type kind uint8

const (
	kindNull   kind = iota
	kindBroken      // reported already
	kindString
	kindInteger
	kindFloat
	kindBoolean
	kindList
	kindMapping
)

// String gives the kind as a message calls it.
func (k kind) String() string {
	return [...]string{
		"nothing", "nothing", "text", "a whole number", "a number", "true or false", "a list", "a mapping",
	}[k]
}

// place is a position in the file, both counted from 1.
type place struct{ line, column int }

// tree is a part of the file with its position: a scalar, a list or a mapping.
type tree struct {
	kind    kind
	at      place
	text    string // a scalar as it is written, without quotes
	items   []*tree
	entries []entry
}

// entry is one key of a mapping.
type entry struct {
	name  string
	at    place
	value *tree
}

// planter grows the tree of a document out of the parser's, with aliases replaced by what they
// stand for.
type planter struct {
	anchors  map[string]ast.Node
	nodes    int
	problems []Problem
	stopped  bool
}

func (p *planter) problem(n ast.Node, key, message, hint string) *tree {
	found := problemAt(placeOf(n), message, hint)
	found.Key = key
	p.problems = append(p.problems, found)
	return &tree{kind: kindBroken, at: placeOf(n)}
}

// grow gives the tree of the node at a key; what it cannot express becomes a problem.
func (p *planter) grow(n ast.Node, key string, depth int) *tree {
	if p.stopped || n == nil {
		return &tree{kind: kindBroken, at: place{1, 1}}
	}
	p.nodes++
	if p.nodes > maxNodes || depth > maxDepth {
		p.stopped = true
		return p.problem(n, "", "the file is nested or repeated too deeply", "")
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return p.mapping(n, n.Values, key, depth)
	case *ast.MappingValueNode:
		return p.mapping(n, []*ast.MappingValueNode{n}, key, depth)
	case *ast.SequenceNode:
		list := &tree{kind: kindList, at: placeOf(n)}
		for i, v := range n.Values {
			list.items = append(list.items, p.grow(v, fmt.Sprintf("%s[%d]", key, i), depth+1))
		}
		return list
	case *ast.AnchorNode:
		p.anchors[tokenText(n.Name)] = n.Value
		return p.grow(n.Value, key, depth+1)
	case *ast.AliasNode:
		target, ok := p.anchors[tokenText(n.Value)]
		if !ok {
			return p.problem(n, key, "alias *"+tokenText(n.Value)+" refers to nothing above it",
				"put text that starts with * in quotes")
		}
		// Whatever is wrong inside is reported where the alias stands: that is the key's place.
		grown := p.grow(target, key, depth+1)
		grown.at = placeOf(n)
		return grown
	case *ast.TagNode:
		return p.problem(n, key, "tags such as !!str are not supported", "remove the tag, or put the text in quotes")
	default:
		return p.scalar(n, key)
	}
}

func (p *planter) scalar(n ast.Node, key string) *tree {
	leaf := &tree{at: placeOf(n), text: tokenText(n)}
	switch n := n.(type) {
	case *ast.NullNode:
		leaf.kind = kindNull
	case *ast.StringNode:
		leaf.kind, leaf.text = kindString, n.Value
	case *ast.LiteralNode:
		leaf.kind, leaf.text = kindString, n.Value.Value
	case *ast.IntegerNode:
		leaf.kind = kindInteger
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		leaf.kind = kindFloat
	case *ast.BoolNode:
		leaf.kind = kindBoolean
	default:
		return p.problem(n, key, n.Type().String()+" is not supported here", "")
	}
	return leaf
}

func (p *planter) mapping(n ast.Node, values []*ast.MappingValueNode, key string, depth int) *tree {
	m := &tree{kind: kindMapping, at: placeOf(n)}
	written := make(map[string]place, len(values))
	var merged []entry
	for _, v := range values {
		if v.Key.IsMergeKey() {
			source := p.grow(v.Value, key, depth+1)
			if source.kind != kindMapping && source.kind != kindBroken {
				p.problem(v.Value, join(key, "<<"), "<< takes the alias of a mapping", "")
			}
			merged = append(merged, source.entries...)
			continue
		}
		name := keyText(v.Key)
		if first, ok := written[name]; ok {
			p.problem(v.Key, join(key, name), fmt.Sprintf("the key is written twice, first in line %d", first.line), "remove one")
			continue
		}
		e := entry{name: name, at: placeOf(v.Key), value: p.grow(v.Value, join(key, name), depth+1)}
		if e.value.kind == kindNull {
			e.value.at = e.at
		}
		written[name] = e.at
		m.entries = append(m.entries, e)
	}
	for _, e := range merged {
		if _, ok := written[e.name]; !ok {
			written[e.name] = e.at
			m.entries = append(m.entries, e)
		}
	}
	return m
}

func keyText(n ast.MapKeyNode) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.MappingKeyNode:
		return tokenText(n.Value)
	default:
		return tokenText(n)
	}
}

func tokenText(n ast.Node) string {
	if n == nil || n.GetToken() == nil {
		return ""
	}
	return n.GetToken().Value
}

func placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return placeOf(m.Values[0].Key)
	}
	if v, ok := n.(*ast.MappingValueNode); ok {
		return placeOf(v.Key)
	}
	return placeOfToken(n.GetToken())
}

func placeOfToken(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{max(1, t.Position.Line), max(1, t.Position.Column)}
}
