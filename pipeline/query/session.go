package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	// The driver registers itself under the name "duckdb".
	_ "github.com/duckdb/duckdb-go/v2"
)

// Session is a sandboxed DuckDB over one run. It serves one statement at a time: read or close a
// result before the next Query. Open one session per caller, because a session is not isolated from itself.
type Session struct {
	db          *sql.DB
	conn        *sql.Conn
	spill       string
	memoryLimit string
	maxRows     int
	timeout     time.Duration
	relations   []relation
	functions   map[string]bool
	results     int
	closed      bool
	running     <-chan struct{} // closed when the latest statement has returned
}

// Open starts a session over the run in o.RunDir. Its relations are the tables of truce.duckdb, if that
// file is there, and one for each Parquet file: <name> for a record-level mart and the quarantine,
// rpt_<name> for a report that the database does not hold.
//
// Errors: ErrRun, if the folder or a file in it cannot be opened; others for options that make no sense.
func Open(ctx context.Context, o Options) (*Session, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Session{
		memoryLimit: o.MemoryLimit,
		maxRows:     o.MaxRows,
		timeout:     o.Timeout,
		functions:   allowedFunctions(),
	}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Session) open(ctx context.Context, o Options) error {
	var err error
	if s.spill, err = os.MkdirTemp(o.TempDir, "truce-query-"); err != nil {
		return fmt.Errorf("make a folder for spill; choose a writable one: %w", err)
	}
	if s.db, err = sql.Open("duckdb", ""); err != nil {
		return fmt.Errorf("start DuckDB: %w", err)
	}
	if s.conn, err = s.db.Conn(ctx); err != nil {
		return fmt.Errorf("start DuckDB: %w", err)
	}
	if err := s.set(ctx, limits(o, s.spill)); err != nil {
		return err
	}
	files, err := s.attach(ctx, o.RunDir)
	if err != nil {
		return err
	}
	return s.set(ctx, lockdown(files))
}

// set runs statements of this package's own making.
func (s *Session) set(ctx context.Context, statements []string) error {
	for _, statement := range statements {
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("prepare the session with %q: %w", statement, err)
		}
	}
	return nil
}

func limits(o Options, spill string) []string {
	statements := []string{
		"set autoinstall_known_extensions = false",
		"set autoload_known_extensions = false",
		"set allow_community_extensions = false",
		"set allow_persistent_secrets = false",
		"set enable_external_file_cache = false",
		"set TimeZone = 'UTC'",
		"set memory_limit = " + quoteText(o.MemoryLimit),
		"set temp_directory = " + quoteText(spill),
		"set max_temp_directory_size = " + quoteText(maxSpill),
	}
	if o.Threads > 0 {
		statements = append(statements, fmt.Sprintf("set threads = %d", o.Threads))
	}
	return statements
}

// lockdown comes last: after it no statement can change a setting or open anything but files.
func lockdown(files []string) []string {
	var statements []string
	if len(files) > 0 {
		quoted := make([]string, len(files))
		for i, file := range files {
			quoted[i] = quoteText(file)
		}
		statements = append(statements, "set allowed_paths = ["+strings.Join(quoted, ", ")+"]")
	}
	return append(statements,
		"set enable_external_access = false",
		"set lock_configuration = true",
	)
}

// Close ends the session and removes its spill. Results that are still open can no longer be read. A statement that
// does not stop is left to end by itself, and its connection with it.
func (s *Session) Close() error {
	var failures []error
	s.closed = true
	if s.isBusy() {
		running := s.running
		go func() {
			<-running
			_ = s.disconnect()
		}()
	} else {
		failures = append(failures, s.disconnect())
	}
	if s.spill != "" {
		failures = append(failures, os.RemoveAll(s.spill))
		s.spill = ""
	}
	return errors.Join(failures...)
}

func (s *Session) disconnect() error {
	var failures []error
	if s.conn != nil {
		failures = append(failures, s.conn.Close())
		s.conn = nil
	}
	if s.db != nil {
		failures = append(failures, s.db.Close())
		s.db = nil
	}
	return errors.Join(failures...)
}

func quoteText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
