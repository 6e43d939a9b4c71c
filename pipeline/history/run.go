package history

import (
	"fmt"
	"time"
)

// State is what a run is doing or what became of it.
type State string

const (
	// Running is a run without an outcome yet.
	Running State = "running"
	// Published is a run whose report is on the drive and was verified there.
	Published State = "published"
	// Identical is a run that found its report already published.
	Identical State = "identical"
	// Failed is a run that ended with an error.
	Failed State = "failed"
	// Refused is a run whose input was missing, refused or stale.
	Refused State = "refused"
	// Blocked is a run that a check kept from publishing.
	Blocked State = "blocked"
	// Interrupted is a run that was told to stop from outside.
	Interrupted State = "interrupted"
	// TimedOut is a run that took longer than it may.
	TimedOut State = "timed_out"
	// Crashed is a run whose process ended without an outcome.
	Crashed State = "crashed"
	// Missed is a slot for which nothing was started.
	Missed State = "missed"
)

// Succeeded says whether a current report is on the drive because of the run.
func (s State) Succeeded() bool { return s == Published || s == Identical }

// Final says whether the state is an outcome.
func (s State) Final() bool {
	switch s {
	case Published, Identical, Failed, Refused, Blocked, Interrupted, TimedOut, Crashed, Missed:
		return true
	default:
		return false
	}
}

// Trigger is what started a run.
type Trigger string

const (
	// Scheduled is a run that the clock started, by itself.
	Scheduled Trigger = "schedule"
	// Manual is a run that a person started.
	Manual Trigger = "manual"
	// Backfill is a run for a slot of the past.
	Backfill Trigger = "backfill"
)

func (t Trigger) valid() bool { return t == Scheduled || t == Manual || t == Backfill }

// Run is one record. Times are UTC.
type Run struct {
	Format int    `json:"format"`
	ID     string `json:"id"` // given by Begin; sorts by start
	State  State  `json:"state"`

	Trigger Trigger   `json:"trigger"`
	Job     string    `json:"job,omitempty"`
	Slot    string    `json:"slot,omitempty"` // the key, such as nightly@2026-03-29T02:30[Europe/Berlin]
	SlotAt  time.Time `json:"slot_at,omitzero"`
	Forced  bool      `json:"forced,omitempty"` // started although its slot was taken

	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	Holder    Holder    `json:"holder"`

	AsOf     string           `json:"as_of,omitempty"` // the last day of events that count, 2026-03-28
	ExitCode int              `json:"exit_code"`       // of operations; 0 while running
	Message  string           `json:"message,omitempty"`
	Report   string           `json:"run,omitempty"` // folder of the published run on the drive
	Attempts int              `json:"attempts,omitempty"`
	Steps    []Step           `json:"steps,omitempty"`
	Counts   map[string]int64 `json:"counts,omitempty"`
	Warnings []string         `json:"warnings,omitempty"`
}

// Step is one step of a run and how long it took.
type Step struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Outcome is what Finish adds to a run. Empty texts and lists leave what the run said at its start.
type Outcome struct {
	State    State
	ExitCode int
	Message  string
	AsOf     string
	Report   string
	Attempts int
	Steps    []Step
	Counts   map[string]int64
	Warnings []string
}

func (o Outcome) applyTo(run *Run, now time.Time) {
	run.State, run.ExitCode, run.EndedAt = o.State, o.ExitCode, now
	if o.Message != "" {
		run.Message = o.Message
	}
	if o.AsOf != "" {
		run.AsOf = o.AsOf
	}
	if o.Report != "" {
		run.Report = o.Report
	}
	if o.Attempts != 0 {
		run.Attempts = o.Attempts
	}
	if o.Steps != nil {
		run.Steps = o.Steps
	}
	if o.Counts != nil {
		run.Counts = o.Counts
	}
	if o.Warnings != nil {
		run.Warnings = o.Warnings
	}
}

func (r Run) check() error {
	switch {
	case !r.Trigger.valid():
		return fmt.Errorf("a run needs a trigger: %q is none of schedule, manual, backfill", r.Trigger)
	case r.Trigger == Scheduled && (r.Slot == "" || r.Job == "" || r.SlotAt.IsZero()):
		return fmt.Errorf("a scheduled run needs its job, its slot and the instant of the slot, not %q, %q, %s", r.Job, r.Slot, r.SlotAt)
	}
	return nil
}
