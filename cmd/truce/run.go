package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/engine/duckdb"
	"truce/pipeline/history"
	"truce/pipeline/schedule"
)

// runOptions are the flags of truce run.
type runOptions struct {
	job     string
	asOf    string
	knownAt string
	strict  bool
	wait    bool
	accept  []string
	reason  string

	scorecard bool
}

func (a *app) runCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Load what is new, build the reports and publish them, once and now",
		Long: `Load what is new, build the reports and publish them.

Whoever looks at the drop folder sees a complete run, the old one or the new one.
Running again with the same inputs publishes nothing and exits 0.

EXIT STATUS
  0  published, or identical to the published run
  2  wrong usage or config      3  a check failed, nothing was published
  4  an input is missing, refused or stale
  5  another run holds the lock      6  publishing failed
  124  timed out      143  interrupted`,
		Example: "  truce run --config truce.yaml --as-of 2026-06-30",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.run(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.job, "job", "", "run the newest slot of this job")
	flags.StringVar(&o.asOf, "as-of", "", "last day of events, YYYY-MM-DD (default: the last complete local day)")
	flags.StringVar(&o.knownAt, "known-at", "", "use only what had landed by this time, RFC 3339; loads nothing")
	flags.BoolVar(&o.strict, "strict", false, "warnings of checks block too")
	flags.BoolVar(&o.wait, "wait", false, "wait for the lock instead of exiting 5")
	flags.StringArrayVar(&o.accept, "accept", nil, "publish although this check fails; repeatable")
	flags.StringVar(&o.reason, "reason", "", "why the failed checks are accepted")
	flags.BoolVar(&o.scorecard, "scorecard", false, "print both promises of the newest quarter at the end")
	return cmd
}

func (a *app) run(ctx context.Context, o runOptions) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	options, err := a.options(ctx, c, o)
	if err != nil {
		return err
	}
	var timeout time.Duration
	if o.job != "" {
		options.Job = o.job
		if options.Slot, timeout, err = newestSlot(c, o.job, time.Now()); err != nil {
			return err
		}
	}
	bar := newProgress(a.err)
	options.Progress = bar
	started := time.Now()
	var outcome pipeline.Outcome
	err = schedule.Within(ctx, timeout, func(ctx context.Context) (err error) {
		outcome, err = pipeline.Run(ctx, options)
		return err
	})
	bar.finish()
	if a.json {
		return errors.Join(err, a.printJSON(runReport(outcome, err)))
	}
	for _, warning := range outcome.Warnings {
		_, _ = fmt.Fprintln(a.err, "warning: "+warning)
	}
	if err != nil {
		return err
	}
	if err := a.printOutcome(outcome, time.Since(started)); err != nil {
		return err
	}
	if o.scorecard {
		return a.printScorecard(ctx, outcome.Report.Dir)
	}
	return nil
}

// options turns the flags into what the pipeline is asked for.
func (a *app) options(ctx context.Context, c *config.Config, o runOptions) (pipeline.Options, error) {
	made, err := program(ctx)
	if err != nil {
		return pipeline.Options{}, err
	}
	options := pipeline.Options{
		Config: c, Engine: duckdb.Engine{MemoryLimit: c.Engine.MemoryLimit, Threads: c.Engine.Threads},
		Program: made, Trigger: history.Manual, Strict: o.strict, Wait: o.wait, Now: time.Now,
		Accept: map[string]string{},
	}
	if options.AsOf, err = parseTime("as-of", time.DateOnly, o.asOf); err != nil {
		return options, err
	}
	if err := notInTheFuture(c, options.AsOf, time.Now()); err != nil {
		return options, err
	}
	if options.KnownAt, err = parseTime("known-at", time.RFC3339, o.knownAt); err != nil {
		return options, err
	}
	if (len(o.accept) > 0) != (strings.TrimSpace(o.reason) != "") {
		return options, usageError{errors.New("--accept and --reason go together; say which check and why")}
	}
	for _, name := range o.accept {
		options.Accept[name] = o.reason
	}
	return options, nil
}

// notInTheFuture refuses an as-of date after today: it would count cohorts as mature that are not,
// and the pointer would stay on that run until the day comes.
func notInTheFuture(c *config.Config, asOf, now time.Time) error {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return usageError{err}
	}
	if today := now.In(zone).Format(time.DateOnly); asOf.Format(time.DateOnly) > today {
		return usageError{fmt.Errorf("--as-of %s lies after today, %s; name a day that has come", asOf.Format(time.DateOnly), today)}
	}
	return nil
}

func parseTime(flag, layout, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(layout, text)
	if err != nil {
		example := "2026-06-30, YYYY-MM-DD"
		if layout == time.RFC3339 {
			example = "2026-06-30T06:00:00Z, RFC 3339"
		}
		return t, usageError{fmt.Errorf("--%s %q is not a time like %s", flag, text, example)}
	}
	return t, nil
}

// newestSlot gives the newest slot of a job that is due, and how long its run may take.
func newestSlot(c *config.Config, name string, now time.Time) (schedule.Slot, time.Duration, error) {
	job, err := pipeline.JobOf(c, name)
	if err != nil {
		return schedule.Slot{}, 0, err
	}
	slot, ok := job.Spec.Newest(name, now)
	if !ok {
		return slot, 0, usageError{fmt.Errorf("job %s has not had a slot yet", name)}
	}
	return slot, job.Timeout, nil
}

func (a *app) printOutcome(o pipeline.Outcome, took time.Duration) error {
	verb := "published"
	if o.State == history.Identical {
		verb = "unchanged"
	}
	var rows int64
	for _, f := range o.Report.Manifest.Files {
		if f.Rows != nil {
			rows += *f.Rows
		}
	}
	return a.print("%s %s as of %s in %s\n  %d files loaded (%d rows, %d refused), %d known before; %d files with %d rows on the drive\n  %s\n",
		verb, o.Report.ID, o.AsOf.Format(time.DateOnly), took.Round(10*time.Millisecond),
		o.Loaded.Files, o.Loaded.Loaded, o.Loaded.Quarantined, o.Loaded.Known, len(o.Report.Manifest.Files), rows, o.Report.Dir)
}

// runReport is what truce run --json prints.
func runReport(o pipeline.Outcome, err error) map[string]any {
	report := map[string]any{
		"state": o.State, "run": o.Report.ID, "folder": o.Report.Dir, "as_of": o.AsOf.Format(time.DateOnly),
		"exit_code": pipeline.ExitCode(err), "steps": o.Steps, "models": o.Models, "checks": o.Report.Manifest.Checks, "warnings": o.Warnings,
		"loaded": map[string]int64{
			"files": o.Loaded.Files, "known": o.Loaded.Known, "rows": o.Loaded.Loaded, "quarantined": o.Loaded.Quarantined,
		},
	}
	if err != nil {
		report["error"] = err.Error()
	}
	return report
}
