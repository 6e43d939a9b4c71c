package propose

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/entity"
)

const leastScore = 45 // of a field and a column that belong together

// reading says that a table is the extract of an entity, and which column is which field.
type reading struct {
	table   *table
	entity  *entity.Entity
	preset  string // "" where the columns were matched by words
	export  int
	columns map[string]*column // by field
	score   float64
	missing []string           // required fields for which there is no column
	mended  map[string]*column // columns that words found where the preset did not
	found   bool               // the preset finds the file by itself

	decides   bool // something tells which deals are won or lost
	wonOnly   bool // the status only tells won deals from others
	constants map[string]string
	values    map[string]string // words of the status that mean won, lost or open
	questions []remark
}

// candidate is a column that may be a field.
type candidate struct {
	field  string
	column *column
	score  float64
}

// readAs matches the columns of a table with the fields of an entity: by the words of the header and
// by what the cells are. Each column becomes one field at most.
func (k *knowledge) readAs(t *table, contract *entity.Entity) *reading {
	r := &reading{table: t, entity: contract, columns: map[string]*column{}}
	var found []candidate
	for _, f := range contract.Fields {
		for _, c := range t.columns {
			if isDoubled(t, c) {
				continue // the loader cannot know which of them is meant
			}
			if score := k.score(contract.Name, f, c); score >= leastScore {
				found = append(found, candidate{f.Name, c, score})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.column.index, b.column.index))
	})
	taken := map[*column]bool{}
	for _, c := range found {
		if r.columns[c.field] == nil && !taken[c.column] {
			r.columns[c.field], taken[c.column] = c.column, true
			r.score += c.score
		}
	}
	k.complete(r)
	return r
}

// score tells how well a column fits a field; 0 is not at all.
func (k *knowledge) score(entityName string, f entity.Field, c *column) float64 {
	words, ok := k.words.Entities[entityName].Fields[f.Name]
	if !ok || len(c.words) == 0 || words.Not.hasAny(c.words) && !slices.ContainsFunc(words.Words, func(p []string) bool {
		return slices.Equal(p, c.words)
	}) {
		return 0
	}
	score := k.resemblance(entityName, words.Words, c.words)
	if score == 0 {
		return 0
	}
	return score * k.suits(f, c)
}

// resemblance tells how well a header's words agree with what a field is called.
func (k *knowledge) resemblance(entityName string, names phrases, header []string) float64 {
	best := 0.0
	bare := k.bare(entityName, header)
	for i, name := range names {
		score := 0.0
		switch {
		case slices.Equal(name, header), strings.Join(name, "") == strings.Join(header, ""):
			score = 100 // dealname and deal name are the same
		case len(bare) > 0 && slices.Equal(k.bare(entityName, name), bare):
			score = 88
		case within(header, name):
			score = 72 - 8*float64(len(header)-len(name))
			if len(name) == 1 {
				score -= 10
			}
		}
		best = max(best, score-float64(min(i, 30))*0.3)
	}
	return best
}

// bare leaves out the words that name the entity itself.
func (k *knowledge) bare(entityName string, words []string) []string {
	var rest []string
	for _, word := range words {
		if !slices.ContainsFunc(k.words.Entities[entityName].Names, func(p []string) bool { return len(p) == 1 && p[0] == word }) {
			rest = append(rest, word)
		}
	}
	return rest
}

// suits tells how well the cells of a column suit the type of a field: from 0, not at all, to 1.
func (k *knowledge) suits(f entity.Field, c *column) float64 {
	if c.filled == 0 {
		if f.Required || f.Key {
			return 0
		}
		return 0.6
	}
	usual := func(n int) float64 {
		if share := c.share(n); share >= 0.75 {
			return share
		}
		return 0
	}
	switch f.Type {
	case entity.Date, entity.Timestamp:
		return usual(c.dates + c.serials + c.broken)
	case entity.Decimal, entity.Rate, entity.Integer:
		if f.Type == entity.Integer && c.whole < c.numbers {
			return 0
		}
		return usual(c.numbers + c.broken + nullWords(c))
	case entity.Boolean:
		return usual(c.flags)
	}
	return k.fitsText(f.Name, c)
}

// fitsText tells how well the cells of a column suit a field of text.
func (k *knowledge) fitsText(field string, c *column) float64 {
	isDate := c.share(c.dates) > 0.5
	switch field {
	case "stage", "status":
		if c.values == nil || isDate || len(c.values) > 150 {
			return 0
		}
		if k.decides(c) {
			return 1.1
		}
		return 0.8
	case "product", "lead_source", "source", "type", "pipeline", "loss_reason", "competitor", "rejection_reason", "category", "industry", "region", "country":
		if isDate || c.share(c.flags) > 0.9 || c.points+c.commas > c.filled/2 {
			return 0
		}
	case "name", "manager", "team":
		if isDate || c.share(c.numbers) > 0.9 {
			return 0
		}
	default:
		if isDate || c.points+c.commas > c.filled/10 || c.mails > c.filled/2 && field != "owner_id" {
			return 0
		}
	}
	return 1
}

// decides tells whether words in the column say that deals are won or lost.
func (k *knowledge) decides(c *column) bool {
	of, _ := k.words.outcomes.amid(maps.Keys(c.values))
	for value := range c.values {
		if of(value) != outcomeOpen {
			return true
		}
	}
	return false
}

// nullWords counts the cells that say that there is no value.
func nullWords(c *column) int {
	n := 0
	for word, count := range c.odd {
		if isNullWord(word) {
			n += count
		}
	}
	return n
}

// complete lists the required fields that have no column.
func (k *knowledge) complete(r *reading) {
	for _, f := range r.entity.Fields {
		if f.Required && r.columns[f.Name] == nil {
			r.missing = append(r.missing, f.Name)
		}
	}
	if len(r.entity.AnyOf) > 0 && !slices.ContainsFunc(r.entity.AnyOf, func(group []string) bool {
		return !slices.ContainsFunc(group, func(name string) bool { return r.columns[name] == nil })
	}) {
		r.missing = append(r.missing, r.entity.AnyOf[0][0])
	}
}
