package source

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"truce/pipeline/entity"
)

// Fit tells how well a header fits one of the exports that a preset knows.
type Fit struct {
	Preset, Entity string
	Export         int      // index among the preset's exports of the entity
	Matched        int      // fields of the contract that the header has a column for
	Signs          int      // headers that tell the export from others; 0 if it cannot be told by its header
	Missing        []string // required fields, alternatives and headers that it lacks
	Complete       bool     // nothing is missing, so that the file can be loaded
}

// IsSure tells whether the header is one that the system writes for the entity, and can be loaded.
func (f Fit) IsSure() bool { return f.Complete && f.Signs > 0 }

// Presets gives all presets by name. The result is the caller's own.
func Presets() []Preset {
	var all []Preset
	for _, name := range PresetNames() {
		preset, err := LookupPreset(name)
		if err != nil {
			continue // whoever names the preset is told
		}
		all = append(all, preset)
	}
	return all
}

// Recognise ranks what a header may be, best first, over the given presets, or all if none is given; of
// equals, in the order of the presets and of the contracts. What has no column in common with it is left
// out. Who asks for many files gives Presets, for reading these takes longer than the rest.
func Recognise(headers []string, among ...Preset) []Fit {
	if len(among) == 0 {
		among = Presets()
	}
	var all []Fit
	for _, preset := range among {
		all = append(all, preset.Fits(headers)...)
	}
	slices.SortStableFunc(all, better)
	return all
}

// Fits ranks what a header may be by this preset, best first; of equals, in the order of the contracts.
// What has no column in common with it is left out.
func (p Preset) Fits(headers []string) []Fit {
	var all []Fit
	columns := newColumns(headers)
	signs := columns.count(p.Signs)
	for _, contract := range entity.All() {
		exports := p.Entities[contract.Name]
		if len(exports) == 0 && p.ConfiguredOnly {
			exports = []Export{{}}
		}
		for i, export := range exports {
			fit := export.fit(contract, columns)
			if fit.Matched == 0 {
				continue
			}
			fit.Preset, fit.Export = p.Name, i
			switch {
			case fit.Signs == 0:
			case len(p.Signs) > 0 && signs == 0:
				fit.Signs = 0
			default:
				fit.Signs += signs
			}
			all = append(all, fit)
		}
	}
	slices.SortStableFunc(all, better)
	return all
}

// better compares two fits for a list with the best one first.
func better(a, b Fit) int {
	return cmp.Or(
		compareTrue(a.IsSure(), b.IsSure()), cmp.Compare(b.Signs, a.Signs),
		compareTrue(a.Complete, b.Complete), cmp.Compare(b.Matched, a.Matched),
	)
}

func compareTrue(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// fit tells how well the columns of a file fit the export.
func (x Export) fit(contract *entity.Entity, columns columns) Fit {
	fit := Fit{Entity: contract.Name, Signs: columns.count(x.Signs)}
	unpivots := x.Unpivot != nil && columns.any(x.Unpivot.Headers)
	covered := map[string]bool{}
	for _, field := range contract.Fields {
		names, ok := x.Headers[field.Name]
		if !ok {
			names = []string{field.Name}
		}
		turned := unpivots && (field.Name == x.Unpivot.Name || field.Name == x.Unpivot.Value)
		has := columns.count(names) > 0 || turned
		_, constant := x.Constants[field.Name]
		covered[field.Name] = has || constant
		if has {
			fit.Matched++
		}
		if field.Required && !covered[field.Name] {
			fit.Missing = append(fit.Missing, field.Name)
		}
	}
	if missing := missingGroup(contract.AnyOf, covered); missing != "" {
		fit.Missing = append(fit.Missing, missing)
	}
	if x.Unpivot != nil && !unpivots {
		fit.Missing = append(fit.Missing, "columns to turn into rows")
	}
	for _, header := range slices.Sorted(maps.Keys(x.Only)) {
		if columns.count([]string{header}) == 0 {
			fit.Missing = append(fit.Missing, "column "+header)
		}
	}
	slices.Sort(fit.Missing)
	fit.Missing = slices.Compact(fit.Missing)
	fit.Complete = len(fit.Missing) == 0
	return fit
}

// missingGroup names the groups of fields of which none is complete, "" if one is.
func missingGroup(groups [][]string, covered map[string]bool) string {
	var names []string
	for _, group := range groups {
		if !slices.ContainsFunc(group, func(field string) bool { return !covered[field] }) {
			return ""
		}
		names = append(names, strings.Join(group, " and "))
	}
	return strings.Join(names, ", or ")
}

// columns are the headers of a file in the form in which they are compared.
type columns map[string]bool

func newColumns(headers []string) columns {
	all := columns{}
	for _, header := range headers {
		all[foldHeader(header)] = true
	}
	return all
}

// foldHeader gives the form in which header names are compared; the loader compares them alike.
func foldHeader(name string) string {
	return strings.ToLower(strings.TrimSpace(strings.ReplaceAll(name, "\ufeff", "")))
}

// count tells how many of the names are among the columns.
func (c columns) count(names []string) int {
	n := 0
	for _, name := range names {
		if c[foldHeader(name)] {
			n++
		}
	}
	return n
}

// any tells whether a column matches one of the expressions.
func (c columns) any(expressions []string) bool {
	for _, text := range expressions {
		header, err := regexp.Compile("(?i)^(?:" + text + ")$")
		if err != nil {
			continue // the configuration is checked elsewhere
		}
		for name := range c {
			if header.MatchString(name) {
				return true
			}
		}
	}
	return false
}
