package propose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/entity"
)

// currencies settles the reporting currency, and that of amounts for which no column says it: from a
// column of codes, from headers, from signs in the cells, else US dollars.
func (s *sight) currencies(d *draft) {
	counts, asked := map[string]int{}, map[string]string{}
	for _, x := range d.extracts() {
		for _, r := range x.readings {
			if code, where := currencyOf(r); code != "" {
				counts[code] += r.table.rows + 1
				asked[code] = where
				x.setCurrency(r, code)
			}
			if c := r.columns["currency"]; c != nil && r.entity.Name == "opportunity" {
				maps.Copy(counts, codes(c))
			}
		}
	}
	best := ""
	for _, code := range slices.Sorted(maps.Keys(counts)) {
		if best == "" || counts[code] > counts[best] {
			best = code
		}
	}
	d.currency = best
	switch {
	case best == "":
		d.currency = "USD"
		d.ask("currency", "no column, header or sign names a currency; US dollars are assumed.")
	case len(counts) > 1:
		others := slices.DeleteFunc(slices.Sorted(maps.Keys(counts)), func(code string) bool { return code == best })
		d.ask("currency", fmt.Sprintf("most amounts are in %s, others in %s. Without exchange_rates, amounts in those are counted as deals "+
			"but not as value.", best, strings.Join(others[:min(len(others), 6)], ", ")))
	case asked[best] != "":
		d.remarks = append(d.remarks, remark{about: "currency", text: asked[best]})
	}
	for _, x := range d.extracts() {
		if x.currency == d.currency {
			x.currency = ""
		}
	}
}

// extracts lists the extracts of all sources.
func (d *draft) extracts() []*draftExtract {
	var all []*draftExtract
	for _, src := range d.sources {
		all = append(all, src.extracts...)
	}
	return all
}

// setCurrency notes the currency of amounts that no column says.
func (x *draftExtract) setCurrency(r *reading, code string) {
	if _, ok := x.entity.Field("currency"); ok && r.columns["currency"] == nil {
		x.currency = code
	}
}

// currencyOf gives the currency that the amounts of a table show by themselves, and where it stands.
func currencyOf(r *reading) (code, where string) {
	if r.columns["currency"] != nil {
		return "", ""
	}
	for _, f := range r.entity.Fields {
		c := r.columns[f.Name]
		if c == nil || f.Type != entity.Decimal || f.Name == "probability" {
			continue
		}
		if c.unit != "" {
			return c.unit, "from the header " + quoted(c.header)
		}
		best := ""
		for _, unit := range slices.Sorted(maps.Keys(c.units)) {
			if best == "" || c.units[unit] > c.units[best] {
				best = unit
			}
		}
		if best != "" && c.units[best]*2 > c.numbers/4 {
			return best, "from the signs in column " + quoted(c.header)
		}
	}
	return "", ""
}

// codes counts the currency codes of a column.
func codes(c *column) map[string]int {
	counts := map[string]int{}
	for value, n := range c.values {
		if code := currencyCode(value); code != "" {
			counts[code] += n
		}
	}
	return counts
}
