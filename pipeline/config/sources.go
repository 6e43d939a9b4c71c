package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"truce/pipeline/config/nearest"
	"truce/pipeline/entity"
)

var attributePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// Presets lists the names of the presets that a source may have.
func Presets() []string { return enumOf[Source]("Preset") }

// ModeOf gives the mode in which the source exports an entity: delta or snapshot.
func (s Source) ModeOf(entityName string) string {
	if mode := s.Extracts[entityName].Mode; mode != "" {
		return mode
	}
	return s.Mode
}

func (v *validator) sources() {
	sources := v.config.Sources
	if len(sources) == 0 {
		v.fail("sources", "no source is configured", "name at least one folder of exports")
		return
	}
	deals := false
	for i, source := range sources {
		key := fmt.Sprintf("sources[%d]", i)
		v.sourceName(key+".name", source.Name, sources[:i])
		v.path(key+".path", source.Path)
		assumed := source.Preset != "generic" || v.isBroken(key+".preset")
		if !assumed && len(source.Extracts) == 0 {
			assumed = true
			v.fail(key+".extracts", "the preset generic needs extracts", "list the entities that the source has, such as opportunity")
		}
		for name, extract := range source.Extracts {
			if contract, ok := entity.Lookup(name); ok {
				v.extract(key+".extracts."+name, contract, extract)
			}
		}
		_, listed := source.Extracts["opportunity"]
		deals = deals || listed || assumed
	}
	if !deals {
		v.fail("sources", "no source has the entity opportunity", "add it to the extracts of the source that has the deals")
	}
}

func (v *validator) sourceName(key, name string, before []Source) {
	switch {
	case strings.TrimSpace(name) == "":
		v.fail(key, "the name is missing", "give the source a short name such as crm")
	case strings.Trim(name, " .") != name || strings.ContainsFunc(name, unsafeInNames):
		v.fail(key, fmt.Sprintf("%q cannot be a source's name", name), "use letters, digits, - and _")
	case slices.ContainsFunc(before, func(s Source) bool { return strings.EqualFold(s.Name, name) }):
		v.fail(key, fmt.Sprintf("the name %q is taken by another source", name), "give each source its own name")
	}
}

// unsafeInNames finds what a folder's name cannot hold on some system.
func unsafeInNames(r rune) bool { return r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) }

func (v *validator) extract(key string, contract *entity.Entity, extract Extract) {
	for i, pattern := range extract.Files {
		v.filePattern(fmt.Sprintf("%s.files[%d]", key, i), pattern)
	}
	fields := fieldsOf(contract)
	for field, headers := range extract.Columns {
		place := key + ".columns." + field
		switch {
		case !slices.Contains(fields, field):
			v.failKey(place, fmt.Sprintf("%s has no field %q", contract.Name, field),
				nearest.Hint(field, fields)+"; a further column belongs under attributes")
		case len(headers) == 0:
			v.fail(place, "no header is listed", "write it as it stands in the file, or remove the key")
		}
		v.headers(place, headers)
	}
	for name := range extract.Attributes {
		v.attribute(key+".attributes."+name, name, contract)
	}
	if extract.Currency != "" {
		v.currency(key+".currency", extract.Currency)
	}
	if extract.Timezone != "" {
		v.zone(key+".timezone", extract.Timezone)
	}
	v.reading(key, contract, extract)
	if extract.Replace != "" && contract.Name != "cost" {
		v.fail(key+".replace", "only cost can be replaced by month", "remove the key")
	}
}

// headers refuses blank headers of a field, which may be one text or a list.
func (v *validator) headers(key string, headers Strings) {
	for i, header := range headers {
		place := fmt.Sprintf("%s[%d]", key, i)
		if _, listed := v.values[place]; !listed {
			place = key
		}
		if strings.TrimSpace(header) == "" {
			v.fail(place, "the column's header is blank", "write it as it stands in the file")
		}
	}
}

// filePattern keeps patterns below the source's path.
func (v *validator) filePattern(key, pattern string) {
	slashed := strings.ReplaceAll(pattern, `\`, "/")
	_, err := path.Match(pattern, "")
	switch {
	case strings.TrimSpace(pattern) == "":
		v.fail(key, "the pattern is blank", "write a file name such as deals-*.csv")
	case err != nil:
		v.fail(key, fmt.Sprintf("%q is no pattern", pattern), "close the bracket, or write * and ? only")
	case path.IsAbs(slashed) || slices.Contains(strings.Split(slashed, "/"), ".."):
		v.fail(key, fmt.Sprintf("%q leads out of the source's path", pattern), "write it relative to the source's path, without ..")
	}
}

func (v *validator) attribute(key, name string, contract *entity.Entity) {
	switch {
	case strings.HasPrefix(name, "_"):
		v.failKey(key, "names that start with _ are reserved", "drop the underscore")
	case !attributePattern.MatchString(name):
		v.failKey(key, fmt.Sprintf("%q cannot be an attribute's name", name), "use lower-case letters, digits and _, such as deal_size")
	case slices.Contains(fieldsOf(contract), name):
		v.failKey(key, fmt.Sprintf("%s has a field %q", contract.Name, name), "map it under columns, or choose another name")
	case slices.Contains(reservedWords(), name):
		v.failKey(key, fmt.Sprintf("%q is a word of SQL", name), "choose another name such as "+name+"_name")
	}
}

// dimensions lists what a breakdown may name: owner, and the fields and attributes of the deal, its
// account and its owner, the latter two with or without their prefix.
func (v *validator) dimensions() []string {
	names := []string{"owner"}
	for _, prefix := range []string{"opportunity", "account", "owner"} {
		contract, _ := entity.Lookup(prefix)
		fields := fieldsOf(contract)
		for _, source := range v.config.Sources {
			for name := range source.Extracts[prefix].Attributes {
				fields = append(fields, name)
			}
		}
		for _, field := range fields {
			names = append(names, field, prefix+"."+field)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func fieldsOf(contract *entity.Entity) []string {
	names := make([]string, len(contract.Fields))
	for i, f := range contract.Fields {
		names[i] = f.Name
	}
	return names
}

// reservedWords lists the words that neither engine takes as a bare column name.
func reservedWords() []string {
	return strings.Fields(`
		all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
		create default deferrable desc describe distinct do else end except false fetch for foreign from
		group having in initially intersect into join lambda lateral leading limit not null offset on only
		or order pivot pivot_longer pivot_wider placing primary qualify references returning select show
		some summarize symmetric table then to trailing true union unique unpivot using variadic when where
		window with anti cross full inner left minus natural outer right semi`)
}
