package source

import (
	"path"
	"slices"
	"strings"

	"truce/pipeline/config"
)

// matcher tells which entities a name belongs to.
type matcher struct {
	source   string
	entities []string // sorted
	patterns map[string][]string
}

// newMatcher takes the configured patterns of each entity, or else the preset's.
func newMatcher(src config.Source, preset Preset) (matcher, error) {
	m := matcher{source: src.Name, patterns: map[string][]string{}}
	if !preset.ConfiguredOnly {
		for entity := range preset.Entities {
			m.patterns[entity] = preset.Files(entity)
		}
	}
	for entity, extract := range src.Extracts {
		m.patterns[entity] = preset.Files(entity)
		if len(extract.Files) > 0 {
			m.patterns[entity] = slices.Clone([]string(extract.Files))
		}
	}
	for entity, patterns := range m.patterns {
		m.entities = append(m.entities, entity)
		for i, pattern := range patterns {
			if err := m.check(entity, pattern); err != nil {
				return matcher{}, err
			}
			patterns[i] = path.Clean(strings.ToLower(pattern))
		}
	}
	slices.Sort(m.entities)
	return m, nil
}

func (m matcher) check(entity, pattern string) error {
	if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
		return &PatternError{
			Source: m.source, Entities: []string{entity}, Reason: "the pattern \"" + pattern + "\" cannot be read",
			Hint: `use * for any text, ? for one character, [a-z_] for a choice with \- for a hyphen in it, and close every bracket`,
		}
	}
	if path.IsAbs(pattern) || slices.Contains(strings.Split(pattern, "/"), "..") {
		return &PatternError{
			Source: m.source, Entities: []string{entity}, Reason: "the pattern \"" + pattern + "\" leaves the source's path",
			Hint: "write it relative to the path of the source",
		}
	}
	return nil
}

// entity gives the one entity to which any of the names belongs, "" if there is none. Each name is
// tried as it is and by its last element. Two entities are an error: a guess would load rows twice
// or as something else than they are.
func (m matcher) entity(names ...string) (string, error) {
	var found []string
	for _, entity := range m.entities {
		if slices.ContainsFunc(m.patterns[entity], func(pattern string) bool { return matches(pattern, names) }) {
			found = append(found, entity)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", &PatternError{
		Source: m.source, Entities: found, Reason: "the patterns of both match " + names[0],
		Hint: "set files: of one of them so that only its own files match",
	}
}

func matches(pattern string, names []string) bool {
	for _, name := range names {
		name = strings.ToLower(name)
		for _, form := range []string{name, path.Base(name)} {
			if ok, err := path.Match(pattern, form); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// passedOver says that a name is never an extract, whatever the patterns: it is hidden, the lock
// file of an office program, or the name under which a transfer program writes until it is done.
func passedOver(base string) bool {
	if strings.HasPrefix(base, ".") || strings.HasPrefix(base, "~$") || strings.HasSuffix(base, "~") {
		return true
	}
	switch strings.ToLower(path.Ext(base)) {
	case ".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp":
		return true
	}
	return false
}
