package propose

import (
	"fmt"
	"slices"

	"truce/pipeline/entity"
)

const leastOverlap = 0.5 // share of the values of a column that its target must have

// join settles which columns lead from one table to another, by the values that they share: values
// say more than headers. Readings by a preset know their columns themselves.
func (s *sight) join() {
	for _, r := range s.readings {
		if r.preset != "" {
			continue
		}
		switch r.entity.Name {
		case "opportunity":
			s.joinKey(r, "account_id", "account", true)
			s.joinKey(r, "owner_id", "owner", true)
			s.joinKey(r, "campaign_id", "campaign", false)
		case "lead":
			s.joinKey(r, "owner_id", "owner", false)
			s.joinKey(r, "opportunity_id", "opportunity", false)
			s.joinKey(r, "account_id", "account", false)
			s.joinKey(r, "campaign_id", "campaign", false)
		case "stage_change":
			s.joinKey(r, "opportunity_id", "opportunity", false)
		}
	}
	s.linkLeads()
}

// joinKey sets the column of a reading that names records of another entity. With movable, the other
// table's key may become another of its unique columns, such as the name instead of the number.
func (s *sight) joinKey(r *reading, field, target string, movable bool) {
	for _, other := range s.readings {
		if other.entity.Name != target || other.preset != "" || other == r {
			continue
		}
		key := other.entity.Key()[0]
		from, to := s.bestPair(r, field, other, key, movable)
		if from == nil {
			s.findings = append(s.findings, noOverlap(r, field, other, key)...)
			continue
		}
		r.take(field, from)
		if other.columns[key] != to {
			other.take(key, to)
		}
		return
	}
}

// bestPair gives the columns of two tables that share most of their values. A pair that the headers
// proposed is kept unless another is better.
func (s *sight) bestPair(r *reading, field string, other *reading, key string, movable bool) (from, to *column) {
	proposed, keyed := r.columns[field], other.columns[key]
	if proposed != nil && keyed != nil && proposed.overlap(keyed) >= leastOverlap {
		return proposed, keyed
	}
	best := leastOverlap
	for _, c := range r.table.columns {
		if !mayName(r, field, c) || c != proposed && isSmallNumber(c) {
			continue
		}
		for _, target := range other.table.columns {
			isKey := target == other.columns[key]
			if !isKey && (!movable || target.uniqueness() < 0.98 || target.filled*10 < other.table.rows*9 || target.dates+target.flags > 0) {
				continue
			}
			share := c.overlap(target) + 0.02*float64(btoi(isKey)) + 0.02*float64(btoi(c == proposed))
			if share > best {
				best, from, to = share, c, target
			}
		}
	}
	return from, to
}

// isSmallNumber tells whether a column counts from one, as the keys of many tables do, so that what it
// shares with another one proves nothing.
func isSmallNumber(c *column) bool {
	return c.numbers == c.filled && c.values != nil
}

// mayName tells whether a column may name records of another table: it holds no dates, flags or
// amounts, and is no other field already that cannot be two.
func mayName(r *reading, field string, c *column) bool {
	if c.filled == 0 || c.distinct() < 2 || c.dates > 0 || c.flags == c.filled || c.points+c.commas > 0 {
		return false
	}
	for _, taken := range []string{"opportunity_id", "stage", "status", "amount"} {
		if taken != field && r.columns[taken] == c {
			return false
		}
	}
	return true
}

// take makes a column a field, and no other one.
func (r *reading) take(field string, c *column) {
	for name, have := range r.columns {
		if have == c && name != "name" {
			delete(r.columns, name)
		}
	}
	r.columns[field] = c
}

// noOverlap reports that a column of names leads nowhere.
func noOverlap(r *reading, field string, other *reading, key string) []string {
	from, to := r.columns[field], other.columns[key]
	if from == nil || to == nil || from.isFull || to.isFull || from.filled == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: only %.0f %% of the values of %s are in %s of %s, so most %s records say nothing about it",
		r.table.file.Name, 100*from.overlap(to), quoted(from.header), quoted(to.header), other.table.file.Name, other.entity.Name)}
}

// linkLeads finds out which lead became which deal, where deals name their lead.
func (s *sight) linkLeads() {
	contract, _ := entity.Lookup("lead_opportunity")
	for _, deals := range s.readings {
		if deals.entity.Name != "opportunity" || deals.preset != "" {
			continue
		}
		for _, leads := range s.readings {
			if leads.entity.Name != "lead" || leads.preset != "" || leads.columns["opportunity_id"] != nil {
				continue
			}
			at := slices.IndexFunc(deals.table.columns, func(c *column) bool {
				return c.uniqueness() > 0.5 && c.flags == 0 && c.overlap(leads.columns["lead_id"]) >= leastOverlap
			})
			if at < 0 {
				continue
			}
			s.readings = append(s.readings, &reading{
				table: deals.table, entity: contract,
				columns: map[string]*column{"lead_id": deals.table.columns[at], "opportunity_id": deals.columns["opportunity_id"]},
			})
			return
		}
	}
}
