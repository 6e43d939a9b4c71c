package propose

import (
	"context"
	"slices"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/entity"
	"truce/pipeline/source"
)

// headers gives the header of a table.
func (t *table) headers() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.header
	}
	return names
}

// byPreset says which preset's own headers a table has, nil if none fits clearly. Headers that are
// plain words of the language fit many systems and prove none; and a preset that knows fewer columns
// than their words tell is the wrong one. One that lacks a required column is given with what is missing.
func (k *knowledge) byPreset(t *table) *reading {
	var incomplete *reading
	for _, fit := range k.fits(t.headers()) {
		contract, ok := entity.Lookup(fit.Entity)
		if !ok || fit.Preset == "generic" || fit.Signs == 0 || !isDistinctive(fit.Preset, t.headers()) {
			continue
		}
		words := len(k.readAs(t, contract).columns)
		if isLabelled(fit.Preset) {
			for _, r := range k.byWords(t) {
				words = max(words, len(r.columns))
			}
		}
		if 3*fit.Matched < 2*words {
			continue
		}
		r := k.presetReading(t, fit)
		if len(r.missing) == 0 {
			return r
		}
		if incomplete == nil && !isLabelled(fit.Preset) {
			incomplete = r
		}
	}
	return incomplete
}

// presetReading makes a reading of a fit. A required column that the preset does not find is looked for
// by its words; a lead without a date of creation takes that of its last change, which is the best
// there is.
func (k *knowledge) presetReading(t *table, fit source.Fit) *reading {
	contract, _ := entity.Lookup(fit.Entity)
	r := &reading{table: t, entity: contract, preset: fit.Preset, export: fit.Export, columns: map[string]*column{}, mended: map[string]*column{}}
	var words *reading
	for _, field := range fit.Missing {
		if words == nil {
			words = k.readAs(t, contract)
		}
		c := words.columns[field]
		if c == nil && field == "created_at" {
			c = words.columns["modified_at"]
		}
		if c == nil {
			r.missing = append(r.missing, field)
			continue
		}
		r.mended[field] = c
		r.ask("columns", "the file has no column that "+field+" is usually in; "+quoted(c.header)+" is taken instead.")
	}
	return r
}

// adoptPresets takes from each preset in use what it finds in the folder by itself: it knows its files
// by their names, and which of them give several entities.
func (s *sight) adoptPresets(ctx context.Context) error {
	var names []string
	for _, r := range s.readings {
		if r.preset != "" && !slices.Contains(names, r.preset) {
			names = append(names, r.preset)
		}
	}
	for _, name := range names {
		preset, err := source.LookupPreset(name)
		if err != nil {
			return err
		}
		finder := source.Finder{Settle: time.Millisecond}
		found, err := finder.Find(ctx, config.Source{Name: "crm", Path: s.options.Dir, Preset: name}, preset, s.options.Now)
		if err != nil {
			continue // the files are named one by one then
		}
		for _, file := range found.Files {
			s.adoptFile(name, file)
		}
	}
	return nil
}

// adoptFile replaces what a file was taken for by what the preset says. Files of another preset stay.
func (s *sight) adoptFile(preset string, file source.File) {
	at := slices.IndexFunc(s.tables, func(t *table) bool { return t.file.Name == file.Name })
	if at < 0 {
		return
	}
	t := s.tables[at]
	fits := slices.DeleteFunc(s.know.fits(t.headers()), func(f source.Fit) bool {
		return f.Preset != preset || f.Entity != file.Entity || f.Export != file.Export
	})
	if len(fits) == 0 || slices.ContainsFunc(s.readings, func(r *reading) bool {
		return r.table == t && r.preset != "" && r.preset != preset
	}) {
		return
	}
	s.readings = slices.DeleteFunc(s.readings, func(r *reading) bool { return r.table == t && !r.found })
	r := s.know.presetReading(t, fits[0])
	r.found = true
	s.readings = append(s.readings, r)
}

// isLabelled tells whether the preset's headers are labels that people see. Where one is missing, the
// words of the others tell as much.
func isLabelled(preset string) bool {
	return slices.Contains([]string{"pipedrive", "dynamics", "hubspot", "zoho", "salesforce-report"}, preset)
}

// isDistinctive tells whether headers with the labels that people see, which are words of the
// language, are those of the preset's system. Names for programs need no other proof.
func isDistinctive(preset string, headers []string) bool {
	count := func(is func(string) bool) int {
		n := 0
		for _, h := range headers {
			n += btoi(is(strings.ToLower(h)))
		}
		return n
	}
	starts := func(prefixes ...string) func(string) bool {
		return func(h string) bool {
			return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(h, p) })
		}
	}
	switch preset {
	case "pipedrive":
		return count(starts("deal - ", "organization - ", "person - ", "lead - ", "activity - ")) >= 3
	case "dynamics":
		return count(starts("(do not modify)")) > 0
	case "hubspot":
		return count(starts("hs_", "date entered ")) > 0 || count(isOf("record id")) > 0 && count(isOf("deal name", "deal stage",
			"lifecycle stage", "company owner", "contact owner", "deal owner", "original source", "original traffic source",
			"associated company", "company name", "create date")) >= 2
	case "zoho":
		return count(isOf("record id", "id", "deal id", "lead id", "account id")) > 0 && count(isOf("potential name", "deal owner.id",
			"created by.id", "modified by.id", "account name.id", "closing date", "lead conversion time", "deal owner", "lead owner",
			"modified time", "created time", "account owner")) >= 3
	case "salesforce-report":
		return count(isOf("opportunity id", "lead id", "account id", "18 digit id", "user id", "campaign id", "activity id")) > 0 &&
			count(isOf("opportunity owner", "lead owner", "account owner", "fiscal period", "probability (%)", "close date",
				"last modified date", "account name", "to stage", "opportunity name")) >= 3
	}
	return true
}

func isOf(names ...string) func(string) bool {
	return func(h string) bool { return slices.Contains(names, h) }
}
