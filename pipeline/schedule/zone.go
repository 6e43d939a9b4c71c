package schedule

import (
	"sort"
	"time"
)

const (
	// horizon is longer than any change of the clock moves it: the greatest were whole days, when
	// places moved across the date line.
	horizon = 72 * time.Hour
	// stride is shorter than the time between two changes of one clock.
	stride = 6 * time.Hour
)

// change is an instant at which the clock of a zone is put forward or back.
type change struct {
	at            time.Time
	before, after time.Duration
}

func offsetAt(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// changes gives the changes of the clock after one instant and not after another one, in order.
//
// It searches for them, because time.Time.ZoneBounds does not always know them: past the last
// change that the zone file lists, on 31 December of a leap year, the end that it gives lies before
// the instant that it was asked about.
func changes(from, to time.Time, zone *time.Location) []change {
	var found []change
	from, to = from.Truncate(time.Second), to.Truncate(time.Second)
	before := offsetAt(from, zone)
	for from.Before(to) {
		next := from.Add(stride)
		if next.After(to) {
			next = to
		}
		after := offsetAt(next, zone)
		if after != before {
			seconds := sort.Search(int(stride/time.Second), func(n int) bool {
				return offsetAt(from.Add(time.Duration(n)*time.Second), zone) != before
			})
			found = append(found, change{at: from.Add(time.Duration(seconds) * time.Second).UTC(), before: before, after: after})
		}
		from, before = next, after
	}
	return found
}

// firstInstant gives the first instant at which the clock of the zone shows wall or later. A wall
// is a reading of a clock without zone, written as if it were UTC.
//
// time.Date alone does not do: inside a gap or a fold it promises no particular one of the two
// instants.
func firstInstant(wall time.Time, zone *time.Location) time.Time {
	start := wall.Add(-horizon)
	at := wall.Add(-offsetAt(start, zone))
	for _, c := range changes(start, wall.Add(horizon), zone) {
		if at.Before(c.at) {
			return at
		}
		if at = wall.Add(-c.after); at.Before(c.at) {
			return c.at
		}
	}
	return at
}

// reached gives the latest wall that the clock of the zone has shown up to the instant t. While a
// fold is repeated it stays at the last reading before the fold, so a wall is after reached(t)
// exactly if its firstInstant is after t.
func reached(t time.Time, zone *time.Location) time.Time {
	latest := t.UTC().Add(offsetAt(t, zone))
	for _, c := range changes(t.Add(-horizon), t, zone) {
		if last := c.at.Add(c.before).Add(-1); last.After(latest) {
			latest = last
		}
	}
	return latest
}

// LastCompleteDay gives the last calendar day that is entirely over at the instant at in the given
// zone, as midnight UTC of that day. It is what a report that starts at that instant can know.
func LastCompleteDay(at time.Time, zone *time.Location) time.Time {
	day := dayOf(at, zone).AddDate(0, 0, -1)
	for _, c := range changes(at, at.Add(horizon), zone) {
		// The clock may yet be put back across midnight, into a day that looked complete.
		if again := dayOf(c.at, zone); !again.After(day) {
			day = again.AddDate(0, 0, -1)
		}
	}
	return day
}

func dayOf(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
