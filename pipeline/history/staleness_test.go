package history

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStaleness(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	ended := func(state State, trigger Trigger, ago time.Duration) Run {
		return Run{State: state, Trigger: trigger, EndedAt: now.Add(-ago)}
	}
	for _, test := range []struct {
		name   string
		runs   []Run
		maxAge time.Duration
		stale  bool
		age    time.Duration
	}{
		{"no run", nil, 0, true, 0},
		{"never published", []Run{ended(Failed, Scheduled, time.Hour), ended(Running, Scheduled, 0)}, 26 * time.Hour, true, 0},
		{"just in time", []Run{ended(Published, Scheduled, 26*time.Hour)}, 26 * time.Hour, false, 26 * time.Hour},
		{"too late", []Run{ended(Published, Scheduled, 26*time.Hour+1)}, 26 * time.Hour, true, 26*time.Hour + 1},
		{"any age", []Run{ended(Published, Scheduled, 1000*time.Hour)}, 0, false, 1000 * time.Hour},
		{"identical counts", []Run{ended(Identical, Manual, time.Hour)}, 2 * time.Hour, false, time.Hour},
		{"failure since", []Run{ended(Blocked, Scheduled, time.Hour), ended(Published, Scheduled, 25*time.Hour)}, 24 * time.Hour, true, 25 * time.Hour},
		{"newest by its end", []Run{ended(Published, Scheduled, 3*time.Hour), ended(Published, Manual, time.Hour)}, 2 * time.Hour, false, time.Hour},
		{"backfill does not count", []Run{ended(Published, Backfill, time.Hour), ended(Published, Scheduled, 30*time.Hour)}, 26 * time.Hour, true, 30 * time.Hour},
		{"clock put back", []Run{ended(Published, Scheduled, -time.Hour)}, 26 * time.Hour, false, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := Staleness(test.runs, now, test.maxAge)
			require.Equal(t, test.stale, got.Stale)
			require.Equal(t, test.age, got.Age)
			require.NotEmpty(t, got.Message)
			require.Equal(t, got.Last == nil, test.age == 0 && test.stale)
		})
	}
}
