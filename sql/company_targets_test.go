package sql_test

import (
	"fmt"
	"time"

	"truce/fixtures/oracle"
)

// companyTargets gives a target of every metric for All and each segment, in the quarters around the
// as-of date.
func companyTargets(s oracle.Settings) []any {
	var targets []any
	for _, segment := range append([]string{"All", "Unassigned"}, s.Segments...) {
		for _, promise := range []struct {
			metric string
			value  any
		}{{"lead_count", 2}, {"mql_count", 1}, {"sql_rate", 0.25}, {"sla_rate", 0.5}, {"win_rate", 0.5}, {"won_value", 100}} {
			for back := range 4 {
				targets = append(targets, map[string]any{
					"metric": promise.metric, "segment": segment, "quarter": fiscalQuarter(s, 3*back), "value": promise.value,
				})
			}
		}
	}
	return targets
}

// fiscalQuarter names the quarter of the month that lies so many months before the as-of date.
func fiscalQuarter(s oracle.Settings, monthsBack int) string {
	day := time.Unix(int64(s.AsOf)*86400, 0).UTC()
	months := 12*day.Year() + int(day.Month()) - s.FiscalStart - monthsBack
	return fmt.Sprintf("%d-Q%d", months/12, months%12/3+1)
}
