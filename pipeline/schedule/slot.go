package schedule

import (
	"fmt"
	"strings"
	"time"
)

const wallLayout = "2006-01-02T15:04"

// Slot is one occurrence of a job.
type Slot struct {
	// Job is the name of the job.
	Job string
	// Wall is the reading of the wall clock that the cron line asks for, as in 2026-03-29T02:30. It
	// may lie in a gap, where no clock ever showed it.
	Wall string
	// Zone is the time zone of the wall clock.
	Zone *time.Location
	// At is the instant at which the slot is due.
	At time.Time
}

// NewSlot gives the slot of a job at a reading of the wall clock such as 2026-03-29T02:30. It fails
// if the job has no name or one that would not survive in a key, if the reading is none, or if the
// zone has no IANA name.
func NewSlot(job, wall string, zone *time.Location) (Slot, error) {
	if err := checkJobName(job); err != nil {
		return Slot{}, err
	}
	if err := checkZone(zone); err != nil {
		return Slot{}, err
	}
	reading, err := time.Parse(wallLayout, wall)
	if err != nil || reading.Format(wallLayout) != wall {
		return Slot{}, fmt.Errorf("slot of job %s: %q is no wall-clock time; write it like 2026-03-29T02:30", job, wall)
	}
	return slotAt(job, reading, zone), nil
}

func slotAt(job string, wall time.Time, zone *time.Location) Slot {
	return Slot{Job: job, Wall: wall.Format(wallLayout), Zone: zone, At: firstInstant(wall, zone)}
}

// Key names the slot: nightly@2026-03-29T02:30[Europe/Berlin]. Two slots are the same slot if they
// have the same key.
func (s Slot) Key() string {
	return s.Job + "@" + s.Wall + "[" + s.Zone.String() + "]"
}

// String is the key.
func (s Slot) String() string { return s.Key() }

// AsOf gives the last day that is complete when the slot is due, in the slot's own zone, as midnight
// UTC. Where the company's zone is another one, LastCompleteDay(s.At, zone) is the day to report.
func (s Slot) AsOf() time.Time { return LastCompleteDay(s.At, s.Zone) }

func (s Slot) wall() time.Time {
	wall, err := time.Parse(wallLayout, s.Wall)
	if err != nil {
		return reached(s.At, s.Zone)
	}
	return wall
}

// ParseKey reads what Key wrote. It fails if the text is no key or names an unknown time zone.
func ParseKey(key string) (Slot, error) {
	job, rest, found := strings.Cut(key, "@")
	wall, zoneName, inBrackets := strings.Cut(strings.TrimSuffix(rest, "]"), "[")
	if !found || !inBrackets || !strings.HasSuffix(rest, "]") {
		return Slot{}, fmt.Errorf("%q is no slot; write it like nightly@2026-03-29T02:30[Europe/Berlin]", key)
	}
	if zoneName == "" || zoneName == "Local" {
		return Slot{}, fmt.Errorf("slot %q names no time zone; use an IANA name such as Europe/Berlin", key)
	}
	zone, err := time.LoadLocation(zoneName)
	if err != nil {
		return Slot{}, fmt.Errorf("slot %q: %w; use an IANA name such as Europe/Berlin", key, err)
	}
	slot, err := NewSlot(job, wall, zone)
	if err != nil {
		return Slot{}, fmt.Errorf("slot %q: %w", key, err)
	}
	return slot, nil
}

func checkJobName(job string) error {
	if job == "" || job != strings.TrimSpace(job) || strings.ContainsAny(job, "@[]\n\r\t") {
		return fmt.Errorf("job name %q cannot be used; it must not be empty or hold @, brackets, tabs, line breaks or outer spaces", job)
	}
	return nil
}

// checkZone insists on a name that another process, later, on another machine, reads as the same
// zone.
func checkZone(zone *time.Location) error {
	if zone == nil || zone == time.Local || zone.String() == "" || zone.String() == "Local" {
		return fmt.Errorf("the time zone has no name; use an IANA name such as Europe/Berlin")
	}
	if _, err := time.LoadLocation(zone.String()); err != nil {
		return fmt.Errorf("time zone %q: %w; use an IANA name such as Europe/Berlin", zone.String(), err)
	}
	return nil
}
