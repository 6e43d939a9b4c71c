package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/config"
)

// backfillOptions are the flags of truce backfill.
type backfillOptions struct {
	from, to string
	job      string
	every    string
	dryRun   bool
	wait     bool
	strict   bool
}

func (a *app) backfillCommand() *cobra.Command {
	var o backfillOptions
	cmd := &cobra.Command{
		Use:   "backfill --from DATE --to DATE",
		Short: "Run past slots of a job, or past days, in order",
		Long: `Run the slots of a job that were due from one day to another, by its own clock, oldest first; with
--every, runs without a job as of each day, Sunday or last day of a month. Each run counts events up
to its day, with all that is known now. What is published with the same inputs is not published
again, and the current run is never replaced by one of an older day.

It stops at the first failure; the same command goes on from there. Each run takes the lock for
itself, so that a scheduled one can come in between.

EXIT STATUS
  0  every run is published, or identical to the published one; or listed with --dry-run
  2  wrong usage or config
  3, 4, 5, 6, 124, 143  that of the run that failed, as truce run --help says`,
		Example: "  truce backfill --from 2026-01-01 --to 2026-06-30 --every month --dry-run",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.backfill(cmd.Context(), o) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.from, "from", "", "first day, YYYY-MM-DD")
	flags.StringVar(&o.to, "to", "", "last day, YYYY-MM-DD")
	flags.StringVar(&o.job, "job", "", "run the slots of this job (default: the only one)")
	flags.StringVar(&o.every, "every", "", "day, week or month: run without a job, as of these days")
	flags.BoolVar(&o.dryRun, "dry-run", false, "list the runs and do nothing")
	flags.BoolVar(&o.strict, "strict", false, "warnings of checks block too")
	flags.BoolVar(&o.wait, "wait", false, "wait for the lock instead of exiting 5")
	return cmd
}

// backfillReport is what truce backfill --json prints: one for each run.
type backfillReport struct {
	Slot      string `json:"slot"`
	AsOf      string `json:"as_of"`
	Published string `json:"published,omitempty"` // the run that was there before
	State     string `json:"state"`               // planned, published or identical
	Run       string `json:"run,omitempty"`
}

func (a *app) backfill(ctx context.Context, o backfillOptions) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	planned, err := a.planBackfill(c, o)
	if err != nil {
		return err
	}
	reports := []backfillReport{}
	if o.dryRun {
		for _, p := range planned {
			reports = append(reports, backfillReport{Slot: p.Key, AsOf: p.AsOf.Format(time.DateOnly), Published: p.Published, State: "planned"})
		}
		if a.json {
			return a.printJSON(reports)
		}
		return a.printPlan(planned)
	}
	options, err := a.options(ctx, c, runOptions{strict: o.strict, wait: o.wait})
	if err != nil {
		return err
	}
	bar := newProgress(a.err)
	options.Progress = bar
	var broken error
	err = pipeline.Backfill(ctx, options, planned, func(p pipeline.PlannedRun, outcome pipeline.Outcome) {
		bar.finish()
		reports = append(reports, backfillReport{
			Slot: p.Key, AsOf: p.AsOf.Format(time.DateOnly), Published: p.Published, State: string(outcome.State), Run: outcome.Report.ID,
		})
		for _, warning := range outcome.Warnings {
			_, _ = fmt.Fprintln(a.err, "warning: "+p.Key+": "+warning)
		}
		if !a.json {
			broken = errors.Join(broken, a.print("%-9s %s as of %s\n", outcome.State, outcome.Report.ID, p.AsOf.Format(time.DateOnly)))
		}
	})
	bar.finish()
	if a.json {
		broken = a.printJSON(reports)
	}
	return errors.Join(err, broken)
}

// planBackfill lists the runs that the flags ask for. What is wrong with them is wrong usage.
func (a *app) planBackfill(c *config.Config, o backfillOptions) ([]pipeline.PlannedRun, error) {
	if o.from == "" || o.to == "" {
		return nil, usageError{errors.New("say from when to when with --from and --to, such as --from 2026-01-01 --to 2026-01-31")}
	}
	from, err := parseTime("from", time.DateOnly, o.from)
	if err != nil {
		return nil, err
	}
	to, err := parseTime("to", time.DateOnly, o.to)
	if err != nil {
		return nil, err
	}
	planned, err := pipeline.PlanBackfill(c, pipeline.BackfillOptions{Job: o.job, Every: o.every, From: from, To: to, Now: time.Now()})
	if wrong := (*config.Error)(nil); err == nil || errors.As(err, &wrong) || pipeline.ExitCode(err) != pipeline.ExitInternal {
		return planned, err
	}
	return nil, usageError{err}
}

func (a *app) printPlan(planned []pipeline.PlannedRun) error {
	rows := [][]string{{"slot", "as of", "published"}}
	for _, p := range planned {
		state := "not yet"
		if p.Published != "" {
			state = p.Published
		}
		rows = append(rows, []string{p.Key, p.AsOf.Format(time.DateOnly), state})
	}
	return a.print("%s\n%s; what is published comes again only if its inputs changed\n",
		table(rows, widthOf(a.out)), counted(len(planned), "run"))
}
