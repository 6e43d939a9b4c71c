package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/history"
	"truce/pipeline/publish"
	"truce/pipeline/schedule"
)

// mostBackfilled guards against a range that was mistyped.
const mostBackfilled = 1000

// BackfillOptions says which past runs are wanted: the slots of a job, or days.
type BackfillOptions struct {
	Job      string    // name of the job; empty is the only one of the configuration, unless Every is set
	Every    string    // day, week (Sundays) or month (last days): runs without a job, as of these days
	From, To time.Time // first and last day, as midnight UTC: of the slot's wall clock, or of the as-of date
	Now      time.Time
}

// PlannedRun is one run of a backfill.
type PlannedRun struct {
	Key       string        // of the slot, also of a run without a job
	Slot      schedule.Slot // zero for a run without a job
	AsOf      time.Time     // last day of events, as midnight UTC
	Published string        // the newest published run of the slot; empty if there is none
	Timeout   time.Duration // zero is no limit
}

// BackfillError says which run of a backfill failed. Those before it are done.
type BackfillError struct {
	Key  string
	Left int // runs that were not started
	Err  error
}

// Error names the run and says how to go on.
func (e *BackfillError) Error() string {
	return fmt.Sprintf("%s: %v\nthe backfill stops here with %d left; the same command goes on from there", e.Key, e.Err, e.Left)
}

// Unwrap gives what went wrong.
func (e *BackfillError) Unwrap() error { return e.Err }

// PlanBackfill lists the runs, oldest first. It needs no lock and writes nothing. Errors: *config.Error
// for a job that is not there, else what is wrong with the options.
func PlanBackfill(c *config.Config, o BackfillOptions) ([]PlannedRun, error) {
	if o.To.Before(o.From) {
		return nil, fmt.Errorf("--to %s lies before --from %s", o.To.Format(time.DateOnly), o.From.Format(time.DateOnly))
	}
	zone, err := time.LoadLocation(c.Timezone)
	if err != nil {
		return nil, fmt.Errorf("timezone %s: %w", c.Timezone, err)
	}
	var planned []PlannedRun
	if o.Every != "" {
		planned, err = plannedDays(o, schedule.LastCompleteDay(o.Now, zone))
	} else {
		planned, err = plannedSlots(c, o, zone)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case len(planned) == 0:
		return nil, errors.New("there is nothing to run between --from and --to that is due by now")
	case len(planned) > mostBackfilled:
		return nil, fmt.Errorf("that would be more than %d runs; choose a shorter time", mostBackfilled)
	}
	return planned, findPublished(c.Paths.Drop, planned)
}

// plannedDays gives the days of a backfill without a job, up to the last complete one.
func plannedDays(o BackfillOptions, last time.Time) ([]PlannedRun, error) {
	if o.Job != "" {
		return nil, errors.New("--job and --every exclude each other; use one of them")
	}
	var isWanted func(day time.Time) bool
	switch o.Every {
	case "day":
		isWanted = func(time.Time) bool { return true }
	case "week":
		isWanted = func(day time.Time) bool { return day.Weekday() == time.Sunday }
	case "month":
		isWanted = func(day time.Time) bool { return day.AddDate(0, 0, 1).Day() == 1 }
	default:
		return nil, fmt.Errorf("--every %s: choose day, week or month", o.Every)
	}
	var planned []PlannedRun
	for day := o.From; !day.After(o.To) && !day.After(last) && len(planned) <= mostBackfilled; day = day.AddDate(0, 0, 1) {
		if isWanted(day) {
			planned = append(planned, PlannedRun{Key: manualKey(day), AsOf: day})
		}
	}
	return planned, nil
}

// plannedSlots gives the slots of a job that are due.
func plannedSlots(c *config.Config, o BackfillOptions, zone *time.Location) ([]PlannedRun, error) {
	name := o.Job
	if name == "" {
		names := sortedKeys(c.Jobs)
		switch len(names) {
		case 0:
			return nil, errors.New("there is no job whose slots could be run; say which days with --every day, week or month")
		case 1:
			name = names[0]
		default:
			return nil, fmt.Errorf("say which job with --job: %s", strings.Join(names, ", "))
		}
	}
	job, err := JobOf(c, name)
	if err != nil {
		return nil, err
	}
	// a slot belongs to a day by its wall clock; a day more at both ends leaves room for its zone
	first, last := o.From.Format(time.DateOnly), o.To.Format(time.DateOnly)
	from, to := o.From.AddDate(0, 0, -1), o.To.AddDate(0, 0, 2)
	if to.After(o.Now) {
		to = o.Now
	}
	var planned []PlannedRun
	for slot, ok := job.Spec.Next(name, from); ok && !slot.At.After(to) && len(planned) <= mostBackfilled; slot, ok = job.Spec.Next(name, slot.At) {
		if day := slot.Wall[:len(time.DateOnly)]; day >= first && day <= last {
			planned = append(planned, PlannedRun{
				Key: slot.Key(), Slot: slot, AsOf: schedule.LastCompleteDay(slot.At, zone), Timeout: job.Timeout,
			})
		}
	}
	return planned, nil
}

// findPublished notes which of the runs are published already.
func findPublished(drop string, planned []PlannedRun) error {
	folder, err := publish.Open(drop, publish.ReadOnly())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	runs, err := folder.Runs()
	if err != nil {
		return err
	}
	newest := map[string]publish.Run{}
	for _, run := range runs {
		if run.Manifest.Revision > newest[run.Manifest.Slot].Manifest.Revision {
			newest[run.Manifest.Slot] = run
		}
	}
	for i := range planned {
		planned[i].Published = newest[planned[i].Key].ID
	}
	return nil
}

// Backfill runs what was planned, in order, and stops at the first failure, which is a *BackfillError.
// The options are those of each run; slot and day are filled in. What is published with the same
// inputs is not published again, and the pointer never moves to an older day. Done is told of each run
// that ended well.
func Backfill(ctx context.Context, o Options, planned []PlannedRun, done func(PlannedRun, Outcome)) error {
	o.Trigger = history.Backfill
	for i, p := range planned {
		one := o
		if p.Slot.Job != "" {
			one.Job, one.Slot = p.Slot.Job, p.Slot
		} else {
			one.AsOf = p.AsOf
		}
		var outcome Outcome
		err := schedule.Within(ctx, p.Timeout, func(ctx context.Context) (err error) {
			outcome, err = Run(ctx, one)
			return err
		})
		if err != nil {
			return &BackfillError{Key: p.Key, Left: len(planned) - i - 1, Err: err}
		}
		done(p, outcome)
	}
	return nil
}

// manualKey names the slot of a run without a job.
func manualKey(asOf time.Time) string { return "manual@" + asOf.Format(time.DateOnly) }
