package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"truce/pipeline/engine"
	"truce/pipeline/model"
)

// Bind looks at the text of the named models without any rows: do the columns that they read exist, do
// types fit, what do they give? The plan's landing is taken as empty. A model that reads a refused one
// is left out. An error says that looking was not possible.
func Bind(ctx context.Context, plan engine.Plan, names []string) (bound []engine.BoundModel, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open duckdb: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open duckdb: %w", err)
	}
	defer func() { _ = conn.Close() }()
	plan.Landing = slices.Clone(plan.Landing)
	for i := range plan.Landing {
		plan.Landing[i].Files = nil
	}
	s := &session{plan: plan, conn: conn}
	if err := s.prepare(ctx, Engine{Threads: 1}); err != nil {
		return nil, err
	}
	refused := map[string]bool{}
	for _, m := range needed(plan.Graph, names) {
		if slices.ContainsFunc(m.DependsOn, func(read string) bool { return refused[read] }) {
			refused[m.Name] = true
			continue
		}
		b := engine.BoundModel{Name: m.Name}
		if b.Columns, b.Err = s.bindOne(ctx, m); b.Err != nil {
			refused[m.Name] = true
		}
		if slices.Contains(names, m.Name) {
			bound = append(bound, b)
		} else if b.Err != nil {
			return nil, fmt.Errorf("look at model %s: %w", m.Name, b.Err)
		}
	}
	return bound, ctx.Err()
}

// needed gives the named models and all that they read, in building order.
func needed(g *model.Graph, names []string) []*model.Model {
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
	}
	var found []*model.Model
	for _, m := range slices.Backward(g.Models) {
		if !wanted[m.Name] {
			continue
		}
		found = append(found, m)
		for _, read := range m.DependsOn {
			wanted[read] = true
		}
	}
	slices.Reverse(found)
	return found
}

// bindOne makes an empty table of the model, so that what reads it is looked at without looking at its
// own text again.
func (s *session) bindOne(ctx context.Context, m *model.Model) ([]engine.BoundColumn, error) {
	if err := s.exec(ctx, "create table "+identifier(m.Name)+" as "+m.SQL+"\nwith no data"); err != nil {
		return nil, err
	}
	rows, err := s.conn.QueryContext(ctx, "select column_name, data_type from duckdb_columns() where table_name = "+
		literal(m.Name)+" order by column_index")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	var columns []engine.BoundColumn
	for rows.Next() {
		var c engine.BoundColumn
		if err := rows.Scan(&c.Name, &c.Type); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}
