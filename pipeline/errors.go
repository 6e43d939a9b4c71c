package pipeline

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"truce/pipeline/check"
	"truce/pipeline/config"
	"truce/pipeline/history"
	"truce/pipeline/publish"
	"truce/pipeline/schedule"
)

// InputError says that an input is missing, stale or cannot be trusted. Nothing was published.
type InputError struct {
	Problems []string // what is wrong with which file, and what to do
}

// Error gives one problem per line.
func (e *InputError) Error() string { return strings.Join(e.Problems, "\n") }

// BlockedError says that checks kept the run from publishing. Yesterday's report is untouched.
type BlockedError struct {
	Failed []check.Result
}

// Error names every check that failed and how to go on.
func (e *BlockedError) Error() string {
	lines := []string{"a check failed, nothing was published:"}
	if len(e.Failed) > 1 {
		lines[0] = fmt.Sprintf("%d checks failed, nothing was published:", len(e.Failed))
	}
	for _, r := range e.Failed {
		lines = append(lines, "  "+r.Name+": "+r.Detail)
	}
	lines = append(lines, "mend the input, or accept one for this run with --accept CHECK --reason TEXT")
	return strings.Join(lines, "\n")
}

// stateOf gives the state that the history keeps for an error; without one it is what was reached.
func stateOf(err error, reached history.State) history.State {
	var input *InputError
	var blocked *BlockedError
	switch {
	case err == nil:
		return reached
	case errors.Is(err, schedule.ErrTimedOut):
		return history.TimedOut
	case errors.Is(err, schedule.ErrInterrupted), errors.Is(err, context.Canceled):
		return history.Interrupted
	case errors.As(err, &input):
		return history.Refused
	case errors.As(err, &blocked):
		return history.Blocked
	}
	return history.Failed
}

// Exit codes of operations.
const (
	ExitInternal    = 1
	ExitConfig      = 2
	ExitBlocked     = 3
	ExitInput       = 4
	ExitLocked      = 5
	ExitPublish     = 6
	ExitTimedOut    = 124
	ExitInterrupted = 143
)

// ExitCode gives the exit code for an error; 0 for none.
func ExitCode(err error) int {
	var (
		input   *InputError
		blocked *BlockedError
		conf    *config.Error
		drop    *publish.Error
	)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, schedule.ErrTimedOut):
		return ExitTimedOut
	case errors.Is(err, schedule.ErrInterrupted), errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.As(err, &conf):
		return ExitConfig
	case errors.As(err, &blocked):
		return ExitBlocked
	case errors.As(err, &input):
		return ExitInput
	case errors.Is(err, schedule.ErrLocked):
		return ExitLocked
	case errors.As(err, &drop):
		return ExitPublish
	}
	return ExitInternal
}
