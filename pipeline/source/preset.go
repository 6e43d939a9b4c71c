package source

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// Preset says what wrote the files of a source.
type Preset struct {
	Name string `yaml:"name"`
	Doc  string `yaml:"doc"`
	// Experimental says that no file of the system itself confirmed the preset yet.
	Experimental bool     `yaml:"experimental"`
	Names        []string `yaml:"names"` // patterns of file names; {object} stands for each object of an entity
	// AnyNames are patterns of file names that do not tell the entity; the header does.
	AnyNames []string `yaml:"any_names"`
	// Entities holds how the system exports an entity, by the entity's name; there may be several ways.
	Entities map[string][]Export `yaml:"entities"`
	// ConfiguredOnly says that a source has the entities that its configuration lists, and no others.
	ConfiguredOnly bool `yaml:"configured_only"`
	Formats        `yaml:"formats"`
	Stages         Stages `yaml:"stages"`
}

// Export says how a system exports one entity.
type Export struct {
	Objects []string `yaml:"objects"` // what the system calls the entity; the entity's name if empty
	// Within names an entity whose files hold this one too, so that one file gives both.
	Within  string              `yaml:"within"`
	Headers map[string][]string `yaml:"headers"` // header names by field of the contract, best first
	// Constants are the values of fields that the file has no column for.
	Constants map[string]string `yaml:"constants"`
	// Values says by field which words are read as which others.
	Values map[string]map[string]string `yaml:"values"`
	// Only keeps the records that have one of the words in the column of that header.
	Only map[string][]string `yaml:"only"`
	// Unpivot turns columns into rows.
	Unpivot *Unpivot `yaml:"unpivot"`
}

// Unpivot turns each of several columns of a file into a row of its own: a record with dates in three
// of them becomes three rows.
type Unpivot struct {
	Headers []string `yaml:"headers"` // regular expressions for whole headers, whose first group is the name
	Name    string   `yaml:"name"`    // field that gets the name
	Value   string   `yaml:"value"`   // field that gets the cell; an empty one gives no row
}

// Formats says how a system writes values. What is empty is left to the file.
type Formats struct {
	Zone          string          `yaml:"zone"`           // IANA zone of times that carry none
	Nulls         []string        `yaml:"nulls"`          // words that mean nothing
	Booleans      map[string]bool `yaml:"booleans"`       // lower-case words of true and false, where they differ from the usual
	BlankFalse    bool            `yaml:"blank_false"`    // an empty boolean means false
	Footers       []string        `yaml:"footers"`        // how trailing records start that are no data
	SalesforceIDs bool            `yaml:"salesforce_ids"` // ids of 15 characters are a short form of 18
	ExcelSerials  bool            `yaml:"excel_serials"`  // numbers in date columns are days as Excel counts them
	DateOrder     string          `yaml:"date_order"`     // ymd, dmy or mdy
	Decimal       string          `yaml:"decimal"`        // point or comma
}

// Stages lists the stages that end a deal where nobody renamed them.
type Stages struct {
	Won  []string `yaml:"won"`
	Lost []string `yaml:"lost"`
}

// PresetNames lists the presets in alphabetical order.
func PresetNames() []string {
	files, err := fs.Glob(presetFiles, "presets/*.yaml")
	if err != nil {
		return nil // only a malformed pattern is an error
	}
	names := make([]string, 0, len(files))
	for _, file := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(file, "presets/"), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// LookupPreset gives the preset with this name. The result is the caller's own. An unknown name is
// an error that lists the known ones.
func LookupPreset(name string) (Preset, error) {
	data, err := presetFiles.ReadFile("presets/" + name + ".yaml")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return Preset{}, fmt.Errorf("unknown preset %q: use one of %s", name, strings.Join(PresetNames(), ", "))
	}
	if err != nil {
		return Preset{}, fmt.Errorf("read preset %s: %w", name, err)
	}
	return decodePreset(name, data)
}

func decodePreset(name string, data []byte) (Preset, error) {
	var preset Preset
	if err := yaml.UnmarshalWithOptions(data, &preset, yaml.Strict()); err != nil {
		return Preset{}, fmt.Errorf("decode preset %s: %w", name, err)
	}
	if preset.Name != name {
		return Preset{}, fmt.Errorf("decode preset %s: it calls itself %q", name, preset.Name)
	}
	return preset, nil
}

// Files gives the patterns of file names under which the system exports an entity. An entity that
// the preset does not know is looked for under its own name.
func (p Preset) Files(entity string) []string {
	var objects []string
	for _, export := range p.Entities[entity] {
		if export.Within == "" {
			objects = append(objects, export.Objects...)
		}
	}
	if len(objects) == 0 {
		objects = []string{entity}
	}
	var patterns []string
	for _, object := range objects {
		for _, name := range p.Names {
			patterns = append(patterns, strings.ReplaceAll(name, "{object}", object))
		}
	}
	return patterns
}
