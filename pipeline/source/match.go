package source

import (
	"maps"
	"path"
	"slices"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/entity"
)

// claim says that a file may be of an entity.
type claim struct {
	entity  string
	exports []int // which of the preset's exports of the entity it may be
}

// pattern is one way in which a file of an entity may be called.
type pattern struct {
	text   string // in lower case
	entity string
	export int    // of the preset; -1 is any, for the configuration names the files
	object string // that the pattern was made for; "" if the configuration wrote it
}

// matcher tells from a name which entities a file may be of.
type matcher struct {
	source   string
	patterns []pattern // those of one entity follow each other
	anyNames []string  // of files whose header tells the entity
}

// newMatcher takes the configured patterns of each entity, or else the preset's.
func newMatcher(src config.Source, preset Preset) (matcher, error) {
	m := matcher{source: src.Name}
	for _, name := range preset.AnyNames {
		m.anyNames = append(m.anyNames, strings.ToLower(name))
	}
	preset = preset.with(src)
	for _, name := range slices.Sorted(maps.Keys(preset.Entities)) {
		files := src.Extracts[name].Files
		for _, text := range files {
			if err := m.check(name, text); err != nil {
				return matcher{}, err
			}
			m.patterns = append(m.patterns, pattern{text: path.Clean(strings.ToLower(text)), entity: name, export: -1})
		}
		if len(files) == 0 {
			m.patterns = append(m.patterns, preset.patterns(name)...)
		}
	}
	return m, nil
}

// patterns gives how the system calls the files of an entity.
func (p Preset) patterns(entity string) []pattern {
	var all []pattern
	for i, export := range p.Entities[entity] {
		for _, object := range export.objects(entity) {
			for _, name := range p.Names {
				text := strings.ToLower(strings.ReplaceAll(name, "{object}", object))
				all = append(all, pattern{text: text, entity: entity, export: i, object: object})
			}
		}
	}
	return all
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

// claims gives the entities that any of the names belongs to, by entity. Each name is tried as it is and
// by its last element. More than one is an error, for a guess would load rows twice or as something
// else than they are. But a file of records may also hold what relates them to others, if the
// configuration gives both the same files.
func (m matcher) claims(names ...string) ([]claim, error) {
	found := m.specific(slices.DeleteFunc(slices.Clone(m.patterns), func(p pattern) bool { return !p.matches(names) }))
	var claims []claim
	isSame := true
	for _, p := range found {
		isSame = isSame && p.object == "" && p.text == found[0].text
		last := len(claims) - 1
		if last < 0 || claims[last].entity != p.entity {
			claims = append(claims, claim{entity: p.entity})
			last++
		}
		if p.export >= 0 && !slices.Contains(claims[last].exports, p.export) {
			claims[last].exports = append(claims[last].exports, p.export)
		}
	}
	if len(claims) < 2 || isSame && mayShare(claims) {
		return claims, nil
	}
	refused := &PatternError{
		Source: m.source, Reason: "the patterns of both match " + names[0],
		Hint: "set files: of one of them so that only its own files match",
	}
	for _, c := range claims {
		refused.Entities = append(refused.Entities, c.entity)
	}
	return nil, refused
}

// mayShare tells whether at most one of the entities is of records with ids of their own.
func mayShare(claims []claim) bool {
	records := 0
	for _, c := range claims {
		if contract, ok := entity.Lookup(c.entity); ok && contract.Key()[0] == c.entity+"_id" {
			records++
		}
	}
	return records < 2
}

// specific leaves out the preset's patterns that others are more specific than: those of a folder if a
// file's own name says what it is, and those of an object whose name only begins like another one's.
func (m matcher) specific(found []pattern) []pattern {
	longest := 0
	isNamed := slices.ContainsFunc(found, func(p pattern) bool { return p.object != "" && !p.isFolder() })
	for _, p := range found {
		if !p.isFolder() || !isNamed {
			longest = max(longest, len(p.object))
		}
	}
	return slices.DeleteFunc(found, func(p pattern) bool {
		return p.object != "" && (p.isFolder() && isNamed || len(p.object) < longest)
	})
}

// isFolder tells whether the pattern is about the folder that a file lies in.
func (p pattern) isFolder() bool { return p.object != "" && strings.Contains(p.text, "/") }

func (p pattern) matches(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		if p.object == "" {
			name = strings.ToLower(name)
			return fits(p.text, name) || fits(p.text, path.Base(name))
		}
		base, ok := stem(name)
		if ok && p.isFolder() {
			base = strings.ToLower(path.Base(path.Dir(name))) + "/" + base
		}
		return ok && fits(p.text, base)
	})
}

func fits(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// mayBe tells whether a name is one of those that do not tell the entity.
func (m matcher) mayBe(name string) bool {
	base, _ := stem(name)
	return isExport(name) && slices.ContainsFunc(m.anyNames, func(pattern string) bool { return fits(pattern, base) })
}
