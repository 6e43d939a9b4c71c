package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/config"
)

// quarantineOptions are the flags of truce quarantine.
type quarantineOptions struct {
	run  string
	rows int
}

func (a *app) quarantineCommand() *cobra.Command {
	var o quarantineOptions
	cmd := &cobra.Command{
		Use:   "quarantine",
		Short: "List the rows that were refused, and why",
		Long: `List the rows that were refused: where they are and which rule they broke, never what is in
them. First how many of each file and rule, then the rows.

Without --run it shows all that has landed in the state folder, also when a check kept it from being
published; where there is no state folder, the newest published run.

EXIT STATUS
  0  listed, or nothing was refused
  2  wrong usage or config, or an unknown --run
  4  nothing has landed and nothing is published, or the published run is not intact`,
		Example: "  truce quarantine --rows 20",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.quarantine(cmd, o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.run, "run", "", "show what this published run refused")
	flags.IntVar(&o.rows, "rows", 50, "list at most this many rows; 0 lists all")
	return cmd
}

// quarantineReport is what truce quarantine --json prints.
type quarantineReport struct {
	From    string                  `json:"from"` // landing or published
	Run     string                  `json:"run,omitempty"`
	Total   int64                   `json:"total"`
	Summary []pipeline.RefusalCount `json:"summary"`
	Rows    []pipeline.Refusal      `json:"rows"`
}

func (a *app) quarantine(cmd *cobra.Command, o quarantineOptions) error {
	if o.rows < 0 {
		return usageError{fmt.Errorf("--rows %d: give 0 for all rows, or a positive number", o.rows)}
	}
	c, err := a.loadForReading(cmd)
	if err != nil {
		return err
	}
	report, err := refusals(cmd, c, o)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(report)
	}
	return a.print("%s", report.text(widthOf(a.out)))
}

// refusals reads the landing, or a published run where one is asked for or nothing has landed.
func refusals(cmd *cobra.Command, c *config.Config, o quarantineOptions) (quarantineReport, error) {
	if o.run == "" && c.Paths.State != "" {
		found, landed, err := pipeline.LandedRefusals(cmd.Context(), c, time.Now(), o.rows)
		if err != nil || landed {
			return newQuarantineReport("landing", "", found), err
		}
	}
	run, err := publishedRun(c.Paths.Drop, o.run)
	if err != nil {
		return quarantineReport{}, err
	}
	found, err := pipeline.PublishedRefusals(cmd.Context(), run, o.rows)
	return newQuarantineReport("published", run.ID, found), err
}

func newQuarantineReport(from, run string, found pipeline.Refusals) quarantineReport {
	report := quarantineReport{
		From: from, Run: run, Total: found.Total, Summary: []pipeline.RefusalCount{}, Rows: []pipeline.Refusal{},
	}
	report.Summary = append(report.Summary, found.Summary...)
	report.Rows = append(report.Rows, found.Rows...)
	return report
}

func (r quarantineReport) text(width int) string {
	where := "what has landed"
	if r.Run != "" {
		where = "run " + r.Run
	}
	if r.Total == 0 {
		return fmt.Sprintf("nothing was refused in %s\n", where)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d rows were refused in %s\n\n", r.Total, where)
	rows := [][]string{{"rows", "rule", "first line", "file"}}
	for _, c := range r.Summary {
		rows = append(rows, []string{
			strconv.FormatInt(c.Rows, 10), c.Rule, strconv.FormatInt(c.FirstLine, 10), c.Source + "/" + c.File,
		})
	}
	text.WriteString(table(rows, width, 0, 2))
	file := ""
	for _, row := range r.Rows {
		if name := row.Source + "/" + row.File; name != file {
			file = name
			fmt.Fprintf(&text, "\n%s (%s)\n", printable(name), row.Entity)
		}
		text.WriteString(refusalLine(row, width))
	}
	if left := r.Total - int64(len(r.Rows)); left > 0 {
		fmt.Fprintf(&text, "\n%d more; --rows 0 lists all\n", left)
	}
	return text.String()
}

// refusalLine gives one row: its line, the rule and the reason.
func refusalLine(row pipeline.Refusal, width int) string {
	at := fmt.Sprintf("  line %d  %s", row.Line, row.Rule)
	if row.Column != "" {
		at += " in " + row.Column
	}
	full := at + ": " + row.Reason
	if len([]rune(full)) <= width {
		return printable(full) + "\n"
	}
	return printable(at) + "\n" + paragraph(row.Reason, "    ", width)
}
