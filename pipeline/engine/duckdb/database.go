package duckdb

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"truce/pipeline/model"
)

// metadata gives the definitions that travel with a published file, as pairs in a fixed order.
func metadata(m *model.Model, run map[string]string) [][2]string {
	pairs := [][2]string{
		{"truce.model", m.Name},
		{"truce.version", strconv.Itoa(m.Version)},
		{"truce.description", m.Description},
		{"truce.grain", m.Grain},
		{"truce.unique_key", strings.Join(m.UniqueKey, ",")},
	}
	for _, column := range m.Columns {
		pairs = append(pairs, [2]string{"truce.column." + column.Name, column.Doc})
	}
	for _, key := range slices.Sorted(maps.Keys(run)) {
		pairs = append(pairs, [2]string{"truce." + key, run[key]})
	}
	return pairs
}

// writeDatabase writes the database file with the reports and their definitions.
func (s *session) writeDatabase(ctx context.Context) error {
	if err := s.exec(ctx, "attach "+literal(s.plan.Database)+" as published", "begin"); err != nil {
		return fmt.Errorf("write the database file: %w", err)
	}
	for _, m := range s.plan.Graph.Models {
		if m.Kind != model.Report && (m.Kind != model.Fact || !s.plan.DatabaseMarts) {
			continue
		}
		if err := s.copyTable(ctx, m); err != nil {
			return fmt.Errorf("write %s into the database file: %w", m.Name, err)
		}
	}
	if err := s.exec(ctx, "commit", "checkpoint published", "detach published"); err != nil {
		return fmt.Errorf("write the database file: %w", err)
	}
	if _, err := os.Stat(s.plan.Database + ".wal"); err == nil {
		return fmt.Errorf("write the database file: a write-ahead log is left beside %s; run again", s.plan.Database)
	}
	return nil
}

func (s *session) copyTable(ctx context.Context, m *model.Model) error {
	table := "published." + identifier(m.Name)
	statements := []string{
		fmt.Sprintf("create table %s as select * from %s order by %s", table, identifier(m.Name), orderBy(m.UniqueKey)),
		fmt.Sprintf("comment on table %s is %s", table, literal(m.Description)),
	}
	for _, column := range m.Columns {
		statements = append(statements,
			fmt.Sprintf("comment on column %s.%s is %s", table, identifier(column.Name), literal(column.Doc)))
	}
	return s.exec(ctx, statements...)
}

// writeQuarantine writes the refused records of all files as one Parquet file; there is one even if
// nothing was refused.
func (s *session) writeQuarantine(ctx context.Context) error {
	query := "select cast(null as varchar) as source, cast(null as varchar) as entity, cast(null as varchar) as file, " +
		"cast(null as bigint) as line, cast(null as varchar) as \"column\", cast(null as varchar) as rule, " +
		"cast(null as varchar) as reason, cast(null as varchar) as key_hash where false"
	bySource := map[string][]string{}
	for _, q := range s.plan.Quarantine {
		bySource[q.Source] = append(bySource[q.Source], literal(globbed(q.Path)))
	}
	for _, source := range slices.Sorted(maps.Keys(bySource)) {
		query += fmt.Sprintf(" union all select %s, entity, file, line, \"column\", rule, reason, key_hash from read_parquet([%s])",
			literal(source), strings.Join(bySource[source], ", "))
	}
	path := filepath.Join(s.plan.Out, "quarantine.parquet")
	err := s.exec(ctx, fmt.Sprintf("copy (select * from (%s) order by all) to %s (format parquet, compression zstd)", query, literal(path)))
	if err != nil {
		return fmt.Errorf("write the quarantine: %w", err)
	}
	return nil
}
