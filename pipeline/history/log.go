package history

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// ErrSlotTaken says that a run began for the slot before, by itself.
var ErrSlotTaken = errors.New("the slot was run before")

const (
	format   = 1
	idLayout = "20060102T150405.000000000Z"
	guard    = ".lock"
)

// Log is the record of the runs of one state folder.
type Log struct {
	dir  string
	now  func() time.Time
	self Holder
}

// Option changes how a log works.
type Option func(*Log)

// WithClock makes the log read the time elsewhere than from the system.
func WithClock(now func() time.Time) Option {
	return func(l *Log) { l.now = now }
}

// Open opens the log in a folder, usually <state>/history, which it creates. It fails if that is not
// possible.
func Open(dir string, options ...Option) (*Log, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("open the history: %w", err)
	}
	l := &Log{dir: dir, now: time.Now, self: thisProcess()}
	for _, option := range options {
		option(l)
	}
	return l, nil
}

// Entry is a run that has begun in this process.
type Entry struct {
	log  *Log
	mu   sync.Mutex
	run  Run
	done bool
}

// Run is the record as it stands.
func (e *Entry) Run() Run {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.run
}

// Begin records that a run starts now, on disk before it returns. Of the run it takes what is known
// at the start: trigger, job, slot and instant of the slot, as-of. A scheduled run needs job and
// slot; it fails with ErrSlotTaken if the slot was begun by itself or noted as missed before, unless
// the run is Forced. Other runs never take a slot.
func (l *Log) Begin(run Run) (*Entry, error) {
	run.State, run.EndedAt = Running, time.Time{}
	run, err := l.add(run)
	if err != nil {
		return nil, fmt.Errorf("record the start of a run: %w", err)
	}
	return &Entry{log: l, run: run}, nil
}

// Missed records a slot for which nothing will be started, and why. The run needs what Begin needs.
// It fails with ErrSlotTaken as Begin does.
func (l *Log) Missed(run Run, reason string) error {
	run.State, run.Message, run.EndedAt = Missed, reason, l.time()
	if _, err := l.add(run); err != nil {
		return fmt.Errorf("record a missed slot: %w", err)
	}
	return nil
}

// Finish records the outcome of a run. It fails if the run has one already or if the outcome is
// none; if writing fails, it may be called again.
func (e *Entry) Finish(outcome Outcome) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done {
		return fmt.Errorf("record the end of run %s: it has an outcome already, %s", e.run.ID, e.run.State)
	}
	if !outcome.State.Final() {
		return fmt.Errorf("record the end of run %s: %q is no outcome", e.run.ID, outcome.State)
	}
	run := e.run
	outcome.applyTo(&run, e.log.time())
	if err := e.log.write(run); err != nil {
		return fmt.Errorf("record the end of run %s: %w", run.ID, err)
	}
	e.run, e.done = run, true
	return nil
}

// add gives a new record its id and writes it. A lock over the folder makes one step of looking
// whether the slot is free and taking it.
func (l *Log) add(run Run) (Run, error) {
	if err := run.check(); err != nil {
		return Run{}, err
	}
	lock := flock.New(filepath.Join(l.dir, guard), flock.SetPermissions(0o640))
	if err := lock.Lock(); err != nil {
		return Run{}, fmt.Errorf("lock the history %s: %w", l.dir, err)
	}
	defer func() { _ = lock.Close() }() // closing the file is all that there is to undo

	if run.Trigger == Scheduled && !run.Forced {
		by, err := l.slotTakenBy(run.Slot)
		if err != nil {
			return Run{}, err
		}
		if by != "" {
			return Run{}, fmt.Errorf("%w: %s, by run %s; run it by hand to repeat it", ErrSlotTaken, run.Slot, by)
		}
	}
	run.Format, run.Holder, run.StartedAt = format, l.self, l.time()
	for at := run.StartedAt; ; at = at.Add(1) {
		run.ID = at.Format(idLayout) + "-" + mark(run)
		_, err := os.Lstat(l.path(run.ID))
		if errors.Is(err, os.ErrNotExist) {
			break
		}
		if err != nil {
			return Run{}, fmt.Errorf("find a name for the record: %w", err)
		}
	}
	return run, l.write(run)
}

func (l *Log) time() time.Time { return l.now().UTC().Round(0) }

func (l *Log) path(id string) string { return filepath.Join(l.dir, id+suffix) }

// mark ends the id of a run. For runs of a slot it is made of the slot, so that one look at the
// names of the files finds them all.
func mark(run Run) string {
	if run.Slot == "" {
		return rand.Text()[:markLength]
	}
	return slotMark(run.Slot)
}

const markLength = 12

func slotMark(slot string) string {
	sum := sha256.Sum256([]byte(slot))
	return hex.EncodeToString(sum[:])[:markLength]
}
