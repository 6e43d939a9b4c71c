package duckdb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver

	"truce/pipeline/engine"
	"truce/pipeline/model"
)

// Engine runs plans with DuckDB inside the process.
type Engine struct {
	MemoryLimit string // such as 1GB; empty leaves DuckDB's default
	Threads     int    // 0 means one per core
	// SmallRun is up to how many landed rows a run is small; 0 means 20,000, and below it none is. It
	// changes no published value.
	SmallRun int64
}

// fewRows make a small run. There DuckDB spends its time on planning, on opening files and on waking
// threads: tables in memory and one thread take half of that.
const fewRows = 20_000

// fewWords is how many values of a column in a file are few.
const fewWords = "1000"

// dictionary ends the search for repeated values early in columns that have many, such as ids: files are
// written a tenth to a fifth faster, and are a little smaller.
const dictionary = "dictionary_size_limit " + fewWords

// session is one run of one plan, on one connection.
type session struct {
	plan    engine.Plan
	conn    *sql.Conn
	isSmall bool // relations are tables, not views over Parquet files
}

// Version gives the version of the DuckDB that is linked in.
func Version(ctx context.Context) (string, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return "", fmt.Errorf("open duckdb: %w", err)
	}
	defer func() { _ = db.Close() }()
	var version string
	if err := db.QueryRowContext(ctx, "select version()").Scan(&version); err != nil {
		return "", fmt.Errorf("ask duckdb for its version: %w", err)
	}
	return version, nil
}

// Run builds the plan's models and evaluates its checks. A check that fails to run is reported in
// its result, not as an error; everything else that goes wrong ends the run.
func (e Engine) Run(ctx context.Context, plan engine.Plan) (result engine.Result, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return result, fmt.Errorf("open duckdb: %w", err)
	}
	defer func() { err = errors.Join(outputError(err, plan.Out), db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return result, fmt.Errorf("open duckdb: %w", err)
	}
	defer func() { _ = conn.Close() }()
	s := &session{plan: plan, conn: conn, isSmall: landedRows(plan) <= cmp.Or(e.SmallRun, fewRows)}
	if s.isSmall {
		e.Threads = 1
	}
	if err := s.prepare(ctx, e); err != nil {
		return result, err
	}
	if e.MemoryLimit != "" {
		// A block that is kept and used again costs the system half the pages of those that come and go. DuckDB
		// refuses to keep more than its default limit, most of the machine's memory; it does without then.
		_ = s.exec(ctx, "set block_allocator_memory = "+literal(e.MemoryLimit))
	}
	if result.Models, err = s.build(ctx); err != nil {
		return result, err
	}
	if err := s.writeQuarantine(ctx); err != nil {
		return result, err
	}
	if plan.Database != "" {
		if err := s.writeDatabase(ctx); err != nil {
			return result, err
		}
	}
	result.Checks = s.check(ctx)
	return result, ctx.Err()
}

func landedRows(plan engine.Plan) (rows int64) {
	for _, l := range plan.Landing {
		for _, file := range l.Files {
			rows += file.Rows
		}
	}
	return rows
}

