package propose

import (
	"fmt"
	"slices"
	"strings"
)

// mode tells whether several files of an extract are complete exports or add to each other: a later
// one that holds nearly all keys of the earlier one is complete.
func (s *sight) mode(x *draftExtract) {
	if len(x.readings) < 2 {
		return
	}
	key := x.entity.Key()[0]
	keyOf := func(r *reading) *column {
		if c := r.columns[key]; c != nil {
			return c
		}
		return s.know.readAs(r.table, x.entity).columns[key]
	}
	readings := slices.Clone(x.readings)
	slices.SortFunc(readings, func(a, b *reading) int { return strings.Compare(a.table.file.Name, b.table.file.Name) })
	isComplete, shared := true, false
	for i := range readings[1:] {
		earlier, later := keyOf(readings[i]), keyOf(readings[i+1])
		if earlier == nil || later == nil || earlier.isFull || later.isFull {
			return
		}
		isComplete = isComplete && earlier.overlap(later) >= 0.9
		shared = shared || earlier.overlap(later) > 0.05
	}
	isDated := !slices.ContainsFunc(readings, func(r *reading) bool { return r.table.file.Date == nil })
	switch {
	case isComplete && isDated:
		x.mode = "snapshot"
		x.ask("mode", fmt.Sprintf("%d dated files of which each holds nearly all records of the one before: they are read as complete exports. "+
			"If a file only holds what changed, write delta.", len(readings)))
	case isComplete, shared:
		x.ask("mode", fmt.Sprintf("%d files share records; they are read as adding to each other (mode: delta). If each is a complete export, "+
			"write mode: snapshot.", len(readings)))
	}
}

// settleFormat answers a refusal that asks for a date order or a decimal sign. It tells whether it
// could.
func (s *sight) settleFormat(x *draftExtract, refused string) bool {
	switch {
	case strings.Contains(refused, "date_order") && x.dateOrder == "":
		x.dateOrder = s.dateOrder(x)
		return true
	case strings.Contains(refused, "set decimal") && x.decimal == "":
		x.decimal = s.decimal(x)
		return true
	}
	return false
}

// dateOrder assumes the order of day and month: that of most dates of the extract that settle it, else
// that of the other files, else what goes with the language of the headers and the decimal sign.
func (s *sight) dateOrder(x *draftExtract) string {
	count := func(tables []*table) (day, month, either int) {
		for _, t := range tables {
			for _, c := range t.columns {
				day, month, either = day+c.dayFirst, month+c.monthFirst, either+c.eitherOrder
			}
		}
		return day, month, either
	}
	order := func(day, month int) string {
		if day > month {
			return "dmy"
		}
		return "mdy"
	}
	var own []*table
	for _, r := range x.readings {
		own = append(own, r.table)
	}
	if day, month, either := count(own); day != month {
		x.ask("date_order", fmt.Sprintf("%d dates can only have the day first, %d only the month first, %d could be either. The order of most is taken; "+
			"dates that do not fit it are set aside.", day, month, either))
		return order(day, month)
	}
	if day, month, _ := count(s.tables); day != month {
		x.ask("date_order", "every date of this file could have the day or the month first. The order of the other files is taken.")
		return order(day, month)
	}
	why, guess := "nothing in the files settles it", "mdy"
	if hint := s.european(); hint != "" {
		why, guess = hint, "dmy"
	}
	x.ask("date_order", "every date of this file could have the day or the month first. "+guess+" is assumed: "+why+". If that is wrong, "+
		"every date is: look at one that you know.")
	return guess
}

// european gives a sign that whoever wrote the files puts the day first, "" if there is none.
func (s *sight) european() string {
	for _, t := range s.tables {
		if t.comma == ';' {
			return "the files are separated by semicolons"
		}
		for _, c := range t.columns {
			switch {
			case c.commas > 0 && c.points == 0:
				return "numbers have a decimal comma"
			case c.unit == "EUR" || c.unit == "GBP" || c.units["EUR"]+c.units["GBP"] > 0:
				return "amounts are in " + firstOf(c.unit, "euros or pounds")
			}
		}
	}
	return ""
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// decimal assumes the decimal sign: that of most numbers, else the one that goes with the dates.
func (s *sight) decimal(x *draftExtract) string {
	commas, points := 0, 0
	for _, r := range x.readings {
		for _, c := range r.table.columns {
			commas, points = commas+c.commas, points+c.points
		}
	}
	sign := "point"
	if commas > points || commas == points && s.european() != "" {
		sign = "comma"
	}
	x.ask("decimal", fmt.Sprintf("%d numbers show a decimal comma, %d a decimal point, the others could be either. A %s is assumed.", commas, points, sign))
	return sign
}
