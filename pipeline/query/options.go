package query

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

const (
	// DefaultMaxRows is the row cap of a session whose options leave MaxRows at 0.
	DefaultMaxRows = 100_000
	// DefaultMemoryLimit is the memory limit of a session whose options name none.
	DefaultMemoryLimit = "1GB"

	maxSpill         = "8GB"
	maxStatementSize = 64 << 10
)

var memorySize = regexp.MustCompile(`(?i)^[0-9]+(\.[0-9]+)? ?(b|bytes|[kmgt]i?b)$`)

// Options says which run to open and what a statement may use.
type Options struct {
	// RunDir is the published run folder.
	RunDir string
	// MemoryLimit caps DuckDB's memory, as in "512MB" or "1GiB". Empty means DefaultMemoryLimit.
	MemoryLimit string
	// Threads is the number of DuckDB threads; 0 means one per core.
	Threads int
	// MaxRows caps the rows of a result; 0 means DefaultMaxRows, below 0 means no cap,
	// which suits formats that go to a file.
	MaxRows int
	// TempDir is a local folder for spill. A private folder is made in it and removed by Close.
	// Empty means the system's own.
	TempDir string
	// Timeout limits a statement, from its start until its result is read to the end; 0 means no limit.
	Timeout time.Duration
}

func (o Options) withDefaults() (Options, error) {
	if o.RunDir == "" {
		return o, fmt.Errorf("%w: no run folder was given; name one under <drop>/runs", ErrRun)
	}
	info, err := os.Stat(o.RunDir)
	if err != nil {
		return o, fmt.Errorf("%w: check the drop path and that a run was published: %w", ErrRun, err)
	}
	if !info.IsDir() {
		return o, fmt.Errorf("%w: %s is a file; name the run's folder", ErrRun, o.RunDir)
	}
	// DuckDB compares the paths it may open as text, so they are made absolute and free of links here.
	if o.RunDir, err = filepath.Abs(o.RunDir); err != nil {
		return o, fmt.Errorf("%w: %w", ErrRun, err)
	}
	if o.RunDir, err = filepath.EvalSymlinks(o.RunDir); err != nil {
		return o, fmt.Errorf("%w: %w", ErrRun, err)
	}
	if o.MemoryLimit == "" {
		o.MemoryLimit = DefaultMemoryLimit
	}
	if !memorySize.MatchString(o.MemoryLimit) {
		return o, fmt.Errorf("memory limit %q is not a size; write one like 512MB or 1GiB", o.MemoryLimit)
	}
	if o.Threads < 0 {
		return o, fmt.Errorf("threads is %d; use 0 for one per core, or a positive number", o.Threads)
	}
	if o.Timeout < 0 {
		return o, fmt.Errorf("timeout is %s; use 0 for none, or a positive duration", o.Timeout)
	}
	if o.MaxRows == 0 {
		o.MaxRows = DefaultMaxRows
	}
	return o, nil
}
