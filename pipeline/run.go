package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"truce/pipeline/check"
	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/history"
	"truce/pipeline/landing"
	"truce/pipeline/publish"
	"truce/pipeline/schedule"
)

// Options says which run is wanted.
type Options struct {
	Config  *config.Config
	Engine  engine.Engine
	Program publish.Program // what the manifest says made the run

	Trigger history.Trigger
	Job     string        // name of the job; empty for a run without one
	Slot    schedule.Slot // slot of the job; zero for a run without one
	AsOf    time.Time     // last day of events; zero is the last complete local day
	KnownAt time.Time     // state of knowledge; zero is now, after loading what is new
	Strict  bool          // warnings block
	Accept  map[string]string

	Wait     bool // for the lock
	Now      func() time.Time
	Progress Progress
	// PackAfter is how many Parquet files of small loads an entity may have before they are packed
	// into one; zero is 64. It changes no published byte.
	PackAfter int
	// Entry is the record of the run if the caller has begun one; otherwise Run begins it.
	Entry *history.Entry
}

// Outcome is what a run came to.
type Outcome struct {
	State    history.State
	Report   publish.Run // the published run, or the identical one
	AsOf     time.Time
	Loaded   LoadSummary
	Models   []engine.ModelResult
	Verdict  check.Verdict
	Warnings []string
	Steps    []history.Step
}

// run is one run under way.
type run struct {
	Options
	log     *landing.Log
	drop    *publish.Drop
	asOf    engine.Day
	knownAt time.Time
	work    string
	outcome Outcome
}

// Run loads what is new, builds the reports and publishes them, under the lock of the state folder.
// Errors: *config.Error, *InputError, *BlockedError, *publish.Error, schedule.ErrLocked, and those
// of the context; whatever it is, what was published before is untouched.
func Run(ctx context.Context, o Options) (Outcome, error) {
	if err := os.MkdirAll(o.Config.Paths.State, 0o750); err != nil {
		return Outcome{}, fmt.Errorf("make the state folder: %w", err)
	}
	lock, err := takeLock(ctx, o)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { _ = lock.Unlock() }() // the end of the process frees it too
	entry, err := begin(o)
	if err != nil {
		return Outcome{}, err
	}
	r := &run{Options: o, knownAt: o.KnownAt}
	err = r.execute(ctx)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", cause(ctx), err) // what was cancelled may say so in other words
	}
	r.outcome.State = stateOf(err, r.outcome.State)
	if o.Entry == nil {
		err = errors.Join(err, entry.Finish(recordOf(r.outcome, err)))
	}
	return r.outcome, err
}

// cause tells why the context ended: because of a timeout, or because somebody stopped the run.
func cause(ctx context.Context) error {
	if why := context.Cause(ctx); errors.Is(why, schedule.ErrTimedOut) {
		return why
	}
	return schedule.ErrInterrupted
}

// Load lands what is new, under the lock of the state folder, and builds nothing.
func Load(ctx context.Context, o Options) (LoadSummary, error) {
	if err := os.MkdirAll(o.Config.Paths.State, 0o750); err != nil {
		return LoadSummary{}, fmt.Errorf("make the state folder: %w", err)
	}
	lock, err := takeLock(ctx, o)
	if err != nil {
		return LoadSummary{}, err
	}
	defer func() { _ = lock.Unlock() }() // the end of the process frees it too
	r := &run{Options: o}
	if r.log, err = landing.Open(LandingDir(o.Config)); err != nil {
		return LoadSummary{}, err
	}
	if err = r.step("load", func() error { return r.load(ctx) }); err == nil {
		r.work = workDir(o.Config)
		r.compact(ctx)
	}
	return r.outcome.Loaded, err
}

func takeLock(ctx context.Context, o Options) (*schedule.Lock, error) {
	command := "truce run"
	switch o.Trigger {
	case history.Scheduled:
		command = "truce schedule"
	case history.Backfill:
		command = "truce backfill"
	case history.Manual:
	}
	if o.Wait {
		return schedule.WaitLock(ctx, o.Config.Paths.State, command)
	}
	return schedule.TryLock(o.Config.Paths.State, command)
}

// begin opens the history, marks runs whose process is gone, and records the start.
func begin(o Options) (*history.Entry, error) {
	log, err := history.Open(HistoryDir(o.Config), history.WithClock(o.Now))
	if err != nil {
		return nil, err
	}
	if _, err := log.MarkOrphans(o.Now()); err != nil {
		return nil, err
	}
	if o.Entry != nil {
		return o.Entry, nil
	}
	begun := history.Run{Trigger: o.Trigger, Job: o.Job}
	if o.Job != "" {
		begun.Slot, begun.SlotAt = o.Slot.Key(), o.Slot.At
	}
	return log.Begin(begun)
}

