package schedule

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// longestSleep bounds how late the loop notices that the clock was set or the machine was asleep:
// timers do not run on while a machine is suspended.
const longestSleep = 30 * time.Second

// Result is what became of a slot.
type Result struct {
	// Attempts is how many times it ran.
	Attempts int
	// Err is nil if the run succeeded, else the last attempt's error: with ErrTimedOut or
	// ErrInterrupted in its chain if the run was told to stop, and ErrStuck if it did not.
	Err error
}

// Recorder remembers slots beyond the life of the process. The loop calls it from one goroutine.
type Recorder interface {
	// LastSlot gives the key of the newest slot of the job that was begun by itself or noted as
	// missed, and "" if there is none.
	LastSlot(job string) (key string, err error)
	// Begin notes that the slot is about to start. It is false if the slot was begun before; then
	// the loop leaves it alone. After an error the loop asks again on its next look.
	Begin(slot Slot) (recorded bool, err error)
	// Finish notes what became of a slot that was begun.
	Finish(slot Slot, result Result) error
	// Missed notes that the slot will not be started, and why.
	Missed(slot Slot, reason string) error
}

// Loop is the daemon: it starts every job at its slots, one run at a time.
type Loop struct {
	jobs   []Job
	record Recorder
	start  func(context.Context, Slot) error
	log    *slog.Logger
	now    func() time.Time
}

// Option changes how a loop works.
type Option func(*Loop)

// WithClock makes the loop read the time elsewhere than from the system. It still sleeps by the
// system's timers.
func WithClock(now func() time.Time) Option {
	return func(l *Loop) { l.now = now }
}

// NewLoop makes a loop. Start is one run; it takes the lock itself, and the context it gets ends
// when it must stop. NewLoop fails if there is no job, if two have one name or if one is invalid.
func NewLoop(jobs []Job, record Recorder, start func(context.Context, Slot) error, log *slog.Logger, options ...Option) (*Loop, error) {
	if len(jobs) == 0 {
		return nil, errors.New("there is no job to schedule; add one below jobs in truce.yaml")
	}
	seen := make(map[string]bool, len(jobs))
	for _, job := range jobs {
		if err := job.check(); err != nil {
			return nil, err
		}
		if seen[job.Name] {
			return nil, fmt.Errorf("there are two jobs named %s; rename one", job.Name)
		}
		seen[job.Name] = true
	}
	loop := &Loop{jobs: slices.Clone(jobs), record: record, start: start, log: log, now: time.Now}
	for _, option := range options {
		option(loop)
	}
	return loop, nil
}

// active is the run that is going on.
type active struct {
	queue *queue
	slot  Slot
	done  chan Result
}

// Serve runs until the context ends, and returns nil then. If a run was going on, it is told to stop
// and waited for, and unless it succeeded nevertheless the error is its own, with ErrInterrupted in
// its chain. Serve also returns when a run is stuck (ErrStuck): its lock can only be freed by
// ending the process.
func (l *Loop) Serve(ctx context.Context) error {
	queues, err := l.queues(ctx)
	if err != nil {
		return err
	}
	var running *active
	for {
		now := l.clock()
		for _, q := range queues {
			l.noteMissed(ctx, q.observe(now, running != nil && running.queue == q))
		}
		if running == nil && ctx.Err() == nil {
			running = l.startNext(ctx, queues, now)
		}
		var done chan Result
		if running != nil {
			done = running.done
		} else if ctx.Err() != nil {
			return nil
		}
		timer := time.NewTimer(sleep(queues, now))
		// Once the context has ended only the run counts, which ends by itself within Grace.
		stop := ctx.Done()
		if ctx.Err() != nil {
			stop = nil
		}
		select {
		case <-stop:
		case <-timer.C:
		case result := <-done:
			l.finish(ctx, running.slot, result)
			if errors.Is(result.Err, ErrStuck) || (ctx.Err() != nil && result.Err != nil) {
				timer.Stop()
				return fmt.Errorf("slot %s: %w", running.slot, result.Err)
			}
			running = nil
		}
		timer.Stop()
	}
}

