package model

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
)

// Kind says what becomes of a model.
type Kind string

// The kinds of models, which are also the prefixes of their names.
const (
	Staging      Kind = "stg"
	Intermediate Kind = "int"
	Fact         Kind = "fct"
	Report       Kind = "rpt"
	Check        Kind = "check"
)

// Severities of a check.
const (
	Block = "block"
	Warn  = "warn"
)

// Column is one column of a model and what it means.
type Column struct {
	Name string
	Doc  string
}

// Model is one SQL model.
type Model struct {
	Name        string
	Kind        Kind
	Description string
	Grain       string
	UniqueKey   []string
	Version     int
	Columns     []Column
	Needs       []string // entities without which it has nothing to say
	Severity    string   // of a check: block or warn
	View        bool     // built as a view: staging models unless the header says otherwise
	SQL         string   // the SELECT without the header
	DependsOn   []string // relations that it reads, in order of appearance
	Generated   bool     // written from the configuration, not from a file
	Own         bool     // from the folder beside the configuration, not shipped
	File        string   // path of the file, for messages; empty if generated
	Text        string   // the whole file, with the header
}

// Published tells whether the model's rows go to the drive.
func (m *Model) Published() bool { return m.Kind == Report || m.Kind == Fact }

// FileName gives the name of the model's Parquet file: reports go without their prefix.
func (m *Model) FileName() string {
	return strings.TrimPrefix(m.Name, string(Report)+"_") + ".parquet"
}

// header mirrors the YAML of the comment at the top of a model.
type header struct {
	Description string        `yaml:"description"`
	Grain       string        `yaml:"grain"`
	UniqueKey   []string      `yaml:"unique_key"`
	Version     int           `yaml:"version"`
	Needs       []string      `yaml:"needs"`
	Severity    string        `yaml:"severity"`
	View        *bool         `yaml:"view"`
	Columns     yaml.MapSlice `yaml:"columns"`
}

var nameShape = regexp.MustCompile(`^(stg|int|fct|rpt|check)_[a-z0-9_]+$`)

// Parse reads one model. The name is the file's name without .sql.
func Parse(name, text string) (*Model, error) {
	m, err := parse(name, text)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	return m, nil
}

func parse(name, text string) (*Model, error) {
	kind := nameShape.FindStringSubmatch(name)
	if kind == nil {
		return nil, errors.New("its name must be lower case and start with stg_, int_, fct_, rpt_ or check_")
	}
	comment, body, ok := strings.Cut(text, "*/")
	comment, isComment := strings.CutPrefix(strings.TrimSpace(comment), "/*")
	if !ok || !isComment {
		return nil, errors.New("no header: the file must start with a comment /* … */ that holds description, grain, unique_key, version and columns")
	}
	var h header
	if err := yaml.UnmarshalWithOptions([]byte(comment), &h, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	m := &Model{
		Name: name, Kind: Kind(kind[1]), Description: h.Description, Grain: h.Grain, UniqueKey: h.UniqueKey,
		Version: h.Version, Needs: h.Needs, Severity: h.Severity, Text: text,
		View: kind[1] == string(Staging), SQL: strings.TrimSpace(body),
	}
	if h.View != nil {
		m.View = *h.View
	}
	for _, item := range h.Columns {
		m.Columns = append(m.Columns, Column{Name: fmt.Sprint(item.Key), Doc: fmt.Sprint(item.Value)})
	}
	if err := m.validate(); err != nil {
		return nil, err
	}
	var err error
	m.DependsOn, err = dependencies(m.SQL)
	return m, err
}

func (m *Model) validate() error {
	switch {
	case m.Description == "":
		return errors.New("the header has no description")
	case m.Grain == "":
		return errors.New("the header has no grain")
	case m.Version < 1:
		return errors.New("the header has no version; the first one is 1")
	case m.Kind == Check && m.Severity != Block && m.Severity != Warn:
		return errors.New("the header of a check needs severity: block or severity: warn")
	case m.Kind != Check && len(m.UniqueKey) == 0:
		return errors.New("the header has no unique_key")
	case m.Kind != Check && len(m.Columns) == 0:
		return errors.New("the header documents no columns")
	case m.SQL == "":
		return errors.New("there is no SELECT below the header")
	}
	for _, key := range m.UniqueKey {
		if _, ok := m.Column(key); !ok {
			return fmt.Errorf("unique_key names %s, which columns does not document", key)
		}
	}
	return nil
}

// Line gives the line of the file on which a byte of the SELECT stands, counted from 1.
func (m *Model) Line(offset int) int {
	start := max(strings.LastIndex(m.Text, m.SQL), 0)
	end := min(start+max(offset, 0), len(m.Text))
	return 1 + strings.Count(m.Text[:end], "\n")
}

// Column gives the column with this name, and whether the header documents it.
func (m *Model) Column(name string) (Column, bool) {
	for _, c := range m.Columns {
		if c.Name == name {
			return c, true
		}
	}
	return Column{}, false
}
