package main

import (
	"context"
	_ "embed" // the template is a file
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/propose"
)

//go:embed init.yaml
var configTemplate string

// initOptions are the flags of truce init.
type initOptions struct {
	from string
	out  string
}

func (a *app) initCommand() *cobra.Command {
	var o initOptions
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Write a truce.yaml for the exports in a folder",
		Long: `Look at a folder of exports, recognise the CRM, the entities and the columns, try every file, and
write a truce.yaml that runs. What could not be decided is marked QUESTION in it, with what was
assumed and why. Without --from, a template with comments is written.

A file that exists is never overwritten. Nothing is landed or published.

EXIT STATUS
  0  the configuration was written
  2  wrong usage, or the file to write exists
  4  the folder has no export of deals, or cannot be read`,
		Example: "  truce init --from ./exports",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.initialize(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.from, "from", "", "folder of exports to look at")
	flags.StringVar(&o.out, "out", "truce.yaml", "file to write")
	return cmd
}

func (a *app) initialize(ctx context.Context, o initOptions) error {
	if _, err := os.Lstat(o.out); err == nil {
		return usageError{fmt.Errorf("%s exists and is not overwritten; remove it, or name another file with --out", o.out)}
	}
	if _, err := os.Stat(filepath.Dir(o.out)); err != nil {
		return usageError{fmt.Errorf("the folder of %s cannot be used: %w; make it, or name another file with --out", o.out, err)}
	}
	if o.from == "" {
		if err := writeNew(o.out, configTemplate); err != nil {
			return err
		}
		return a.printInit(initReport{Config: o.out}, "wrote the template "+o.out+"\n\nnext:\n  name the folder of your exports in it, or remove it "+
			"and run truce init --from FOLDER\n")
	}
	proposal, err := pipeline.Propose(ctx, o.from, o.out, time.Now())
	var nothing *propose.NothingError
	if errors.As(err, &nothing) {
		return exitError{err, pipeline.ExitInput}
	}
	if err != nil {
		return err
	}
	if err := writeNew(o.out, proposal.Text); err != nil {
		return err
	}
	report := initReport{Config: o.out, From: o.from, Proposal: proposal}
	report.Next = report.next()
	return a.printInit(report, report.text(widthOf(a.out)))
}

// writeNew writes a file that must not exist.
func writeNew(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	switch {
	case errors.Is(err, fs.ErrExist):
		return usageError{fmt.Errorf("%s exists and is not overwritten; remove it, or name another file with --out", path)}
	case err != nil:
		return usageError{fmt.Errorf("write the configuration: %w; name another file with --out", err)}
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// initReport is what truce init --json prints.
type initReport struct {
	Config string `json:"config"`
	From   string `json:"from,omitempty"`
	*propose.Proposal
	Next []string `json:"next,omitempty"`
}

func (a *app) printInit(report initReport, text string) error {
	if a.json {
		return a.printJSON(report)
	}
	return a.print("%s", text)
}

// next gives the commands that follow.
func (r initReport) next() []string {
	config := ""
	if r.Config != "truce.yaml" {
		config = " --config " + r.Config
	}
	run := "truce run" + config
	if r.AsOf != "" {
		run += " --as-of " + r.AsOf
	}
	return []string{"truce check" + config, run}
}

func (r initReport) text(width int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s in %s:\n", counted(len(r.Files), "file"), r.From)
	for _, f := range r.Files {
		text.WriteString(item(f.Name+": "+aboutFile(f), "  ", width))
	}
	fmt.Fprintf(&text, "\ndeals: %d won, %d lost, %d open\n", r.Deals.Won, r.Deals.Lost, r.Deals.Open)
	for _, list := range []struct {
		title string
		items []string
	}{{"\nassumed (QUESTION in " + r.Config + "):\n", r.Questions}, {"\nodd in the files:\n", r.Findings}} {
		if len(list.items) > 0 {
			text.WriteString(list.title)
		}
		for _, one := range list.items {
			text.WriteString(item(one, "  ", width))
		}
	}
	fmt.Fprintf(&text, "\nwrote %s\n\nnext:\n", r.Config)
	for _, command := range r.Next {
		fmt.Fprintf(&text, "  %s\n", command)
	}
	if r.AsOf != "" {
		text.WriteString(item("the newest event is of "+r.AsOf+"; without --as-of, rates of cohorts look at the days since then too", "  ", width))
	}
	return text.String()
}

// aboutFile tells how a file is read.
func aboutFile(f propose.File) string {
	if f.Entity == "" {
		return "not read; " + f.Reason
	}
	text := f.Entity + ", " + counted(int(f.Rows), "row")
	if f.Quarantined > 0 {
		text += fmt.Sprintf(", %d set aside", f.Quarantined)
	}
	if f.Preset != "" {
		text += ", preset " + f.Preset
	}
	if f.Encoding != "" && f.Encoding != "utf-8" {
		text += ", " + f.Encoding
	}
	return text
}
