package query_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"truce/pipeline/query"
)

// writeRun makes a run folder like a published one, at a path below a scratch folder, and returns it.
func writeRun(t *testing.T, path ...string) string {
	t.Helper()
	dir := t.TempDir()
	db, err := sql.Open("duckdb", filepath.Join(dir, "truce.duckdb"))
	require.NoError(t, err)
	for _, statement := range []string{
		`create table rpt_win_rate (segment varchar, won_count bigint, win_rate double, amount_won decimal(18, 2))`,
		`comment on table rpt_win_rate is 'win rate by segment'`,
		`comment on column rpt_win_rate.win_rate is 'won over decided'`,
		`insert into rpt_win_rate values ('SMB', 12, 0.25, 1234.50), ('Enterprise', 3, 0.1, null)`,
		`checkpoint`,
	} {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	writeParquet(t, db, dir, "win_rate", `select * from rpt_win_rate`)
	writeParquet(t, db, dir, "funnel", `select 'SMB' as segment, 7 as lead_count`)
	writeParquet(t, db, dir, "fct_opportunity",
		`select range as opportunity_id, date '2026-01-01' + range::int as created_date from range(3)`)
	writeParquet(t, db, dir, "fct_lead", `select range as lead_id from range(200000) order by 1`)
	writeParquet(t, db, dir, "quarantine", `select 'crm.csv' as file, 4 as line`)
	require.NoError(t, db.Close())
	require.NoFileExists(t, filepath.Join(dir, "truce.duckdb.wal"))
	if len(path) == 0 {
		return dir
	}
	// The driver cannot write below a path with a question mark, so the run moves there.
	odd := filepath.Join(append([]string{t.TempDir()}, path...)...)
	require.NoError(t, os.MkdirAll(filepath.Dir(odd), 0o750))
	require.NoError(t, os.Rename(dir, odd))
	return odd
}

func writeParquet(t *testing.T, db *sql.DB, dir, name, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(),
		"copy ("+statement+") to '"+filepath.Join(dir, name+".parquet")+"' (format parquet)")
	require.NoError(t, err)
}

func open(t *testing.T, o query.Options) *query.Session {
	t.Helper()
	if o.TempDir == "" {
		o.TempDir = t.TempDir()
	}
	s, err := query.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// rowsOf runs a statement and returns all rows.
func rowsOf(t *testing.T, s *query.Session, statement string) [][]any {
	t.Helper()
	r, err := s.Query(t.Context(), statement)
	require.NoError(t, err, statement)
	var rows [][]any
	for r.Next() {
		rows = append(rows, r.Row())
	}
	require.NoError(t, r.Err())
	require.NoError(t, r.Close())
	return rows
}

func TestRelationsOfARunAreReachableByName(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	for statement, want := range map[string]any{
		`select won_count from rpt_win_rate where segment = 'SMB'`:                                           int64(12),
		`select won_count from published.main.rpt_win_rate limit 1`:                                          int64(12),
		`from rpt_funnel select lead_count`:                                                                  int64(7),
		`select count(*) from fct_opportunity`:                                                               int64(3),
		`select sum(lead_id)::bigint from FCT_Lead`:                                                          int64(19999900000),
		`select line from quarantine`:                                                                        int64(4),
		`with x as (select 1 as a) select a from x;`:                                                         int64(1),
		"select ';' = ';' and 1 = 1; -- done; really":                                                        true,
		"select 1; /* ; */":                                                                                  int64(1),
		`select count(*) from information_schema.tables where table_name = 'rpt_win_rate'`:                   int64(1),
		`select name from (show tables) order by 1 limit 1`:                                                  "fct_lead",
		`describe rpt_win_rate`:                                                                              "segment",
		`with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select max(n) from r`: int64(5),
		`select row_number() over (order by segment) from rpt_win_rate limit 1`:                              int64(1),
	} {
		rows := rowsOf(t, s, statement)
		require.NotEmpty(t, rows, statement)
		require.Equal(t, want, rows[0][0], statement)
	}
}