// HistoryDir is the folder in which the outcome of every run is kept.
func HistoryDir(c *config.Config) string { return filepath.Join(c.Paths.State, "history") }

// LandingDir is the folder of the landing.
func LandingDir(c *config.Config) string { return filepath.Join(c.Paths.State, "landing") }

// workDir is the folder for what a run needs while it lasts.
func workDir(c *config.Config) string { return filepath.Join(c.Paths.State, "work") }

// execute calls the steps in their order.
func (r *run) execute(ctx context.Context) error {
	if err := r.prepare(ctx); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(r.work) }() // what is left is removed by the next run
	if !r.isReplay() {
		if err := r.step("load", func() error { return r.load(ctx) }); err != nil {
			return err
		}
		r.compact(ctx)
	}
	built, err := r.view(ctx)
	if err != nil {
		return err
	}
	fingerprint := r.fingerprint(built)
	if same, ok, err := r.drop.Same(r.slot(), fingerprint); err != nil || ok {
		r.outcome.Report, r.outcome.State = same, history.Identical
		return err
	}
	staging, err := r.drop.Stage(publish.FolderName(r.slot()))
	if err != nil {
		return err
	}
	if err := r.step("model", func() error { return r.model(ctx, built, staging.Dir()) }); err != nil {
		return errors.Join(err, staging.Discard())
	}
	if failed := r.outcome.Verdict.With(check.Failed); len(failed) > 0 {
		return errors.Join(&BlockedError{Failed: failed}, staging.Discard())
	}
	return r.step("publish", func() error { return r.publish(ctx, staging, built, fingerprint) })
}

// prepare opens the landing and the drop, repairs what a crash left, and settles A and K.
func (r *run) prepare(ctx context.Context) error {
	zone, err := time.LoadLocation(r.Config.Timezone)
	if err != nil {
		return fmt.Errorf("timezone %s: %w", r.Config.Timezone, err)
	}
	now := r.Now()
	switch {
	case !r.AsOf.IsZero():
		r.asOf = engine.DayOf(r.AsOf)
	case r.Job != "":
		r.asOf = engine.DayOf(schedule.LastCompleteDay(r.Slot.At, zone))
	default:
		r.asOf = engine.DayOf(schedule.LastCompleteDay(now, zone))
	}
	r.outcome.AsOf = r.asOf.Time()
	if r.log, err = landing.Open(LandingDir(r.Config)); err != nil {
		return err
	}
	if r.drop, err = publish.Open(r.Config.Paths.Drop, publish.WithClock(r.Now)); err != nil {
		return err
	}
	repaired, err := r.drop.Repair(ctx)
	if err != nil {
		return err
	}
	r.outcome.Warnings = append(r.outcome.Warnings, repaired...)
	r.work = workDir(r.Config)
	if err := os.RemoveAll(r.work); err != nil {
		return fmt.Errorf("clear the work folder: %w", err)
	}
	if err := os.MkdirAll(r.work, 0o750); err != nil {
		return fmt.Errorf("make the work folder: %w", err)
	}
	return nil
}

// slot gives the key under which the run is published.
func (r *run) slot() string {
	if r.Job != "" && r.AsOf.IsZero() {
		return r.Slot.Key()
	}
	return manualKey(r.asOf.Time())
}

// step runs one step and notes how long it took.
func (r *run) step(name string, do func() error) error {
	started := r.Now()
	r.Progress.Step(name)
	err := do()
	r.outcome.Steps = append(r.outcome.Steps, history.Step{Name: name, Seconds: r.Now().Sub(started).Seconds()})
	return err
}

// recordOf gives what the history keeps of a run.
func recordOf(outcome Outcome, err error) history.Outcome {
	o := history.Outcome{
		State: outcome.State, ExitCode: ExitCode(err), Report: outcome.Report.ID, Steps: outcome.Steps, Warnings: outcome.Warnings,
		Counts: map[string]int64{
			"files": outcome.Loaded.Files, "loaded": outcome.Loaded.Loaded, "quarantined": outcome.Loaded.Quarantined,
		},
	}
	if !outcome.AsOf.IsZero() {
		o.AsOf = outcome.AsOf.Format(time.DateOnly)
	}
	if err != nil {
		o.Message = err.Error()
	}
	return o
}
