package query_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/query"
)

func TestRowsAreCappedAndSaidSo(t *testing.T) {
	t.Parallel()
	run := writeRun(t)
	s := open(t, query.Options{RunDir: run, MaxRows: 10})
	for statement, want := range map[string]struct {
		rows      int64
		truncated bool
	}{
		`from fct_lead`:          {10, true},
		`from fct_lead limit 10`: {10, false},
		`from fct_lead limit 11`: {10, true},
		`from fct_lead limit 0`:  {0, false},
	} {
		r, err := s.Query(t.Context(), statement)
		require.NoError(t, err)
		require.Equal(t, want.rows, r.Rows, statement)
		require.Equal(t, want.truncated, r.Truncated, statement)
		require.NoError(t, r.Close())
		require.Len(t, rowsOf(t, s, statement), int(want.rows), statement)
	}
	s = open(t, query.Options{RunDir: run})
	require.Len(t, rowsOf(t, s, `from fct_lead`), query.DefaultMaxRows)
	s = open(t, query.Options{RunDir: run, MaxRows: -1})
	require.Len(t, rowsOf(t, s, `from fct_lead`), 200_000)
}

func TestOrderSurvivesPagesAndCap(t *testing.T) {
	t.Parallel()
	run := writeRun(t)
	for _, limit := range []int{0, -1} {
		s := open(t, query.Options{RunDir: run, MaxRows: limit, Threads: 4})
		rows := rowsOf(t, s, `select (lead_id * 7919) % 200000 as k, lead_id from fct_lead order by k desc, lead_id`)
		for i, row := range rows {
			require.Equal(t, int64(199_999-i), row[0])
		}
	}
}

func TestDeadlineStopsAStatement(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t), Timeout: 200 * time.Millisecond})
	started := time.Now()
	_, err := s.Query(t.Context(), `select count(*) from range(1000000) a, range(1000000) b`)
	require.ErrorIs(t, err, query.ErrTimeout)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Less(t, time.Since(started), 10*time.Second)
	require.Equal(t, int64(3), rowsOf(t, s, `select count(*) from fct_opportunity`)[0][0], "the session still answers")
}

func TestCancelStopsAStatement(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := s.Query(ctx, `select count(*) from range(1000000) a, range(1000000) b`)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, query.ErrTimeout)
}

func TestAStatementThatCannotBeStoppedDoesNotHoldTheCaller(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t), Timeout: 50 * time.Millisecond})
	started := time.Now()
	// Folded while planning, where DuckDB looks for no cancellation.
	_, err := s.Query(t.Context(), `select length(regexp_replace(repeat('a', 25000000), 'a', 'b', 'g'))`)
	require.ErrorIs(t, err, query.ErrTimeout)
	require.Less(t, time.Since(started), 10*time.Second)
	if _, err = s.Query(t.Context(), `select 1`); err != nil {
		require.ErrorIs(t, err, query.ErrTimeout)
	}
}

func TestMemoryIsLimited(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t), MemoryLimit: "20MB", Threads: 1})
	_, err := s.Query(t.Context(), `select list(range) from range(50000000)`)
	require.ErrorIs(t, err, query.ErrMemory)
	require.ErrorContains(t, err, "20MB")
	require.Equal(t, int64(3), rowsOf(t, s, `select count(*) from fct_opportunity`)[0][0], "the session still answers")
}

func TestCloseRemovesTheSpillAndTouchesNothingElse(t *testing.T) {
	t.Parallel()
	run, temp := writeRun(t), t.TempDir()
	before := snapshot(t, run)
	s, err := query.Open(t.Context(), query.Options{RunDir: run, TempDir: temp})
	require.NoError(t, err)
	r, err := s.Query(t.Context(), `from fct_lead`)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "twice is harmless")
	require.NoError(t, r.Close(), "a result may outlive its session")
	_, err = s.Query(t.Context(), `select 1`)
	require.ErrorContains(t, err, "closed")
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)
	require.Equal(t, before, snapshot(t, run))
}

func TestOpenExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()
	run := writeRun(t)
	broken := writeRun(t)
	require.NoError(t, os.WriteFile(filepath.Join(broken, "fct_lead.parquet"), []byte("not parquet"), 0o600))
	damaged := writeRun(t)
	require.NoError(t, os.WriteFile(filepath.Join(damaged, "truce.duckdb"), []byte(strings.Repeat("x", 9000)), 0o600))
	for name, c := range map[string]struct {
		options query.Options
		says    string
	}{
		"none":     {query.Options{}, "no run folder"},
		"missing":  {query.Options{RunDir: filepath.Join(run, "x")}, "was published"},
		"file":     {query.Options{RunDir: filepath.Join(run, "truce.duckdb")}, "is a file"},
		"empty":    {query.Options{RunDir: t.TempDir()}, "neither truce.duckdb nor Parquet"},
		"parquet":  {query.Options{RunDir: broken}, "fct_lead.parquet is not a readable Parquet file"},
		"database": {query.Options{RunDir: damaged}, "truce.duckdb is damaged"},
		"memory":   {query.Options{RunDir: run, MemoryLimit: "1GB'; --"}, "is not a size"},
		"threads":  {query.Options{RunDir: run, Threads: -1}, "threads"},
		"timeout":  {query.Options{RunDir: run, Timeout: -1}, "timeout"},
	} {
		_, err := query.Open(t.Context(), c.options)
		require.ErrorContains(t, err, c.says, name)
	}
}

