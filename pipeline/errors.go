package pipeline

import (
	"fmt"
	"strings"

	"truce/pipeline/check"
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
	lines := []string{fmt.Sprintf("%d checks failed, nothing was published:", len(e.Failed))}
	for _, r := range e.Failed {
		lines = append(lines, "  "+r.Name+": "+r.Detail)
	}
	lines = append(lines, "mend the input, or accept one for this run with --accept CHECK --reason TEXT")
	return strings.Join(lines, "\n")
}
