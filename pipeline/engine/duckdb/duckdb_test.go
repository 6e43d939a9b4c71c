package duckdb

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/engine"
	"truce/pipeline/entity"
	"truce/pipeline/model"
)

const report = `/*
description: Numbers by parity.
grain: one row per number
unique_key: [number]
version: 3
columns:
    number: the number
    is_even: whether it is even
*/
select number, number % 2 = 0 as is_even from config_numbers`

const checkText = `/*
description: No number is negative.
grain: one row
severity: block
version: 1
*/
select count(*) as checked_count, count(case when number < 0 then 1 end) as failed_count, cast(null as varchar) as example from rpt_numbers`

// numbers is a plan with one relation, one report and checks.
func numbers(t *testing.T, checks map[string]string) engine.Plan {
	t.Helper()
	relation := engine.Relation{Name: "config_numbers", Columns: []engine.Column{{Name: "number", Type: engine.Integer}}}
	for n := range 5000 {
		relation.Rows = append(relation.Rows, []any{(n * 7919) % 5000})
	}
	parsed, err := model.Parse("rpt_numbers", report)
	require.NoError(t, err)
	models := []*model.Model{parsed}
	for name, text := range checks {
		parsed, err := model.Parse(name, text)
		require.NoError(t, err)
		models = append(models, parsed)
	}
	graph, err := model.NewGraph(models, []string{"config_numbers"})
	require.NoError(t, err)
	work, out := t.TempDir(), t.TempDir()
	return engine.Plan{
		Work: work, Out: out, Config: []engine.Relation{relation}, Graph: graph,
		Metadata: map[string]string{"as_of": "2026-06-30"}, Database: filepath.Join(out, "truce.duckdb"),
	}
}

func TestRunPublishesInTheOrderOfTheKeyWithDefinitions(t *testing.T) {
	t.Parallel()
	var files [3][]byte
	for i, threads := range []int{1, 2, 2} {
		plan := numbers(t, map[string]string{"check_numbers": checkText})
		if i > 0 {
			plan.Landing = []engine.Landing{{Entity: &entity.Entity{Name: "lead"}, Columns: entity.Lineage(), Files: []engine.LandingFile{{Rows: int64(fewRows + i - 1)}}}}
		}
		result, err := Engine{MemoryLimit: "512MB", Threads: threads}.Run(t.Context(), plan)
		require.NoError(t, err)
		require.Equal(t, []engine.CheckResult{{Name: "check_numbers", Severity: model.Block, Checked: 5000}}, result.Checks)
		files[i], err = os.ReadFile(filepath.Join(plan.Out, "numbers.parquet"))
		require.NoError(t, err)
		require.FileExists(t, filepath.Join(plan.Out, "quarantine.parquet"))
		require.NoFileExists(t, plan.Database+".wal")
		requireDefinitions(t, plan)
	}
	require.Equal(t, files[0], files[1], "the same bytes for a small run, the largest of them,")
	require.Equal(t, files[0], files[2], "and a run over Parquet files on two threads")
}

func TestALimitBeyondTheMachine(t *testing.T) {
	t.Parallel()
	result, err := Engine{MemoryLimit: "1000TB"}.Run(t.Context(), numbers(t, map[string]string{"check_numbers": checkText}))
	require.NoError(t, err)
	require.Equal(t, []engine.CheckResult{{Name: "check_numbers", Severity: model.Block, Checked: 5000}}, result.Checks)
}

func requireDefinitions(t *testing.T, plan engine.Plan) {
	t.Helper()
	db, err := sql.Open("duckdb", plan.Database+"?access_mode=read_only")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	one := func(query string, args ...any) (text string) {
		require.NoError(t, db.QueryRowContext(t.Context(), query, args...).Scan(&text), query)
		return text
	}
	require.Equal(t, "whether it is even", one("select comment from duckdb_columns() where table_name = 'rpt_numbers' and column_name = 'is_even'"))
	require.Equal(t, "Numbers by parity.", one("select comment from duckdb_tables() where table_name = 'rpt_numbers'"))
	file := filepath.Join(plan.Out, "numbers.parquet")
	for key, want := range map[string]string{
		"truce.version": "3", "truce.column.number": "the number", "truce.as_of": "2026-06-30", "truce.grain": "one row per number",
	} {
		require.Equal(t, want, one("select decode(value) from parquet_kv_metadata(?) where decode(key) = ?", file, key))
	}
	require.Equal(t, "true", one("select cast(count(*) = 5000 and bool_and(number = row) as varchar) from (select number, row_number() over () - 1 as row from read_parquet(?))", file))
}

func TestACheckThatCannotRunIsReported(t *testing.T) {
	t.Parallel()
	broken := `/*
description: It asks for a column that is not there.
grain: one row
severity: warn
version: 1
*/
select count(gone) as checked_count, 0 as failed_count, '' as example from rpt_numbers`
	result, err := Engine{}.Run(t.Context(), numbers(t, map[string]string{"check_broken": broken}))
	require.NoError(t, err)
	require.ErrorContains(t, result.Checks[0].Err, "gone")
}

func TestACancelledRunEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	plan := numbers(t, nil)
	plan.Progress = func(engine.ModelResult, int, int) { cancel() }
	_, err := Engine{}.Run(ctx, plan)
	require.Error(t, err)
}

func TestRelationRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	r := engine.Relation{Name: "config_x", Columns: []engine.Column{{Name: "a", Type: engine.Integer}}, Rows: [][]any{{"text"}}}
	require.ErrorContains(t, r.WriteParquet(filepath.Join(t.TempDir(), "x.parquet")), "a string does not fit")
	r.Rows = [][]any{{1, 2}}
	require.ErrorContains(t, r.WriteParquet(filepath.Join(t.TempDir(), "y.parquet")), "2 values for 1 columns")
}
