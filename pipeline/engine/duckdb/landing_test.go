package duckdb

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/engine"
	"truce/pipeline/entity"
)

// landed is a landing of one part for each file, in a folder whose name looks like a pattern.
type landed struct {
	db      *sql.DB
	dir     string
	landing engine.Landing
}

func newLanded(t *testing.T, files int) landed {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	contract := &entity.Entity{Name: "opportunity"}
	l := landed{db, filepath.Join(t.TempDir(), "[a-z]*"), engine.Landing{Entity: contract, Columns: []entity.Field{
		{Name: "id", Type: entity.Text},
		{Name: "amount", Type: entity.Decimal},
		{Name: "rate", Type: entity.Rate},
		{Name: "at", Type: entity.Timestamp},
		{Name: "day", Type: entity.Date},
		{Name: "count", Type: entity.Integer},
		{Name: "is_won", Type: entity.Boolean},
		{Name: "region", Type: entity.Text},
	}}}
	require.NoError(t, os.MkdirAll(l.dir, 0o750))
	for n := range files {
		path := filepath.Join(l.dir, fmt.Sprintf("part-%d.parquet", n))
		l.exec(t, fmt.Sprintf(`copy (select 'D' || i as id, cast(i * 1.25 as decimal(18, 2)) as amount,
			cast(i * 0.00000001 as decimal(18, 8)) as rate, timestamp '2026-01-31 10:00:00.123456' + to_days(cast(i as integer)) as at,
			case when i %% 2 = 0 then date '2026-01-31' end as day, i as count, i %% 3 = 0 as is_won, i + 2 as _line
			from (select cast(range as bigint) as i from range(%d, %d))) to %s (format parquet)`, n, 2*n+3, literal(path)))
		l.landing.Files = append(l.landing.Files, engine.LandingFile{
			Parts: []string{path}, Columns: []string{"id", "amount", "rate", "at", "day", "count", "is_won"}, Layout: "x",
			Source: "crm", LoadID: fmt.Sprintf("load'%d", n), Name: fmt.Sprintf("deals %d.csv", n),
			EffectiveAt: time.Date(2026, 1, n+1, 0, 0, 0, 123000, time.UTC), LandedAt: time.Date(2026, 2, n+1, 0, 0, 0, 0, time.UTC),
			IsCurrent: n%2 == 0, MayRepeat: true, ReplacesMonth: n == 1,
		})
	}
	return l
}

func (l landed) exec(t *testing.T, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		_, err := l.db.ExecContext(t.Context(), statement)
		require.NoError(t, err, statement)
	}
}

// rows gives the landing relation as text.
func (l landed) rows(t *testing.T) []string {
	t.Helper()
	work := t.TempDir()
	conn, err := l.db.Conn(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	s := &session{plan: engine.Plan{Work: work}, conn: conn}
	statements, err := s.landing(l.landing)
	require.NoError(t, err)
	statements = append([]string{"drop view if exists landing_opportunity", "drop view if exists lineage_opportunity"}, statements...)
	require.NoError(t, s.exec(t.Context(), statements...))
	return texts(t, conn, "select cast(l as varchar) from landing_opportunity as l order by all")
}

func texts(t *testing.T, conn *sql.Conn, query string) []string {
	t.Helper()
	found, err := conn.QueryContext(t.Context(), query)
	require.NoError(t, err, query)
	defer func() { require.NoError(t, found.Close()) }()
	var all []string
	for found.Next() {
		var text string
		require.NoError(t, found.Scan(&text))
		all = append(all, text)
	}
	require.NoError(t, found.Err())
	return all
}

// packing packs the files into one whose branches are numbered from first.
func (l landed) packing(to string, first int64) engine.Packing {
	p := engine.Packing{To: filepath.Join(l.dir, to), Work: filepath.Join(l.dir, "work")}
	for n := range l.landing.Files {
		f := &l.landing.Files[n]
		for _, part := range f.Parts {
			p.Files = append(p.Files, engine.PackedFile{Path: part, Was: f.Branch, Is: first + int64(n)})
		}
		p.Rows += int64(n + 3)
		f.Parts, f.Branch = []string{p.To}, first+int64(n)
	}
	return p
}

// The landing is the same whether its files are read one by one, at once, from a pack or from a pack of
// packs; so are the types in the file.
func TestPackedLandingIsTheSame(t *testing.T) {
	t.Parallel()
	l := newLanded(t, 12)
	shared := l.rows(t)
	require.Len(t, shared, 12*3+66)
	require.Contains(t, shared[0], "deals 0.csv")
	for i := range l.landing.Files {
		l.landing.Files[i].Layout = fmt.Sprint(i) // none can be read together
	}
	require.Equal(t, shared, l.rows(t))

	for i := range l.landing.Files {
		l.landing.Files[i].Layout, l.landing.Files[i].Rows = "x", int64(i%2)*manyRows // half of them alone
	}
	require.Equal(t, shared, l.rows(t))

	types := "select name || ' ' || type || ' ' || coalesce(logical_type, '') from parquet_schema(%s) where name not in ('_branch', 'duckdb_schema')"
	conn, err := l.db.Conn(t.Context())
	require.NoError(t, err)
	want := texts(t, conn, fmt.Sprintf(types, literal(globbed(l.landing.Files[0].Parts[0]))))
	for i := range l.landing.Files {
		l.landing.Files[i].Layout = "x"
	}
	require.NoError(t, conn.Close())
	for n, name := range []string{"pack.parquet", "again.parquet"} {
		packing := l.packing(name, int64(1+7*n))
		require.NoError(t, Engine{Threads: 1}.Pack(t.Context(), packing))
		require.Equal(t, shared, l.rows(t))
		conn, err := l.db.Conn(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, texts(t, conn, fmt.Sprintf(types, literal(globbed(packing.To)))))
		require.NoError(t, conn.Close())
	}
	l.landing.Files = l.landing.Files[:5]
	require.Len(t, l.rows(t), 5*3+10, "branches that are not visible are left out")
}

func TestPackCountsWhatArrives(t *testing.T) {
	t.Parallel()
	l := newLanded(t, 3)
	packing := l.packing("pack.parquet", 1)
	packing.Rows++
	require.ErrorContains(t, Engine{}.Pack(t.Context(), packing), "12 rows instead of 13 came back")
	require.NoError(t, os.Remove(packing.To))
	packing.Rows--
	require.NoError(t, os.WriteFile(packing.Files[1].Path, []byte("PAR1 no more"), 0o600))
	require.ErrorContains(t, Engine{}.Pack(t.Context(), packing), "pack the landing")
}
