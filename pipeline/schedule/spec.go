package schedule

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

var fieldPart = regexp.MustCompile(`^(\*|\?|[0-9A-Za-z]+(-[0-9A-Za-z]+)?)(/[0-9]+)?$`)

// rarest is the longest wait between two occurrences of a date: 29 February, around a century that
// has no leap day, with room to spare.
const rarest = 9 * 366 * 24 * time.Hour

// Spec says at which readings of a wall clock a job is due.
type Spec struct {
	line     string
	zone     *time.Location
	schedule cron.Schedule
}

// ParseSpec reads a cron line of five fields (minute, hour, day of month, month, day of week) or
// one of @yearly, @monthly, @weekly, @daily, @hourly. If both days are restricted, either is
// enough, as in every cron.
//
// It fails for anything else, for @every (which has no place on a wall clock), for a zone inside the
// line, for a line that never comes due such as 30 February, and for a zone without an IANA name.
func ParseSpec(line string, zone *time.Location) (Spec, error) {
	if err := checkZone(zone); err != nil {
		return Spec{}, fmt.Errorf("cron line %q: %w", line, err)
	}
	if err := checkLine(line); err != nil {
		return Spec{}, fmt.Errorf("cron line %q: %w", line, err)
	}
	schedule, err := parseLine(strings.TrimSpace(line))
	if err != nil {
		return Spec{}, fmt.Errorf("cron line %q: %w", line, err)
	}
	spec := Spec{line: strings.TrimSpace(line), zone: zone, schedule: schedule}
	if _, ok := spec.nextWall(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)); !ok {
		return Spec{}, fmt.Errorf("cron line %q never comes due; check its day and month", line)
	}
	return spec, nil
}

func checkLine(line string) error {
	text := strings.TrimSpace(line)
	switch {
	case text == "":
		return errors.New("it is empty; write five fields such as 30 2 * * *")
	case strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ="):
		return errors.New("it must not name a time zone; set the job's timezone instead")
	case strings.HasPrefix(text, "@every"):
		return errors.New("@every has no place on a wall clock; write five fields such as 0 */6 * * *")
	case strings.HasPrefix(text, "@"):
		return nil
	}
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return fmt.Errorf("it has %d fields; write five: minute, hour, day of month, month, day of week", len(fields))
	}
	for _, field := range fields {
		for part := range strings.SplitSeq(field, ",") {
			if !fieldPart.MatchString(part) {
				return fmt.Errorf("field %q is not understood; write a number, a name, a range a-b, a list a,b or a step */n", field)
			}
		}
	}
	return nil
}

// parseLine turns a panic of the parser into an error: a typing mistake must not stop the daemon.
func parseLine(line string) (schedule cron.Schedule, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			schedule, err = nil, fmt.Errorf("it is not understood (%v); write five fields such as 30 2 * * *", cause)
		}
	}()
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)
	schedule, err = parser.Parse(line)
	if err != nil {
		return nil, fmt.Errorf("%w; the fields are minute 0-59, hour 0-23, day 1-31, month 1-12 and weekday 0-6, where Sunday is 0", err)
	}
	return schedule, nil
}

// String is the cron line with its zone.
func (sp Spec) String() string { return sp.line + " [" + sp.zone.String() + "]" }

// Zone is the time zone of the wall clock.
func (sp Spec) Zone() *time.Location { return sp.zone }

// Next gives the first slot that is due after the instant. Of several slots in one gap, which are
// due at the same instant, it gives the last, as Newest does. It is false if there is none.
func (sp Spec) Next(job string, after time.Time) (Slot, bool) {
	wall, ok := sp.nextWall(reached(after, sp.zone))
	if !ok {
		return Slot{}, false
	}
	at := firstInstant(wall, sp.zone)
	for later, more := sp.nextWall(wall); more && firstInstant(later, sp.zone).Equal(at); later, more = sp.nextWall(wall) {
		wall = later
	}
	return slotAt(job, wall, sp.zone), true
}

// Newest gives the last slot that is due at the instant or before. It is false if there is none.
func (sp Spec) Newest(job string, notAfter time.Time) (Slot, bool) {
	wall, ok := sp.newestWall(reached(notAfter, sp.zone))
	if !ok {
		return Slot{}, false
	}
	return slotAt(job, wall, sp.zone), true
}

// Between gives every slot that is due after one instant and not after another, in the order of the
// wall clock. Slots in one gap are all there, due at the same instant.
func (sp Spec) Between(job string, after, notAfter time.Time) []Slot {
	return sp.slots(job, reached(after, sp.zone), reached(notAfter, sp.zone))
}

func (sp Spec) slots(job string, afterWall, lastWall time.Time) []Slot {
	var slots []Slot
	for wall, ok := sp.nextWall(afterWall); ok && !wall.After(lastWall); wall, ok = sp.nextWall(wall) {
		slots = append(slots, slotAt(job, wall, sp.zone))
	}
	return slots
}

// newestSlots gives at most limit slots, the newest ones, in order; more says that there are older
// ones. Its effort does not grow with the time between the two walls.
func (sp Spec) newestSlots(job string, afterWall, lastWall time.Time, limit int) (slots []Slot, more bool) {
	for len(slots) <= limit {
		wall, ok := sp.newestWall(lastWall)
		if !ok || !wall.After(afterWall) {
			break
		}
		slots = append(slots, slotAt(job, wall, sp.zone))
		lastWall = wall.Add(-time.Minute)
	}
	if more = len(slots) > limit; more {
		slots = slots[:limit]
	}
	slices.Reverse(slots)
	return slots, more
}

// nextWall gives the first wall after another one that matches the line.
func (sp Spec) nextWall(after time.Time) (time.Time, bool) {
	from := after
	for from.Before(after.Add(rarest)) {
		if next := sp.schedule.Next(from); !next.IsZero() {
			return next, true
		}
		// The parser's schedule looks five years ahead, the leap day can be eight years away.
		from = time.Date(from.Year()+6, 1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)
	}
	return time.Time{}, false
}

// newestWall gives the last wall not after another one that matches the line. The library only
// looks forward; but whether the next match still lies before the limit changes once, so the place
// of that change can be searched by halving.
func (sp Spec) newestWall(notAfter time.Time) (time.Time, bool) {
	from := notAfter.Truncate(time.Minute).Add(-rarest)
	minutes := int(rarest/time.Minute) + 1
	beyond := sort.Search(minutes, func(n int) bool {
		next, ok := sp.nextWall(from.Add(time.Duration(n)*time.Minute - time.Second))
		return !ok || next.After(notAfter)
	})
	if beyond == 0 {
		return time.Time{}, false
	}
	return sp.nextWall(from.Add(time.Duration(beyond-1)*time.Minute - time.Second))
}
