package load

import "bytes"

// order is the order of day, month and year where the year does not come first with four digits.
type order uint8

const (
	noOrder order = iota
	orderYMD
	orderDMY
	orderMDY
)

func (o order) String() string { return [...]string{"", "ymd", "dmy", "mdy"}[o] }

// parseOrder gives the order with this name; an unknown name is no order.
func parseOrder(name string) order {
	for o := orderYMD; o <= orderMDY; o++ {
		if o.String() == name {
			return o
		}
	}
	return noOrder
}

// moment is what a cell of a date or timestamp column says.
type moment struct {
	day     int32 // days since 1970-01-01
	micros  int64 // time of day
	offset  int64 // seconds east of UTC, if hasZone
	hasTime bool
	hasZone bool
}

// dateFormat reads the cells of one date or timestamp column.
type dateFormat struct {
	decision
	order   order
	serials bool // numbers are days of Excel's calendar
	months  bool // a month without a day is its first day
	zone    *zone
	local   *zone
}

// explain tells a person how the column is read.
func (f *dateFormat) explain() string {
	if !f.given() {
		return ""
	}
	return " in the order " + f.order.String()
}

// read gives what a trimmed, non-empty cell says. Besides accepted it answers ruleDate, contradicts
// or unsettled.
func (f *dateFormat) read(b []byte) (moment, rule) {
	var m moment
	rest, r := b, accepted
	if len(b) >= 10 && b[4] == '-' && b[7] == '-' {
		y1, ok1 := twoDigits(b, 0)
		y2, ok2 := twoDigits(b, 2)
		month, ok3 := twoDigits(b, 5)
		day, ok4 := twoDigits(b, 8)
		if !ok1 || !ok2 || !ok3 || !ok4 || !validDate(y1*100+y2, month, day) {
			return m, ruleDate
		}
		m.day = daysOf(y1*100+y2, month, day)
		rest = b[10:]
	} else {
		m.day, rest, r = f.readDay(b)
		if r != accepted {
			return f.readOther(b, r)
		}
	}
	if len(rest) > 0 && !m.readClock(rest) {
		return m, ruleDate
	}
	return m, accepted
}

// readOther reads what is no date where the column may hold something else; r is why it is none.
func (f *dateFormat) readOther(b []byte, r rule) (moment, rule) {
	if r != ruleDate {
		return moment{}, r
	}
	if f.months {
		if day, ok := readMonth(b); ok {
			return moment{day: day}, accepted
		}
		if len(b) > 4 && b[4] == '.' {
			return moment{}, ruleDate // 2026.1 is January, or October saved as a number, and no day of 1905
		}
	}
	if f.serials {
		return readSerial(b)
	}
	return moment{}, r
}

// readDay reads a date that is not plain ISO and gives what follows it.
func (f *dateFormat) readDay(b []byte) (day int32, rest []byte, r rule) {
	p, ok := splitDate(b)
	if !ok {
		if d, rest, ok := namedMonth(b); ok {
			return d, rest, accepted
		}
		return 0, nil, ruleDate
	}
	if p.digits[0] == 4 {
		if !validDate(p.n[0], p.n[1], p.n[2]) || p.digits[2] > 2 {
			return 0, nil, ruleDate
		}
		return daysOf(p.n[0], p.n[1], p.n[2]), b[p.length:], accepted
	}
	day, r = f.ordered(p)
	return day, b[p.length:], r
}

// ordered reads a date whose year does not come first with four digits.
func (f *dateFormat) ordered(p dateParts) (int32, rule) {
	dmy, isDMY := p.day(orderDMY)
	mdy, isMDY := p.day(orderMDY)
	switch {
	case f.order == orderYMD:
		if day, ok := p.day(orderYMD); ok {
			return day, accepted
		}
	case isDMY && isMDY && dmy == mdy, f.order == orderDMY && isDMY:
		return dmy, accepted
	case f.order == orderMDY && isMDY:
		return mdy, accepted
	case !isDMY && !isMDY:
	case f.order == noOrder:
		return 0, unsettled
	case !f.declared():
		return 0, contradicts
	}
	return 0, ruleDate
}

// evidence tells what a trimmed, non-empty cell says about the column's order.
func (f *dateFormat) evidence(b []byte) evidence {
	p, ok := splitDate(b)
	if !ok || p.digits[0] == 4 {
		return silent
	}
	dmy, isDMY := p.day(orderDMY)
	mdy, isMDY := p.day(orderMDY)
	switch {
	case isDMY && isMDY && dmy == mdy, !isDMY && !isMDY:
		return silent
	case isDMY && isMDY:
		return ambiguous
	case isDMY:
		return forFirst
	}
	return forSecond
}

// dateParts are three numbers with the same separator between them.
type dateParts struct {
	n, digits [3]int
	length    int
}

// splitDate reads three numbers that /, . or - separates.
func splitDate(b []byte) (dateParts, bool) {
	var p dateParts
	var separator byte
	i := 0
	for k := range p.n {
		if k > 0 {
			if i >= len(b) || bytes.IndexByte([]byte("/.-"), b[i]) < 0 || k == 2 && b[i] != separator {
				return p, false
			}
			separator = b[i]
			i++
		}
		for i < len(b) && b[i]-'0' <= 9 && p.digits[k] < 5 {
			p.n[k] = p.n[k]*10 + int(b[i]-'0')
			p.digits[k]++
			i++
		}
		if p.digits[k] == 0 || p.digits[k] == 3 || p.digits[k] > 4 {
			return p, false
		}
	}
	p.length = i
	return p, p.digits[1] <= 2
}

// day reads the parts in an order, and tells whether that gives a date.
func (p dateParts) day(o order) (int32, bool) {
	d, m, y := 0, 1, 2
	switch o {
	case orderMDY:
		d, m = 1, 0
	case orderYMD:
		d, y = 2, 0
	}
	if p.digits[d] > 2 || p.digits[m] > 2 || p.digits[y] == 1 {
		return 0, false
	}
	year := p.n[y]
	if p.digits[y] == 2 {
		year = fullYear(year)
	}
	if !validDate(year, p.n[m], p.n[d]) {
		return 0, false
	}
	return daysOf(year, p.n[m], p.n[d]), true
}
