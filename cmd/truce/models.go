package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/config/nearest"
	"truce/pipeline/model"
)

const modelsExit = `

EXIT STATUS
  0  printed      1  internal error      2  wrong usage or config`

func (a *app) modelsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "models",
		Short: "List the SQL models, what they mean and what reads what",
		Long: `List the SQL models with their kind, version and grain. The models that the configuration
writes (segments, exclusions, breakdowns) and your own are among them where there is one.

Your own models are .sql files in the folder models beside the configuration. They read what
every other model may read, begin with a header like those that truce models show prints, and
are published like the rest.` + modelsExit,
		Example: "  truce models --config truce.yaml",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.listModels(cmd) },
	}
	list := &cobra.Command{
		Use: "list", Short: cmd.Short, Long: cmd.Long, Example: "  truce models list --json", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listModels(cmd) },
	}
	cmd.AddCommand(list, a.showCommand(), a.graphCommand(), a.docsCommand())
	return cmd
}

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "show NAME",
		Short:   "Print a model: its header, what it reads, what reads it, its SQL",
		Long:    `Print a model: what it means, its key and columns, what it reads, what reads it, and its SQL.` + modelsExit,
		Example: "  truce models show rpt_win_rate",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%s takes the name of one model; truce models lists them", cmd.CommandPath())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.showModel(cmd, args[0]) },
	}
}

func (a *app) graphCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "graph",
		Short: "Print what reads what, as a tree or for Graphviz",
		Long: `Print what each report and check reads, and what that reads. A branch that was printed
before is not printed again.` + modelsExit,
		Example: "  truce models graph --format dot | dot -Tsvg > models.svg",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.graphModels(cmd, format) },
	}
	cmd.Flags().StringVar(&format, "format", "tree", "tree or dot")
	return cmd
}

func (a *app) docsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "docs",
		Short: "Print the dictionary of all published tables as Markdown",
		Long: `Print the dictionary of all published tables as Markdown: what each means, its grain, key and
columns, and the checks that guard them. It depends on the version of the program and, where there
is a configuration, on the models of your own beside it.` + modelsExit,
		Example: "  truce models docs > metrics.md",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.documentModels(cmd) },
	}
}

// models gives those of the configuration where there is one, else those that ship.
func (a *app) models(cmd *cobra.Command) (*model.Graph, error) {
	if !a.hasConfig() && !cmd.Flags().Changed("config") {
		return pipeline.ShippedModels(cmd.Context())
	}
	c, err := a.load()
	if err != nil {
		return nil, err
	}
	return pipeline.ConfiguredModels(cmd.Context(), c)
}

// modelReport is a model as JSON.
type modelReport struct {
	Name        string         `json:"name"`
	Kind        string         `json:"kind"`
	Version     int            `json:"version"`
	Grain       string         `json:"grain"`
	Description string         `json:"description"`
	UniqueKey   []string       `json:"unique_key"`
	Severity    string         `json:"severity,omitempty"`
	Needs       []string       `json:"needs,omitempty"`
	File        string         `json:"file,omitempty"`
	Generated   bool           `json:"generated"`
	Own         string         `json:"own,omitempty"` // the file of a model of one's own
	Columns     []columnReport `json:"columns"`
	Reads       []string       `json:"reads"`
	ReadBy      []string       `json:"read_by"`
	SQL         string         `json:"sql,omitempty"`
}

func newModelReport(g *model.Graph, m *model.Model) modelReport {
	r := modelReport{
		Name: m.Name, Kind: kindName(m.Kind), Version: m.Version, Grain: m.Grain, Description: m.Description,
		Severity: m.Severity, Needs: m.Needs, Generated: m.Generated,
		UniqueKey: append([]string{}, m.UniqueKey...), Columns: []columnReport{},
		Reads: append([]string{}, m.DependsOn...), ReadBy: readBy(g, m.Name),
	}
	if m.Published() {
		r.File = m.FileName()
	}
	if m.Own {
		r.Own = m.File
	}
	for _, c := range m.Columns {
		r.Columns = append(r.Columns, columnReport{Name: c.Name, Comment: c.Doc})
	}
	return r
}

func modelReports(g *model.Graph, models []*model.Model) []modelReport {
	reports := make([]modelReport, 0, len(models))
	for _, m := range models {
		reports = append(reports, newModelReport(g, m))
	}
	return reports
}

