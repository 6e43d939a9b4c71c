package pipeline

import (
	"context"
	"database/sql"
	"fmt"
	"path"
	"slices"
	"strings"

	"truce/pipeline/config/nearest"
	"truce/pipeline/entity"
	"truce/pipeline/model"
	"truce/pipeline/syntax"
)

// check looks at every model: its name, its text, what it reads.
func (o *ownModels) check(ctx context.Context, db *sql.DB) error {
	files := map[string]string{"quarantine.parquet": "the list of refused rows"}
	known := map[string]string{}
	for _, m := range o.shipped {
		known[m.Name] = "a built-in model of this name, " + path.Join("sql", m.File)
		if m.Generated {
			known[m.Name] = "a model of this name that the configuration writes"
		}
		if m.Published() {
			files[m.FileName()] = "the built-in model " + m.Name
		}
	}
	for _, name := range inputCheckNames() {
		known[name] = "a built-in check of this name"
	}
	for name, file := range o.names {
		if other, taken := known[name]; taken {
			o.refuse(file, 0, "there is "+other+", and a model cannot replace it", "choose another name")
		}
	}
	for _, m := range o.models {
		file := o.names[m.Name]
		if other, taken := files[m.FileName()]; taken && m.Published() && known[m.Name] == "" {
			o.refuse(file, 0, m.FileName()+" is the file of "+other+" already", "choose another name")
		}
		for _, need := range m.Needs {
			if _, ok := entity.Lookup(need); !ok {
				o.refuse(file, 0, fmt.Sprintf("needs names %q, which is no entity", need), nearest.Hint(need, entityNames()))
			}
		}
		if err := o.checkText(ctx, db, m); err != nil {
			return err
		}
	}
	return nil
}

func entityNames() []string {
	var names []string
	for _, contract := range entity.All() {
		names = append(names, contract.Name)
	}
	return names
}

// checkText refuses SQL that is not portable, and relations that nobody gives.
func (o *ownModels) checkText(ctx context.Context, db *sql.DB, m *model.Model) error {
	document, err := syntax.Tree(ctx, db, m.SQL)
	if err != nil {
		return fmt.Errorf("parse %s: %w", m.File, err)
	}
	tree, err := model.ReadTree(document)
	if err != nil {
		return fmt.Errorf("parse %s: %w", m.File, err)
	}
	file := o.names[m.Name]
	for _, problem := range tree.Unportable {
		if !strings.HasPrefix(problem, "it ") {
			problem = "not portable: " + problem
		}
		o.refuse(file, m.Line(tree.Position), problem, "")
	}
	for _, problem := range model.TextProblems(m.SQL) {
		o.refuse(file, m.Line(0), "not portable: "+problem, "")
	}
	relations := o.relations()
	for _, name := range tree.CTEs {
		if slices.Contains(relations, name) {
			o.refuse(file, m.Line(0), "a CTE has the name of the relation "+name, "choose another name for it")
		}
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(tree.Relations, m.DependsOn)))) {
		switch {
		case !slices.Contains(relations, name):
			o.refuse(file, m.Line(0), fmt.Sprintf("it reads %s, and there is no such relation", name), nearRelation(name, relations))
		case !slices.Contains(m.DependsOn, name):
			o.refuse(file, m.Line(0), "it reads "+name+" behind a comma or in brackets", "write cross join")
		}
	}
	return nil
}

// nearRelation suggests the relation that was probably meant; all of them would be too many.
func nearRelation(name string, relations []string) string {
	if near, ok := nearest.Name(name, relations); ok {
		return "did you mean " + near + "?"
	}
	return "truce models lists them"
}

// relations gives all that a model may read. A file that cannot be read counts as there: it has a problem
// of its own.
func (o *ownModels) relations() []string {
	names := slices.Clone(o.inputs)
	for _, m := range o.shipped {
		names = append(names, m.Name)
	}
	for name := range o.names {
		names = append(names, name)
	}
	return names
}
