package query

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	databaseFile     = "truce.duckdb"
	databaseCatalog  = "published"
	parquetExtension = ".parquet"
	reportPrefix     = "rpt_"
)

// relation is a table that statements may name without a qualifier.
type relation struct {
	catalog string // where DuckDB keeps it: databaseCatalog, or memory for a Parquet file
	name    string
}

// attach makes the run's tables reachable and returns the Parquet files that must stay readable.
func (s *Session) attach(ctx context.Context, dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRun, err)
	}
	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == databaseFile }) {
		if err := s.attachDatabase(ctx, filepath.Join(dir, databaseFile)); err != nil {
			return nil, err
		}
	}
	var files []string
	for _, entry := range entries {
		name, isParquet := strings.CutSuffix(entry.Name(), parquetExtension)
		// A link could lead out of the run folder, which DuckDB's own allow-list would not notice.
		if !isParquet || name == "" || !entry.Type().IsRegular() {
			continue
		}
		file := filepath.Join(dir, entry.Name())
		used, err := s.attachParquet(ctx, relationName(name), file)
		if err != nil {
			return nil, err
		}
		if used {
			// DuckDB checks the pattern that it expands as well as the file that it opens.
			files = append(files, file, literalGlob(file))
		}
	}
	if len(s.relations) == 0 {
		return nil, fmt.Errorf("%w: %s holds neither %s nor Parquet files; name a folder under <drop>/runs",
			ErrRun, dir, databaseFile)
	}
	slices.SortFunc(s.relations, func(a, b relation) int { return strings.Compare(a.name, b.name) })
	return files, nil
}

func (s *Session) attachDatabase(ctx context.Context, file string) error {
	attach := "attach " + quoteText(file) + " as " + databaseCatalog + " (read_only)"
	if _, err := s.conn.ExecContext(ctx, attach); err != nil {
		return fmt.Errorf("%w: %s is damaged, locked by a writer or newer than this binary: %w", ErrRun, file, err)
	}
	rows, err := s.conn.QueryContext(ctx, `
		select table_name from duckdb_tables() where database_name = ? and schema_name = 'main'
		union all
		select view_name from duckdb_views() where database_name = ? and schema_name = 'main' and not internal`,
		databaseCatalog, databaseCatalog)
	if err != nil {
		return fmt.Errorf("%w: list the tables of %s: %w", ErrRun, file, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	for rows.Next() {
		found := relation{catalog: databaseCatalog}
		if err := rows.Scan(&found.name); err != nil {
			return fmt.Errorf("%w: list the tables of %s: %w", ErrRun, file, err)
		}
		s.relations = append(s.relations, found)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%w: list the tables of %s: %w", ErrRun, file, err)
	}
	return s.set(ctx, []string{"set search_path = 'memory.main," + databaseCatalog + ".main'"})
}

// attachParquet makes a view over file, unless the database already holds that relation.
func (s *Session) attachParquet(ctx context.Context, name, file string) (bool, error) {
	if s.hasRelation(name) {
		return false, nil
	}
	view := "create view memory.main." + quoteName(name) + " as select * from read_parquet(" +
		quoteText(literalGlob(file)) + ", hive_partitioning = false)"
	if _, err := s.conn.ExecContext(ctx, view); err != nil {
		return false, fmt.Errorf("%w: %s is not a readable Parquet file: %w", ErrRun, file, err)
	}
	s.relations = append(s.relations, relation{catalog: "memory", name: name})
	return true, nil
}

// relationName is what a statement calls <name>.parquet: record-level marts and the quarantine carry
// their own name, every other file is a report.
func relationName(name string) string {
	for _, prefix := range []string{"fct_", "dim_", reportPrefix} {
		if strings.HasPrefix(name, prefix) {
			return name
		}
	}
	if name == "quarantine" {
		return name
	}
	return reportPrefix + name
}

// literalGlob writes a path so that read_parquet, which expands patterns, reads exactly that file.
func literalGlob(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}

func (s *Session) hasRelation(name string) bool {
	return slices.ContainsFunc(s.relations, func(r relation) bool { return strings.EqualFold(r.name, name) })
}

// relationNames lists what a statement may read, for error messages.
func (s *Session) relationNames() string {
	names := make([]string, len(s.relations))
	for i, r := range s.relations {
		names[i] = r.name
	}
	return strings.Join(names, ", ")
}
