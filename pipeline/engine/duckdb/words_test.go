package duckdb

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/engine"
	"truce/pipeline/model"
)

const deals = `/*
description: Deals.
grain: one row per deal
unique_key: [deal]
version: 1
columns:
    deal: the deal
    stage: few words
    note: hardly any word twice
    nothing: no word at all
*/
select deal, stage, note, cast(null as varchar) as nothing from config_deals`

const mart = `/*
description: Deals with what their words say.
grain: one row per deal
unique_key: [deal]
version: 1
columns:
    deal: the deal
    stage: the stage
    "is_won": whether it is won
    spoken: the stage, or a word that no deal has
    note: the note
    nothing: nothing
*/
select
    deal,
    stage,
    coalesce(stage = 'Won, "at last"', false) as is_won,
    case when deal < 10 then stage else coalesce(stage, 'none') end as spoken,
    note,
    nothing
from int_deals
where stage is distinct from 'no such stage'`

// A mart that reads numbers for words has the rows of one that reads the words, and the same bytes each time.
func TestMartsWithFewWords(t *testing.T) {
	t.Parallel()
	relation := engine.Relation{Name: "config_deals", Columns: []engine.Column{
		{Name: "deal", Type: engine.Integer}, {Name: "stage", Type: engine.Text}, {Name: "note", Type: engine.Text},
	}}
	stages := []any{"Won, \"at last\"", "lost", "", nil, "Äußerst gut", "it's open"}
	for n := range 5000 {
		relation.Rows = append(relation.Rows, []any{(n * 7919) % 5000, stages[n%len(stages)], fmt.Sprint("note ", n)})
	}
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	var files [3]string
	for i, small := range []int64{1, -1, -1} {
		var models []*model.Model
		for name, text := range map[string]string{"int_deals": deals, "fct_deals": mart} {
			parsed, err := model.Parse(name, text)
			require.NoError(t, err)
			models = append(models, parsed)
		}
		graph, err := model.NewGraph(models, []string{"config_deals"})
		require.NoError(t, err)
		plan := engine.Plan{Work: t.TempDir(), Out: t.TempDir(), Config: []engine.Relation{relation}, Graph: graph}
		_, err = Engine{Threads: 1, SmallRun: small}.Run(t.Context(), plan)
		require.NoError(t, err)
		files[i] = filepath.Join(plan.Out, "fct_deals.parquet")
	}
	var differ, columns int
	require.NoError(t, db.QueryRowContext(t.Context(), `select count(*) from read_parquet(?, file_row_number = true) as a
		full join read_parquet(?, file_row_number = true) as b on b.file_row_number = a.file_row_number
		where a is distinct from b`, files[0], files[1]).Scan(&differ))
	require.Zero(t, differ)
	require.NoError(t, db.QueryRowContext(t.Context(), `select count(*)
		from parquet_schema(?) as a
		inner join parquet_schema(?) as b on b.name = a.name and b.type = a.type and b.converted_type is not distinct from a.converted_type
		where a.type is not null`, files[0], files[1]).Scan(&columns))
	require.Equal(t, 6, columns)
	first, err := os.ReadFile(files[1])
	require.NoError(t, err)
	second, err := os.ReadFile(files[2])
	require.NoError(t, err)
	require.Equal(t, first, second)
}

// Only a column with few words or none, in the whole of a file, becomes numbers.
func TestNumberedWords(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	conn, err := db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	s := &session{plan: engine.Plan{Work: t.TempDir()}, conn: conn}
	file := filepath.Join(s.plan.Work, "int_deals.parquet")
	require.NoError(t, s.exec(t.Context(),
		"copy (select 'stage ' || n % 6 as stage, 'note ' || n as note, cast(null as varchar) as nothing, 'word ' || n // 60 as word "+
			"from range(70000) as r(n)) to "+literal(file)+" (format parquet, row_group_size 10000, "+dictionary+")",
		view("int_deals", readParquet(file)), "create schema "+wordsSchema))
	require.NoError(t, s.numberWords(t.Context(), "int_deals"))
	types, err := s.texts(t.Context(), "select column_name || ' ' || left(column_type, 7) from (describe words.int_deals)")
	require.NoError(t, err)
	require.Equal(t, []string{"stage ENUM('s", "note VARCHAR", "nothing ENUM()", "word VARCHAR"}, types)
}
