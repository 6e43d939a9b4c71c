package plan

import (
	"time"

	"truce/pipeline/engine"
)

// The range of dates that the program knows. Loaded dates lie within it.
const (
	firstYear = 1900
	lastYear  = 2200
)

// Undated is the slice that stands for no date at all in the models; it belongs to no period but
// the grain all.
func undated() engine.Day { return engine.DayOf(time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC)) }

// periods gives config_periods: every slice up to the as-of date with the periods it belongs to. A
// slice is a month or, with weeks, the days of a week that lie in one month, since weeks do not nest in
// months. Quarters and years follow the fiscal year, which starts with the month fiscalStart.
func periods(asOf engine.Day, fiscalStart int, weeks bool) engine.Relation {
	r := engine.Relation{
		Name: "config_periods",
		Doc: "every month, or part of a week within a month, up to the as-of date with each period that it belongs to; " +
			"1900-01-01 stands for undated",
		Columns: []engine.Column{
			{Name: "slice_start", Type: engine.Date},
			{Name: "period_grain", Type: engine.Text},
			{Name: "period_start", Type: engine.Date},
			{Name: "period_end", Type: engine.Date},
		},
		Rows: [][]any{{undated(), "all", nil, nil}},
	}
	for month := time.Date(firstYear, 2, 1, 0, 0, 0, 0, time.UTC); engine.DayOf(month) <= asOf; month = month.AddDate(0, 1, 0) {
		sinceYear := (int(month.Month()) - fiscalStart + 12) % 12
		year, quarter := month.AddDate(0, -sinceYear, 0), month.AddDate(0, -(sinceYear%3), 0)
		for _, slice := range slicesOf(month, weeks) {
			if slice > asOf {
				break
			}
			r.Rows = append(r.Rows,
				periodRow(slice, "month", month, 1),
				periodRow(slice, "quarter", quarter, 3),
				periodRow(slice, "year", year, 12),
				[]any{slice, "all", nil, nil},
			)
			if weeks {
				monday := mondayOf(slice)
				r.Rows = append(r.Rows, []any{slice, "week", monday, monday + 6})
			}
		}
	}
	return r
}

func periodRow(slice engine.Day, grain string, start time.Time, months int) []any {
	return []any{slice, grain, engine.DayOf(start), engine.DayOf(start.AddDate(0, months, -1))}
}

// slicesOf gives the first days of a month's slices: the month's first day and, with weeks, its Mondays.
func slicesOf(month time.Time, weeks bool) []engine.Day {
	first, next := engine.DayOf(month), engine.DayOf(month.AddDate(0, 1, 0))
	starts := []engine.Day{first}
	for monday := mondayOf(first) + 7; weeks && monday < next; monday += 7 {
		starts = append(starts, monday)
	}
	return starts
}

// mondayOf gives the first day of the ISO week, which starts with a Monday.
func mondayOf(day engine.Day) engine.Day { return day - engine.Day(day.Time().Weekday()+6)%7 }

// utcDays gives config_utc_days: for every UTC day the local date at its start and the instant at
// which the next local date begins. It converts a UTC timestamp to a local date by one join.
func utcDays(zone *time.Location) engine.Relation {
	r := engine.Relation{
		Name: "config_utc_days",
		Doc:  "every UTC day with the local date at its start and the moment at which the next one begins",
		Columns: []engine.Column{
			{Name: "utc_day", Type: engine.Date},
			{Name: "local_day", Type: engine.Date},
			{Name: "turns_at", Type: engine.Timestamp},
			{Name: "next_local_day", Type: engine.Date},
		},
	}
	first := engine.DayOf(time.Date(firstYear-1, 12, 30, 0, 0, 0, 0, time.UTC))
	// the last year ends on the next day west of UTC
	last := engine.DayOf(time.Date(lastYear+1, 1, 1, 0, 0, 0, 0, time.UTC))
	boxes := make([]any, last-first+3) // dates from the day before the first one on, boxed once for all their cells
	for i := range boxes {
		boxes[i] = first - 1 + engine.Day(i)
	}
	box := func(day engine.Day) any { return boxes[day-first+1] }
	cells := make([]any, 0, 4*(last-first+1))
	r.Rows = make([][]any, 0, last-first+1)
	for day := first; day <= last; day++ {
		local, turns, next := localDays(day, zone)
		cells = append(cells, box(day), box(local), turns, box(next))
		r.Rows = append(r.Rows, cells[len(cells)-4:len(cells):len(cells)])
	}
	return r
}

// localDays gives the local dates at the start and at the end of a UTC day, and the instant at which
// the second one begins; if they are the same, the end of the day.
func localDays(day engine.Day, zone *time.Location) (local engine.Day, turns time.Time, next engine.Day) {
	start, end := day.Time(), (day + 1).Time()
	_, before := start.In(zone).Zone()
	_, after := end.Add(-time.Microsecond).In(zone).Zone()
	local = engine.Day(floorDays(start.Unix() + int64(before)))
	next = engine.Day(floorDays(end.Unix() - 1 + int64(after)))
	switch {
	case local == next:
		return local, end, next
	case before == after:
		return local, time.Unix(int64(local+1)*secondsPerDay-int64(before), 0).UTC(), next
	}
	return local, turn(start, end, zone), next
}

// endOf gives the instant at which a local day is over.
func endOf(day engine.Day, zone *time.Location) (end time.Time) {
	for utc := day - 2; utc <= day+2; utc++ {
		if local, turns, _ := localDays(utc, zone); local <= day {
			end = turns
		}
	}
	return end
}

const secondsPerDay = 86400

// floorDays gives the day of a number of seconds since 1970, also of a negative one.
func floorDays(seconds int64) int64 {
	days := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		days--
	}
	return days
}

// turn gives the first instant between start and end at which the local date is no longer that of
// start, to the second.
func turn(start, end time.Time, zone *time.Location) time.Time {
	local := engine.DayOf(start.In(zone))
	low, high := int64(0), int64(end.Sub(start)/time.Second)
	for low < high {
		middle := (low + high) / 2
		if engine.DayOf(start.Add(time.Duration(middle)*time.Second).In(zone)) == local {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return start.Add(time.Duration(low) * time.Second)
}

// numbers gives config_numbers: 0 to 366.
func numbers() engine.Relation {
	r := engine.Relation{
		Name: "config_numbers", Doc: "the numbers 0 to 366",
		Columns: []engine.Column{{Name: "number", Type: engine.Integer}},
	}
	for n := range 367 {
		r.Rows = append(r.Rows, []any{n})
	}
	return r
}
