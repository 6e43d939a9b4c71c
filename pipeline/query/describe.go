package query

import (
	"context"
	"fmt"
)

// Table is a relation of the run: what it is called, what it means and its columns in order.
type Table struct {
	Name    string
	Comment string
	Columns []Column
}

// Describe lists the relations of the session's run by name, with their columns. Comments come from truce.duckdb;
// relations that are Parquet files have none.
func Describe(ctx context.Context, s *Session) ([]Table, error) {
	tables := make([]Table, 0, len(s.relations))
	for _, r := range s.relations {
		table := Table{Name: r.name}
		var err error
		if table.Comment, err = s.comment(ctx, r); err != nil {
			return nil, err
		}
		if table.Columns, err = s.columns(ctx, r); err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return tables, nil
}

func (s *Session) comment(ctx context.Context, r relation) (string, error) {
	var comment string
	row := s.conn.QueryRowContext(ctx, `
		select coalesce(max(comment), '') from (
			select database_name, schema_name, table_name, comment from duckdb_tables()
			union all
			select database_name, schema_name, view_name, comment from duckdb_views()
		)
		where database_name = ? and schema_name = 'main' and table_name = ?`, r.catalog, r.name)
	if err := row.Scan(&comment); err != nil {
		return "", fmt.Errorf("describe %s: %w", r.name, s.explain(ctx, err))
	}
	return comment, nil
}

func (s *Session) columns(ctx context.Context, r relation) ([]Column, error) {
	rows, err := s.conn.QueryContext(ctx, `
		select column_name, data_type, coalesce(comment, '') from duckdb_columns()
		where database_name = ? and schema_name = 'main' and table_name = ?
		order by column_index`, r.catalog, r.name)
	if err != nil {
		return nil, fmt.Errorf("describe %s: %w", r.name, s.explain(ctx, err))
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	var columns []Column
	for rows.Next() {
		var column Column
		if err := rows.Scan(&column.Name, &column.Type, &column.Comment); err != nil {
			return nil, fmt.Errorf("describe %s: %w", r.name, s.explain(ctx, err))
		}
		columns = append(columns, column)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("describe %s: %w", r.name, s.explain(ctx, err))
	}
	return columns, nil
}
