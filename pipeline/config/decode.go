package config

import (
	"fmt"
	"os"
	"path/filepath"
)

// Load reads the configuration from a file. What is wrong with its content is an *Error.
func Load(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w; write one, or name another file", err)
	}
	return Decode(path, data)
}

// Decode reads the configuration from data, which is the content of the file path: relative paths
// in it are relative to that file's folder. Defaults are filled, paths are absolute and every value
// is checked. What is wrong is an *Error that lists all problems; their File is path as given.
func Decode(path string, data []byte) (*Config, error) {
	root, problems := parse(data)
	if root == nil {
		return nil, inFile(path, problems)
	}
	where := &layout{file: path, keys: make(map[string]place), values: make(map[string]place)}
	d := &decoder{layout: where, problems: problems}
	c := &Config{layout: where}
	d.decode(root, c)
	c.normalize()
	validate(c, d)
	if len(d.problems) > 0 {
		return nil, inFile(path, d.problems)
	}
	return c, c.resolve(path)
}

// Problem reports that something is wrong with the setting at key, such as segments[0].where, which
// only shows when it is used. The result carries the setting's place in the file.
func (c *Config) Problem(key, message, hint string) Problem {
	if c.layout == nil {
		return Problem{File: c.Path, Line: 1, Column: 1, Key: key, Message: message, Hint: hint}
	}
	at := c.layout.placeOf(key)
	return Problem{
		File: c.layout.file, Line: at.line, Column: at.column, Key: key, Message: message, Hint: hint,
	}
}

// Overrides are paths from the command line that win over the file's; empty ones do not.
type Overrides struct {
	State string
	Drop  string
}

// Apply makes the overrides the configuration's paths. They are relative to the working folder, not
// to the file's.
func (c *Config) Apply(o Overrides) error {
	for _, path := range []struct {
		value string
		field *string
	}{{o.State, &c.Paths.State}, {o.Drop, &c.Paths.Drop}} {
		if path.value == "" {
			continue
		}
		absolute, err := filepath.Abs(path.value)
		if err != nil {
			return fmt.Errorf("make the path %q absolute: %w", path.value, err)
		}
		*path.field = absolute
	}
	return nil
}

// resolve makes all paths absolute.
func (c *Config) resolve(path string) error {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("make the path %q absolute: %w", path, err)
	}
	c.Path = absolute
	folder := filepath.Dir(absolute)
	fields := []*string{&c.Paths.State, &c.Paths.Drop}
	if c.Models != "" {
		fields = append(fields, &c.Models)
	}
	for i := range c.Sources {
		fields = append(fields, &c.Sources[i].Path)
	}
	for _, field := range fields {
		if !filepath.IsAbs(*field) {
			*field = filepath.Join(folder, *field)
		}
		*field = filepath.Clean(*field)
	}
	return nil
}

// normalize writes out what an empty setting stands for.
func (c *Config) normalize() {
	normalizeSteps(c.Process)
	for i := range c.Pipelines {
		normalizeSteps(c.Pipelines[i].Process)
	}
	for name, job := range c.Jobs {
		if job.Timezone == "" {
			job.Timezone = c.Timezone
			c.Jobs[name] = job
		}
	}
	for _, source := range c.Sources {
		for _, extract := range source.Extracts {
			for name, attribute := range extract.Attributes {
				if attribute.From == "" {
					attribute.From = name
					extract.Attributes[name] = attribute
				}
			}
		}
	}
}

func inFile(path string, problems []Problem) error {
	for i := range problems {
		problems[i].File = path
	}
	return NewError(problems...)
}
