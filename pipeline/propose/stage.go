package propose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/source"
)

// stagesOf collects the stages of all deals that were loaded.
func stagesOf(tried []Tried, field, entityName string) map[string]int64 {
	counts := map[string]int64{}
	for _, one := range tried {
		if one.Entity == entityName && one.Refused == nil {
			for name, n := range one.Result.Values[field] {
				counts[name] += n
			}
		}
	}
	return counts
}

// stages sorts the stages into won, lost and the steps of the process.
func (s *sight) stages(d *draft, tried []Tried, f *facts) {
	names := stagesOf(tried, "stage", "opportunity")
	for name, seen := range f.stages {
		if names[name] == 0 && len(f.stages) <= fewValues {
			names[name] = seen.deals
		}
	}
	of, weak := s.meanings(names, f)
	var won, lost, open, unsure []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch s.ending(name, f, of) {
		case outcomeWon:
			won = append(won, name)
		case outcomeLost:
			lost = append(lost, name)
		case outcomeUnsure:
			unsure = append(unsure, name)
			open = append(open, name)
		default:
			if !isNullWord(name) && !s.isOver(name, f) {
				open = append(open, name)
			}
		}
	}
	if weak && len(won) > 0 {
		d.ask("stages", list(won, 4)+" is read as won, because no other stage says so.")
	}
	bare := bareClosed(open)
	if r := s.main("opportunity"); r != nil && r.wonOnly && len(bare) > 0 {
		d.ask("stages", list(bare, 4)+" is read as lost for deals that "+quoted(r.columns["status"].header)+" does not call won.")
		lost = append(lost, bare...)
		open = slices.DeleteFunc(open, func(name string) bool { return slices.Contains(bare, name) })
	} else if len(bare) > 0 && f.flagged == 0 {
		d.ask("stages", "does "+list(bare, 4)+" mean won or lost? It is read as open.")
	}
	if !d.knows(won, lost) {
		d.won, d.lost = won, lost
	}
	if len(unsure) > 0 {
		d.ask("stages", "are "+list(unsure, 8)+" ends of a deal? They are read as open.")
	}
	s.processes(d, open, f)
}

// meanings gives what the names of stages say, and whether such words as closed are taken for won: not
// where flags or a status already tell which deals are.
func (s *sight) meanings(names map[string]int64, f *facts) (of func(string) outcome, weak bool) {
	if f.flagged > 0 || f.deals.Won > 0 {
		return s.know.words.outcomes.of, false
	}
	return s.know.words.outcomes.amid(maps.Keys(names))
}

// ending tells how deals in a stage ended: by flags if all agree, else by the stage's name.
func (s *sight) ending(name string, f *facts, of func(string) outcome) outcome {
	if l, ok := s.listed.find("", name); ok {
		return l.ending()
	}
	seen := f.stages[name]
	if f.flagged > 0 && seen != nil && seen.deals > 0 {
		switch {
		case seen.won == seen.deals:
			return outcomeWon
		case seen.lost == seen.deals:
			return outcomeLost
		case seen.won+seen.lost == 0:
			return outcomeOpen
		}
	}
	return of(name)
}

// isOver tells whether a stage only says that a deal is decided, and a status says how.
func (s *sight) isOver(name string, f *facts) bool {
	seen := f.stages[name]
	return seen != nil && seen.won+seen.lost == seen.deals && len(bareClosed([]string{name})) > 0
}

// bareClosed gives the stages that say closed and not how.
func bareClosed(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		words := wordsOf(name)
		return !slices.ContainsFunc(words, func(w string) bool {
			return slices.Contains([]string{"closed", "geschlossen", "abgeschlossen", "cloture", "cerrado", "completed", "finished"}, w)
		})
	})
}

// knows tells whether the presets' own lists have all of the stages already.
func (d *draft) knows(won, lost []string) bool {
	var knownWon, knownLost []string
	for _, src := range d.sources {
		if preset, err := source.LookupPreset(src.preset); err == nil {
			knownWon, knownLost = append(knownWon, preset.Stages.Won...), append(knownLost, preset.Stages.Lost...)
		}
	}
	isIn := func(names, known []string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(known, name) })
	}
	return len(knownWon) > 0 && isIn(won, knownWon) && isIn(lost, knownLost)
}

// leadStages proposes which statuses of leads are steps of the funnel.
func (s *sight) leadStages(d *draft, tried []Tried) {
	statuses := stagesOf(tried, "status", "lead")
	lists := map[string]*[]string{
		"mql": &d.leadProcess.MQL, "accepted": &d.leadProcess.Accepted,
		"rejected": &d.leadProcess.Rejected, "recycled": &d.leadProcess.Recycled,
	}
	for _, list := range lists {
		*list = nil
	}
	found := false
	for _, status := range slices.Sorted(maps.Keys(statuses)) {
		if list := lists[s.know.words.outcomes.leadStep(status)]; list != nil {
			*list = append(*list, status)
			found = true
		}
	}
	if found {
		d.ask("lead_process", "do these statuses of leads mean these steps? It follows their names alone. All statuses: "+
			list(slices.Sorted(maps.Keys(statuses)), 12)+".")
	}
}

// costCategories proposes which categories of the ledger are marketing's and which are sales'.
func (s *sight) costCategories(d *draft, tried []Tried) {
	categories := slices.Sorted(maps.Keys(stagesOf(tried, "category", "cost")))
	if len(categories) == 0 {
		return
	}
	d.costs = config.CostCategories{}
	file := ""
	if r := s.main("cost"); r != nil {
		file = r.table.file.Name
	}
	words := s.know.words.outcomes.Costs
	for _, name := range categories {
		switch {
		case words["sales"].hasAny(wordsOf(name)):
			d.costs.Sales = append(d.costs.Sales, name)
		case words["marketing"].hasAny(wordsOf(name)), words["marketing"].hasAny(wordsOf(baseName(file))):
			d.costs.Marketing = append(d.costs.Marketing, name)
		}
	}
	if len(d.costs.Marketing)+len(d.costs.Sales) > 0 {
		d.ask("costs", "do these categories of "+file+" belong to these teams? It follows their names; the rest is other cost.")
	}
}

// list writes names for a person, the first of them.
func list(names []string, most int) string {
	words := make([]string, 0, most)
	for _, name := range names[:min(most, len(names))] {
		words = append(words, quoted(name))
	}
	if len(names) > most {
		return strings.Join(words, ", ") + fmt.Sprintf(" and %d more", len(names)-most)
	}
	if len(words) > 1 {
		return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
	}
	return strings.Join(words, "")
}

func quoted(text string) string { return `"` + text + `"` }
