package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/publish"
)

// diffOptions are the flags of truce diff.
type diffOptions struct {
	report   string
	limit    int
	exitCode bool
}

func (a *app) diffCommand() *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff RUN RUN",
		Short: "Show which published numbers moved, and which records moved them",
		Long: `Compare two published runs, the older one first; latest names the current one. First what
differs in what they are made of: days, configuration, program, definitions, input files. Then the
rows of each report that moved, with the old and the new number and the records behind each: those
of its segment, breakdown and period that were added, removed or changed. Then these records by
table. It needs no lock and works while a run is under way.

EXIT STATUS
  0  compared, whether anything moved or not
  1  with --exit-code: something moved; without it: internal error
  2  wrong usage or config, an unknown run or report
  4  nothing is published, or one of the runs is not intact`,
		Example: "  truce diff nightly-2026-03-29T0230-r1 latest --report win_rate",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{fmt.Errorf("%s takes two runs, the older one first; truce status lists them", cmd.CommandPath())}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.diff(cmd, args, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.report, "report", "", "compare this report alone, such as win_rate")
	flags.IntVar(&o.limit, "limit", 10, "show at most this many rows of each table; 0 shows all")
	flags.BoolVar(&o.exitCode, "exit-code", false, "exit 1 if something moved")
	return cmd
}

// diffReport is what truce diff --json prints.
type diffReport struct {
	Old  string `json:"old"`
	New  string `json:"new"`
	Same bool   `json:"same"`
	pipeline.Difference
}

func (a *app) diff(cmd *cobra.Command, args []string, o diffOptions) error {
	if o.limit < 0 {
		return usageError{fmt.Errorf("--limit %d: give 0 for all rows, or a positive number", o.limit)}
	}
	c, err := a.loadForReading(cmd)
	if err != nil {
		return err
	}
	var runs [2]publish.Run
	for i, id := range args {
		if runs[i], err = runNamed(c.Paths.Drop, id); err != nil {
			return err
		}
	}
	found, err := pipeline.Diff(cmd.Context(), pipeline.DiffOptions{
		Old: runs[0], New: runs[1], Report: strings.TrimPrefix(o.report, "rpt_"), Limit: o.limit,
	})
	if unknown := (*pipeline.UnknownReportError)(nil); errors.As(err, &unknown) {
		return usageError{fmt.Errorf("--report %s: %w", o.report, err)}
	}
	if err != nil {
		return err
	}
	report := diffReport{Old: runs[0].ID, New: runs[1].ID, Same: found.IsSame(), Difference: found}
	if a.json {
		err = a.printJSON(report)
	} else {
		err = a.print("%s", report.text(widthOf(a.out)))
	}
	if err == nil && o.exitCode && !report.Same {
		return exitError{errors.New(""), 1}
	}
	return err
}

// runNamed gives the run with this id, or the current one for latest.
func runNamed(drop, id string) (publish.Run, error) {
	if id == "latest" {
		return publishedRun(drop, "")
	}
	return publishedRun(drop, id)
}

func (r diffReport) text(width int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s → %s\n", r.Old, r.New)
	for _, cause := range r.Causes {
		text.WriteString(item(cause, "  ", width))
	}
	if r.Same {
		text.WriteString("no published number moved\n")
	}
	for _, report := range r.Reports {
		text.WriteString("\n" + tableDiffText(report, width))
	}
	for _, records := range r.Records {
		text.WriteString("\n" + tableDiffText(records, width))
	}
	return text.String()
}

// tableDiffText says what moved in one table.
func tableDiffText(t pipeline.TableDiff, width int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %d changed, %d added, %d removed\n", t.Name, t.Changed, t.Added, t.Removed)
	if t.Note != "" {
		text.WriteString(item(t.Note, "  ", width))
	}
	var columns []string
	for _, c := range t.Columns {
		columns = append(columns, fmt.Sprintf("%s in %d", c.Name, c.Changed))
	}
	if len(columns) > 0 {
		text.WriteString(item("changed: "+strings.Join(columns, ", "), "  ", width))
	}
	for _, row := range t.Rows {
		text.WriteString(rowDiffText(row, width))
	}
	if rest := t.Changed + t.Added + t.Removed - int64(len(t.Rows)); rest > 0 && len(t.Rows) > 0 {
		fmt.Fprintf(&text, "  and %s; --limit 0 shows all\n", counted(int(rest), "more row"))
	}
	return text.String()
}

func rowDiffText(row pipeline.RowDiff, width int) string {
	text := item(row.Change+" "+keyText(row.Key), "  ", width)
	if row.Change == "changed" {
		var cells []string
		for _, cell := range row.Cells {
			if !strings.HasSuffix(cell.Column, "_low") && !strings.HasSuffix(cell.Column, "_high") { // they move with what they are of
				cells = append(cells, cellText(cell))
			}
		}
		text += item(strings.Join(cells, ", "), "    ", width)
	}
	for _, records := range row.Records {
		noun := strings.TrimPrefix(records.Name, "fct_")
		line := fmt.Sprintf("%s behind it: ", counted(int(records.Count), noun+" record"))
		for i, record := range records.Rows {
			if i > 0 {
				line += "; "
			}
			line += recordText(record)
		}
		if rest := records.Count - int64(len(records.Rows)); rest > 0 {
			line += fmt.Sprintf("; and %d more", rest)
		}
		text += item(line, "    ", width)
	}
	return text
}

// recordText names a record and what changed in it.
func recordText(record pipeline.RowDiff) string {
	name := record.Change
	if len(record.Key) > 0 {
		name = shown(record.Key[0].Value) + " " + record.Change
	}
	if record.Change != "changed" {
		return name
	}
	const most = 4
	var cells []string
	for i, cell := range record.Cells {
		if i == most {
			cells = append(cells, fmt.Sprintf("%d more columns", len(record.Cells)-most))
			break
		}
		cells = append(cells, cellText(cell))
	}
	return name + " (" + strings.Join(cells, ", ") + ")"
}

// keyText names a row by the parts of its key that say something.
func keyText(key []pipeline.Cell) string {
	var parts []string
	for _, cell := range key {
		if cell.Value == nil || *cell.Value == "" || (cell.Column == "breakdown" && *cell.Value == "none") {
			continue
		}
		parts = append(parts, cell.Column+" "+*cell.Value)
	}
	return strings.Join(parts, ", ")
}

func cellText(c pipeline.CellDiff) string {
	return c.Column + " " + shown(c.Old) + " → " + shown(c.New)
}

// shown writes a value; of a long fraction four decimals are enough.
func shown(value *string) string {
	if value == nil {
		return "NULL"
	}
	if _, decimals, ok := strings.Cut(*value, "."); ok && len(decimals) > 4 {
		if number, err := strconv.ParseFloat(*value, 64); err == nil {
			return strconv.FormatFloat(number, 'f', 4, 64)
		}
	}
	return *value
}
