package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/engine/duckdb"
	"truce/pipeline/model"
)

// bindOwn looks at the user's own models as the engine sees them, without any rows: columns that are
// not there, types that do not fit, columns that the header does not name. What is wrong is a
// *config.Error. Without such models it does nothing.
func bindOwn(ctx context.Context, g *model.Graph, visible []engine.Landing, relations []engine.Relation) error {
	own := map[string]*model.Model{}
	var names []string
	for _, m := range ownOf(g) {
		own[m.Name] = m
		names = append(names, m.Name)
	}
	if len(names) == 0 {
		return nil
	}
	dir, err := os.MkdirTemp("", "truce-models-")
	if err != nil {
		return fmt.Errorf("make a folder to look at your models: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	bound, err := duckdb.Bind(ctx, engine.Plan{Work: dir, Landing: visible, Config: relations, Graph: g}, names)
	if err != nil {
		return err
	}
	var problems []config.Problem
	for _, b := range bound {
		problems = append(problems, boundProblems(own[b.Name], b)...)
	}
	return config.NewError(problems...)
}

// ownOf gives the user's own models, in building order.
func ownOf(g *model.Graph) []*model.Model {
	var own []*model.Model
	if g == nil {
		return nil
	}
	for _, m := range g.Models {
		if m.Own {
			own = append(own, m)
		}
	}
	return own
}

func boundProblems(m *model.Model, b engine.BoundModel) []config.Problem {
	if b.Err != nil {
		return []config.Problem{refusedModel(m, b.Err, "")}
	}
	var problems []config.Problem
	refuse := func(message, hint string) {
		problems = append(problems, config.Problem{File: m.File, Line: 1, Column: 1, Message: message, Hint: hint})
	}
	given := map[string]bool{}
	for _, c := range b.Columns {
		given[c.Name] = true
		_, documented := m.Column(c.Name)
		switch {
		case m.Kind == model.Check:
		case !documented && m.Kind != model.Staging:
			refuse("the SELECT gives "+c.Name+", which columns does not document", "say what it means, or leave it out")
		case !isPortableType(c.Type):
			refuse(fmt.Sprintf("the column %s is a %s, which is not portable", c.Name, c.Type), "cast it; a sum or count_if of integers as bigint")
		}
	}
	wanted := m.Columns
	if m.Kind == model.Check {
		wanted = []model.Column{{Name: "checked_count"}, {Name: "failed_count"}, {Name: "example"}}
	}
	for _, c := range wanted {
		if given[c.Name] {
			continue
		}
		if m.Kind == model.Check {
			refuse("a check gives one row with "+c.Name+", and this one does not", "select checked_count, failed_count and example")
			continue
		}
		refuse("columns documents "+c.Name+", which the SELECT does not give", "remove it, or select it")
	}
	return problems
}

// isPortableType tells whether a type of DuckDB means the same in Spark and in Parquet.
func isPortableType(name string) bool {
	plain, _, _ := strings.Cut(name, "(")
	return slices.Contains([]string{"BIGINT", "BOOLEAN", "DATE", "DECIMAL", "DOUBLE", "INTEGER", "TIMESTAMP", "VARCHAR"}, plain)
}

// refusedModel says what the engine says of a model, with the line of the file.
func refusedModel(m *model.Model, err error, hint string) config.Problem {
	message, place, _ := strings.Cut(err.Error(), "\nLINE ")
	line := m.Line(0)
	if number := regexp.MustCompile(`^\d+`).FindString(place); number != "" {
		n, _ := strconv.Atoi(number) // the pattern takes digits alone
		line += n - 1
	}
	return config.Problem{File: m.File, Line: line, Column: 1, Message: strings.Join(strings.Fields(message), " "), Hint: hint}
}

// ownFailure turns the failure of a user's own model on real rows into a *config.Error; other errors
// stay as they are.
func ownFailure(ctx context.Context, g *model.Graph, err error) error {
	var failed *engine.ModelError
	if ctx.Err() != nil || !errors.As(err, &failed) {
		return err
	}
	m, ok := g.Model(failed.Model)
	if !ok || !m.Own {
		return err
	}
	return config.NewError(refusedModel(m, failed.Err, "nothing was published; mend the model, or move it out of "+filepath.Dir(m.File)))
}
