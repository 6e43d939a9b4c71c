package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// Grace is how long a run that was told to stop has for that.
const Grace = 30 * time.Second

var (
	// ErrTimedOut says that a run took longer than it may and was told to stop.
	ErrTimedOut = errors.New("the run exceeded its timeout")
	// ErrInterrupted says that a run was told to stop from outside.
	ErrInterrupted = errors.New("the run was interrupted")
	// ErrStuck says, together with one of the other two, that a run did not stop within Grace. It
	// still holds whatever it holds, the lock among it; only the end of the process frees that.
	ErrStuck = errors.New("the run did not stop within 30 s")
)

// Within runs once, for at most the timeout; zero or less is no limit. When the time is over or the
// context ends, the context that the run was given is cancelled and the run has Grace to return.
//
// The error is the run's own, wrapped with ErrTimedOut or ErrInterrupted if it was told to stop; it
// is nil if the run reached its end nevertheless. A panic of the run is an error with its stack.
func Within(ctx context.Context, timeout time.Duration, run func(context.Context) error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w before it started: %w", ErrInterrupted, context.Cause(ctx))
	}
	runCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	go func() { done <- protect(runCtx, run) }()

	var over <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		over = timer.C
	}
	var cause error
	select {
	case err := <-done:
		if err != nil && ctx.Err() != nil {
			return fmt.Errorf("%w: %w", ErrInterrupted, err)
		}
		return err
	case <-ctx.Done():
		cause = ErrInterrupted
	case <-over:
		cause = fmt.Errorf("%w of %s", ErrTimedOut, timeout)
	}
	cancel(cause)
	grace := time.NewTimer(Grace)
	defer grace.Stop()
	select {
	case err := <-done:
		if err == nil {
			return nil
		}
		return fmt.Errorf("%w: %w", cause, err)
	case <-grace.C:
		return fmt.Errorf("%w: %w", cause, ErrStuck)
	}
}

func protect(ctx context.Context, run func(context.Context) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the run panicked: %v\n%s", cause, debug.Stack())
		}
	}()
	return run(ctx)
}

// retryAfter is the wait after the given attempt, counted from 1; false means that it was the last.
func retryAfter(attempt int) (time.Duration, bool) {
	switch attempt {
	case 1:
		return time.Minute, true
	case 2:
		return 5 * time.Minute, true
	case 3:
		return 15 * time.Minute, true
	default:
		return 0, false
	}
}

// Attempts runs as Within does, and again after 1, 5 and 15 minutes as long as the error is
// transient: as long as an error in its chain has a method Transient() bool that says so. A run that
// was told to stop is not repeated. It gives how many times it ran, and the last error.
func Attempts(ctx context.Context, timeout time.Duration, log *slog.Logger, run func(context.Context) error) (int, error) {
	for attempt := 1; ; attempt++ {
		err := Within(ctx, timeout, run)
		wait, again := retryAfter(attempt)
		if err == nil || !again || !transient(err) {
			return attempt, err
		}
		log.WarnContext(ctx, "run failed and will be repeated", "attempt", attempt, "after", wait.String(), "error", err)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return attempt, fmt.Errorf("%w while it waited to try again: %w", ErrInterrupted, err)
		case <-timer.C:
		}
	}
}

func transient(err error) bool {
	if errors.Is(err, ErrTimedOut) || errors.Is(err, ErrInterrupted) {
		return false
	}
	var claim interface{ Transient() bool }
	return errors.As(err, &claim) && claim.Transient()
}
