package load

import (
	"strings"

	"github.com/apache/arrow-go/v18/parquet"

	"truce/pipeline/entity"
)

// maxValues is how many different values of a column are counted.
const maxValues = 200

// valueCounts counts the different values of a text column, until there are too many of them.
type valueCounts struct {
	counts map[string]*int64
	many   bool
}

func newValueCounts() *valueCounts { return &valueCounts{counts: map[string]*int64{}} }

// isCounted tells whether the column's values are worth counting: those of keys, ids, persons and
// titles are not.
func (c *column) isCounted() bool {
	switch c.field.Name {
	case "name", "title", "changed_by":
		return false
	}
	return c.field.Type == entity.Text && c.isFilled() && !c.id && !c.person && (c.attribute || !c.field.Key) &&
		!strings.HasSuffix(c.field.Name, "_id")
}

// add counts texts.
func (v *valueCounts) add(texts []parquet.ByteArray) {
	for _, text := range texts {
		if v.many {
			return
		}
		if n, ok := v.counts[string(text)]; ok {
			*n++
		} else {
			v.note(string(text), 1)
		}
	}
}

// addDictionary counts the rows of a dictionary.
func (v *valueCounts) addDictionary(d *dictionary) {
	switch {
	case v.many || d.present == 0:
		return
	case len(d.hashes) > maxValues:
		v.giveUp()
		return
	}
	counts := make([]int64, len(d.hashes))
	if len(d.levels) == 0 {
		for _, entry := range d.rows {
			counts[entry]++
		}
	} else {
		for row, entry := range d.rows {
			counts[entry] += int64(d.levels[row])
		}
	}
	for entry, n := range counts {
		v.note(string(d.text[d.ends[entry]:d.ends[entry+1]]), n)
	}
}

// note counts a text so many times.
func (v *valueCounts) note(text string, times int64) {
	switch n, ok := v.counts[text]; {
	case v.many:
	case ok:
		*n += times
	case len(v.counts) == maxValues:
		v.giveUp()
	default:
		v.counts[text] = &times
	}
}

func (v *valueCounts) giveUp() { v.counts, v.many = nil, true }

// values adds up what the workers counted, by field.
func (r *run) values() map[string]map[string]int64 {
	totals := make([]*valueCounts, len(r.head.plan.columns))
	for i := range totals {
		totals[i] = newValueCounts()
	}
	for _, w := range r.parts {
		for i, counts := range w.counts()[:min(len(totals), len(w.counts()))] {
			totals[i].merge(counts)
		}
	}
	out := map[string]map[string]int64{}
	for i, total := range totals {
		if len(total.counts) == 0 {
			continue
		}
		values := make(map[string]int64, len(total.counts))
		for text, n := range total.counts {
			values[text] = *n
		}
		out[r.head.plan.columns[i].field.Name] = values
	}
	return out
}

// merge adds what others counted, who may not have counted at all.
func (v *valueCounts) merge(others *valueCounts) {
	switch {
	case others == nil || v.many:
		return
	case others.many:
		v.giveUp()
		return
	}
	for text, n := range others.counts {
		v.note(text, *n)
	}
}
