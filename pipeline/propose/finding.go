package propose

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/spelling"
)

// find notes something odd.
func (s *sight) find(format string, args ...any) {
	s.findings = append(s.findings, fmt.Sprintf(format, args...))
}

// limits raises the limit of the quarantine where the files would exceed it, so that the first run
// shows numbers; what is set aside is reported.
func (s *sight) limits(d *draft, tried []Tried) {
	standard := config.QuarantineLimit{Rate: 0.005, Rows: 20}
	var rate float64
	for _, one := range tried {
		c := one.Result.Counts
		if c.Quarantined == 0 {
			continue
		}
		share := float64(c.Quarantined) / float64(c.Quarantined+c.Loaded)
		s.find("%s: %s of %s would be set aside: %s", one.Name, counted(c.Quarantined, "row"), thousands(c.Quarantined+c.Loaded), rulesOf(one.Result.Rules))
		if share > standard.Rate && c.Quarantined > standard.Rows {
			rate = max(rate, share)
		}
	}
	if rate == 0 {
		return
	}
	limit := math.Ceil((rate+0.005)*100) / 100
	d.quarantine = &config.QuarantineLimit{Rate: min(limit, 1), Rows: standard.Rows}
	d.ask("checks", fmt.Sprintf("%.1f %% of the rows of a file cannot be read and are set aside. Usually a run stops at 0.5 %%; the limit is raised "+
		"so that it goes on. See truce quarantine, mend the export, and remove this.", 100*rate))
}

// rulesOf says for which reasons rows are set aside, in words.
func rulesOf(rules map[string]int64) string {
	var names []string
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		names = append(names, fmt.Sprintf("%s %s", rule, thousands(rules[rule])))
	}
	return strings.Join(names, ", ")
}

// spellings proposes to read spellings of one value as the same, where they differ only in case,
// blanks and signs, or from the list of names that another file has.
func (s *sight) spellings(d *draft, tried []Tried) {
	for _, one := range tried {
		src := d.source(one.Source)
		if src == nil || one.Refused != nil {
			continue
		}
		x := src.extract(one.Entity)
		for _, field := range slices.Sorted(maps.Keys(one.Result.Values)) {
			if field == "stage" || field == "status" {
				continue
			}
			words := s.spellingsOf(one.Result.Values[field])
			x.respell(field, words)
			for _, word := range slices.Sorted(maps.Keys(words)) {
				s.find("%s: %s %s (%s) looks like %s", one.Name, field, quoted(word), counted(one.Result.Values[field][word], "row"), quoted(words[word]))
			}
		}
	}
}

// respell notes a proposal for the spelling of values.
func (x *draftExtract) respell(field string, words map[string]string) {
	if x == nil || len(words) == 0 {
		return
	}
	if x.spellings == nil {
		x.spellings = map[string]map[string]string{}
		x.remarks = append(x.remarks, remark{about: "values", text: "these look like spellings of one value; remove the # to read them as one:"})
	}
	x.spellings[field] = words
}

// spellingsOf gives by value the spelling that it should have: the one of a list of names in another
// file, else the most frequent one.
func (s *sight) spellingsOf(values map[string]int64) map[string]string {
	groups := map[string][]string{}
	for _, value := range slices.Sorted(maps.Keys(values)) {
		key := spelling.Skeleton(value)
		groups[key] = append(groups[key], value)
	}
	names := s.namesFor(values)
	words := map[string]string{}
	for key, group := range groups {
		best := names[key]
		if best == "" {
			for _, value := range group {
				if best == "" || values[value] > values[best] {
					best = value
				}
			}
		}
		for _, value := range group {
			if value != best && key != "" {
				words[value] = best
			}
		}
	}
	return words
}

// namesFor gives by skeleton the names of a list in a file that is no extract, if it has most of the
// values.
func (s *sight) namesFor(values map[string]int64) map[string]string {
	for _, t := range s.tables {
		if slices.ContainsFunc(s.readings, func(r *reading) bool { return r.table == t }) {
			continue
		}
		for _, c := range t.columns {
			if c.values == nil || c.uniqueness() < 0.99 {
				continue
			}
			found, names := 0, map[string]string{}
			for name := range c.values {
				names[spelling.Skeleton(name)] = name
				found += btoi(values[name] > 0)
			}
			if found >= 2 && found*2 >= len(values) {
				return names
			}
		}
	}
	return nil
}

