package plan

import (
	"fmt"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

const daySeconds = 86400

// officeHours is when the clock of a lead runs.
type officeHours struct {
	respondWithin int64 // seconds of business time
	weekdays      [7]bool
	from, to      int // minutes of the local day
	closed        map[engine.Day]bool
	last          engine.Day // the last holiday that is listed
}

// businessHours reads the promise of sales; settings that are empty give no business time.
func businessHours(sla config.LeadSLA) (officeHours, error) {
	h := officeHours{closed: map[engine.Day]bool{}}
	if sla.RespondWithin != "" {
		within, err := time.ParseDuration(sla.RespondWithin)
		if err != nil {
			return h, fmt.Errorf("respond_within: %w", err)
		}
		h.respondWithin = int64(within / time.Second)
	}
	var err error
	if h.weekdays, err = sla.BusinessHours.Weekdays(); err != nil {
		return h, err
	}
	if h.from, h.to, err = sla.BusinessHours.Minutes(); err != nil {
		return h, err
	}
	for _, text := range sla.BusinessHours.Closed {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return h, fmt.Errorf("holiday: %w", err)
		}
		h.last = engine.DayOf(day)
		h.closed[h.last] = true
	}
	return h, nil
}

// promise adds to config_run how soon leads are answered, and the last holiday that is listed.
func (h officeHours) promise(r engine.Relation) engine.Relation {
	var until any
	if len(h.closed) > 0 {
		until = h.last
	}
	r.Columns = append(r.Columns,
		engine.Column{Name: "respond_within_seconds", Type: engine.BigInteger}, engine.Column{Name: "holidays_until", Type: engine.Date})
	r.Rows[0] = append(r.Rows[0], h.respondWithin, until)
	return r
}

// interval is a time between two moments, in Unix seconds.
type interval struct{ opens, closes int64 }

// on gives the business hours of a local day, false if there are none.
func (h officeHours) on(day engine.Day, zone *time.Location) (interval, bool) {
	if !h.weekdays[day.Time().Weekday()] || h.closed[day] {
		return interval{}, false
	}
	i := interval{momentOf(day, h.from, zone).Unix(), momentOf(day, h.to, zone).Unix()}
	return i, i.opens < i.closes
}

// momentOf gives the moment at which the clocks of the zone show a minute of a local day. Where they
// skip it, that is the moment at which they are put forward.
func momentOf(day engine.Day, minute int, zone *time.Location) time.Time {
	y, m, d := day.Time().Date()
	at := time.Date(y, m, d, 0, minute, 0, 0, zone)
	_, offset := at.Zone()
	wanted := time.Date(y, m, d, 0, minute, 0, 0, time.UTC).Unix()
	start, end := at.ZoneBounds()
	switch shown := at.Unix() + int64(offset); {
	case shown < wanted:
		return end
	case shown > wanted:
		return start
	}
	return at
}

// businessIntervals gives config_business_intervals: for every UTC day up to two days after the
// as-of date the business seconds before it, and its business hours in seconds since its begin. A
// UTC day touches the business hours of two local days at most; where it touches fewer, the rest is
// 0. The business seconds up to a moment are an equi-join and a sum.
func businessIntervals(h officeHours, zone *time.Location, asOf engine.Day) engine.Relation {
	r := engine.Relation{
		Name: "config_business_intervals",
		Doc:  "every UTC day with the business seconds before it, and its business hours in seconds of the day",
		Columns: []engine.Column{
			{Name: "utc_day", Type: engine.Date},
			{Name: "business_before", Type: engine.BigInteger},
			{Name: "open1", Type: engine.Integer},
			{Name: "close1", Type: engine.Integer},
			{Name: "open2", Type: engine.Integer},
			{Name: "close2", Type: engine.Integer},
		},
	}
	first, last := undated()-2, asOf+2
	var all []interval
	for day := first - 1; day <= last+1; day++ {
		if i, ok := h.on(day, zone); ok {
			all = append(all, i)
		}
	}
	before := int64(0)
	for day := first; day <= last; day++ {
		start := int64(day) * daySeconds
		for len(all) > 0 && all[0].closes <= start {
			all = all[1:]
		}
		var part [2]interval
		for n := 0; n < min(len(all), len(part)) && all[n].opens < start+daySeconds; n++ {
			part[n] = interval{max(all[n].opens-start, 0), min(all[n].closes-start, daySeconds)}
		}
		r.Rows = append(r.Rows, []any{
			day, before, int(part[0].opens), int(part[0].closes), int(part[1].opens), int(part[1].closes),
		})
		before += part[0].closes - part[0].opens + part[1].closes - part[1].opens
	}
	return r
}

// followupNeeds lists what the report lead_followup needs.
func followupNeeds(c *config.Config, f Facts, present map[string]bool) []requirement {
	const subject = "lead_followup"
	list := []requirement{{present["lead"], "lead", []string{subject}}}
	if !present["lead"] {
		return list
	}
	list = append(list, requirement{present["activity"], "activity", []string{subject + ".responded_count"}})
	if closed := c.LeadSLA.BusinessHours.Closed; len(closed) > 0 {
		until := closed[len(closed)-1]
		isUpToDate := until >= f.AsOf.Time().Format(time.DateOnly)
		list = append(list, requirement{isUpToDate, "holidays after " + until, []string{subject + ".sla_rate"}})
	}
	fields := fieldsOf(f.Landing)
	for _, name := range c.Breakdowns {
		_, ok := leadDimension(name, fields)
		list = append(list, requirement{ok, "an attribute of leads named " + name, []string{subject + "." + name}})
	}
	return list
}