// clock drops the monotonic reading: it stands still while the machine sleeps and ignores a clock
// that is set, and both must be seen.
func (l *Loop) clock() time.Time { return l.now().Round(0) }

func (l *Loop) queues(ctx context.Context) ([]*queue, error) {
	queues := make([]*queue, 0, len(l.jobs))
	for _, job := range l.jobs {
		key, err := l.record.LastSlot(job.Name)
		if err != nil {
			return nil, fmt.Errorf("look up the last slot of job %s: %w", job.Name, err)
		}
		q := newQueue(job, l.clock())
		if key != "" {
			last, err := ParseKey(key)
			if err != nil {
				l.log.WarnContext(ctx, "the last slot is not understood; nothing is caught up", "job", job.Name, "error", err)
			} else {
				q.resume(last)
			}
		}
		queues = append(queues, q)
	}
	return queues, nil
}

func (l *Loop) noteMissed(ctx context.Context, missed []missedSlot) {
	for _, m := range missed {
		l.log.WarnContext(ctx, "slot missed", "slot", m.slot.Key(), "reason", m.reason)
		if err := l.record.Missed(m.slot, m.reason); err != nil {
			l.log.ErrorContext(ctx, "the missed slot could not be recorded", "slot", m.slot.Key(), "error", err)
		}
	}
}

// startNext starts the slot that has waited longest, if any does. The slot is recorded first: if
// the process dies in between, the slot is lost rather than run twice.
func (l *Loop) startNext(ctx context.Context, queues []*queue, now time.Time) *active {
	waiting := make([]*queue, 0, len(queues))
	for _, q := range queues {
		l.noteMissed(ctx, q.expire(now))
		if len(q.pending) > 0 {
			waiting = append(waiting, q)
		}
	}
	slices.SortStableFunc(waiting, func(a, b *queue) int {
		return cmp.Or(a.pending[0].At.Compare(b.pending[0].At), cmp.Compare(a.job.Name, b.job.Name))
	})
	for _, q := range waiting {
		for len(q.pending) > 0 {
			slot := q.pending[0]
			recorded, err := l.record.Begin(slot)
			if err != nil {
				l.log.ErrorContext(ctx, "the slot could not be recorded and has not been started", "slot", slot.Key(), "error", err)
				break
			}
			q.pending = q.pending[1:]
			if recorded {
				return l.launch(ctx, q, slot)
			}
			l.log.WarnContext(ctx, "slot was begun before and is not started again", "slot", slot.Key())
		}
	}
	return nil
}

func (l *Loop) launch(ctx context.Context, q *queue, slot Slot) *active {
	l.log.InfoContext(ctx, "slot started", "slot", slot.Key())
	run := &active{queue: q, slot: slot, done: make(chan Result, 1)}
	go func() {
		attempts, err := Attempts(ctx, q.job.Timeout, l.log.With("slot", slot.Key()), func(ctx context.Context) error {
			return l.start(ctx, slot)
		})
		run.done <- Result{Attempts: attempts, Err: err}
	}()
	return run
}

func (l *Loop) finish(ctx context.Context, slot Slot, result Result) {
	if result.Err != nil {
		l.log.ErrorContext(ctx, "slot failed", "slot", slot.Key(), "attempts", result.Attempts, "error", result.Err)
	} else {
		l.log.InfoContext(ctx, "slot finished", "slot", slot.Key(), "attempts", result.Attempts)
	}
	if err := l.record.Finish(slot, result); err != nil {
		l.log.ErrorContext(ctx, "the end of the slot could not be recorded", "slot", slot.Key(), "error", err)
	}
}

func sleep(queues []*queue, now time.Time) time.Duration {
	wait := longestSleep
	for _, q := range queues {
		if next, ok := q.job.Spec.Next(q.job.Name, now.Add(-q.job.Delay())); ok {
			wait = min(wait, next.At.Add(q.job.Delay()).Sub(now))
		}
	}
	return max(wait, time.Millisecond)
}
