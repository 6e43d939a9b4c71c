package schedule

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLoopCatchesUpAfterASuspend(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		catchUp CatchUp
		wake    string
		begun   []string
		missed  int
	}{
		{"latest", CatchUpLatest, "2000-01-04T08:00:00Z", []string{night("2000-01-04")}, 3},
		{"latest beyond the deadline", CatchUpLatest, "2000-01-04T22:00:00Z", nil, 4},
		{"skip", CatchUpSkip, "2000-01-04T08:00:00Z", nil, 4},
		{"all", CatchUpAll, "2000-01-03T08:00:00Z", []string{night("2000-01-01"), night("2000-01-02"), night("2000-01-03")}, 0},
		{"all but not more than seven", CatchUpAll, "2000-01-09T08:00:00Z", []string{
			night("2000-01-03"), night("2000-01-04"), night("2000-01-05"), night("2000-01-06"),
			night("2000-01-07"), night("2000-01-08"), night("2000-01-09"),
		}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLedger(t)
				stop := l.serve(succeed, berlinJob(t, "30 2 * * *", test.catchUp))
				l.jump(test.wake)
				require.NoError(t, stop())
				require.Equal(t, test.begun, l.begun)
				require.Len(t, l.missed, test.missed)
				require.NotContains(t, l.reasons, "")
			})
		})
	}
}

func TestLoopCatchesUpAfterARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		stop := l.serve(succeed, berlinJob(t, "30 2 * * *", CatchUpLatest))
		l.pass("2000-01-01T12:00:00Z")
		require.NoError(t, stop())
		l.pass("2000-01-03T12:00:00Z")
		stop = l.serve(succeed, berlinJob(t, "30 2 * * *", CatchUpLatest))
		synctest.Wait()
		require.NoError(t, stop())
		require.Equal(t, []string{night("2000-01-01"), night("2000-01-03")}, l.begun)
		require.Equal(t, []string{night("2000-01-02")}, l.missed)
	})
}

func TestLoopStartsNothingOfThePastTheFirstTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		l.offset.Store(int64(12 * time.Hour))
		stop := l.serve(succeed, berlinJob(t, "30 2 * * *", CatchUpAll))
		time.Sleep(time.Minute)
		require.NoError(t, stop())
		require.Empty(t, l.begun)
		require.Empty(t, l.missed)
	})
}

func TestLoopAfterALongAbsenceOfAFrequentJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		stop := l.serve(succeed, berlinJob(t, "* * * * *", CatchUpLatest))
		l.jump("2001-01-01T00:00:00Z")
		require.NoError(t, stop())
		require.Equal(t, []string{"nightly@2001-01-01T01:00[Europe/Berlin]"}, l.begun)
		require.Len(t, l.missed, listed-1)
		require.Contains(t, l.reasons[0], "every earlier slot after 2000-01-01T01:00")
	})
}

func TestLoopRepeatsNothingWhenTheClockIsPutBack(t *testing.T) {
	t.Parallel()
	for _, back := range []string{"2000-01-01T01:00:00Z", "2000-01-01T00:00:00Z", "1999-12-30T00:00:00Z"} {
		t.Run(back, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLedger(t)
				stop := l.serve(succeed, berlinJob(t, "30 2 * * *", CatchUpLatest))
				l.pass("2000-01-01T01:45:00Z")
				require.Equal(t, []string{night("2000-01-01")}, l.begun)
				l.jump(back)
				l.pass("2000-01-02T12:00:00Z")
				require.NoError(t, stop())
				require.Len(t, l.begun, len(slices.Compact(slices.Sorted(slices.Values(l.begun)))))
				require.Equal(t, night("2000-01-02"), l.begun[len(l.begun)-1])
			})
		})
	}
}

func TestLoopRecoversFromAClockThatWasFarAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLedger(t)
		l.offset.Store(int64(10 * 365 * 24 * time.Hour))
		stop := l.serve(succeed, berlinJob(t, "30 2 * * *", CatchUpLatest))
		time.Sleep(24 * time.Hour)
		require.Len(t, l.begun, 1)
		l.jump("2000-01-02T12:00:00Z")
		l.pass("2000-01-03T12:00:00Z")
		require.NoError(t, stop())
		require.Equal(t, night("2000-01-03"), l.begun[1])
	})
}
