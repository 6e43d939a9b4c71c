package main

import (
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/model"
)

// edge says that one relation reads another.
type edge struct {
	From string `json:"from"` // is read
	To   string `json:"to"`   // reads
}

// edges lists what reads what, in building order.
func edges(g *model.Graph) []edge {
	found := []edge{}
	for _, m := range g.Models {
		for _, relation := range m.DependsOn {
			found = append(found, edge{From: relation, To: m.Name})
		}
	}
	return found
}

// dot writes the graph for Graphviz. Published tables are boxes, checks are octagons; what is no
// model is dashed.
func dot(g *model.Graph) string {
	var text strings.Builder
	text.WriteString("digraph models {\n  rankdir=LR\n  node [fontname=\"sans-serif\", shape=ellipse]\n")
	var inputs []string
	for _, e := range edges(g) {
		if _, isModel := g.Model(e.From); !isModel && !slices.Contains(inputs, e.From) {
			inputs = append(inputs, e.From)
		}
	}
	slices.Sort(inputs)
	for _, name := range inputs {
		fmt.Fprintf(&text, "  %q [style=dashed]\n", name)
	}
	for _, m := range g.Models {
		switch {
		case m.Published():
			fmt.Fprintf(&text, "  %q [shape=box, style=bold]\n", m.Name)
		case m.Kind == model.Check:
			fmt.Fprintf(&text, "  %q [shape=octagon]\n", m.Name)
		default:
			fmt.Fprintf(&text, "  %q\n", m.Name)
		}
	}
	for _, e := range edges(g) {
		fmt.Fprintf(&text, "  %q -> %q\n", e.From, e.To)
	}
	text.WriteString("}\n")
	return text.String()
}

// tree draws what every report, mart and check is made of.
func tree(g *model.Graph) string {
	var text strings.Builder
	drawn := map[string]bool{}
	for _, m := range slices.Concat(byName(g.Kind(model.Report)), byName(g.Kind(model.Fact)), byName(g.Kind(model.Check))) {
		if text.Len() > 0 {
			text.WriteString("\n")
		}
		if drawn[m.Name] {
			text.WriteString(m.Name + " …\n")
			continue
		}
		text.WriteString(m.Name + "\n")
		drawn[m.Name] = true
		branches(&text, g, m, "", drawn)
	}
	return text.String()
}

// branches draws what a model reads. What was drawn before is named and not drawn again.
func branches(text *strings.Builder, g *model.Graph, m *model.Model, indent string, drawn map[string]bool) {
	for i, relation := range m.DependsOn {
		fork, below := "├── ", "│   "
		if i == len(m.DependsOn)-1 {
			fork, below = "└── ", "    "
		}
		read, isModel := g.Model(relation)
		again := isModel && drawn[relation] && len(read.DependsOn) > 0
		text.WriteString(indent + fork + relation)
		if again {
			text.WriteString(" …")
		}
		text.WriteString("\n")
		if isModel && !again {
			drawn[relation] = true
			branches(text, g, read, indent+below, drawn)
		}
	}
}

// dictionary writes the Markdown page about all published tables and the checks.
func dictionary(g *model.Graph) string {
	var text strings.Builder
	text.WriteString("# Metrics\n\nEvery table that a run publishes, from the headers of the SQL models: " +
		"`truce models docs` writes this page.\n\n## Reports\n\n" +
		"In the database `rpt_<name>`, on the drive `<name>.parquet`.\n")
	for _, m := range byName(g.Kind(model.Report)) {
		chapter(&text, m)
	}
	text.WriteString("\n## Records\n\nOne row per record: what the numbers of the reports are made of.\n")
	for _, m := range byName(g.Kind(model.Fact)) {
		chapter(&text, m)
	}
	text.WriteString("\n## Checks\n\nA check that blocks keeps the run from being published.\n\n" +
		"| check | outcome | what must hold |\n|---|---|---|\n")
	for _, m := range byName(g.Kind(model.Check)) {
		outcome := "blocks"
		if m.Severity == model.Warn {
			outcome = "warns"
		}
		fmt.Fprintf(&text, "| `%s` | %s | %s |\n", m.Name, outcome, markdown(m.Description))
	}
	return text.String()
}

func byName(models []*model.Model) []*model.Model {
	sorted := slices.Clone(models)
	slices.SortFunc(sorted, func(a, b *model.Model) int { return strings.Compare(a.Name, b.Name) })
	return sorted
}

// chapter writes what one published table means.
func chapter(text *strings.Builder, m *model.Model) {
	fmt.Fprintf(text, "\n### `%s`\n\n%s\n\n", m.Name, markdown(m.Description))
	fmt.Fprintf(text, "- grain: %s\n- key: `%s`\n- file: `%s`\n- version: %d\n", markdown(m.Grain),
		strings.Join(m.UniqueKey, "`, `"), m.FileName(), m.Version)
	if len(m.Needs) > 0 {
		fmt.Fprintf(text, "- needs: %s\n", strings.Join(m.Needs, ", "))
	}
	text.WriteString("\n| column | meaning |\n|---|---|\n")
	for _, c := range m.Columns {
		fmt.Fprintf(text, "| `%s` | %s |\n", c.Name, markdown(c.Doc))
	}
}

// markdown keeps a sentence on its line and in its cell.
func markdown(text string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(strings.Join(strings.Fields(text), " "))
}
