package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"truce/pipeline/engine"
)

// Pack writes the rows of the files, ordered by branch and line, and compares what it reads back with
// what it wrote: every branch must have the same rows. What is left after an error is of no use. Only Truce
// reads the file, so it may have the newer encodings, which are smaller and read a third faster.
func (e Engine) Pack(ctx context.Context, p engine.Packing) (err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return fmt.Errorf("open duckdb: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open duckdb: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := os.MkdirAll(p.Work, 0o750); err != nil {
		return fmt.Errorf("prepare the work folder: %w", err)
	}
	s := &session{conn: conn}
	statements := append(settings(e, p.Work), packingTables(p)...)
	statements = append(statements, "copy (select * from packing order by _branch, _line) to "+literal(p.To)+
		" (format parquet, compression zstd, parquet_version v2, row_group_size 122880)")
	if err := s.exec(ctx, statements...); err != nil {
		return fmt.Errorf("pack the landing: %w", err)
	}
	return s.compare(ctx, p)
}

// packingTables gives the statements that make the view packing of all rows.
func packingTables(p engine.Packing) []string {
	var numbers []string
	paths := map[bool][]string{} // by whether the file is packed already
	known := map[string]bool{}
	for _, f := range p.Files {
		numbers = append(numbers, fmt.Sprintf("(%s, cast(%d as bigint), cast(%d as bigint))", literal(f.Path), f.Was, f.Is))
		if !known[f.Path] {
			known[f.Path] = true
			paths[f.Was > 0] = append(paths[f.Was > 0], literal(globbed(f.Path)))
		}
	}
	var selects []string
	for packed, files := range paths {
		without, on := "_part", "number._part = part._part"
		if packed {
			without, on = "_part, _branch", on+" and number._was = part._branch"
		}
		selects = append(selects, fmt.Sprintf(
			"select part.* exclude (%s), number._is as _branch from read_parquet([%s], filename = '_part') as part join number on %s",
			without, strings.Join(files, ", "), on))
	}
	return []string{
		"create table number as select * from (values " + strings.Join(numbers, ", ") + ") as v (_part, _was, _is)",
		view("packing", strings.Join(selects, " union all by name ")),
	}
}

// compare reads the new file back.
func (s *session) compare(ctx context.Context, p engine.Packing) error {
	count := "select _branch, count(*) as row_count, sum(cast(hash(rows_of) as hugeint)) as content from %s as rows_of group by _branch"
	before := fmt.Sprintf(count, "packing")
	after := fmt.Sprintf(count, "(select * from read_parquet("+literal(globbed(p.To))+"))")
	var rows, different int64
	query := fmt.Sprintf(`with before as (%s), after as (%s)
		select (select coalesce(sum(row_count), 0)::bigint from after),
			(select count(*) from ((from before except from after) union all (from after except from before)))`, before, after)
	if err := s.conn.QueryRowContext(ctx, query).Scan(&rows, &different); err != nil {
		return fmt.Errorf("read back the packed landing: %w", err)
	}
	if rows != p.Rows || different > 0 {
		return fmt.Errorf("pack the landing: %d rows instead of %d came back, and %d files differ", rows, p.Rows, different)
	}
	return nil
}