func TestStatementErrorsHelp(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	_, err := s.Query(t.Context(), `select * from opportunities`)
	require.ErrorIs(t, err, query.ErrUnknownTable)
	require.ErrorContains(t, err, "fct_lead, fct_opportunity, quarantine, rpt_funnel, rpt_win_rate")
	_, err = s.Query(t.Context(), `select * from win_rate`)
	require.ErrorContains(t, err, "did you mean rpt_win_rate?")
	_, err = s.Query(t.Context(), "select segment,\n  won_cuont from rpt_win_rate")
	require.ErrorIs(t, err, query.ErrStatement)
	require.ErrorContains(t, err, "won_count")
	require.ErrorContains(t, err, "LINE 2")
	_, err = s.Query(t.Context(), "select segment\nfrom rpt_win_rate wehre segment = 1")
	require.ErrorIs(t, err, query.ErrStatement)
	require.ErrorContains(t, err, "(line 2, column 25)")
	_, err = s.Query(t.Context(), `delete from rpt_win_rate`)
	require.ErrorIs(t, err, query.ErrRefused)
	require.ErrorContains(t, err, "one SELECT statement")
	_, err = s.Query(t.Context(), "select 1\x00")
	require.ErrorContains(t, err, "NUL byte")
	_, err = s.Query(t.Context(), `pivot rpt_win_rate on segment using sum(won_count)`)
	require.ErrorContains(t, err, "list its values")
	_, err = s.Query(t.Context(), `select 'x'::int`)
	require.ErrorContains(t, err, "Could not convert")
}

func TestARunWithoutADatabaseAndWithAnOddPath(t *testing.T) {
	t.Parallel()
	run := writeRun(t, "team=sales", "we[i]rd *? 'x' é")
	s := open(t, query.Options{RunDir: run})
	require.Equal(t, int64(12), rowsOf(t, s, `select won_count from published.rpt_win_rate where segment = 'SMB'`)[0][0])
	require.NoError(t, s.Close())
	require.NoError(t, os.Remove(filepath.Join(run, "truce.duckdb")))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(run, "fct_link.parquet")))
	linked := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(run, linked))
	for _, dir := range []string{run, linked} {
		s := open(t, query.Options{RunDir: dir})
		tables, err := query.Describe(t.Context(), s)
		require.NoError(t, err)
		names := make([]string, len(tables))
		for i, table := range tables {
			names[i] = table.Name
		}
		require.Equal(t, []string{"fct_lead", "fct_opportunity", "quarantine", "rpt_funnel", "rpt_win_rate"}, names)
		rows := rowsOf(t, s, `from rpt_win_rate order by segment desc limit 1`)
		require.Len(t, rows[0], 4, "a folder like team=sales adds no column")
		require.Equal(t, int64(12), rows[0][1])
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	tables, err := query.Describe(t.Context(), s)
	require.NoError(t, err)
	require.Len(t, tables, 5)
	require.Equal(t, query.Table{
		Name:    "rpt_win_rate",
		Comment: "win rate by segment",
		Columns: []query.Column{
			{Name: "segment", Type: "VARCHAR"},
			{Name: "won_count", Type: "BIGINT"},
			{Name: "win_rate", Type: "DOUBLE", Comment: "won over decided"},
			{Name: "amount_won", Type: "DECIMAL(18,2)"},
		},
	}, tables[4])
	require.Equal(t, []query.Column{{Name: "lead_id", Type: "BIGINT"}}, tables[0].Columns)
}

func TestSeveralReadersShareARun(t *testing.T) {
	t.Parallel()
	run := writeRun(t)
	first := open(t, query.Options{RunDir: run})
	second := open(t, query.Options{RunDir: run})
	r, err := first.Query(t.Context(), `from fct_lead`)
	require.NoError(t, err)
	require.True(t, r.Next())
	require.Equal(t, int64(12), rowsOf(t, second, `select max(won_count) from rpt_win_rate`)[0][0])
	require.True(t, r.Next())
	require.NoError(t, r.Close())
	require.False(t, r.Next())
}
