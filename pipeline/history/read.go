package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Warning is a file in the folder of the log that is no readable record. It never keeps the others
// from being read.
type Warning struct {
	// Path is the file.
	Path string
	// Problem says what is wrong with it.
	Problem string
}

// String is one line for a person.
func (w Warning) String() string { return w.Path + ": " + w.Problem + "; move it away" }

// Page is what Read found.
type Page struct {
	// Runs are the newest first, by their start.
	Runs []Run
	// Warnings are the files that were passed over on the way, newest first.
	Warnings []Warning
}

// Runs gives the newest runs first, at most limit of them; zero or less is all. It passes over files
// that are no readable record, which Read reports. It fails only if the folder cannot be read.
func (l *Log) Runs(limit int) ([]Run, error) {
	page, err := l.Read(limit)
	return page.Runs, err
}

// Read gives what Runs gives, and the files that it passed over.
func (l *Log) Read(limit int) (Page, error) {
	names, foreign, err := l.list()
	if err != nil {
		return Page{}, err
	}
	page := Page{Warnings: foreign}
	for _, name := range names {
		if limit > 0 && len(page.Runs) == limit {
			break
		}
		run, err := l.read(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			page.Warnings = append(page.Warnings, Warning{filepath.Join(l.dir, name), err.Error()})
			continue
		}
		page.Runs = append(page.Runs, run)
	}
	return page, nil
}

// LastSlot gives the run with the newest slot of the job among those that took a slot: begun by
// itself, or missed. It is false if there is none.
func (l *Log) LastSlot(job string) (Run, bool, error) {
	runs, err := l.Runs(0)
	if err != nil {
		return Run{}, false, err
	}
	var last Run
	found := false
	for _, run := range runs {
		if run.Trigger != Scheduled || run.Job != job {
			continue
		}
		// In a gap of the clock two slots share an instant; the later reading has the greater key.
		if order := run.SlotAt.Compare(last.SlotAt); !found || order > 0 || (order == 0 && run.Slot > last.Slot) {
			last, found = run, true
		}
	}
	return last, found, nil
}

// Orphaned tells whether the run has no outcome although its process has ended. The next run marks
// it as crashed; a reader need not wait for that.
func (l *Log) Orphaned(run Run) bool { return run.State == Running && run.Holder.gone(l.self) }

// MarkOrphans marks runs as crashed that have no outcome although their process has ended, and gives
// them. It also removes drafts that such processes left. The caller holds the lock of the state
// folder.
func (l *Log) MarkOrphans(now time.Time) ([]Run, error) {
	page, err := l.Read(0)
	if err != nil {
		return nil, err
	}
	var marked []Run
	for _, run := range page.Runs {
		if !l.Orphaned(run) {
			continue
		}
		outcome := Outcome{
			State:    Crashed,
			ExitCode: 1,
			Message:  fmt.Sprintf("its process (pid %d) ended without a word", run.Holder.PID),
		}
		outcome.applyTo(&run, now.UTC().Round(0))
		if err := l.write(run); err != nil {
			return marked, fmt.Errorf("mark run %s as crashed: %w", run.ID, err)
		}
		marked = append(marked, run)
	}
	return marked, l.removeDrafts(now)
}

// removeDrafts leaves young ones alone: another process may be about to rename its own.
func (l *Log) removeDrafts(now time.Time) error {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return fmt.Errorf("clean the history: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !strings.HasPrefix(entry.Name(), draft) || now.Sub(info.ModTime()) < time.Hour {
			continue
		}
		if err := os.Remove(filepath.Join(l.dir, entry.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("clean the history: %w", err)
		}
	}
	return nil
}

// slotTakenBy gives the id of the run that took the slot, and "" if it is free. A record of the slot
// that cannot be read counts: to run a slot twice is worse than to leave it to a person.
func (l *Log) slotTakenBy(slot string) (id string, err error) {
	names, _, err := l.list()
	if err != nil {
		return "", err
	}
	for _, name := range names {
		id := strings.TrimSuffix(name, suffix)
		if !strings.HasSuffix(id, "-"+slotMark(slot)) {
			continue
		}
		run, err := l.read(name)
		if err != nil || (run.Slot == slot && run.Trigger == Scheduled) {
			return id, nil
		}
	}
	return "", nil
}

// list gives the names of what look like records, newest first, and everything that does not belong
// into the folder. Hidden files are drafts, the lock, or the file manager's.
func (l *Log) list() ([]string, []Warning, error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, nil, fmt.Errorf("read the history: %w", err)
	}
	var names []string
	var foreign []Warning
	for _, entry := range slices.Backward(entries) {
		switch name := entry.Name(); {
		case strings.HasPrefix(name, "."):
		case !entry.Type().IsRegular() || filepath.Ext(name) != suffix:
			foreign = append(foreign, Warning{filepath.Join(l.dir, name), "it does not belong into the history"})
		default:
			names = append(names, name)
		}
	}
	return names, foreign, nil
}
