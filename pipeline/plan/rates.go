package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// rates gives config_rates: for every currency and day the factor that turns its amounts into the
// reporting currency. The reporting currency's is 1 on every day; before its first rate a currency
// has none.
func rates(c *config.Config, asOf engine.Day) (engine.Relation, error) {
	r := engine.Relation{
		Name: "config_rates", Doc: "the factor that turns an amount of a currency into the reporting one, by day",
		Columns: []engine.Column{
			{Name: "currency", Type: engine.Text}, {Name: "rate_date", Type: engine.Date}, {Name: "factor", Type: engine.Double},
		},
	}
	add := func(currency string, from, to engine.Day, factor float64) {
		for day := from; day < to; day++ {
			r.Rows = append(r.Rows, []any{currency, day, factor})
		}
	}
	add(c.Currency, undated(), asOf+1, 1)
	sorted := slices.SortedStableFunc(slices.Values(c.ExchangeRates), func(a, b config.ExchangeRate) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.ValidFrom, b.ValidFrom))
	})
	for i, rate := range sorted {
		from, err := time.Parse(time.DateOnly, rate.ValidFrom)
		if err != nil {
			return r, fmt.Errorf("exchange_rates: valid_from %q of %s is not a date", rate.ValidFrom, rate.Currency)
		}
		units, err := strconv.ParseFloat(rate.Rate, 64)
		if err != nil || units <= 0 {
			return r, fmt.Errorf("exchange_rates: the rate %q of %s is not a number above zero", rate.Rate, rate.Currency)
		}
		until := asOf + 1
		if i+1 < len(sorted) && sorted[i+1].Currency == rate.Currency {
			next, err := time.Parse(time.DateOnly, sorted[i+1].ValidFrom)
			if err != nil {
				return r, fmt.Errorf("exchange_rates: valid_from %q of %s is not a date", sorted[i+1].ValidFrom, rate.Currency)
			}
			until = min(until, engine.DayOf(next))
		}
		add(rate.Currency, engine.DayOf(from), until, 1/units)
	}
	return r, nil
}
