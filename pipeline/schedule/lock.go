package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// ErrLocked says that another process holds the lock. The error that carries it is a *LockedError.
var ErrLocked = errors.New("another run holds the lock")

const (
	lockFile   = "truce.lock"
	holderFile = "truce.lock.json"
	lockPoll   = 200 * time.Millisecond
)

// Holder is the process that holds the lock.
type Holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// LockedError names who holds the lock.
type LockedError struct {
	// Path is the lock file.
	Path string
	// Holder is nil if the holder has not said who it is.
	Holder *Holder
}

// Error says who holds the lock, since when, and what to do.
func (e *LockedError) Error() string {
	who := "its process has not named itself"
	if e.Holder != nil {
		who = fmt.Sprintf("pid %d, %q, since %s", e.Holder.PID, e.Holder.Command, e.Holder.Since.Format(time.RFC3339))
	}
	return fmt.Sprintf("%s: %s (%s); wait for it to end, or use --wait", ErrLocked, e.Path, who)
}

// Is makes errors.Is(err, ErrLocked) hold.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

// Transient says that the same run may succeed later.
func (e *LockedError) Transient() bool { return true }

// Lock is the one lock of a state folder, held. The system frees it when the process ends, however
// it ends.
type Lock struct {
	file   *flock.Flock
	holder string
}

// TryLock takes the lock of a state folder, which it creates, or fails at once with a *LockedError.
// The folder must be local: locks on a network share do not hold. The command is what other
// processes are told about the holder.
func TryLock(state, command string) (*Lock, error) {
	if err := os.MkdirAll(state, 0o750); err != nil {
		return nil, fmt.Errorf("create the state folder: %w", err)
	}
	path := filepath.Join(state, lockFile)
	file := flock.New(path, flock.SetPermissions(0o640))
	locked, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w; the state folder must be writable and local", path, err)
	}
	if !locked {
		return nil, &LockedError{Path: path, Holder: readHolder(state)}
	}
	lock := &Lock{file: file, holder: filepath.Join(state, holderFile)}
	if err := lock.sign(Holder{PID: os.Getpid(), Command: command, Since: time.Now().UTC().Truncate(time.Second)}); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return lock, nil
}

// WaitLock takes the lock of a state folder as TryLock does, and waits for it until the context
// ends. Then it fails with the cause of that and the *LockedError of the last look.
func WaitLock(ctx context.Context, state, command string) (*Lock, error) {
	ticker := time.NewTicker(lockPoll)
	defer ticker.Stop()
	for {
		lock, err := TryLock(state, command)
		if !errors.Is(err, ErrLocked) {
			return lock, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the lock: %w: %w", context.Cause(ctx), err)
		case <-ticker.C:
		}
	}
}

// Unlock frees the lock. Doing it again does nothing.
func (l *Lock) Unlock() error {
	if !l.file.Locked() {
		return nil
	}
	// The name goes first: after the lock is free it may be the next holder's.
	gone := os.Remove(l.holder)
	if errors.Is(gone, os.ErrNotExist) {
		gone = nil
	}
	if err := errors.Join(gone, l.file.Unlock()); err != nil {
		return fmt.Errorf("free the lock %s: %w", l.file.Path(), err)
	}
	return nil
}

// sign writes who holds the lock beside it, by rename, so that nobody reads half a name.
func (l *Lock) sign(holder Holder) error {
	text, err := json.Marshal(holder)
	if err != nil {
		return fmt.Errorf("name the holder of the lock: %w", err)
	}
	draft := l.holder + ".tmp"
	if err := os.WriteFile(draft, append(text, '\n'), 0o640); err != nil {
		return fmt.Errorf("name the holder of the lock: %w", err)
	}
	if err := os.Rename(draft, l.holder); err != nil {
		return fmt.Errorf("name the holder of the lock: %w", err)
	}
	return nil
}

// readHolder gives who holds the lock, or nil: the side file may be left over from a process that
// was killed, while the new holder has not yet written its own.
func readHolder(state string) *Holder {
	text, err := os.ReadFile(filepath.Join(state, holderFile))
	if err != nil {
		return nil
	}
	var holder Holder
	if err := json.Unmarshal(text, &holder); err != nil || holder.PID <= 0 || !alive(holder.PID) {
		return nil
	}
	return &holder
}

func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	asked := process.Signal(syscall.Signal(0))
	_ = process.Release()
	return !errors.Is(asked, os.ErrProcessDone)
}
