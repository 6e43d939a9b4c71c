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

// TestUTCDaysGiveLocalDates converts instants by the relation and by the time zone database, the first and the
// last of the years that the program knows among them.
func TestUTCDaysGiveLocalDates(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "Pacific/Kiritimati", "Etc/GMT+12"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		rows := map[engine.Day][]any{}
		for _, row := range utcDays(zone).Rows {
			rows[row[0].(engine.Day)] = row
		}
		for _, years := range [][2]int{{firstYear, firstYear}, {2010, 2012}, {lastYear, lastYear}} {
			end := time.Date(years[1]+1, 1, 1, 0, 0, 0, 0, zone)
			for at := time.Date(years[0], 1, 1, 0, 0, 0, 0, zone).UTC(); at.Before(end); at = at.Add(29 * time.Minute) {
				row := rows[engine.DayOf(at)]
				require.NotNil(t, row, "%s in %s", at, name)
				local := row[1].(engine.Day)
				if !at.Before(row[2].(time.Time)) {
					local = row[3].(engine.Day)
				}
				require.Equal(t, engine.DayOf(at.In(zone)), local, "%s in %s", at, name)
			}
		}
	}
}

// TestEndOfALocalDay looks at the seconds around the end of each day, also of one that a zone left out.
func TestEndOfALocalDay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "America/Sao_Paulo", "Pacific/Kiritimati", "Etc/GMT+12"} {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		for today := day(t, "2010-01-01"); today < day(t, "2013-01-01"); today++ {
			end := endOf(today, zone)
			require.LessOrEqual(t, engine.DayOf(end.Add(-time.Second).In(zone)), today, "%s in %s", today.Time(), name)
			require.Greater(t, engine.DayOf(end.In(zone)), today, "%s in %s", today.Time(), name)
		}
	}
}

func TestPeriodsFollowTheFiscalYear(t *testing.T) {
	t.Parallel()
	found := map[string][2]engine.Day{}
	for _, row := range periods(day(t, "2026-06-30"), 2, false).Rows {
		if row[0] == day(t, "2026-01-01") && row[2] != nil {
			found[row[1].(string)] = [2]engine.Day{row[2].(engine.Day), row[3].(engine.Day)}
		}
	}
	require.Equal(t, map[string][2]engine.Day{
		"month":   {day(t, "2026-01-01"), day(t, "2026-01-31")},
		"quarter": {day(t, "2025-11-01"), day(t, "2026-01-31")},
		"year":    {day(t, "2025-02-01"), day(t, "2026-01-31")},
	}, found)
	last := periods(day(t, "2026-06-30"), 2, false).Rows
	require.Equal(t, day(t, "2026-06-01"), last[len(last)-1][0], "no month after the as-of date")
}

// TestWeeksAreMadeOfSlices looks at a week across New Year, which two slices make up, and at the slices
// of a month that begins with a Friday.
func TestWeeksAreMadeOfSlices(t *testing.T) {
	t.Parallel()
	weeks, january := map[string]string{}, []string{}
	for _, row := range periods(day(t, "2027-01-17"), 1, true).Rows {
		slice := row[0].(engine.Day).Time().Format(time.DateOnly)
		if row[1] == "week" {
			weeks[slice] = row[2].(engine.Day).Time().Format(time.DateOnly) + " " + row[3].(engine.Day).Time().Format(time.DateOnly)
		}
		if row[1] == "month" && row[2] == day(t, "2027-01-01") {
			january = append(january, slice)
		}
	}
	require.Equal(t, "2026-12-21 2026-12-27", weeks["2026-12-21"])
	require.Equal(t, "2026-12-28 2027-01-03", weeks["2026-12-28"])
	require.Equal(t, "2026-12-28 2027-01-03", weeks["2027-01-01"])
	require.Equal(t, "2027-01-04 2027-01-10", weeks["2027-01-04"])
	require.Equal(t, "2026-06-01 2026-06-07", weeks["2026-06-01"], "a month that begins with a Monday")
	require.NotContains(t, weeks, "2026-12-29")
	require.Equal(t, []string{"2027-01-01", "2027-01-04", "2027-01-11"}, january, "up to the as-of date")
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
