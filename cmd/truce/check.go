package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/engine/duckdb"
	"truce/pipeline/model"
)

func (a *app) checkCommand() *cobra.Command {
	var schema bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Explain how the exports would be read, and load nothing",
		Long: `Check the configuration and its rules, find the files of every source, and read the header and
the first megabyte of each: which column becomes which field, what is left out, which formats hold,
from when to when dates go, and into which segments the records of these samples fall.
All problems are reported at once. It needs no lock and writes nothing.

EXIT STATUS
  0  a run can start
  2  wrong usage, or the configuration or one of its rules is wrong
  4  a file is missing or would be refused`,
		Example: "  truce check --config truce.yaml",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if schema {
				return a.schema()
			}
			return a.check(cmd)
		},
	}
	cmd.Flags().BoolVar(&schema, "schema", false, "print the JSON Schema of truce.yaml, for editors, and check nothing")
	return cmd
}

// schema prints the JSON Schema of the configuration.
func (a *app) schema() error {
	text, err := config.Schema()
	if err != nil {
		return err
	}
	return a.print("%s", text)
}

func (a *app) check(cmd *cobra.Command) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	seen, err := pipeline.Inspect(cmd.Context(), c, time.Now())
	if err != nil {
		return err
	}
	failed := seen.Err()
	report := newCheckReport(c, seen, failed == nil)
	if len(seen.Config) == 0 {
		e := duckdb.Engine{MemoryLimit: c.Engine.MemoryLimit, Threads: c.Engine.Threads}
		sampled, err := pipeline.SampleSegments(cmd.Context(), e, c, seen, time.Now())
		if err != nil {
			return err
		}
		report.Sample = newSampleReport(sampled)
		report.Warnings = append(report.Warnings, sampled.Warnings(c)...)
	}
	if a.json {
		err = a.printJSON(report)
	} else {
		err = a.print("%s", report.text(widthOf(a.out)))
	}
	if err != nil {
		return err
	}
	var input *pipeline.InputError
	if errors.As(failed, &input) {
		return exitError{fmt.Errorf("%s with the inputs, see above", counted(len(input.Problems), "problem")), pipeline.ExitInput}
	}
	return failed
}

// checkReport is what truce check --json prints.
type checkReport struct {
	Config   string         `json:"config"`
	OK       bool           `json:"ok"`
	Segments []string       `json:"segments"`
	Models   []modelReport  `json:"models"`   // your own
	Problems []string       `json:"problems"` // of the configuration and of the inputs as a whole
	Warnings []string       `json:"warnings"`
	Sample   *sampleReport  `json:"sample,omitempty"`
	Sources  []sourceReport `json:"sources"`
}

type sourceReport struct {
	Name     string       `json:"name"`
	Preset   string       `json:"preset"`
	Guessed  bool         `json:"experimental"` // no real export has confirmed the preset yet
	Path     string       `json:"path"`
	Files    []fileReport `json:"files"`
	Growing  []string     `json:"growing"`
	Ignored  []string     `json:"ignored"`
	Problems []string     `json:"problems"`
}

func newCheckReport(c *config.Config, seen pipeline.Inspection, ok bool) checkReport {
	report := checkReport{Config: c.Path, OK: ok, Segments: []string{}, Problems: []string{}, Sources: []sourceReport{}}
	report.Warnings = append([]string{}, seen.Warnings...)
	for _, s := range c.Segments {
		report.Segments = append(report.Segments, s.Name)
	}
	report.Models = modelReports(&model.Graph{Models: seen.Own}, seen.Own)
	for _, p := range seen.Config {
		report.Problems = append(report.Problems, p.String())
	}
	report.Problems = append(report.Problems, seen.Problems...)
	for _, src := range seen.Sources {
		s := sourceReport{
			Name: src.Name, Preset: src.Preset, Path: src.Path, Guessed: src.Experimental, Files: []fileReport{},
			Growing: append([]string{}, src.Growing...), Ignored: append([]string{}, src.Ignored...),
			Problems: append([]string{}, src.Problems...),
		}
		for _, file := range src.Files {
			s.Files = append(s.Files, newFileReport(file))
		}
		report.Sources = append(report.Sources, s)
	}
	return report
}

func (r checkReport) text(width int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s: %s\n", r.Config, counted(len(r.Segments), "segment"))
	for _, m := range r.Models {
		text.WriteString(item("your own "+m.Kind+" "+m.Name+" reads "+strings.Join(m.Reads, ", ")+": "+m.Description, "  ", width))
	}
	for _, problem := range r.Problems {
		text.WriteString(item("problem: "+problem, "  ", width))
	}
	for _, src := range r.Sources {
		fmt.Fprintf(&text, "\nsource %s (%s), %s in %s\n", src.Name, src.Preset, counted(len(src.Files), "file"), src.Path)
		if src.Guessed {
			text.WriteString(item("the preset is experimental: it follows the vendor's documentation, and no real export has "+
				"confirmed it; compare the mapping below", "  ", width))
		}
		for _, problem := range src.Problems {
			text.WriteString(item("problem: "+problem, "  ", width))
		}
		for _, name := range src.Growing {
			text.WriteString(item("still being written: "+name, "  ", width))
		}
		if len(src.Ignored) > 0 {
			text.WriteString(item("no pattern matches "+few(src.Ignored, 8), "  ", width))
		}
		for _, file := range src.Files {
			text.WriteString("\n" + file.text(width))
		}
	}
	if r.Sample != nil {
		text.WriteString(r.Sample.text(width))
	}
	for _, warning := range r.Warnings {
		text.WriteString(item("warning: "+warning, "  ", width))
	}
	if r.OK {
		text.WriteString("\neverything is in place for a run\n")
	}
	return text.String()
}

// counted gives a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// few lists the first names and counts the others.
func few(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
