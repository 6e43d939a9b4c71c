package schedule

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func mustSpec(t require.TestingT, line, zone string) Spec {
	spec, err := ParseSpec(line, load(t, zone))
	require.NoError(t, err)
	return spec
}

func keys(slots []Slot) []string {
	names := make([]string, 0, len(slots))
	for _, slot := range slots {
		names = append(names, slot.Wall)
	}
	return names
}

func TestParseSpecRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ line, says string }{
		{"", "empty"},
		{"   ", "empty"},
		{"TZ=UTC", "time zone"},
		{"TZ=UTC 30 2 * * *", "time zone"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "time zone"},
		{"0 0 30 2 *", "never comes due"},
		{"0 0 31 4,6,9,11 *", "never comes due"},
		{"@every 0s", "@every"},
		{"@every 1h", "@every"},
		{"@reboot", "unrecognized"},
		{"30 2 * *", "4 fields"},
		{"0 30 2 * * *", "6 fields"},
		{"60 2 * * *", "minute 0-59"},
		{"0 24 * * *", "hour 0-23"},
		{"0 0 0 * *", "day 1-31"},
		{"0 0 * * 7", "Sunday is 0"},
		{", 2 * * *", "not understood"},
		{"1,,2 2 * * *", "not understood"},
		{"*-5 2 * * *", "not understood"},
		{"-1 2 * * *", "not understood"},
		{"1--2 2 * * *", "not understood"},
		{"*/0 2 * * *", "positive"},
		{"5-1 2 * * *", "beyond end"},
		{"a 2 * * *", "parse int"},
	} {
		t.Run(test.line, func(t *testing.T) {
			t.Parallel()
			_, err := ParseSpec(test.line, time.UTC)
			require.ErrorContains(t, err, test.says)
			require.ErrorContains(t, err, "cron line")
		})
	}
}

func TestParseSpecRefusesZoneWithoutName(t *testing.T) {
	t.Parallel()
	for _, zone := range []*time.Location{nil, time.Local, time.FixedZone("", 3600), time.FixedZone("Office", 3600)} {
		_, err := ParseSpec("30 2 * * *", zone)
		require.ErrorContains(t, err, "IANA")
	}
}

func TestParseLineSurvivesThePanicOfTheParser(t *testing.T) {
	t.Parallel()
	_, err := parseLine("TZ=UTC")
	require.ErrorContains(t, err, "not understood")
}

func TestSpecOfEachShape(t *testing.T) {
	t.Parallel()
	after := instant(t, "2026-01-01T12:00:00Z")
	for line, want := range map[string]string{
		"30 2 * * *":         "2026-01-02T02:30",
		"*/20 9-17 * * 1-5":  "2026-01-01T12:20",
		"0 6 1 * *":          "2026-02-01T06:00",
		"0 6 * JAN mon":      "2026-01-05T06:00",
		"0 6 13 * 5":         "2026-01-02T06:00",
		"0 0 29 2 *":         "2028-02-29T00:00",
		"@daily":             "2026-01-02T00:00",
		"@hourly":            "2026-01-01T13:00",
		"@monthly":           "2026-02-01T00:00",
		"  5   4  *  *  *  ": "2026-01-02T04:05",
	} {
		next, ok := mustSpec(t, line, "UTC").Next("job", after)
		require.True(t, ok, line)
		require.Equal(t, want, next.Wall, line)
	}
}

func TestNextCrossesACenturyWithoutLeapDay(t *testing.T) {
	t.Parallel()
	spec := mustSpec(t, "0 0 29 2 *", "UTC")
	next, ok := spec.Next("job", instant(t, "2096-03-01T00:00:00Z"))
	require.True(t, ok)
	require.Equal(t, "2104-02-29T00:00", next.Wall)
	newest, ok := spec.Newest("job", instant(t, "2104-02-28T00:00:00Z"))
	require.True(t, ok)
	require.Equal(t, "2096-02-29T00:00", newest.Wall)
}

func TestSlotsAroundADayLeftOut(t *testing.T) {
	t.Parallel()
	slots := mustSpec(t, "0 0 * * *", "Pacific/Apia").
		Between("job", instant(t, "2011-12-28T12:00:00Z"), instant(t, "2012-01-01T00:00:00Z"))
	require.Equal(t, []string{"2011-12-29T00:00", "2011-12-30T00:00", "2011-12-31T00:00", "2012-01-01T00:00"}, keys(slots)[:4])
	require.Equal(t, slots[1].At, slots[2].At)
}

// TestEverySlotExactlyOnce cuts the time around changes of the clock at arbitrary instants, as a
// daemon does that looks now and then, and compares what it sees with the clock itself.
func TestEverySlotExactlyOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := load(t, rapid.SampledFrom(zoneNames()).Draw(t, "zone"))
		from := drawStart(t, zone)
		to := from.Add(5 * 24 * time.Hour)
		minutes := rapid.SliceOfNDistinct(rapid.IntRange(0, 59), 1, 3, rapid.ID).Draw(t, "minutes")
		hours := rapid.SliceOfNDistinct(rapid.IntRange(0, 23), 1, 24, rapid.ID).Draw(t, "hours")
		spec, err := ParseSpec(list(minutes)+" "+list(hours)+" * * *", zone)
		require.NoError(t, err)

		var want []Slot
		walls, instants := clockwork(from, to, zone)
		for i, w := range walls {
			if slices.Contains(minutes, w.Minute()) && slices.Contains(hours, w.Hour()) {
				want = append(want, Slot{Job: "job", Wall: w.Format(wallLayout), Zone: zone, At: instants[i]})
			}
		}

		seconds := rapid.SliceOfN(rapid.IntRange(0, 5*24*3600), 0, 12).Draw(t, "looks")
		slices.Sort(seconds)
		var got []Slot
		last := from
		for _, second := range append(seconds, 5*24*3600) {
			look := from.Add(time.Duration(second) * time.Second)
			found := spec.Between("job", last, look)
			if next, ok := spec.Next("job", last); ok && len(found) > 0 {
				require.True(t, next.At.Equal(found[0].At), "next after %s", last)
				agreed, _ := spec.Newest("job", next.At)
				require.Equal(t, agreed.Key(), next.Key())
			}
			got = append(got, found...)
			if len(got) > 0 {
				newest, ok := spec.Newest("job", look)
				require.True(t, ok)
				require.Equal(t, got[len(got)-1].Key(), newest.Key())
			}
			last = look
		}
		require.Equal(t, keys(want), keys(got))
		requireOrder(t, want, got)
	})
}

