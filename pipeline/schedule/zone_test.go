package schedule

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// zoneNames are zones with every kind of change: by an hour, half an hour, at midnight, across
// midnight, into and out of Ramadan, across the date line, never.
func zoneNames() []string {
	return []string{
		"UTC", "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Dublin", "Europe/Istanbul",
		"Europe/Moscow", "Europe/Chisinau", "Atlantic/Azores", "America/New_York", "America/Los_Angeles",
		"America/St_Johns", "America/Havana", "America/Sao_Paulo", "America/Asuncion", "America/Santiago",
		"America/Caracas", "America/Nuuk", "America/Scoresbysund", "America/Godthab", "Africa/Cairo",
		"Africa/Casablanca", "Africa/El_Aaiun", "Africa/Juba", "Asia/Amman", "Asia/Beirut", "Asia/Gaza",
		"Asia/Jerusalem", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Pyongyang", "Asia/Tehran", "Asia/Tokyo",
		"Australia/Lord_Howe", "Australia/Sydney", "Antarctica/Troll", "Antarctica/Casey", "Pacific/Apia",
		"Pacific/Auckland", "Pacific/Chatham", "Pacific/Fakaofo", "Pacific/Kiritimati", "Pacific/Kwajalein",
		"Pacific/Norfolk", "Pacific/Tongatapu",
	}
}

func load(t require.TestingT, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	require.NoError(t, err)
	return zone
}

func wall(t require.TestingT, text string) time.Time {
	reading, err := time.Parse(wallLayout, text)
	require.NoError(t, err)
	return reading
}

func instant(t require.TestingT, text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at.UTC()
}

func TestFirstInstant(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, zone, wall, want string }{
		{"plain summer", "Europe/Berlin", "2026-07-01T02:30", "2026-07-01T00:30:00Z"},
		{"before a gap", "Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00Z"},
		{"start of a gap", "Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z"},
		{"in a gap", "Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00Z"},
		{"end of a gap", "Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z"},
		{"in a fold", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"},
		{"end of a fold", "Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00Z"},
		{"half an hour's gap", "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z"},
		{"gap at midnight", "America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00:00Z"},
		{"fold across midnight", "America/Sao_Paulo", "2018-02-17T23:30", "2018-02-18T01:30:00Z"},
		{"day left out", "Pacific/Apia", "2011-12-30T02:30", "2011-12-30T10:00:00Z"},
		{"day after it", "Pacific/Apia", "2011-12-31T02:30", "2011-12-30T12:30:00Z"},
		{"31 December of a leap year far away", "America/Havana", "2040-12-31T19:30", "2041-01-01T00:30:00Z"},
		{"no zone changes", "UTC", "2026-03-29T02:30", "2026-03-29T02:30:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := firstInstant(wall(t, test.wall), load(t, test.zone))
			require.Equal(t, test.want, got.UTC().Format(time.RFC3339))
		})
	}
}

func TestLastCompleteDay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, zone, at, want string }{
		{"night", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-28"},
		{"midnight", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-28"},
		{"just before midnight", "Europe/Berlin", "2026-03-28T22:59:59Z", "2026-03-27"},
		{"other side of the world", "Pacific/Auckland", "2026-03-29T11:00:00Z", "2026-03-29"},
		{"leap day", "UTC", "2028-03-01T02:30:00Z", "2028-02-29"},
		{"midnight that comes again", "America/St_Johns", "2010-11-07T02:30:30Z", "2010-11-05"},
		{"midnight that came again", "America/St_Johns", "2010-11-07T03:30:00Z", "2010-11-06"},
		{"day left out", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := LastCompleteDay(instant(t, test.at), load(t, test.zone))
			require.Equal(t, test.want, got.Format(time.DateOnly))
			require.Equal(t, got.Truncate(24*time.Hour), got)
		})
	}
}

// clockwork is the oracle: it watches the clock of a zone minute by minute and notes for each wall
// when the clock first showed it or a later one.
func clockwork(from, to time.Time, zone *time.Location) (walls, instants []time.Time) {
	show := func(t time.Time) time.Time {
		local := t.In(zone)
		return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC)
	}
	next := show(from.Add(-48 * time.Hour))
	for t := from.Add(-48 * time.Hour); !t.After(to); t = t.Add(time.Minute) {
		for latest := show(t); !next.After(latest); next = next.Add(time.Minute) {
			if t.After(from) {
				walls, instants = append(walls, next), append(instants, t)
			}
		}
	}
	return walls, instants
}

// drawStart gives an instant that is usually a few days before a change of the clock.
func drawStart(t *rapid.T, zone *time.Location) time.Time {
	year := rapid.IntRange(1975, 2040).Draw(t, "year")
	day := rapid.IntRange(0, 364).Draw(t, "day")
	start := time.Date(year, 1, 1+day, 0, 0, 0, 0, time.UTC)
	if found := changes(start, start.AddDate(1, 0, 0), zone); len(found) > 0 && rapid.IntRange(0, 9).Draw(t, "near a change") > 0 {
		return rapid.SampledFrom(found).Draw(t, "change").at.Truncate(time.Minute).Add(-time.Duration(rapid.IntRange(0, 3*24*60).Draw(t, "minutes before")) * time.Minute)
	}
	return start
}

func TestFirstInstantAndReachedAgreeWithAClock(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := load(t, rapid.SampledFrom(zoneNames()).Draw(t, "zone"))
		from := drawStart(t, zone)
		walls, instants := clockwork(from, from.Add(5*24*time.Hour), zone)
		// Every seventh is enough: the first is drawn, so that each gets its turn.
		for i := rapid.IntRange(0, 6).Draw(t, "first"); i < len(walls); i += 7 {
			w, want := walls[i], instants[i]
			if at := firstInstant(w, zone); !at.Equal(want) {
				require.FailNow(t, "wrong instant", "%s: %s, want %s", w, at, want)
			}
			if !w.After(reached(want.Add(-1), zone)) || w.After(reached(want, zone)) {
				require.FailNow(t, "wrong reading", "%s is reached at %s", w, want)
			}
		}
	})
}
