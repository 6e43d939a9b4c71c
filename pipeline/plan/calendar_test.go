package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

func day(t *testing.T, text string) engine.Day {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	require.NoError(t, err)
	return engine.DayOf(at)
}

// TestUTCDaysGiveLocalDates converts instants by the relation and by the time zone database.
func TestUTCDaysGiveLocalDates(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "Pacific/Kiritimati"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		rows := map[engine.Day][]any{}
		for _, row := range utcDays(zone).Rows {
			rows[row[0].(engine.Day)] = row
		}
		for at := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2013; at = at.Add(29 * time.Minute) {
			row := rows[engine.DayOf(at)]
			local := row[1].(engine.Day)
			if !at.Before(row[2].(time.Time)) {
				local = row[3].(engine.Day)
			}
			require.Equal(t, engine.DayOf(at.In(zone)), local, "%s in %s", at, name)
		}
	}
}

func TestPeriodsFollowTheFiscalYear(t *testing.T) {
	t.Parallel()
	found := map[string][2]engine.Day{}
	for _, row := range periods(day(t, "2026-06-30"), 2).Rows {
		if row[0] == day(t, "2026-01-01") && row[2] != nil {
			found[row[1].(string)] = [2]engine.Day{row[2].(engine.Day), row[3].(engine.Day)}
		}
	}
	require.Equal(t, map[string][2]engine.Day{
		"month":   {day(t, "2026-01-01"), day(t, "2026-01-31")},
		"quarter": {day(t, "2025-11-01"), day(t, "2026-01-31")},
		"year":    {day(t, "2025-02-01"), day(t, "2026-01-31")},
	}, found)
	last := periods(day(t, "2026-06-30"), 2).Rows
	require.Equal(t, day(t, "2026-06-01"), last[len(last)-1][0], "no month after the as-of date")
}

func TestRatesHoldUntilTheNext(t *testing.T) {
	t.Parallel()
	r, err := rates(&config.Config{Currency: "EUR", ExchangeRates: []config.ExchangeRate{
		{Currency: "USD", ValidFrom: "2026-01-03", Rate: "2"},
		{Currency: "USD", ValidFrom: "2026-01-01", Rate: "4"},
	}}, day(t, "2026-01-04"))
	require.NoError(t, err)
	factors := map[engine.Day]float64{}
	for _, row := range r.Rows {
		if row[0] == "USD" {
			factors[row[1].(engine.Day)] = row[2].(float64)
		}
	}
	require.Equal(t, map[engine.Day]float64{
		day(t, "2026-01-01"): 0.25, day(t, "2026-01-02"): 0.25, day(t, "2026-01-03"): 0.5, day(t, "2026-01-04"): 0.5,
	}, factors)
}

func TestFunnelLeavesOutWhatNothingSays(t *testing.T) {
	t.Parallel()
	c := &config.Config{Process: []config.Step{{Step: "Demo"}}}
	r := funnelSteps(c, Facts{Mapped: map[string]map[string]bool{"lead": {"accepted_at": true, "opportunity_id": true}}})
	var got [][]any
	got = append(got, r.Rows...)
	require.Equal(t, [][]any{
		{1, "Lead", true, 3, false},
		{2, "MQL", false, 3, false},
		{3, "SAL", true, 4, false},
		{4, "SQL", true, 5, false},
		{5, "Demo", true, 6, true},
		{6, "Won", true, nil, false},
	}, got)
}
