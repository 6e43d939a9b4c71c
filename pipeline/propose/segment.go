package propose

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/spelling"
)

// dimension is a column by which deals can be told apart.
type dimension struct {
	rule      string // its name in rules
	breakdown string // its name among the breakdowns
	header    string
	column    *column
	cover     float64 // share of the deals that have a value
	place     float64 // how well it suits segments; less is better
}

// dimensions lists what deals can be broken down by: their own columns, and those of their accounts
// and owners where most deals lead to one.
func (s *sight) dimensions(d *draft) []dimension {
	var all []dimension
	deals := s.main("opportunity")
	if deals == nil {
		return nil
	}
	own := map[string]string{"product": "product", "lead_source": "lead_source", "type": "type", "pipeline": "pipeline", "competitor": "competitor"}
	all = append(all, s.dimensionsOf(d, deals, own, "", 1)...)
	for _, link := range []struct{ entity, field string }{{"account", "account_id"}, {"owner", "owner_id"}} {
		other := s.main(link.entity)
		from := deals.columns[link.field]
		if other == nil || from == nil || other.columns[other.entity.Key()[0]] == nil {
			continue
		}
		cover := from.overlap(other.columns[other.entity.Key()[0]]) * float64(from.filled) / float64(max(deals.table.rows, 1))
		fields := map[string]string{"industry": "account.industry", "country": "account.country", "region": link.entity + ".region"}
		if link.entity == "owner" {
			fields = map[string]string{"region": "owner.region", "manager": "manager", "team": "team"}
		}
		if cover >= 0.3 {
			all = append(all, s.dimensionsOf(d, other, fields, link.entity+".", cover)...)
		}
	}
	return all
}

// dimensionsOf lists the fields and attributes of one table that have a few values.
func (s *sight) dimensionsOf(d *draft, r *reading, fields map[string]string, prefix string, cover float64) []dimension {
	var found []dimension
	add := func(rule, breakdown, name string, c *column) {
		if c == nil || c.values == nil || len(c.values) < 2 || len(c.values) > 60 {
			return
		}
		share := cover * float64(c.filled) / float64(max(r.table.rows, 1))
		found = append(found, dimension{rule, breakdown, c.header, c, share, suitability(name)})
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		add(prefix+field, fields[field], field, r.columns[field])
	}
	for _, src := range d.sources {
		for _, x := range src.extracts {
			if slices.Contains(x.readings, r) {
				for _, a := range x.attributes {
					add(prefix+a.name, prefix+a.name, a.name, a.column)
				}
			}
		}
	}
	return found
}

// suitability tells how well a dimension suits segments by its name; less is better.
func suitability(name string) float64 {
	for i, word := range []string{"region", "territory", "gebiet", "segment", "market", "geo", "country", "land", "pays", "size", "industry", "sector", "branche"} {
		if strings.Contains(name, word) {
			return float64(i)
		}
	}
	return 100
}

// main gives the reading of an entity with the most rows.
func (s *sight) main(entityName string) *reading {
	var best *reading
	for _, r := range s.readings {
		if r.entity.Name == entityName && (best == nil || r.table.rows > best.table.rows) {
			best = r
		}
	}
	return best
}

// divide proposes segments by the dimension that suits best, and breakdowns by the others.
func (s *sight) divide(d *draft) {
	all := s.dimensions(d)
	slices.SortStableFunc(all, func(a, b dimension) int { return cmp.Compare(a.place, b.place) })
	d.segments, d.segmentIdeas = nil, nil
	if i := slices.IndexFunc(all, func(x dimension) bool {
		return x.place < 8 && len(x.column.values) <= 10 && x.cover >= 0.6
	}); i >= 0 {
		by := all[i]
		d.segments = segmentsBy(by)
		d.ask("segments", "are these the segments that both teams talk about? They are the values of "+quoted(by.header)+
			"; any rule over the columns will do.")
		all = slices.Delete(all, i, i+1)
	}
	if len(d.segments) == 0 && len(all) > 0 {
		segments := segmentsBy(all[0])
		for _, segment := range segments[:min(3, len(segments))] {
			d.segmentIdeas = append(d.segmentIdeas, fmt.Sprintf("- {name: %s, where: %s}", scalar(segment.Name, true), scalar(segment.Where, true)))
		}
	}
	d.breakdowns = nil
	if deals := s.main("opportunity"); deals != nil && deals.columns["owner_id"] != nil && deals.columns["owner_id"].values != nil {
		d.breakdowns = append(d.breakdowns, "owner")
	}
	for _, x := range all {
		if len(d.breakdowns) < 8 && !slices.Contains(d.breakdowns, x.breakdown) && x.cover >= 0.2 {
			d.breakdowns = append(d.breakdowns, x.breakdown)
		}
	}
}

// segmentsBy gives a segment for each value of a dimension; spellings that differ only in case or
// blanks are one.
func segmentsBy(by dimension) []config.Segment {
	groups := map[string][]string{}
	for _, value := range slices.Sorted(maps.Keys(by.column.values)) {
		if !isNullWord(value) && !isBroken(value) {
			groups[spelling.Skeleton(value)] = append(groups[spelling.Skeleton(value)], value)
		}
	}
	var segments []config.Segment
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		values := groups[key]
		name := values[0]
		if strings.EqualFold(name, "All") || strings.EqualFold(name, "Unassigned") {
			name += " " + by.header
		}
		where := by.rule + " = " + literal(values[0])
		if len(values) > 1 {
			words := make([]string, len(values))
			for i, value := range values {
				words[i] = literal(value)
			}
			where = by.rule + " in (" + strings.Join(words, ", ") + ")"
		}
		segments = append(segments, config.Segment{Name: name, Where: where})
	}
	return segments
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