// kindName gives the word for a kind.
func kindName(kind model.Kind) string {
	switch kind {
	case model.Staging:
		return "staging"
	case model.Intermediate:
		return "intermediate"
	case model.Fact:
		return "mart"
	case model.Report:
		return "report"
	case model.Check:
		return "check"
	}
	return string(kind)
}

// readBy lists the models that read a relation, in building order.
func readBy(g *model.Graph, name string) []string {
	found := []string{}
	for _, m := range g.Models {
		for _, relation := range m.DependsOn {
			if relation == name {
				found = append(found, m.Name)
			}
		}
	}
	return found
}

func (a *app) listModels(cmd *cobra.Command) error {
	g, err := a.models(cmd)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(modelReports(g, g.Models))
	}
	rows := [][]string{{"model", "kind", "version", "grain"}}
	for _, m := range g.Models {
		rows = append(rows, []string{m.Name, kindName(m.Kind), strconv.Itoa(m.Version), m.Grain})
	}
	return a.print("%s", table(rows, widthOf(a.out)))
}

func (a *app) showModel(cmd *cobra.Command, name string) error {
	g, err := a.models(cmd)
	if err != nil {
		return err
	}
	m, ok := g.Model(name)
	if !ok {
		m, ok = g.Model(string(model.Report) + "_" + name)
	}
	if !ok {
		names := make([]string, 0, len(g.Models))
		for _, known := range g.Models {
			names = append(names, known.Name)
		}
		return usageError{fmt.Errorf("there is no model %q; %s", name, nearest.Hint(name, names))}
	}
	report := newModelReport(g, m)
	report.SQL = m.SQL
	if a.json {
		return a.printJSON(report)
	}
	return a.print("%s", report.text(widthOf(a.out)))
}

func (r modelReport) text(width int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s  %s, version %d\n", r.Name, r.Kind, r.Version)
	text.WriteString(paragraph(r.Description, "  ", width))
	rows := [][]string{{"", ""}}
	add := func(label string, words ...string) {
		if line := strings.Join(words, ", "); line != "" {
			rows = append(rows, []string{"  " + label, line})
		}
	}
	add("grain", r.Grain)
	add("unique key", r.UniqueKey...)
	add("severity", r.Severity)
	add("needs", r.Needs...)
	add("published", r.File)
	add("reads", r.Reads...)
	add("read by", r.ReadBy...)
	add("your own", r.Own)
	if r.Generated {
		add("written by", "the configuration")
	}
	text.WriteString("\n" + table(rows, width))
	if len(r.Columns) > 0 {
		columns := [][]string{{"", ""}}
		for _, c := range r.Columns {
			columns = append(columns, []string{"  " + c.Name, c.Comment})
		}
		text.WriteString("\ncolumns\n" + table(columns, width))
	}
	text.WriteString("\nSQL\n" + r.SQL + "\n")
	return text.String()
}

func (a *app) graphModels(cmd *cobra.Command, format string) error {
	if format != "tree" && format != "dot" {
		return usageError{fmt.Errorf("--format %s: choose tree or dot", format)}
	}
	if a.json && cmd.Flags().Changed("format") {
		return usageError{errors.New("--json and --format exclude each other; use one of them")}
	}
	g, err := a.models(cmd)
	switch {
	case err != nil:
		return err
	case a.json:
		return a.printJSON(edges(g))
	case format == "dot":
		return a.print("%s", dot(g))
	}
	return a.print("%s", tree(g))
}

func (a *app) documentModels(cmd *cobra.Command) error {
	g, err := a.documented(cmd)
	if err != nil {
		return err
	}
	if a.json {
		var published []*model.Model
		for _, m := range g.Models {
			if m.Published() {
				published = append(published, m)
			}
		}
		return a.printJSON(modelReports(g, published))
	}
	return a.print("%s", dictionary(g))
}

// documented gives the models that ship and the user's own, without those that the rest of the
// configuration writes.
func (a *app) documented(cmd *cobra.Command) (*model.Graph, error) {
	shipped, err := pipeline.ShippedModels(cmd.Context())
	if err != nil || (!a.hasConfig() && !cmd.Flags().Changed("config")) {
		return shipped, err
	}
	all, err := a.models(cmd)
	if err != nil {
		return nil, err
	}
	for _, m := range all.Models {
		if m.Own {
			shipped.Models = append(shipped.Models, m)
		}
	}
	return shipped, nil
}
