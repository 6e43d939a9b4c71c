package schedule

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// ledger is a recorder that keeps everything in memory, and a clock that can be set.
type ledger struct {
	t        *testing.T
	offset   atomic.Int64 // nanoseconds from the timers to the loop's clock
	last     map[string]Slot
	begun    []string
	beginAt  []time.Time
	finished []string
	results  []Result
	missed   []string
	reasons  []string
	broken   atomic.Bool // nothing can be recorded
}

func newLedger(t *testing.T) *ledger {
	return &ledger{t: t, last: map[string]Slot{}}
}

func (l *ledger) now() time.Time { return time.Now().Add(time.Duration(l.offset.Load())) }

func (l *ledger) LastSlot(job string) (string, error) {
	slot, ok := l.last[job]
	if !ok {
		return "", nil
	}
	return slot.Key(), nil
}

func (l *ledger) Begin(slot Slot) (bool, error) {
	if l.broken.Load() {
		return false, errors.New("no space left on device")
	}
	if slices.Contains(l.begun, slot.Key()) || slices.Contains(l.missed, slot.Key()) {
		return false, nil
	}
	l.begun, l.beginAt = append(l.begun, slot.Key()), append(l.beginAt, l.now())
	l.note(slot)
	return true, nil
}

func (l *ledger) Finish(slot Slot, result Result) error {
	require.Contains(l.t, l.begun, slot.Key())
	l.finished, l.results = append(l.finished, slot.Key()), append(l.results, result)
	return nil
}

func (l *ledger) Missed(slot Slot, reason string) error {
	require.NotContains(l.t, l.begun, slot.Key())
	l.missed, l.reasons = append(l.missed, slot.Key()), append(l.reasons, reason)
	l.note(slot)
	return nil
}

func (l *ledger) note(slot Slot) {
	if last, ok := l.last[slot.Job]; !ok || slot.At.After(last.At) {
		l.last[slot.Job] = slot
	}
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func succeed(context.Context, Slot) error { return nil }

func berlinJob(t *testing.T, line string, catchUp CatchUp) Job {
	return Job{Name: "nightly", Spec: mustSpec(t, line, "Europe/Berlin"), CatchUp: catchUp}
}

// serve starts a loop in the bubble of the test and gives its stop, which returns what Serve did.
func (l *ledger) serve(start func(context.Context, Slot) error, jobs ...Job) (stop func() error) {
	l.t.Helper()
	loop, err := NewLoop(jobs, l, start, quiet(), WithClock(l.now))
	require.NoError(l.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- loop.Serve(ctx) }()
	synctest.Wait()
	return func() error {
		cancel()
		return <-ended
	}
}

// pass lets the timers run on to an instant of the loop's clock.
func (l *ledger) pass(to string) {
	l.t.Helper()
	wait := instant(l.t, to).Sub(l.now())
	require.Positive(l.t, wait)
	time.Sleep(wait)
	synctest.Wait()
}

// jump sets the loop's clock, as a suspended machine or an operator does, and waits for the loop to
// look again.
func (l *ledger) jump(to string) {
	l.t.Helper()
	synctest.Wait()
	l.offset.Add(int64(instant(l.t, to).Sub(l.now())))
	time.Sleep(longestSleep)
	synctest.Wait()
}

func (l *ledger) utc() []string {
	var texts []string
	for _, at := range l.beginAt {
		texts = append(texts, at.UTC().Format("01-02T15:04:05"))
	}
	return texts
}

func night(date string) string { return "nightly@" + date + "T02:30[Europe/Berlin]" }

func TestLoopRunsEveryNightThroughAChangeOfTheClock(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, from, to string
		want           []string
	}{
		{"forward", "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z", []string{"03-28T01:30:00", "03-29T01:00:00", "03-30T00:30:00"}},
		{"back", "2026-10-23T12:00:00Z", "2026-10-26T12:00:00Z", []string{"10-24T00:30:00", "10-25T00:30:00", "10-26T01:30:00"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLedger(t)
				l.offset.Store(int64(time.Until(instant(t, test.from))))
				stop := l.serve(succeed, berlinJob(t, "30 2 * * *", CatchUpLatest))
				l.pass(test.to)
				require.NoError(t, stop())
				require.Equal(t, test.want, l.utc())
				require.Equal(t, l.begun, l.finished)
				require.Empty(t, l.missed)
			})
		})
	}
}

func TestLoopRecordsASlotBeforeItStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		var known []string
		stop := l.serve(func(context.Context, Slot) error {
			known = slices.Clone(l.begun)
			return nil
		}, berlinJob(t, "30 2 * * *", CatchUpLatest))
		l.pass("2000-01-01T12:00:00Z")
		require.NoError(t, stop())
		require.Equal(t, []string{night("2000-01-01")}, known)
	})
}

func TestLoopNeverOverlaps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		catchUp CatchUp
		begun   int
		missed  int
	}{{CatchUpLatest, 8, 3}, {CatchUpSkip, 6, 6}, {CatchUpAll, 8, 0}} {
		t.Run(string(test.catchUp), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLedger(t)
				var going atomic.Int32
				stop := l.serve(func(ctx context.Context, _ Slot) error {
					require.EqualValues(t, 1, going.Add(1))
					defer going.Add(-1)
					select {
					case <-time.After(90*time.Minute - time.Second):
					case <-ctx.Done():
					}
					return nil
				}, berlinJob(t, "0 * * * *", test.catchUp))
				time.Sleep(12*time.Hour + time.Minute)
				require.NoError(t, stop())
				require.Len(t, l.begun, test.begun)
				require.Len(t, l.missed, test.missed)
			})
		})
	}
}

func TestLoopRunsTwoJobsOneAfterTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		short := Job{Name: "hourly", Spec: mustSpec(t, "45 * * * *", "UTC"), CatchUp: CatchUpSkip}
		stop := l.serve(func(_ context.Context, slot Slot) error {
			if slot.Job == "nightly" {
				time.Sleep(30 * time.Minute)
			}
			return nil
		}, berlinJob(t, "30 2 * * *", CatchUpLatest), short)
		l.pass("2000-01-01T02:30:00Z")
		require.NoError(t, stop())
		// The hourly slot waits for the nightly run; that is no reason to skip it.
		require.Equal(t, []string{"01-01T00:45:00", "01-01T01:30:00", "01-01T02:00:00"}, l.utc())
		require.Empty(t, l.missed)
	})
}

func TestLoopSpreadsStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		job := berlinJob(t, "30 2 * * *", CatchUpSkip)
		job.Jitter = 30 * time.Minute
		require.Positive(t, job.Delay())
		require.Less(t, job.Delay(), job.Jitter)
		stop := l.serve(succeed, job)
		l.pass("2000-01-02T12:00:00Z")
		require.NoError(t, stop())
		require.Len(t, l.begun, 2)
		for i, date := range []string{"2000-01-01", "2000-01-02"} {
			require.Equal(t, night(date), l.begun[i])
			require.True(t, instant(t, date+"T01:30:00Z").Add(job.Delay()).Equal(l.beginAt[i].UTC()))
		}
	})
}

func TestLoopWaitsUntilASlotCanBeRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		l.broken.Store(true)
		stop := l.serve(succeed, berlinJob(t, "30 2 * * *", CatchUpLatest))
		l.pass("2000-01-01T02:00:00Z")
		require.Empty(t, l.finished)
		l.broken.Store(false)
		l.pass("2000-01-01T02:01:00Z")
		require.NoError(t, stop())
		require.Equal(t, []string{night("2000-01-01")}, l.finished)
	})
}

func TestLoopLeavesATakenSlotAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		l.begun = []string{night("2000-01-01")}
		stop := l.serve(func(context.Context, Slot) error {
			require.Fail(t, "it was begun before")
			return nil
		}, berlinJob(t, "30 2 * * *", CatchUpLatest))
		l.pass("2000-01-01T12:00:00Z")
		require.NoError(t, stop())
		require.Empty(t, l.finished)
	})
}

func TestNewLoopRefuses(t *testing.T) {
	t.Parallel()
	good := berlinJob(t, "30 2 * * *", "")
	for says, jobs := range map[string][]Job{
		"no job":        nil,
		"two jobs":      {good, good},
		"job name":      {{Name: "a@b", Spec: good.Spec}},
		"no cron line":  {{Name: "nightly"}},
		"is unknown":    {{Name: "nightly", Spec: good.Spec, CatchUp: "some"}},
		"not be negati": {{Name: "nightly", Spec: good.Spec, Jitter: -1}},
	} {
		_, err := NewLoop(jobs, newLedger(t), succeed, quiet())
		require.ErrorContains(t, err, says)
	}
}
