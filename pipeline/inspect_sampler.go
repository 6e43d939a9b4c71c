package pipeline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/model"
	"truce/pipeline/plan"
)

// publish runs a report over the samples, as a configuration has its models, and gives its file.
func (s *sampler) publish(ctx context.Context, c *config.Config, name, report string) (string, error) {
	graph, err := s.graph(ctx, c, "rpt_"+name, report)
	if err != nil {
		return "", err
	}
	relations, err := plan.Relations(c, s.facts)
	if err != nil {
		return "", err
	}
	s.runs++
	out := filepath.Join(s.dir, fmt.Sprintf("out-%d", s.runs))
	if err := os.Mkdir(out, 0o750); err != nil {
		return "", fmt.Errorf("make a folder for the samples: %w", err)
	}
	_, err = s.engine.Run(ctx, engine.Plan{
		Work: filepath.Join(s.dir, fmt.Sprintf("work-%d", s.runs)), Out: out, Landing: s.facts.Landing, Config: relations, Graph: graph,
	})
	if err != nil {
		return "", fmt.Errorf("classify the samples: %w", err)
	}
	return filepath.Join(out, name+".parquet"), nil
}

// graph gives a report and the models that it needs.
func (s *sampler) graph(ctx context.Context, c *config.Config, name, text string) (*model.Graph, error) {
	all, err := Graph(ctx, c, s.facts.Landing)
	if err != nil {
		return nil, err
	}
	report, err := model.Parse(name, text)
	if err != nil {
		return nil, err
	}
	needed, models := map[string]bool{}, []*model.Model{report}
	for i := 0; i < len(models); i++ {
		for _, name := range models[i].DependsOn {
			if m, ok := all.Model(name); ok && !needed[name] {
				needed[name] = true
				models = append(models, m)
			}
		}
	}
	inputs := plan.Names()
	for _, l := range s.facts.Landing {
		inputs = append(inputs, l.Name())
	}
	return model.NewGraph(models, inputs)
}

// eachRow reads columns of a Parquet file in an order.
func eachRow(ctx context.Context, path, columns, order string, read func(*sql.Rows) error) (err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return fmt.Errorf("open duckdb for the samples: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, "select "+columns+" from read_parquet("+literal(literalGlob(path))+") order by "+order)
	if err != nil {
		return fmt.Errorf("read the samples: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	for rows.Next() {
		if err := read(rows); err != nil {
			return fmt.Errorf("read the samples: %w", err)
		}
	}
	return rows.Err()
}
