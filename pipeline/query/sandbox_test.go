package query_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/query"
)

func TestNoAttackPasses(t *testing.T) {
	t.Parallel()
	run, out, spill := writeRun(t), t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(out, "x.csv"), []byte("a\n1\n"), 0o600))
	s := open(t, query.Options{RunDir: run, TempDir: spill})
	before := snapshot(t, run) + snapshot(t, out)
	attacks := slices.Concat(readingAttacks(), hiddenAttacks(), systemAttacks(), writingAttacks())
	for _, a := range attacks {
		statement := strings.NewReplacer("RUN", run, "OUT", out).Replace(a.statement)
		r, err := s.Query(t.Context(), statement)
		require.Error(t, err, a.name)
		require.Nil(t, r, a.name)
		require.NotContains(t, err.Error(), "root:", a.name)
		isGate := errors.Is(err, query.ErrRefused) || errors.Is(err, query.ErrUnknownTable)
		require.True(t, isGate || isSyntax(err), "%s must stop at the gate: %v", a.name, err)
		require.Equal(t, before, snapshot(t, run)+snapshot(t, out), "%s changed a file", a.name)
		require.Equal(t, int64(12), rowsOf(t, s, `select won_count from rpt_win_rate order by 1 desc`)[0][0], a.name)
		require.Equal(t, int64(200_000), rowsOf(t, s, `select count(*) from fct_lead`)[0][0], a.name)
	}
}

func isSyntax(err error) bool {
	return errors.Is(err, query.ErrStatement) && (strings.Contains(err.Error(), "syntax error") ||
		strings.Contains(err.Error(), "A CTE needs a SELECT") || strings.Contains(err.Error(), "not supported") ||
		strings.Contains(err.Error(), "NOT IMPLEMENTED"))
}

// snapshot is the names, sizes and hashes of all files under dir.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		// The session holds a lock on the database, which closing another handle of this process would drop.
		if entry.Name() == "truce.duckdb" {
			info, err := entry.Info()
			fmt.Fprintln(&all, path, info.Size(), info.ModTime())
			return err
		}
		content, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s %x\n", path, sha256.Sum256(content))
		return err
	}))
	return all.String()
}

func TestHarmlessStatementsPass(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	for _, statement := range []string{
		`select * from range(3), generate_series(1, 2), unnest([1, 2]) u(x)`,
		`select segment, sum(amount_won) over (partition by segment order by won_count rows between 1 preceding and current row) from rpt_win_rate`,
		`select * exclude (win_rate) replace (upper(segment) as segment) from rpt_win_rate`,
		`select columns('.*count') from rpt_win_rate`,
		`with a as (select 1 as n), b as (select n + 1 as n from a) select * from a union all select * from b order by n`,
		`with a as materialized (select 1 as n) select * from a, a b`,
		`select (with a as (select 2 as n) select n from a), exists (from rpt_funnel), segment in (select segment from rpt_funnel) from rpt_win_rate`,
		`pivot rpt_win_rate on segment in ('SMB', 'Enterprise') using sum(won_count)`,
		`unpivot (select won_count, 1::bigint as x from rpt_win_rate) on columns(*)`,
		`select date_trunc('month', created_date), count(*) filter (where opportunity_id > 1) from fct_opportunity group by all order by all`,
		`select percentile_cont(0.5) within group (order by win_rate), median(win_rate), quantile_cont(win_rate, 0.9) from rpt_win_rate`,
		`select grouping(segment), count(*) from rpt_win_rate group by grouping sets ((segment), ())`,
		`select a.segment from rpt_win_rate a left join rpt_funnel b using (segment) anti join fct_lead c on c.lead_id = a.won_count`,
		`from fct_opportunity a asof join fct_opportunity b on a.opportunity_id >= b.opportunity_id`,
		`select list_transform([1, 2], lambda x: x + 1), {'a': 1}.a, map {'k': 1}['k'], [1, 2][1:1], 'a' || 'b', interval 3 days`,
		`select regexp_matches('a', '[a-z]'), 'x' like 'y%', strftime(date '2026-01-01', '%Y'), cast('1' as decimal(9, 2)), try_cast('x' as int)`,
		`select * from rpt_win_rate using sample 50%`,
		`select * from fct_lead tablesample 1% limit 5`,
		`summarize rpt_win_rate`, `describe fct_lead`, `show tables`, `show all tables`, `table quarantine`, `values (1, 'a'), (2, 'b')`,
		`select column_name from information_schema.columns where table_name = 'fct_lead'`,
		`select coalesce(null, 1), nullif(1, 1), case segment when 'SMB' then 1 else 2 end, not true, 1 is not distinct from 2 from rpt_win_rate`,
		`select current_date, now(), random(), today() from rpt_win_rate limit 1`,
		`select 'e' collate nocase = 'E', md5('x'), hash('x'), '{"a": 1}'::json ->> 'a'`,
		`from rpt_win_rate select segment;;`,
	} {
		r, err := s.Query(t.Context(), statement)
		require.NoError(t, err, statement)
		require.NoError(t, r.Close())
	}
}
