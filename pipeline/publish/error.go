package publish

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
)

var (
	// ErrNoRun says that the drop holds no such run, or no current one.
	ErrNoRun = errors.New("no published run")
	// ErrBroken says that a run or the pointer does not hold what it should hold.
	ErrBroken = errors.New("not intact")
)

// Error says at which step, on which path and why publishing failed, and what to do about it.
type Error struct {
	Step string // a step of the protocol, such as "sync" or "rename"
	Path string // the file or folder concerned
	Hint string // what a person can do
	Err  error  // the cause
}

// Error gives the message in one line.
func (e *Error) Error() string {
	cause := strings.ReplaceAll(e.Err.Error(), " "+e.Path+":", ":") // the path is said once
	return fmt.Sprintf("publish: %s %s: %s; %s", e.Step, e.Path, cause, e.Hint)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail wraps a cause into an Error. A cause that already is one keeps its own step and path.
func fail(step, path string, err error) error {
	if err == nil {
		return nil
	}
	if known := (*Error)(nil); errors.As(err, &known) {
		return err
	}
	return &Error{Step: step, Path: path, Hint: hint(err), Err: err}
}

// WriteFailed makes the error of whoever fills the staging folder an *Error.
func WriteFailed(path string, err error) error { return fail("write", path, err) }

func hint(err error) string {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "it was interrupted; run again"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "free space on the share, then run again"
	case errors.Is(err, syscall.EROFS):
		return "the share is mounted read-only; mount it writable, then run again"
	case busy(err):
		return "close the file on clients that hold it open, or let this user write there, then run again"
	case errors.Is(err, ErrNoRun):
		return "publish a run first, or name one that exists"
	case errors.Is(err, ErrBroken):
		return "run again, which publishes a new revision and repairs the pointer"
	default:
		return "look at the share, then run again; runs already published stay as they are"
	}
}

// busy holds for the errors that a share gives while a client has the file open, and that may pass.
func busy(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EACCES) ||
		errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ETXTBSY)
}
