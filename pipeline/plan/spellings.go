package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/spelling"
)

// Spelling is a value of a text field that is probably another value, written in another way.
type Spelling struct {
	Source, Entity, Field string // Source is the first one that has the value
	Value, SpelledAs      string
	Count, UsualCount     int64 // how many records of the current files have Value and SpelledAs
}

// values is what the current files of all sources hold in one text field.
type values struct {
	counts map[string]int64
	source map[string]string // the first source of a value
}

// Spellings gives the values of the current files that are probably others, by entity, field and
// value. Of values that are alike the most frequent one is taken for the right one, unless the
// configuration names another; a stage is also held against the stages that end a deal.
func Spellings(c *config.Config, f Facts) []Spelling {
	var found []Spelling
	fields := textFields(f.Files)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		entityName, field, _ := strings.Cut(name, ".")
		var ends, named []string
		switch name {
		case "opportunity.stage", "stage_change.stage":
			ends, named = namedStages(c)
		case "opportunity.pipeline":
			for _, p := range c.Pipelines {
				named = append(named, p.Pipeline)
			}
		}
		v := fields[name]
		for _, pair := range pairs(v.counts, named, ends) {
			found = append(found, Spelling{
				Source: v.source[pair[0]], Entity: entityName, Field: field, Value: pair[0], SpelledAs: pair[1],
				Count: v.counts[pair[0]], UsualCount: v.counts[pair[1]],
			})
		}
	}
	return found
}

// namedStages gives the stages that end deals, and all that the configuration names, of every process.
func namedStages(c *config.Config) (ends, named []string) {
	for _, p := range c.Processes() {
		ends = slices.Concat(ends, p.Stages.Won, p.Stages.Lost)
		for _, step := range p.Process {
			named = append(named, step.Stages...)
		}
	}
	return ends, append(named, ends...)
}

// textFields gives what the current files hold in each text field, by entity and field.
func textFields(files []FileFacts) map[string]values {
	fields := map[string]values{}
	for _, file := range files {
		if !file.IsCurrent {
			continue
		}
		for field, counts := range file.Values {
			name := file.Entity + "." + field
			if _, ok := fields[name]; !ok {
				fields[name] = values{map[string]int64{}, map[string]string{}}
			}
			for value, count := range counts {
				fields[name].counts[value] += count
				if before, ok := fields[name].source[value]; !ok || file.Source < before {
					fields[name].source[value] = file.Source
				}
			}
		}
	}
	return fields
}

// pairs gives values with the ones that they are probably meant to be, in the order of the values.
// Named values are right; ends are those to which a value that is not named may come near.
func pairs(counts map[string]int64, named, ends []string) [][2]string {
	meant := map[string]string{}
	for _, group := range spelling.Groups(counts) {
		usual := group[0]
		if i := slices.IndexFunc(group, func(value string) bool { return slices.Contains(named, value) }); i >= 0 {
			usual = group[i]
		}
		for _, value := range group {
			if value != usual && !slices.Contains(named, value) {
				meant[value] = usual
			}
		}
	}
	for value := range counts {
		if slices.Contains(named, value) {
			continue
		}
		if i := slices.IndexFunc(ends, func(end string) bool { return spelling.Near(value, end) }); i >= 0 {
			meant[value] = ends[i]
		}
	}
	var sorted [][2]string
	for _, value := range slices.Sorted(maps.Keys(meant)) {
		sorted = append(sorted, [2]string{value, meant[value]})
	}
	return sorted
}

// spellings gives config_spellings.
func spellings(c *config.Config, f Facts) engine.Relation {
	r := engine.Relation{
		Name: "config_spellings", Doc: "the values of text fields of the current files that are probably others, written in another way",
		Columns: []engine.Column{
			{Name: "entity", Type: engine.Text},
			{Name: "field", Type: engine.Text},
			{Name: "value", Type: engine.Text},
			{Name: "spelled_as", Type: engine.Text},
			{Name: "record_count", Type: engine.BigInteger},
		},
	}
	for _, s := range Spellings(c, f) {
		r.Rows = append(r.Rows, []any{s.Entity, s.Field, s.Value, s.SpelledAs, s.Count})
	}
	return r
}

// spelledOut is how many values of a field a warning names.
const spelledOut = 3

// SpellingWarnings says for each field of a source, in one line, which values are probably others.
func SpellingWarnings(found []Spelling) []string {
	byField := map[string][]Spelling{}
	for _, s := range found {
		name := s.Source + "/" + s.Entity + "." + s.Field
		byField[name] = append(byField[name], s)
	}
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(byField)) {
		list := slices.SortedStableFunc(slices.Values(byField[name]), func(a, b Spelling) int { return cmp.Compare(b.Count, a.Count) })
		var parts []string
		for _, s := range list[:min(len(list), spelledOut)] {
			usual := fmt.Sprintf("%q (%d)", s.SpelledAs, s.UsualCount)
			if s.UsualCount == 0 {
				usual = fmt.Sprintf("%q of the configuration", s.SpelledAs)
			}
			parts = append(parts, fmt.Sprintf("%q (%d) looks like %s", s.Value, s.Count, usual))
		}
		if more := len(list) - spelledOut; more > 0 {
			parts = append(parts, fmt.Sprintf("and %d more", more))
		}
		lines = append(lines, name+": "+strings.Join(parts, ", ")+"; map one to the other under values")
	}
	return lines
}
