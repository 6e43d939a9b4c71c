package source

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"truce/pipeline/config"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// Preset says what wrote the files of a source.
type Preset struct {
	Name string `yaml:"name"`
	Doc  string `yaml:"doc"`
	// Experimental says that no file of the system itself confirmed the preset yet.
	Experimental bool `yaml:"experimental"`
	// Extends names a preset whose entities are this one's too; the headers listed here come first.
	Extends string   `yaml:"extends"`
	Names   []string `yaml:"names"` // patterns of file names without extension; {object} stands for each object of an entity
	// AnyNames are patterns of file names, without extension, that do not tell the entity; the header does.
	AnyNames []string `yaml:"any_names"`
	// Signs are headers that every export of the system has at least one of; none if it has no such.
	Signs []string `yaml:"signs"`
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
	Within string `yaml:"within"`
	// Optional says that some files of the object hold no such entity; those are passed over.
	Optional bool `yaml:"optional"`
	// Signs are headers that tell the export from the others of the system. Without them it is known
	// by the name of its file only.
	Signs   []string            `yaml:"signs"`
	Headers map[string][]string `yaml:"headers"` // header names by field of the contract, best first
	// FirstOf lists fields that are read from all columns of their list that a file has, of which the
	// first cell of a record that says something counts.
	FirstOf []string `yaml:"first_of"`
	// Constants are the values of fields that the file has no column for.
	Constants map[string]string `yaml:"constants"`
	// Values says by field which words are read as which others.
	Values map[string]map[string]string `yaml:"values"`
	// Prefixes says by field how its ids start; another id in that column belongs to another field.
	Prefixes map[string]string `yaml:"prefixes"`
	// Only keeps the records that have one of the words in the column of that header.
	Only map[string][]string `yaml:"only"`
	// Unpivot turns columns into rows.
	Unpivot *Unpivot `yaml:"unpivot"`
	// Split makes rows of the parts of a cell.
	Split *Split `yaml:"split"`
}

// Unpivot turns each of several columns of a file into a row of its own: a record with dates in three
// of them becomes three rows.
type Unpivot struct {
	Headers []string `yaml:"headers"` // regular expressions for whole headers, whose first group is the name
	Name    string   `yaml:"name"`    // field that gets the name
	Value   string   `yaml:"value"`   // field that gets the cell; an empty one gives no row
}

// Split reads the cells of a field as lists: each part that says something becomes a row of its own.
type Split struct {
	Field     string `yaml:"field"`
	Separator string `yaml:"separator"` // between the parts
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
	preset, err := decodePreset(name, data)
	if err != nil || preset.Extends == "" {
		return preset, err
	}
	base, err := LookupPreset(preset.Extends)
	if err != nil {
		return Preset{}, fmt.Errorf("preset %s extends another: %w", name, err)
	}
	return preset.on(base), nil
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

// on gives the preset with the entities of the one that it extends. Exports are joined by their place.
func (p Preset) on(base Preset) Preset {
	own := p.Entities
	p.Entities = base.Entities
	for name, exports := range own {
		for i, export := range exports {
			if i < len(base.Entities[name]) {
				base.Entities[name][i].prepend(export)
			} else {
				p.Entities[name] = append(p.Entities[name], export)
			}
		}
	}
	return p
}

// prepend puts what another export lists before what this one does.
func (x *Export) prepend(first Export) {
	x.Objects = append(first.Objects, x.Objects...)
	x.Signs = append(first.Signs, x.Signs...)
	for field, headers := range first.Headers {
		x.Headers[field] = append(headers, x.Headers[field]...)
	}
}

// with gives the preset as the configuration of a source changes it: what it says of the columns of an
// entity takes the place of what the preset knows.
func (p Preset) with(src config.Source) Preset {
	changed := p
	changed.Entities = maps.Clone(p.Entities)
	if p.ConfiguredOnly {
		changed.Entities = map[string][]Export{}
	}
	for name, set := range src.Extracts {
		exports := slices.Clone(p.Entities[name])
		if len(exports) == 0 {
			exports = []Export{{}}
		}
		for i := range exports {
			exports[i] = exports[i].with(set)
		}
		changed.Entities[name] = exports
	}
	return changed
}

func (x Export) with(set config.Extract) Export {
	x.Headers, x.Constants, x.Only = union(x.Headers, nil), union(x.Constants, set.Constants), union(x.Only, nil)
	for field, headers := range set.Columns {
		x.Headers[field] = headers
		delete(x.Constants, field)
	}
	for header, words := range set.Only {
		x.Only[header] = words
	}
	if len(set.Unpivot.Headers) > 0 {
		x.Unpivot = &Unpivot{Headers: set.Unpivot.Headers, Name: set.Unpivot.Name, Value: set.Unpivot.Value}
	}
	return x
}

func union[V any](into, from map[string]V) map[string]V {
	all := map[string]V{}
	maps.Copy(all, into)
	maps.Copy(all, from)
	return all
}

// objects gives what the system calls an entity in an export: the entity's own name if it does not say.
func (x Export) objects(entity string) []string {
	if len(x.Objects) == 0 && x.Within == "" {
		return []string{entity}
	}
	return x.Objects
}
