package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/history"
	"truce/pipeline/schedule"
)

// Serve runs every job of the configuration at its slots until the context ends. The options are
// those of each run; job, slot and record are filled in. Errors: *config.Error for a job that cannot
// be scheduled, and schedule.ErrStuck if a run does not stop.
func Serve(ctx context.Context, o Options, log *slog.Logger) error {
	jobs, err := Jobs(o.Config)
	if err != nil {
		return err
	}
	runs, err := history.Open(HistoryDir(o.Config), history.WithClock(o.Now))
	if err != nil {
		return err
	}
	r := &recorder{log: runs, entries: map[string]*history.Entry{}, outcomes: map[string]history.Outcome{}}
	loop, err := schedule.NewLoop(jobs, r, func(ctx context.Context, slot schedule.Slot) error {
		started := o
		started.Trigger, started.Job, started.Slot, started.Entry = history.Scheduled, slot.Job, slot, r.entry(slot)
		outcome, err := Run(ctx, started)
		r.note(slot, recordOf(outcome, err))
		if isTransient(err) {
			return transientError{err}
		}
		return err
	}, log, schedule.WithClock(o.Now))
	if err != nil {
		return err
	}
	return loop.Serve(ctx)
}

// Jobs gives the jobs of the configuration by name.
func Jobs(c *config.Config) ([]schedule.Job, error) {
	var jobs []schedule.Job
	for _, name := range sortedKeys(c.Jobs) {
		job, err := JobOf(c, name)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job)
	}
	if len(jobs) == 0 {
		return nil, config.NewError(c.Problem("jobs", "there is no job to schedule", `add one, such as nightly: {cron: "30 2 * * *"}`))
	}
	return jobs, nil
}

// JobOf gives one job of the configuration. Errors: *config.Error.
func JobOf(c *config.Config, name string) (schedule.Job, error) {
	set, ok := c.Jobs[name]
	refuse := func(key string, err error) (schedule.Job, error) {
		return schedule.Job{}, config.NewError(c.Problem("jobs."+name+key, err.Error(), ""))
	}
	if !ok {
		return refuse("", errors.New("there is no such job"))
	}
	job := schedule.Job{Name: name}
	zone, err := time.LoadLocation(set.Timezone)
	if err != nil {
		return refuse(".timezone", err)
	}
	if job.Spec, err = schedule.ParseSpec(set.Cron, zone); err != nil {
		return refuse(".cron", err)
	}
	if job.CatchUp, err = schedule.ParseCatchUp(set.CatchUp); err != nil {
		return refuse(".catch_up", err)
	}
	if job.Jitter, err = time.ParseDuration(set.Jitter); err != nil {
		return refuse(".jitter", err)
	}
	if job.Timeout, err = time.ParseDuration(set.Timeout); err != nil {
		return refuse(".timeout", err)
	}
	return job, nil
}

// recorder keeps the slots of the loop in the history.
type recorder struct {
	log      *history.Log
	mu       sync.Mutex // a run notes its outcome from its own goroutine
	entries  map[string]*history.Entry
	outcomes map[string]history.Outcome
}

func (r *recorder) entry(slot schedule.Slot) *history.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries[slot.Key()]
}

func (r *recorder) note(slot schedule.Slot, outcome history.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcomes[slot.Key()] = outcome
}

// LastSlot gives the key of the newest slot of the job.
func (r *recorder) LastSlot(job string) (string, error) {
	run, ok, err := r.log.LastSlot(job)
	if err != nil || !ok {
		return "", err
	}
	return run.Slot, nil
}

// Begin notes that a slot is about to start.
func (r *recorder) Begin(slot schedule.Slot) (bool, error) {
	entry, err := r.log.Begin(scheduled(slot))
	if errors.Is(err, history.ErrSlotTaken) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[slot.Key()] = entry
	return true, nil
}

// Finish notes what became of a slot.
func (r *recorder) Finish(slot schedule.Slot, result schedule.Result) error {
	r.mu.Lock()
	entry, outcome := r.entries[slot.Key()], r.outcomes[slot.Key()]
	delete(r.entries, slot.Key())
	delete(r.outcomes, slot.Key())
	r.mu.Unlock()
	if entry == nil {
		return fmt.Errorf("record the end of %s: it was never begun", slot.Key())
	}
	outcome.Attempts = result.Attempts
	if result.Err != nil || outcome.State == "" {
		outcome.State, outcome.ExitCode = stateOf(result.Err, history.Failed), ExitCode(result.Err)
	}
	if result.Err != nil {
		outcome.Message = result.Err.Error()
	}
	return entry.Finish(outcome)
}

// Missed notes that a slot will not be started.
func (r *recorder) Missed(slot schedule.Slot, reason string) error {
	err := r.log.Missed(scheduled(slot), reason)
	if errors.Is(err, history.ErrSlotTaken) {
		return nil
	}
	return err
}

func scheduled(slot schedule.Slot) history.Run {
	return history.Run{Trigger: history.Scheduled, Job: slot.Job, Slot: slot.Key(), SlotAt: slot.At}
}

// transientError marks an error that may pass by itself, so that the run is tried again.
type transientError struct{ error }

// Transient says so to the loop.
func (transientError) Transient() bool { return true }

// Unwrap gives the error itself.
func (e transientError) Unwrap() error { return e.error }

// isTransient tells whether an error is of a disk or share that may come back. Checks, inputs and
// the configuration fail the same way again.
func isTransient(err error) bool {
	for _, passing := range []error{
		syscall.EIO, syscall.EBUSY, syscall.EAGAIN, syscall.ESTALE, syscall.ETIMEDOUT,
		syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENETDOWN, syscall.ENETUNREACH, syscall.ENOTCONN, syscall.ECONNRESET,
	} {
		if errors.Is(err, passing) {
			return true
		}
	}
	return false
}