// requireOrder insists that instants grow strictly, except among slots of one gap, which no clock
// shows apart.
func requireOrder(t *rapid.T, want, got []Slot) {
	for i := range got {
		require.True(t, got[i].At.Equal(want[i].At), "%s is due at %s, want %s", got[i], got[i].At, want[i].At)
		if i > 0 && !got[i].At.After(got[i-1].At) {
			at := got[i].At
			require.True(t, at.Equal(got[i-1].At), "%s and %s", got[i-1], got[i])
			require.Len(t, changes(at.Add(-time.Second), at, got[i].Zone), 1, "%s and %s", got[i-1], got[i])
		}
	}
}

func list(numbers []int) string {
	texts := make([]string, 0, len(numbers))
	for _, number := range numbers {
		texts = append(texts, fmt.Sprint(number))
	}
	return strings.Join(texts, ",")
}

func TestDailySlotsOverManyYears(t *testing.T) {
	t.Parallel()
	for _, name := range zoneNames() {
		for _, line := range []string{"30 2 * * *", "0 0 * * *"} {
			spec := mustSpec(t, line, name)
			slots := spec.Between("job", instant(t, "2024-01-01T12:00:00Z"), instant(t, "2030-01-01T12:00:00Z"))
			for i := 1; i < len(slots); i++ {
				if slots[i].wall().Sub(slots[i-1].wall()) != 24*time.Hour || slots[i].At.Before(slots[i-1].At) {
					require.FailNow(t, "wrong order", "%s at %s after %s at %s", slots[i], slots[i].At, slots[i-1], slots[i-1].At)
				}
			}
			require.InDelta(t, 6*365.25, len(slots), 2)
		}
	}
}

func TestNewestSlotsIsTheEndOfBetween(t *testing.T) {
	t.Parallel()
	spec := mustSpec(t, "*/15 * * * *", "Europe/Berlin")
	from, to := instant(t, "2026-03-28T20:00:00Z"), instant(t, "2026-03-29T06:00:00Z")
	all := spec.Between("job", from, to)
	for _, limit := range []int{1, 3, len(all), len(all) + 1} {
		slots, more := spec.newestSlots("job", reached(from, spec.zone), reached(to, spec.zone), limit)
		require.Equal(t, keys(all[max(0, len(all)-limit):]), keys(slots))
		require.Equal(t, limit < len(all), more)
	}
}

func TestKeyRoundTrip(t *testing.T) {
	t.Parallel()
	slot, err := NewSlot("nightly", "2026-03-29T02:30", load(t, "Europe/Berlin"))
	require.NoError(t, err)
	require.Equal(t, "nightly@2026-03-29T02:30[Europe/Berlin]", slot.Key())
	require.Equal(t, "2026-03-28", slot.AsOf().Format(time.DateOnly))
	back, err := ParseKey(slot.Key())
	require.NoError(t, err)
	require.Equal(t, slot.Key(), back.Key())
	require.True(t, slot.At.Equal(back.At))
}

func TestParseKeyRefuses(t *testing.T) {
	t.Parallel()
	for _, key := range []string{
		"", "nightly", "nightly@", "@2026-03-29T02:30[UTC]", "nightly@2026-03-29T02:30", "nightly@2026-03-29T02:30[UTC",
		"nightly@2026-03-29T02:30[]", "nightly@2026-03-29T02:30[Local]", "nightly@2026-03-29T02:30[Mars/Olympus]",
		"nightly@2026-03-29 02:30[UTC]", "nightly@2026-3-29T02:30[UTC]", "nightly@2026-02-30T02:30[UTC]",
		"a@b@2026-03-29T02:30[UTC]", "nightly@2026-03-29T02:30[UTC]]", "nightly@2026-03-29T02:30[../../etc/passwd]",
	} {
		_, err := ParseKey(key)
		require.Error(t, err, key)
	}
}

func FuzzParseSpec(f *testing.F) {
	for _, line := range []string{"30 2 * * *", "TZ=UTC", "0 0 30 2 *", "@every 0s", "*/7 1-5/2 ? JAN-MAR mon", ", 2 * * *", "@daily"} {
		f.Add(line)
	}
	berlin := load(f, "Europe/Berlin")
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, line string) {
		spec, err := ParseSpec(line, berlin)
		if err != nil {
			return
		}
		next, ok := spec.Next("job", start)
		require.True(t, ok)
		require.True(t, next.At.After(start))
		again, err := ParseKey(next.Key())
		require.NoError(t, err)
		require.True(t, again.At.Equal(next.At))
		newest, ok := spec.Newest("job", next.At)
		require.True(t, ok)
		require.Equal(t, next.Key(), newest.Key())
	})
}
