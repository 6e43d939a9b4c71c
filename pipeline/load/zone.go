package load

import "time"

const (
	daySeconds  = 24 * 60 * 60
	firstYear   = 1900
	lastYear    = 2200
	bucketShift = 25 // buckets of 2^25 seconds, a little over a year
)

// zone knows the offsets of a time zone, so that a local time becomes an instant without asking the
// zone database for each value.
type zone struct {
	starts  []int64 // instants, in Unix seconds, from which an offset holds
	offsets []int64 // seconds east of UTC
	buckets []int32 // entry that holds where a bucket begins
	origin  int64   // where the first bucket begins
}

// newZone reads the offsets of the years that a value may have. A nil location is UTC.
func newZone(loc *time.Location) *zone {
	if loc == nil {
		loc = time.UTC
	}
	z := &zone{}
	end := time.Date(lastYear+2, 1, 1, 0, 0, 0, 0, time.UTC)
	t := time.Date(firstYear-1, 1, 1, 0, 0, 0, 0, time.UTC).In(loc)
	z.origin = t.Unix()
	for {
		if _, offset := t.Zone(); len(z.offsets) == 0 || z.offsets[len(z.offsets)-1] != int64(offset) {
			z.starts = append(z.starts, t.Unix())
			z.offsets = append(z.offsets, int64(offset))
		}
		_, next := t.ZoneBounds()
		if next.IsZero() || next.After(end) {
			break
		}
		if !next.After(t) {
			// On the last day of a leap year the standard library ends the bounds where they begin.
			next = t.Add(daySeconds * time.Second)
		}
		t = next
	}
	entry := 0
	for at := z.origin; at < end.Unix(); at += 1 << bucketShift {
		for entry+1 < len(z.starts) && z.starts[entry+1] <= at {
			entry++
		}
		z.buckets = append(z.buckets, int32(entry))
	}
	return z
}

// entry gives the index of the offset that holds at an instant.
func (z *zone) entry(unix int64) int {
	bucket := min(max((unix-z.origin)>>bucketShift, 0), int64(len(z.buckets)-1))
	i := int(z.buckets[bucket])
	for i+1 < len(z.starts) && z.starts[i+1] <= unix {
		i++
	}
	return i
}

// certain gives the offset of a local time (in seconds, as if it were UTC) if no change of offset is
// near, and whether that is so.
func (z *zone) certain(local int64) (int64, bool) {
	i := z.entry(local)
	if i > 0 && local-z.starts[i] <= daySeconds {
		return 0, false
	}
	if i+1 < len(z.starts) && z.starts[i+1]-local <= daySeconds {
		return 0, false
	}
	return z.offsets[i], true
}

// instant gives the Unix seconds of a local time. A time that comes twice is the first of the two; a
// time that a change of offset leaves out is read with the offset before the change.
func (z *zone) instant(local int64) int64 {
	if offset, ok := z.certain(local); ok {
		return local - offset
	}
	unix, _ := z.nearChange(local)
	return unix
}

// dayStart gives the Unix seconds of the first instant of a local day, counted from 1970-01-01.
func (z *zone) dayStart(day int32) int64 {
	local := int64(day) * daySeconds
	if offset, ok := z.certain(local); ok {
		return local - offset
	}
	unix, exists := z.nearChange(local)
	if exists {
		return unix
	}
	return z.starts[z.entry(unix)]
}

// nearChange gives the instant of a local time around a change of offset, and whether that local
// time exists.
func (z *zone) nearChange(local int64) (int64, bool) {
	before := local - z.offsets[z.entry(local-daySeconds)]
	after := local - z.offsets[z.entry(local+daySeconds)]
	first, second := min(before, after), max(before, after)
	switch {
	case first+z.offsets[z.entry(first)] == local:
		return first, true
	case second+z.offsets[z.entry(second)] == local:
		return second, true
	}
	return before, false
}
