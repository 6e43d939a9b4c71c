package pipeline_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/engine/duckdb"
	"truce/pipeline/history"
	"truce/pipeline/publish"
)

// referenceFolder holds exports of other companies that are not the project's to ship.
const referenceFolder = "../../shared/data"

// site is one installation: a configuration with a state folder and a drop of its own. Its clock
// ticks an hour for each run, so that loads have an order.
type site struct {
	t      *testing.T
	config string // path of the configuration
	state  string
	drop   string
	now    time.Time
}

// newSite gives a site with empty folders. The clock starts long after every test file was made.
func newSite(t *testing.T, configFile string) *site {
	t.Helper()
	dir := t.TempDir()
	return &site{
		t: t, config: configFile, state: filepath.Join(dir, "var"), drop: filepath.Join(dir, "drop"),
		now: time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC),
	}
}

// options asks for a run as of a day, on one thread, since tests run beside each other.
func (s *site) options(asOf string) pipeline.Options {
	s.t.Helper()
	c, err := config.Load(s.config)
	require.NoError(s.t, err)
	require.NoError(s.t, c.Apply(config.Overrides{State: s.state, Drop: s.drop}))
	day, err := time.Parse(time.DateOnly, asOf)
	require.NoError(s.t, err)
	s.now = s.now.Add(time.Hour)
	return pipeline.Options{
		Config: c, Engine: duckdb.Engine{MemoryLimit: "512MB", Threads: 1},
		Program: publish.Program{Version: "test", Commit: "none", DuckDB: "linked"},
		Trigger: history.Manual, AsOf: day, Now: s.clock(), Progress: pipeline.Quiet{},
	}
}

// clock gives the site's time, which grows by a microsecond with each look.
func (s *site) clock() func() time.Time {
	return func() time.Time {
		s.now = s.now.Add(time.Microsecond)
		return s.now
	}
}

func (s *site) try(asOf string) (pipeline.Outcome, error) {
	s.t.Helper()
	return pipeline.Run(s.t.Context(), s.options(asOf))
}

// run gives the outcome of a run that must succeed, and looks whether the drive agrees.
func (s *site) run(asOf string) pipeline.Outcome {
	s.t.Helper()
	outcome, err := s.try(asOf)
	require.NoError(s.t, err)
	require.NoError(s.t, outcome.Report.Verify(context.WithoutCancel(s.t.Context())))
	return outcome
}

// latest gives the run to which the pointer of the drop leads, verified; none is nil.
func (s *site) latest() *publish.Run {
	s.t.Helper()
	drop, err := publish.Open(s.drop, publish.ReadOnly())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(s.t, err)
	run, err := drop.Latest()
	if errors.Is(err, publish.ErrNoRun) {
		return nil
	}
	require.NoError(s.t, err)
	require.NoError(s.t, run.Verify(s.t.Context()))
	return &run
}

// row is one row of a report as text; a column that is NULL is not there.
type row map[string]string

// reports reads the published Parquet files of one run.
type reports struct {
	dir string
	db  *sql.DB
}

// open gives the reports of a run, until the end of the test.
func open(t *testing.T, run publish.Run) reports {
	t.Helper()
	db, err := sql.Open("duckdb", "?threads=1")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return reports{run.Dir, db}
}

// rows gives the rows of a report that meet a condition, in the order of the file.
func (r reports) rows(t *testing.T, name, condition string) []row {
	t.Helper()
	return r.ask(t, r.table(name)+" where "+condition)
}

// table gives the statement that reads a report.
func (r reports) table(name string) string {
	return "select * from read_parquet(" + quote(filepath.Join(r.dir, name+".parquet")) + ")"
}

// one gives the only row that meets a condition.
func (r reports) one(t *testing.T, name, condition string) row {
	t.Helper()
	found := r.rows(t, name, condition)
	require.Len(t, found, 1, "%s where %s", name, condition)
	return found[0]
}

// ask gives the rows of a statement.
func (r reports) ask(t *testing.T, statement string) []row {
	t.Helper()
	found, err := r.db.QueryContext(t.Context(), "select columns(*)::varchar from ("+statement+")")
	require.NoError(t, err, statement)
	defer func() { require.NoError(t, found.Close()) }()
	columns, err := found.Columns()
	require.NoError(t, err)
	var all []row
	for found.Next() {
		cells, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		require.NoError(t, found.Scan(targets...))
		values := row{}
		for i, cell := range cells {
			if cell.Valid {
				values[columns[i]] = cell.String
			}
		}
		all = append(all, values)
	}
	require.NoError(t, found.Err())
	return all
}

// reference gives the path of a folder of the reference data, or skips the test.
func reference(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(referenceFolder, name))
	require.NoError(t, err)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the reference data is not at %s; it is not part of the project", path)
	}
	return path
}

// write makes a file that was finished long ago, so that no run waits for it.
func write(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
	require.NoError(t, os.WriteFile(path, content, 0o600))
	settle(t, path, 0)
}

// settle dates a file, some days after the first day of 2020.
func settle(t *testing.T, path string, days int) {
	t.Helper()
	at := time.Date(2020, 1, 1+days, 0, 0, 0, 0, time.UTC)
	require.NoError(t, os.Chtimes(path, at, at))
}

// read gives the content of a file.
func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content
}

// quote writes an SQL text.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
