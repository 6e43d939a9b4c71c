package propose

import (
	"cmp"
	"hash/maphash"
	"path"
	"slices"
	"strings"

	"truce/pipeline/entity"
	"truce/pipeline/source"
)

// knowledge is what tables are understood by.
type knowledge struct {
	words *dictionary
	seed  maphash.Seed
	fits  func(headers []string) []source.Fit
}

// recognisable lists the entities that are recognised by words, in the order in which a tie is
// decided.
func recognisable() []string {
	return []string{"opportunity", "stage_change", "lead", "account", "owner", "campaign", "cost", "exchange_rate"}
}

// understand says what a table is an extract of: by a preset whose own headers it has, else by words.
// Of several entities the likeliest comes first; none is an empty list.
func (k *knowledge) understand(t *table) []*reading {
	if r := k.byPreset(t); r != nil {
		if len(r.missing) > 0 {
			return nil // what a system wrote for something else is nothing by its words either
		}
		return []*reading{r}
	}
	return k.byWords(t)
}

// byWords says what a table is an extract of by its words, the likeliest first.
func (k *knowledge) byWords(t *table) []*reading {
	var found []*reading
	for _, name := range recognisable() {
		contract, _ := entity.Lookup(name)
		r := k.readAs(t, contract)
		if name == "opportunity" {
			k.settleKey(r)
			k.settleOutcome(r)
		}
		if len(r.missing) > 0 || !k.isPlausible(r) {
			continue
		}
		r.score += k.bonus(r)
		found = append(found, r)
	}
	slices.SortStableFunc(found, func(a, b *reading) int { return cmp.Compare(b.score, a.score) })
	return found
}

// isPlausible tells whether the cells are those of the entity's records.
func (k *knowledge) isPlausible(r *reading) bool {
	t := r.table
	isMost := func(field string) bool { return 2*r.columns[field].filled > t.rows }
	switch r.entity.Name {
	case "opportunity":
		return r.columns["opportunity_id"].uniqueness() >= 0.5
	case "lead":
		return r.columns["lead_id"].uniqueness() >= 0.5 && isMost("created_at") && k.isLeads(r)
	case "account":
		return r.columns["account_id"].uniqueness() >= 0.9 && isMost("account_id") && (len(r.columns) > 1 || k.isNamed(r))
	case "owner":
		return r.columns["owner_id"].uniqueness() >= 0.9 && isMost("owner_id") && (len(r.columns) > 1 || k.isNamed(r))
	case "stage_change":
		return k.isNamed(r) || r.columns["opportunity_id"].uniqueness() < 0.9
	case "campaign":
		return r.columns["campaign_id"].uniqueness() >= 0.9 && k.isNamed(r)
	case "cost":
		return isMost("month") && isMost("amount") && (k.isNamed(r) || len(t.columns) <= 8)
	}
	return len(t.columns) <= 8
}

// isLeads tells whether people in a table are leads, and not just contacts: the name of the file says so,
// or columns of what leads go through.
func (k *knowledge) isLeads(r *reading) bool {
	words := wordsOf(baseName(r.table.file.Name))
	isContacts := slices.Contains(words, "contact") || slices.Contains(words, "kontakt")
	for _, field := range []string{"source", "status", "campaign_id", "mql_at", "converted_at"} {
		if r.columns[field] != nil {
			return true
		}
	}
	return k.isNamed(r) && !isContacts
}

// isNamed tells whether the name of the file says the entity.
func (k *knowledge) isNamed(r *reading) bool {
	return k.words.Entities[r.entity.Name].Names.hasAny(wordsOf(baseName(r.table.file.Name)))
}

// bonus is what the name of the file and the header of the key say about the entity.
func (k *knowledge) bonus(r *reading) float64 {
	bonus := 0.0
	if k.isNamed(r) {
		bonus += 150
	}
	names := k.words.Entities[r.entity.Name].Names
	for _, key := range r.entity.Key() {
		if c := r.columns[key]; c != nil && names.hasAny(c.words) {
			bonus += 60
			break
		}
	}
	if r.entity.Name == "opportunity" {
		bonus += map[bool]float64{true: 120, false: -120}[r.decides]
	}
	return bonus
}

// baseName gives the name of a file without folders, archive and extensions.
func baseName(name string) string {
	name = path.Base(name[strings.LastIndexByte(name, '!')+1:])
	base, _, _ := strings.Cut(name, ".")
	return base
}
