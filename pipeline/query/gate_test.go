package query

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func smallSession(t testing.TB) (*Session, string) {
	t.Helper()
	dir := t.TempDir()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	file := filepath.Join(dir, "fct_lead.parquet")
	_, err = db.ExecContext(context.Background(), "copy (select 1 as lead_id) to "+quoteText(file))
	require.NoError(t, err)
	require.NoError(t, db.Close())
	s, err := Open(context.Background(), Options{RunDir: dir, TempDir: t.TempDir()})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s, file
}

// TestEveryFunctionOfTheDriverWasJudged fails when a new driver brings functions: read what each does, then put it on
// one of the two lists.
func TestEveryFunctionOfTheDriverWasJudged(t *testing.T) {
	t.Parallel()
	s, _ := smallSession(t)
	text, err := os.ReadFile(filepath.Join("testdata", "refused_functions.txt"))
	require.NoError(t, err)
	refused := strings.Fields(string(text))
	rows, err := s.conn.QueryContext(t.Context(), `
		select distinct function_name from duckdb_functions()
		where function_type in ('scalar', 'aggregate', 'macro') order by 1`)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	known := make(map[string]bool)
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		known[name] = true
		require.NotEqual(t, s.functions[name], slices.Contains(refused, name), "judge the function %s", name)
	}
	require.NoError(t, rows.Err())
	for name := range s.functions {
		require.True(t, known[name] || name == "unnest", "the driver has no function %s any more", name)
	}
}

// TestTheSecondBarrierHolds goes round the gate.
func TestTheSecondBarrierHolds(t *testing.T) {
	t.Parallel()
	s, file := smallSession(t)
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, statement := range []string{
		"copy (select 2 as a) to " + quoteText(file) + " (format parquet, use_tmp_file false)",
		"copy (select 2 as a) to " + quoteText(filepath.Join(s.spill, "x.csv")),
		"copy (select 2 as a) to '/tmp/truce-must-not-exist.csv'",
		"explain analyze select 1",
		"create view memory.main.x as select 1",
		"set threads = 1",
		"select 1; select 2",
		"copy (select 2) to " + quoteText(file) + "; select 1",
		"select ?::int",
	} {
		require.Error(t, s.bind(t.Context(), statement), statement)
	}
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.NoError(t, s.bind(t.Context(), "select 1"))
}

// TestTheThirdBarrierHolds goes round gate and binding, to DuckDB's own settings.
func TestTheThirdBarrierHolds(t *testing.T) {
	t.Parallel()
	s, file := smallSession(t)
	other := filepath.Join(filepath.Dir(file), "other.parquet")
	for _, statement := range []string{
		"from read_text('/etc/passwd')",
		"from glob('/etc/*')",
		"copy (select 1) to " + quoteText(other),
		"attach " + quoteText(other),
		"install httpfs",
		"load httpfs",
		"set lock_configuration = false",
		"set enable_external_access = true",
		"set memory_limit = '100GB'",
	} {
		_, err := s.conn.ExecContext(t.Context(), statement)
		require.Error(t, err, statement)
	}
	require.NoFileExists(t, other)
}

func FuzzGate(f *testing.F) {
	for _, seed := range []string{
		"select 1", "select 1;", "select ';' -- ;", "with a as (from fct_lead) from a", "from 'x.csv'", "copy (select 1) to 'x'",
		"select 1; select 2", "select (select 1 from read_text('x'))", "describe fct_lead", "values (1)", "pivot fct_lead on lead_id in (1)",
		"select $$;$$", "select e'\\';' ;", "select /* ; */ 1", "select 1 /*", "from range(3)", "select \"a;b\" from (select 1 as \"a;b\")",
	} {
		f.Add(seed)
	}
	s, _ := smallSession(f)
	f.Fuzz(func(t *testing.T, text string) {
		statement, err := s.gate(t.Context(), text)
		if err != nil {
			return
		}
		// What the gate lets through is one statement, also within the parentheses that Query puts around it.
		require.True(t, strings.HasPrefix(text, statement))
		tree, err := s.serialize(t.Context(), "select * from (\n"+statement+"\n)")
		require.NoError(t, err)
		if !tree.Error {
			require.Len(t, tree.Statements, 1)
		}
	})
}
