package main

import (
	"context"
	"fmt"
	"strings"

	"truce/pipeline"
	"truce/pipeline/publish"
	"truce/pipeline/query"
)

// tableReport is a table in truce query --json without SQL.
type tableReport struct {
	Name    string         `json:"name"`
	Comment string         `json:"comment"`
	Columns []columnReport `json:"columns"`
}

type columnReport struct {
	Name    string `json:"name"`
	Type    string `json:"type,omitempty"`
	Comment string `json:"comment"`
}

// describe lists the tables of a run with their columns.
func (a *app) describe(ctx context.Context, session *query.Session, run publish.Run, format query.Format) error {
	tables, err := query.Describe(ctx, session)
	if err != nil {
		return err
	}
	reports, err := commented(ctx, tables)
	if err != nil {
		return err
	}
	switch format {
	case query.FormatJSON:
		return a.printJSON(map[string]any{"run": run.ID, "as_of": run.Manifest.AsOf, "tables": reports})
	case query.FormatTable:
	default:
		return usageError{fmt.Errorf("without SQL the tables are listed as table or json, not as %s", format)}
	}
	var text strings.Builder
	width := widthOf(a.out)
	fmt.Fprintf(&text, "run %s, as of %s: %d tables\n", run.ID, run.Manifest.AsOf, len(tables))
	for _, t := range reports {
		text.WriteString("\n" + printable(t.Name) + "\n")
		if t.Comment != "" {
			text.WriteString(paragraph(t.Comment, "  ", width))
		}
		rows := [][]string{{"", "", ""}}
		for _, c := range t.Columns {
			rows = append(rows, []string{"  " + c.Name, strings.ToLower(c.Type), c.Comment})
		}
		text.WriteString(table(rows, width))
	}
	return a.print("%s", text.String())
}

// commented adds to tables that are Parquet files, which have no comments, those of their models.
func commented(ctx context.Context, tables []query.Table) ([]tableReport, error) {
	graph, err := pipeline.ShippedModels(ctx)
	if err != nil {
		return nil, err
	}
	var reports []tableReport
	for _, t := range tables {
		report := tableReport{Name: t.Name, Comment: t.Comment, Columns: []columnReport{}}
		m, known := graph.Model(t.Name)
		if known && report.Comment == "" {
			report.Comment = m.Description
		}
		for _, c := range t.Columns {
			column := columnReport{Name: c.Name, Type: c.Type, Comment: c.Comment}
			if known && column.Comment == "" {
				documented, _ := m.Column(c.Name)
				column.Comment = documented.Doc
			}
			report.Columns = append(report.Columns, column)
		}
		reports = append(reports, report)
	}
	return reports, nil
}