// oddities reports what is odd about the deals as a whole, and uses the close date where the history
// is none.
func (s *sight) oddities(d *draft, f *facts) {
	decided := f.deals.Won + f.deals.Lost
	switch {
	case f.rows == 0:
		s.find("the deals' files have no rows")
	case f.deleted == f.rows:
		s.find("all %s are marked as deleted, so every report will be empty", counted(f.rows, "deal"))
	case f.deleted > 0:
		s.find("%s of %s are marked as deleted", counted(f.deleted, "deal"), thousands(f.rows))
	}
	if decided == 0 && f.rows > f.deleted {
		s.find("no deal is won or lost: a stage, a status or flags that say so are missing or empty")
	}
	if len(f.stages) == 0 && f.rows > f.deleted && f.flagged == 0 && decided == 0 {
		s.find("no deal has a stage")
	}
	if f.undated > 0 {
		s.find("%s won or lost without a close date; they count, but in no period", counted(f.undated, "deal"))
	}
	if f.unvalued > 0 && f.deals.Won > 0 {
		s.find("%s of %s won deals have no amount", thousands(f.unvalued), thousands(f.deals.Won))
	}
	if f.negative > 0 {
		s.find("%s of %s decided deals were closed before they were created; their cycles are counted, not measured",
			thousands(f.negative), thousands(f.measured))
	}
	if f.future > 0 {
		s.find("%s created in the future, for which a run stops; is the order of day and month right?", counted(f.future, "deal"))
	}
	if f.measured == 0 && decided > 0 {
		s.find("no decided deal has both a date of creation and a close date, so there is no sales cycle")
	}
	if s.hasBulkHistory() {
		s.find("all entries of the history are of the same two days, probably those on which the system was filled")
		s.distrustHistory(d)
	}
	for day, n := range f.createds {
		if n*10 >= f.rows*8 && f.rows >= 10 {
			s.find("%s of %s deals were created on %s, probably the day on which the system was filled: dates of creation and history say little",
				thousands(n), thousands(f.rows), day.Format("2006-01-02"))
			s.distrustHistory(d)
		}
	}
}

// hasBulkHistory tells whether the whole history was written within two days.
func (s *sight) hasBulkHistory() bool {
	r := s.main("stage_change")
	if r == nil || r.columns["changed_at"] == nil || r.table.rows < 20 {
		return false
	}
	c := r.columns["changed_at"]
	return !c.first.IsZero() && c.eitherOrder == 0 && c.last.Sub(c.first) <= 48*time.Hour
}

// distrustHistory takes outcome dates from the close date in sources that have a history.
func (s *sight) distrustHistory(d *draft) {
	if s.main("stage_change") == nil {
		return
	}
	for _, src := range d.sources {
		if src.extract("opportunity") == nil {
			continue
		}
		if src.outcomeFrom != "" {
			continue
		}
		src.outcomeFrom = "close_date"
		src.remarks = append(src.remarks, remark{about: "outcome_date_from", question: true, text: "the history seems to have been " +
			"filled in on one day, so its dates are not those of the deals. Outcomes are dated by the close date."})
	}
}

// oddFiles reports what is odd about single files.
func (s *sight) oddFiles(tried []Tried) {
	for _, t := range s.tables {
		if t.empty > 0 {
			s.find("%s: %s without any value", t.file.Name, counted(t.empty, "row"))
		}
		if len(t.columns) > 0 && t.rows == 0 {
			s.find("%s has a header and no rows", t.file.Name)
		}
	}
	for _, r := range s.readings {
		key := r.columns[r.entity.Key()[0]]
		if key == nil || len(r.entity.Key()) > 1 || key.repeated == 0 {
			continue
		}
		s.find("%s: %s repeat the %s of an earlier one; the last row of each counts", r.table.file.Name, counted(key.repeated, "row"), quoted(key.header))
	}
	for _, one := range tried {
		for _, warning := range one.Result.Warnings {
			s.find("%s: %s", one.Name, warning)
		}
	}
}
