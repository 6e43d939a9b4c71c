package pipeline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/model"
)

const (
	defaultModels = "models" // the folder beside the configuration
	mostModelText = 256 << 10
)

// ownModels reads the models of the folder beside the configuration.
type ownModels struct {
	folder  string         // absolute; empty: there is none
	shown   string         // the folder as messages name it
	shipped []*model.Model // with those that the configuration writes
	inputs  []string       // relations that are there before any model

	models   []*model.Model
	names    map[string]string // path of the file by model, of those that cannot be read too
	problems []config.Problem
}

// newOwnModels finds the folder: the configured one, or the one named models beside the configuration.
func newOwnModels(c *config.Config) (*ownModels, error) {
	o := &ownModels{names: map[string]string{}}
	folder := c.Models
	switch {
	case c.Path == "":
		return o, nil
	case folder == "":
		folder = filepath.Join(filepath.Dir(c.Path), defaultModels)
	}
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist) && c.Models == "":
		return o, nil
	case err != nil:
		return o, config.NewError(c.Problem("models", fmt.Sprintf("the folder %s cannot be read: %v", folder, withoutPath(err)), "make it, or remove the key"))
	case !info.IsDir() && c.Models == "":
		return o, nil
	case !info.IsDir():
		return o, config.NewError(c.Problem("models", folder+" is no folder", "name the folder that holds the .sql files"))
	}
	o.folder, o.shown = folder, folder
	if below, err := filepath.Rel(filepath.Dir(c.Path), folder); err == nil && filepath.IsLocal(below) {
		o.shown = filepath.Join(filepath.Dir(c.Problem("", "", "").File), below)
	}
	return o, nil
}

func withoutPath(err error) error {
	var in *fs.PathError
	if errors.As(err, &in) {
		return in.Err
	}
	return err
}

// refuse notes what is wrong with a file; a line of 0 means the file as a whole.
func (o *ownModels) refuse(file string, line int, message, hint string) {
	o.problems = append(o.problems, config.Problem{
		File: filepath.Join(o.shown, filepath.FromSlash(file)), Line: max(line, 1), Column: 1, Message: message, Hint: hint,
	})
}

// all reads and checks every file. Whatever is wrong is one *config.Error.
func (o *ownModels) all(ctx context.Context, db *sql.DB) error {
	if err := o.read(); err != nil {
		return err
	}
	if err := o.check(ctx, db); err != nil {
		return err
	}
	return config.NewError(o.problems...)
}

// graph orders all models. A circle is a *config.Error.
func (o *ownModels) graph() (*model.Graph, error) {
	checks, err := o.keyChecks()
	if err != nil {
		return nil, err
	}
	g, err := model.NewGraph(slices.Concat(o.shipped, o.models, checks), o.inputs)
	var circle *model.CircleError
	if errors.As(err, &circle) {
		if file, ok := o.names[circle.Names[0]]; ok {
			o.refuse(file, 0, circle.Error(), "break the circle")
			return nil, config.NewError(o.problems...)
		}
	}
	return g, err
}

// bothProblems joins what is wrong with the rules and with the models.
func bothProblems(rules *config.Error, err error) error {
	var found *config.Error
	switch {
	case rules == nil:
		return err
	case errors.As(err, &found):
		return config.NewError(slices.Concat(rules.Problems, found.Problems)...)
	case err != nil:
		return err
	}
	return rules
}

// read parses every .sql file below the folder. Hidden files are left out; links may not lead outside.
func (o *ownModels) read() error {
	if o.folder == "" {
		return nil
	}
	root, err := os.OpenRoot(o.folder)
	if err != nil {
		return fmt.Errorf("open the folder of your models: %w", err)
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			o.refuse(file, 0, "it cannot be read: "+withoutPath(err).Error(), "look at its permissions")
			return nil
		case file != "." && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || path.Ext(file) != ".sql":
			return nil
		}
		o.readFile(root, file)
		return nil
	})
}

func (o *ownModels) readFile(root *os.Root, file string) {
	name := strings.TrimSuffix(path.Base(file), ".sql")
	if other, ok := o.names[name]; ok {
		o.refuse(file, 0, "there is another model of this name: "+filepath.Join(o.shown, filepath.FromSlash(other)), "give one of them another name")
		return
	}
	o.names[name] = file
	info, err := root.Stat(file)
	switch {
	case err != nil:
		o.refuse(file, 0, "it cannot be read: "+withoutPath(err).Error(), "links must not lead out of the folder")
		return
	case !info.Mode().IsRegular():
		o.refuse(file, 0, "it is no regular file", "")
		return
	case info.Size() > mostModelText:
		o.refuse(file, 0, fmt.Sprintf("it has %d bytes, more than %d", info.Size(), mostModelText), "is this a model?")
		return
	}
	text, err := root.ReadFile(file)
	if err != nil {
		o.refuse(file, 0, "it cannot be read: "+withoutPath(err).Error(), "look at its permissions")
		return
	}
	m, err := model.Parse(name, string(text))
	if err != nil {
		line, message := headerPlace(strings.TrimPrefix(err.Error(), "model "+name+": "))
		o.refuse(file, line, message, "")
		return
	}
	m.Own, m.File = true, filepath.Join(o.shown, filepath.FromSlash(file))
	o.models = append(o.models, m)
}

// headerPlace takes the line out of what the YAML parser says, which begins with [line:column].
func headerPlace(message string) (line int, text string) {
	message, _, _ = strings.Cut(message, "\n")
	found := regexp.MustCompile(`\[(\d+):\d+\] `).FindStringSubmatchIndex(message)
	if found == nil {
		return 0, message
	}
	line, _ = strconv.Atoi(message[found[2]:found[3]]) // the pattern takes digits alone
	return line, message[:found[0]] + message[found[1]:]
}

// keyChecks writes a check for each model that counts the rows which share the unique key.
func (o *ownModels) keyChecks() ([]*model.Model, error) {
	var checks []*model.Model
	for _, m := range o.models {
		if m.Kind == model.Check {
			continue
		}
		texts := make([]string, len(m.UniqueKey))
		for i, column := range m.UniqueKey {
			texts[i] = "cast(" + column + " as varchar)"
		}
		text := fmt.Sprintf(keyCheck, m.Name, strings.Join(texts, ", "), m.Name, strings.Join(m.UniqueKey, ", "))
		made, err := model.Parse("check_"+m.Name+"_key", text)
		if err != nil {
			return nil, err
		}
		made.Generated = true
		checks = append(checks, made)
	}
	return checks, nil
}

// keyCheck is the text of a check. A model without rows is no mistake, so that it counts as looked at.
const keyCheck = `/*
description: No two rows of %s have the same key.
grain: one row
severity: block
version: 1
*/
with keys as (
    select concat_ws(' ', %s) as label, count(*) as row_count
    from %s
    group by %s
)

select
    cast(greatest(count(*), 1) as bigint) as checked_count,
    cast(coalesce(count_if(row_count > 1), 0) as bigint) as failed_count,
    min(case when row_count > 1 then label end) as example
from keys`
