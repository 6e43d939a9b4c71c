package schedule

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// shareError is an error that may pass.
type shareError struct{ passes bool }

func (e shareError) Error() string   { return "the share is away" }
func (e shareError) Transient() bool { return e.passes }

func TestLoopRepeatsTransientErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fails []error
		want  []string
		err   bool
	}{
		{"until it works", []error{shareError{true}, fmt.Errorf("publish: %w", shareError{true})}, []string{"01:30:00", "01:31:00", "01:36:00"}, false},
		{"three times at most", []error{shareError{true}, shareError{true}, shareError{true}, shareError{true}}, []string{"01:30:00", "01:31:00", "01:36:00", "01:51:00"}, true},
		{"not a failed check", []error{errors.New("check failed")}, []string{"01:30:00"}, true},
		{"not what says that it stays", []error{shareError{false}}, []string{"01:30:00"}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLedger(t)
				var tries []string
				stop := l.serve(func(context.Context, Slot) error {
					tries = append(tries, l.now().UTC().Format(time.TimeOnly))
					if len(tries) <= len(test.fails) {
						return test.fails[len(tries)-1]
					}
					return nil
				}, berlinJob(t, "30 2 * * *", CatchUpLatest))
				l.pass("2000-01-01T12:00:00Z")
				require.NoError(t, stop())
				require.Equal(t, test.want, tries)
				require.Len(t, l.results, 1)
				require.Equal(t, len(test.want), l.results[0].Attempts)
				require.Equal(t, test.err, l.results[0].Err != nil)
			})
		})
	}
}

func TestLoopGoesOnAfterATimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		job := berlinJob(t, "30 2 * * *", CatchUpLatest)
		job.Timeout = time.Hour
		stop := l.serve(func(ctx context.Context, _ Slot) error {
			<-ctx.Done()
			return errors.Join(shareError{true}, ctx.Err())
		}, job)
		l.pass("2000-01-02T12:00:00Z")
		require.NoError(t, stop())
		require.Equal(t, []string{night("2000-01-01"), night("2000-01-02")}, l.finished)
		require.ErrorIs(t, l.results[0].Err, ErrTimedOut)
		require.NotErrorIs(t, l.results[0].Err, ErrStuck)
		require.Equal(t, 1, l.results[0].Attempts)
	})
}

func TestLoopEndsWhenARunIsStuck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		job := berlinJob(t, "30 2 * * *", CatchUpLatest)
		job.Timeout = time.Hour
		release := make(chan struct{})
		loop, err := NewLoop([]Job{job}, l, func(context.Context, Slot) error {
			<-release
			return nil
		}, quiet())
		require.NoError(t, err)
		err = loop.Serve(t.Context())
		require.ErrorIs(t, err, ErrStuck)
		require.ErrorIs(t, err, ErrTimedOut)
		require.ErrorIs(t, l.results[0].Err, ErrStuck)
		require.Equal(t, "02:30:30", time.Now().UTC().Format(time.TimeOnly))
		close(release)
	})
}

func TestLoopInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		stop := l.serve(func(ctx context.Context, _ Slot) error {
			<-ctx.Done()
			time.Sleep(10 * time.Second)
			return ctx.Err()
		}, berlinJob(t, "* * * * *", CatchUpAll))
		time.Sleep(5*time.Minute + time.Second)
		before := time.Now()
		require.ErrorIs(t, stop(), ErrInterrupted)
		require.Equal(t, 10*time.Second, time.Since(before))
		require.Len(t, l.begun, 1)
		require.Equal(t, l.begun, l.finished)
		require.ErrorIs(t, l.results[0].Err, ErrInterrupted)
	})
}

func TestLoopInterruptedWhileItWaitsToTryAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		stop := l.serve(func(context.Context, Slot) error { return shareError{true} }, berlinJob(t, "30 2 * * *", CatchUpLatest))
		l.pass("2000-01-01T01:33:00Z")
		before := time.Now()
		err := stop()
		require.ErrorIs(t, err, ErrInterrupted)
		require.ErrorAs(t, err, &shareError{})
		require.Zero(t, time.Since(before))
		require.Equal(t, 2, l.results[0].Attempts)
	})
}

func TestLoopStoppedWithARunThatSucceedsNevertheless(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		stop := l.serve(func(context.Context, Slot) error {
			time.Sleep(10 * time.Second)
			return nil
		}, berlinJob(t, "30 2 * * *", CatchUpLatest))
		l.pass("2000-01-01T01:30:05Z")
		require.NoError(t, stop())
		require.NoError(t, l.results[0].Err)
	})
}

func TestLoopSurvivesAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		stop := l.serve(func(context.Context, Slot) error { panic("out of range") }, berlinJob(t, "30 2 * * *", CatchUpLatest))
		l.pass("2000-01-02T12:00:00Z")
		require.NoError(t, stop())
		require.Len(t, l.finished, 2)
		require.ErrorContains(t, l.results[0].Err, "out of range")
		require.ErrorContains(t, l.results[0].Err, "within_test.go")
	})
}

func TestWithinDoesNotStartAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := Within(ctx, time.Hour, func(context.Context) error {
		require.Fail(t, "it must not start")
		return nil
	})
	require.ErrorIs(t, err, ErrInterrupted)
}

func TestWithinTellsTheRunWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		err := Within(t.Context(), time.Minute, func(ctx context.Context) error {
			<-ctx.Done()
			return context.Cause(ctx)
		})
		require.ErrorIs(t, err, ErrTimedOut)
		require.ErrorContains(t, err, "1m0s")
	})
}
