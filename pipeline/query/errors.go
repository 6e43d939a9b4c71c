package query

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// ErrRefused marks a statement that the gate does not let through. Nothing of it was run.
var ErrRefused = errors.New("statement refused")

// ErrUnknownTable marks a statement that names a table which the run does not have.
var ErrUnknownTable = errors.New("unknown table")

// ErrStatement marks a statement that DuckDB cannot parse, bind or compute.
var ErrStatement = errors.New("statement failed")

// ErrTimeout marks a statement that was stopped at its deadline.
var ErrTimeout = errors.New("statement timed out")

// ErrMemory marks a statement that needed more memory or spill space than it may have.
var ErrMemory = errors.New("statement out of memory")

// ErrRun marks a run folder that cannot be opened.
var ErrRun = errors.New("run cannot be opened")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
}

func (s *Session) unknownTable(name string) error {
	hint := ""
	if s.hasRelation(reportPrefix + name) {
		hint = fmt.Sprintf(" (did you mean %s%s?)", reportPrefix, name)
	}
	return fmt.Errorf("%w: %q is not in this run%s; there are: %s", ErrUnknownTable, name, hint, s.relationNames())
}

// explain turns what the driver returned for a statement into an error that says what to do.
func (s *Session) explain(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return fmt.Errorf("%w: it was still running at its deadline; narrow it with WHERE, or allow more time: %w",
			ErrTimeout, context.DeadlineExceeded)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("the query was cancelled: %w", ctx.Err())
	}
	var failure *duckdb.Error
	if !errors.As(err, &failure) {
		return fmt.Errorf("%w: %w", ErrStatement, err)
	}
	if failure.Type == duckdb.ErrorTypeOutOfMemory {
		first, _, _ := strings.Cut(failure.Msg, "\n")
		return fmt.Errorf("%w: it may use %s; narrow it, aggregate earlier, or raise the memory limit: %s",
			ErrMemory, s.memoryLimit, first)
	}
	return fmt.Errorf("%w: %w", ErrStatement, err)
}
