package pipeline_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/history"
	"truce/pipeline/schedule"
)

// serveUntil runs the daemon, which finds the slot of the night after a missed one, until a run has
// come to the state, and gives the record of that run.
func (c crm) serveUntil(state history.State) history.Run {
	t := c.t
	t.Helper()
	o := c.options("2026-06-30")
	o.AsOf, o.Trigger = time.Time{}, history.Scheduled
	runs, err := history.Open(pipeline.HistoryDir(o.Config), history.WithClock(o.Now))
	require.NoError(t, err)
	yesterday, err := schedule.NewSlot("nightly", "2029-12-31T02:30", time.UTC)
	require.NoError(t, err)
	require.NoError(t, runs.Missed(history.Run{
		Trigger: history.Scheduled, Job: "nightly", Slot: yesterday.Key(), SlotAt: yesterday.At,
	}, "the machine was off"))

	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- pipeline.Serve(ctx, o, slog.New(slog.DiscardHandler)) }()
	require.Eventually(t, func() bool {
		newest, err := runs.Runs(1)
		return err == nil && len(newest) == 1 && newest[0].State == state
	}, time.Minute, 50*time.Millisecond)
	stop()
	require.NoError(t, <-done, "it was stopped while idle")
	newest, err := runs.Runs(1)
	require.NoError(t, err)
	return newest[0]
}

// TestServeCatchesUpThenStops lets the daemon find a slot that became due while it was not running.
func TestServeCatchesUpThenStops(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "jobs: {nightly: {cron: \"30 2 * * *\"}}\n")
	c.export("deals.csv", 0, dealFile("1,Won,2026-01-05,2026-02-01,1000", "2,Lost,2026-01-06,2026-02-02,10"))
	newest := c.serveUntil(history.Published)
	require.Equal(t, "nightly@2030-01-01T02:30[UTC]", newest.Slot)
	require.Equal(t, "nightly-2030-01-01T0230-r1", newest.Report)
	require.Equal(t, "2029-12-31", newest.AsOf, "the last complete day before the slot")
	require.Equal(t, 1, newest.Attempts)
	require.Equal(t, newest.Report, c.latest().ID)
}

// TestServeRecordsAFailedSlot keeps the reason of a run that published nothing.
func TestServeRecordsAFailedSlot(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "jobs: {nightly: {cron: \"30 2 * * *\"}}\n")
	newest := c.serveUntil(history.Refused)
	require.Equal(t, pipeline.ExitInput, newest.ExitCode)
	require.Contains(t, newest.Message, "does not exist")
	require.Nil(t, c.latest())
}

func TestServeNeedsAJob(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	err := pipeline.Serve(t.Context(), c.options("2026-06-30"), slog.New(slog.DiscardHandler))
	var refused *config.Error
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "there is no job to schedule")
}
