package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/history"
	"truce/pipeline/publish"
	"truce/pipeline/schedule"
)

// statusOptions are the flags of truce status.
type statusOptions struct {
	maxAge time.Duration
	runs   int
}

func (a *app) statusCommand() *cobra.Command {
	var o statusOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the published run, the last runs and the next ones",
		Long: `Show which run is published and how old it is, what became of the last runs, and when the
jobs of the configuration are due next. It needs no lock and works while a run is under way.

The age counts from the newest run that published the current report or found it unchanged.

EXIT STATUS
  0  a run is published, and it is not older than --max-age
  2  wrong usage or config
  4  nothing is published, it is not intact, or it is older than --max-age`,
		Example: "  truce status --max-age 26h",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.status(cmd, o) },
	}
	flags := cmd.Flags()
	flags.DurationVar(&o.maxAge, "max-age", 0, "exit 4 if the published run is older, such as 26h (default any age)")
	flags.IntVarP(&o.runs, "runs", "n", 10, "show this many of the last runs")
	return cmd
}

// statusReport is what truce status --json prints.
type statusReport struct {
	Current  *publishedReport `json:"current"`
	Stale    bool             `json:"stale"`
	Message  string           `json:"message"`
	Runs     []history.Run    `json:"runs"`
	Next     []nextSlot       `json:"next"`
	Warnings []string         `json:"warnings"`
}

type publishedReport struct {
	ID          string    `json:"run"`
	Folder      string    `json:"folder"`
	AsOf        string    `json:"as_of"`
	PublishedAt time.Time `json:"published_at"`
}

type nextSlot struct {
	Job  string    `json:"job"`
	Slot string    `json:"slot"`
	At   time.Time `json:"at"`
}

func (a *app) status(cmd *cobra.Command, o statusOptions) error {
	if o.maxAge < 0 || o.runs < 1 {
		return usageError{errors.New("--max-age must not be negative and -n must be 1 or more")}
	}
	c, err := a.loadForReading(cmd)
	if err != nil {
		return err
	}
	now := time.Now()
	report, err := statusOf(c, o, now)
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(report)
	} else {
		for _, warning := range report.Warnings {
			_, _ = fmt.Fprintln(a.err, "warning: "+warning)
		}
		err = a.print("%s", report.text(c, now, widthOf(a.out)))
	}
	if err == nil && report.Stale {
		return exitError{errors.New(report.Message), pipeline.ExitInput}
	}
	return err
}

func statusOf(c *config.Config, o statusOptions, now time.Time) (statusReport, error) {
	report := statusReport{Runs: []history.Run{}, Next: []nextSlot{}, Warnings: []string{}}
	page, err := readHistory(c)
	if err != nil {
		return report, err
	}
	for _, warning := range page.Warnings {
		report.Warnings = append(report.Warnings, warning.String())
	}
	report.Runs = append(report.Runs, page.Runs[:min(o.runs, len(page.Runs))]...)
	current, err := currentRun(c.Paths.Drop)
	switch {
	case errors.Is(err, publish.ErrNoRun), errors.Is(err, publish.ErrBroken):
		report.Stale, report.Message = true, err.Error()
	case err != nil:
		return report, err
	default:
		report.Current = &publishedReport{current.ID, current.Dir, current.Manifest.AsOf, current.Manifest.PublishedAt}
		fresh := freshness(page.Runs, current, now, o.maxAge)
		report.Stale, report.Message = fresh.Stale, fresh.Message
	}
	report.Next, err = nextSlots(c, now)
	return report, err
}

// readHistory gives all runs of the state folder; none where there is no history yet.
func readHistory(c *config.Config) (history.Page, error) {
	dir := pipeline.HistoryDir(c)
	if _, err := os.Stat(dir); c.Paths.State == "" || errors.Is(err, fs.ErrNotExist) {
		return history.Page{}, nil
	}
	log, err := history.Open(dir)
	if err != nil {
		return history.Page{}, err
	}
	page, err := log.Read(0)
	for i, run := range page.Runs {
		if log.Orphaned(run) {
			page.Runs[i].State, page.Runs[i].EndedAt = history.Crashed, run.StartedAt
			page.Runs[i].Message = "its process is gone; the next run repairs what it left"
		}
	}
	return page, err
}

// freshness says how old the current report is: the runs of this state folder that made it or found
// it unchanged say so, or else the report itself, which another machine may have published.
func freshness(runs []history.Run, current publish.Run, now time.Time, maxAge time.Duration) history.Freshness {
	confirmed := []history.Run{{
		State: history.Published, Trigger: history.Manual, Report: current.ID, EndedAt: current.Manifest.PublishedAt,
	}}
	for _, run := range runs {
		if run.Report == current.ID {
			confirmed = append(confirmed, run)
		}
	}
	return history.Staleness(confirmed, now, maxAge)
}

// nextSlots gives when each job is due next, the soonest first.
func nextSlots(c *config.Config, now time.Time) ([]nextSlot, error) {
	next := []nextSlot{}
	for _, name := range slices.Sorted(maps.Keys(c.Jobs)) {
		job := c.Jobs[name]
		zone, err := time.LoadLocation(job.Timezone)
		if err != nil {
			return nil, usageError{fmt.Errorf("timezone of job %s: %w", name, err)}
		}
		spec, err := schedule.ParseSpec(job.Cron, zone)
		if err != nil {
			return nil, usageError{fmt.Errorf("job %s: %w", name, err)}
		}
		if slot, ok := spec.Next(name, now); ok {
			next = append(next, nextSlot{Job: name, Slot: slot.Key(), At: slot.At})
		}
	}
	slices.SortStableFunc(next, func(a, b nextSlot) int { return a.At.Compare(b.At) })
	return next, nil
}

func (r statusReport) text(c *config.Config, now time.Time, width int) string {
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		zone = time.UTC // the configuration was checked
	}
	local := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04 MST") }
	var text strings.Builder
	if r.Current != nil {
		fmt.Fprintf(&text, "published  %s\n           as of %s, published %s\n           %s\n           %s\n",
			r.Current.ID, r.Current.AsOf, local(r.Current.PublishedAt), r.Current.Folder, r.Message)
	} else {
		text.WriteString("published  nothing\n")
	}
	if len(r.Runs) > 0 {
		rows := [][]string{{"started", "state", "exit", "took", "as of", "slot or trigger"}}
		for _, run := range r.Runs {
			rows = append(rows, runRow(run, local(run.StartedAt), now))
			if run.Message != "" {
				message, _, _ := strings.Cut(run.Message, "\n")
				rows = append(rows, []string{"", "", "", "", "", message})
			}
		}
		text.WriteString("\n" + table(rows, width, 2, 3))
	}
	if len(r.Next) > 0 {
		rows := [][]string{{"next", "in", "slot"}}
		for _, slot := range r.Next {
			rows = append(rows, []string{local(slot.At), untilText(slot.At.Sub(now)), slot.Slot})
		}
		text.WriteString("\n" + table(rows, width, 1))
	}
	return text.String()
}

// untilText gives a duration in hours and minutes.
func untilText(d time.Duration) string {
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

func runRow(run history.Run, started string, now time.Time) []string {
	took, exit := run.EndedAt.Sub(run.StartedAt), fmt.Sprint(run.ExitCode)
	switch run.State {
	case history.Running:
		took, exit = now.Sub(run.StartedAt), "-"
	case history.Missed:
		took, exit = 0, "-"
	}
	what := run.Slot
	if what == "" {
		what = string(run.Trigger)
	}
	return []string{started, string(run.State), exit, took.Round(100 * time.Millisecond).String(), run.AsOf, what}
}