func (s *session) exec(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// prepare sets the session up and gives it the relations that models start from.
func (s *session) prepare(ctx context.Context, e Engine) error {
	spill := filepath.Join(s.plan.Work, "spill")
	if err := os.MkdirAll(spill, 0o750); err != nil {
		return fmt.Errorf("prepare the work folder: %w", err)
	}
	statements := append(settings(e, spill), Prelude()...)
	for _, relation := range s.plan.Config {
		if relation.File != "" {
			statements = append(statements, s.relation(relation.Name, readRelation(relation)))
			continue
		}
		path := filepath.Join(s.plan.Work, relation.Name+".parquet")
		if err := relation.WriteParquet(path); err != nil {
			return err
		}
		statements = append(statements, s.relation(relation.Name, readParquet(path)))
	}
	for _, l := range s.plan.Landing {
		made, err := s.landing(l)
		if err != nil {
			return err
		}
		statements = append(statements, made...)
	}
	for _, statement := range statements {
		if err := s.exec(ctx, statement); err != nil {
			return fmt.Errorf("prepare duckdb: %w", err)
		}
	}
	return nil
}

func settings(e Engine, spill string) []string {
	statements := []string{
		"set autoinstall_known_extensions = false",
		"set autoload_known_extensions = false",
		"set TimeZone = 'UTC'",
		"set preserve_insertion_order = false",
		"set enable_external_file_cache = false",
		"set temp_directory = " + literal(spill),
	}
	if e.MemoryLimit != "" {
		statements = append(statements, "set memory_limit = "+literal(e.MemoryLimit))
	}
	if e.Threads > 0 {
		statements = append(statements, fmt.Sprintf("set threads = %d", e.Threads))
	}
	return statements
}

// Prelude gives the statements that define the functions of portable SQL that DuckDB lacks.
func Prelude() []string {
	return []string{
		"create macro unix_date(d) as cast(d - date '1970-01-01' as integer)",
		"create macro add_months(d, n) as cast(d + to_months(cast(n as integer)) as date)",
		"create macro regexp_like(s, p) as regexp_matches(s, p)",
		"create macro nvl(a, b) as coalesce(a, b)",
	}
}

// build turns every model but the checks into a view, a table or a Parquet file.
func (s *session) build(ctx context.Context) ([]engine.ModelResult, error) {
	var models []*model.Model
	for _, m := range s.plan.Graph.Models {
		if m.Kind != model.Check {
			models = append(models, m)
		}
	}
	results := make([]engine.ModelResult, 0, len(models))
	for i, m := range models {
		started := time.Now()
		if err := s.buildOne(ctx, m); err != nil {
			return nil, &engine.ModelError{Model: m.Name, Err: err}
		}
		built := engine.ModelResult{Name: m.Name, Seconds: time.Since(started).Seconds()}
		results = append(results, built)
		if s.plan.Progress != nil {
			s.plan.Progress(built, i+1, len(models))
		}
	}
	return results, nil
}

func (s *session) buildOne(ctx context.Context, m *model.Model) error {
	work, published := filepath.Join(s.plan.Work, m.Name+".parquet"), filepath.Join(s.plan.Out, m.FileName())
	switch {
	case s.isSmall && m.Published():
		return s.exec(ctx, table(m.Name, m.SQL), s.publishStatement(m, sorted(m, "select * from "+identifier(m.Name)), published))
	case s.isSmall:
		return s.exec(ctx, table(m.Name, m.SQL))
	case m.View:
		return s.exec(ctx, view(m.Name, m.SQL))
	case m.Published():
		if err := s.publishLarge(ctx, m, published); err != nil {
			return err
		}
		return s.exec(ctx, view(m.Name, readParquet(published)))
	}
	write := fmt.Sprintf("copy (%s) to %s (format parquet, compression snappy, %s)", m.SQL, literal(work), dictionary)
	return s.exec(ctx, write, view(m.Name, readParquet(work)))
}

// publishStatement writes sorted rows of a model, with its definitions in the file's metadata.
func (s *session) publishStatement(m *model.Model, query, path string) string {
	var pairs []string
	for _, pair := range metadata(m, s.plan.Metadata) {
		pairs = append(pairs, literal(pair[0])+": "+literal(pair[1]))
	}
	return fmt.Sprintf("copy (%s) to %s (format parquet, compression zstd, row_group_size 122880, %s, kv_metadata {%s})",
		query, literal(path), dictionary, strings.Join(pairs, ", "))
}

// sorted gives the rows of a query in the order of the model's unique key.
func sorted(m *model.Model, query string) string {
	return "select * from (" + query + ") order by " + orderBy(m.UniqueKey)
}

func orderBy(columns []string) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = c + " nulls first"
	}
	return strings.Join(terms, ", ")
}

// relation gives the statement that makes an input of the models.
func (s *session) relation(name, query string) string {
	if s.isSmall {
		return table(name, query)
	}
	return view(name, query)
}

func table(name, query string) string {
	return "create table " + identifier(name) + " as " + query
}

func view(name, query string) string {
	return "create view " + identifier(name) + " as " + query
}

func readParquet(paths ...string) string {
	quoted := make([]string, len(paths))
	for i, path := range paths {
		quoted[i] = literal(globbed(path))
	}
	return "select * from read_parquet([" + strings.Join(quoted, ", ") + "])"
}

// readRelation reads the columns of a relation from its file, whatever types they have there.
func readRelation(r engine.Relation) string {
	columns := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		value := "null"
		if slices.Contains(r.Has, c.Name) {
			value = identifier(c.Name)
		}
		columns[i] = fmt.Sprintf("cast(%s as %s) as %s", value, c.Type.SQL(), identifier(c.Name))
	}
	return "select " + strings.Join(columns, ", ") + " from read_parquet([" + literal(globbed(r.File)) + "])"
}

// globbed writes a path so that read_parquet, which expands patterns, reads exactly that file.
func globbed(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func identifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
