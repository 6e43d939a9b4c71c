package history

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clock is a clock that moves on by a second each time it is read.
func clock() func() time.Time {
	var mu sync.Mutex
	now := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}
}

func open(t *testing.T) *Log {
	t.Helper()
	l, err := Open(filepath.Join(t.TempDir(), "history"), WithClock(clock()))
	require.NoError(t, err)
	return l
}

func scheduled(day int) Run {
	at := time.Date(2026, 3, day, 1, 30, 0, 0, time.UTC)
	return Run{
		Trigger: Scheduled, Job: "nightly", SlotAt: at, AsOf: at.AddDate(0, 0, -1).Format(time.DateOnly),
		Slot: fmt.Sprintf("nightly@2026-03-%02dT02:30[Europe/Berlin]", day),
	}
}

func begin(t *testing.T, l *Log, run Run) *Entry {
	t.Helper()
	entry, err := l.Begin(run)
	require.NoError(t, err)
	return entry
}

func runs(t *testing.T, l *Log, limit int) []Run {
	t.Helper()
	page, err := l.Read(limit)
	require.NoError(t, err)
	require.Empty(t, page.Warnings)
	return page.Runs
}

func TestRunFromBeginToFinish(t *testing.T) {
	t.Parallel()
	l := open(t)
	entry := begin(t, l, scheduled(20))
	started := runs(t, l, 0)
	require.Len(t, started, 1)
	require.Equal(t, Running, started[0].State)
	require.Equal(t, os.Getpid(), started[0].Holder.PID)
	require.Equal(t, "2026-03-29T00:30:01Z", started[0].StartedAt.Format(time.RFC3339))
	require.Zero(t, started[0].EndedAt)

	outcome := Outcome{
		State: Published, Message: "published", Report: "nightly-2026-03-20T0230-r1", Attempts: 2,
		Steps:  []Step{{"load", 4.5}, {"model", 15.25}},
		Counts: map[string]int64{"loaded": 8800, "quarantined": 3}, Warnings: []string{"stage Parked is unmapped"},
	}
	require.NoError(t, entry.Finish(outcome))
	want := started[0]
	want.State, want.Message, want.Report, want.Attempts = Published, "published", "nightly-2026-03-20T0230-r1", 2
	want.Steps, want.Counts, want.Warnings = outcome.Steps, outcome.Counts, outcome.Warnings
	want.EndedAt = time.Date(2026, 3, 29, 0, 30, 2, 0, time.UTC)
	require.Equal(t, []Run{want}, runs(t, l, 0))
	require.Equal(t, want, entry.Run())

	require.ErrorContains(t, entry.Finish(Outcome{State: Failed}), "outcome already, published")
	require.Equal(t, []Run{want}, runs(t, l, 0))
}

func TestFinishNeedsAnOutcome(t *testing.T) {
	t.Parallel()
	l := open(t)
	entry := begin(t, l, scheduled(20))
	for _, state := range []State{"", Running, "done"} {
		require.ErrorContains(t, entry.Finish(Outcome{State: state}), "no outcome")
	}
	require.NoError(t, entry.Finish(Outcome{State: Blocked, ExitCode: 3}))
}

func TestFinishMayBeRepeatedAfterAnError(t *testing.T) {
	t.Parallel()
	l := open(t)
	entry := begin(t, l, scheduled(20))
	away := l.dir + ".away"
	require.NoError(t, os.Rename(l.dir, away))
	require.Error(t, entry.Finish(Outcome{State: Published}))
	require.Equal(t, Running, entry.Run().State)
	require.NoError(t, os.Rename(away, l.dir))
	require.NoError(t, entry.Finish(Outcome{State: Published}))
	require.Equal(t, Published, runs(t, l, 0)[0].State)
}

func TestBeginNeedsToKnowTheSlot(t *testing.T) {
	t.Parallel()
	l := open(t)
	for _, run := range []Run{{}, {Trigger: "cron"}, {Trigger: Scheduled}, {Trigger: Scheduled, Job: "nightly", Slot: "x"}} {
		_, err := l.Begin(run)
		require.Error(t, err)
	}
	require.Empty(t, runs(t, l, 0))
}

func TestSlotRunsOnceByItself(t *testing.T) {
	t.Parallel()
	for _, state := range []State{Running, Published, Failed, Crashed, Interrupted, Missed} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			l := open(t)
			switch state {
			case Running:
				begin(t, l, scheduled(20))
			case Missed:
				require.NoError(t, l.Missed(scheduled(20), "nothing was running the schedule"))
			default:
				require.NoError(t, begin(t, l, scheduled(20)).Finish(Outcome{State: state}))
			}
			_, err := l.Begin(scheduled(20))
			require.ErrorIs(t, err, ErrSlotTaken)
			require.ErrorContains(t, err, runs(t, l, 0)[0].ID)
			require.ErrorIs(t, l.Missed(scheduled(20), "late"), ErrSlotTaken)
			require.Len(t, runs(t, l, 0), 1)

			begin(t, l, scheduled(21))
			forced := scheduled(20)
			forced.Forced = true
			begin(t, l, forced)
			manual := scheduled(20)
			manual.Trigger = Manual
			begin(t, l, manual)
		})
	}
}

func TestManualRunsTakeNoSlot(t *testing.T) {
	t.Parallel()
	l := open(t)
	for _, trigger := range []Trigger{Manual, Backfill} {
		run := scheduled(20)
		run.Trigger = trigger
		require.NoError(t, begin(t, l, run).Finish(Outcome{State: Published}))
	}
	_, found, err := l.LastSlot("nightly")
	require.NoError(t, err)
	require.False(t, found)
	begin(t, l, scheduled(20))
}

func TestOneOfManyTakesTheSlot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wait sync.WaitGroup
	results := make([]error, 16)
	for i := range results {
		wait.Go(func() {
			l, err := Open(dir)
			if err == nil {
				_, err = l.Begin(scheduled(20))
			}
			results[i] = err
		})
	}
	wait.Wait()
	taken := 0
	for _, err := range results {
		if err == nil {
			taken++
			continue
		}
		require.ErrorIs(t, err, ErrSlotTaken)
	}
	require.Equal(t, 1, taken)
}

func TestRunsAtTheSameInstantHaveDifferentNames(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)
	l, err := Open(t.TempDir(), WithClock(func() time.Time { return now }))
	require.NoError(t, err)
	manual := scheduled(20)
	manual.Trigger = Manual
	for range 5 {
		begin(t, l, manual)
	}
	require.Len(t, runs(t, l, 0), 5)
}

func TestOpenNeedsAFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Open(filepath.Join(file, "history"))
	require.ErrorContains(t, err, "open the history")
}

func TestFilesAreNotForEveryone(t *testing.T) {
	t.Parallel()
	l := open(t)
	entry := begin(t, l, scheduled(20))
	info, err := os.Stat(l.path(entry.Run().ID))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm())
	info, err = os.Stat(l.dir)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o027)
}
