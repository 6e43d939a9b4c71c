package model

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Graph is a set of models in the order in which they are built.
type Graph struct {
	Models []*Model // every model comes after all that it reads
}

// Read parses every .sql file below the root of fsys. A model's name is its file's name.
func Read(fsys fs.FS) ([]*Model, error) {
	var models []*Model
	err := fs.WalkDir(fsys, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(file) != ".sql" {
			return err
		}
		text, err := fs.ReadFile(fsys, file)
		if err != nil {
			return err
		}
		m, err := Parse(strings.TrimSuffix(path.Base(file), ".sql"), string(text))
		if err != nil {
			return err
		}
		m.File = file
		models = append(models, m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the models: %w", err)
	}
	return models, nil
}

// NewGraph orders the models so that each comes after all that it reads; ties go by name. Inputs
// names the relations that are there before any model is built. Duplicate names, unknown relations
// and cycles are refused.
func NewGraph(models []*Model, inputs []string) (*Graph, error) {
	byName := map[string]*Model{}
	for _, m := range models {
		if byName[m.Name] != nil {
			return nil, fmt.Errorf("model %s: there are two models of this name", m.Name)
		}
		byName[m.Name] = m
	}
	known := slices.Clone(inputs)
	for name := range byName {
		known = append(known, name)
	}
	for _, m := range models {
		for _, relation := range m.DependsOn {
			if !slices.Contains(known, relation) {
				return nil, fmt.Errorf("model %s: it reads %s, and there is no such relation", m.Name, relation)
			}
		}
	}
	return order(models, byName)
}

// CircleError says that models read each other in a circle.
type CircleError struct {
	Names []string // the first one is the last one too
}

// Error names the models of the circle.
func (e *CircleError) Error() string {
	return "models read each other in a circle: " + strings.Join(e.Names, " → ")
}

func order(models []*Model, byName map[string]*Model) (*Graph, error) {
	names := make([]string, 0, len(models))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	g := &Graph{}
	done := map[string]bool{}
	var trail []string
	var visit func(name string) error
	visit = func(name string) error {
		m := byName[name]
		if m == nil || done[name] {
			return nil
		}
		if i := slices.Index(trail, name); i >= 0 {
			return &CircleError{Names: append(trail[i:], name)}
		}
		trail = append(trail, name)
		for _, relation := range m.DependsOn {
			if err := visit(relation); err != nil {
				return err
			}
		}
		trail = trail[:len(trail)-1]
		done[name] = true
		g.Models = append(g.Models, m)
		return nil
	}
	for _, name := range names {
		if err := visit(name); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// Model gives the model with this name, and whether there is one.
func (g *Graph) Model(name string) (*Model, bool) {
	i := slices.IndexFunc(g.Models, func(m *Model) bool { return m.Name == name })
	if i < 0 {
		return nil, false
	}
	return g.Models[i], true
}

// Kind gives the models of one kind, in building order.
func (g *Graph) Kind(kind Kind) []*Model {
	var found []*Model
	for _, m := range g.Models {
		if m.Kind == kind {
			found = append(found, m)
		}
	}
	return found
}
