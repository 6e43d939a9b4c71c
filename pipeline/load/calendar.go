package load

import (
	"bytes"
	"math"
	"time"
)

// twoDigits reads the two digits at i, and tells whether they are digits.
func twoDigits(b []byte, i int) (int, bool) {
	hi, lo := b[i]-'0', b[i+1]-'0'
	return int(hi)*10 + int(lo), hi <= 9 && lo <= 9
}

// fullYear gives the year of a two-digit one: 00 to 68 are of this century, 69 to 99 of the last.
func fullYear(y int) int {
	if y <= 68 {
		return 2000 + y
	}
	return 1900 + y
}

// validDate tells whether the day exists and its year may be stored.
func validDate(year, month, day int) bool {
	if year < firstYear || year > lastYear || month < 1 || month > 12 || day < 1 {
		return false
	}
	return day <= 28 || day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// daysOf gives the days from 1970-01-01 to a date, by Howard Hinnant's days_from_civil.
func daysOf(year, month, day int) int32 {
	if month <= 2 {
		year--
	}
	era := year / 400
	yearOfEra := year - era*400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return int32(era*146097 + dayOfEra - 719468)
}

// readSerial reads a number as a day of Excel's calendar, in which 1 March 1900 is day 61.
func readSerial(b []byte) (moment, rule) {
	const first, epoch = 61, -25569 // Excel's day 0 is 25,569 days before 1970-01-01
	whole, i := 0, 0
	for i < len(b) && b[i]-'0' <= 9 && i < 6 {
		whole = whole*10 + int(b[i]-'0')
		i++
	}
	m := moment{day: int32(whole + epoch)}
	if i == 0 || whole < first || m.day > daysOf(lastYear, 12, 31) {
		return m, ruleDate
	}
	if i == len(b) {
		return m, accepted
	}
	if b[i] != '.' || i+1 == len(b) {
		return m, ruleDate
	}
	fraction, unit := 0.0, 1.0
	for _, c := range b[i+1:] {
		if c-'0' > 9 {
			return m, ruleDate
		}
		unit /= 10
		fraction += float64(c-'0') * unit
	}
	// A double holds a serial to about a microsecond of the day; exports round to milliseconds.
	millis := int64(math.Round(fraction * daySeconds * 1000))
	if millis == daySeconds*1000 {
		m.day, millis = m.day+1, 0
	}
	m.micros, m.hasTime = millis*1000, fraction > 0
	return m, accepted
}

// namedMonth reads a date with an English month name, such as 1-Mar-2017, 01-MAR-17, 1 March 2017 and
// Mar 1, 2017, and gives what follows it. The year has two digits only if the day comes first.
func namedMonth(b []byte) (day int32, rest []byte, ok bool) {
	d, b1 := leadingNumber(b, 2)
	month, b2 := leadingMonth(skipAny(b1, " -./"))
	if month == 0 {
		return 0, nil, false
	}
	dayFirst := len(b1) < len(b)
	if !dayFirst {
		d, b2 = leadingNumber(skipAny(b2, " ."), 2)
		b2 = skipAny(b2, ",")
	}
	b2 = skipAny(b2, " -./")
	y, rest := leadingNumber(b2, 4)
	switch digits := len(b2) - len(rest); {
	case digits == 2 && dayFirst:
		y = fullYear(y)
	case digits != 4:
		return 0, nil, false
	}
	if !validDate(y, month, d) {
		return 0, nil, false
	}
	return daysOf(y, month, d), rest, true
}

// readMonth reads a month of a year, such as 2026-02, 02/2026, Feb 2026 and February 2026, and gives its
// first day. The year has four digits: Feb-20 may be a day.
func readMonth(b []byte) (day int32, ok bool) {
	const separators = " -./"
	i := bytes.IndexAny(b, separators)
	if i <= 0 {
		return 0, false
	}
	name, number := b[:i], skipAny(b[i:], separators)
	if i == 4 && b[0]-'0' <= 9 && b[i] != '.' {
		name, number = number, name
	}
	year, afterYear := leadingNumber(number, 4)
	month, afterMonth := leadingMonth(name)
	if month == 0 {
		month, afterMonth = leadingNumber(name, 2)
	}
	if len(number) != 4 || len(afterYear)+len(afterMonth) > 0 || !validDate(year, month, 1) {
		return 0, false
	}
	return daysOf(year, month, 1), true
}

func leadingNumber(b []byte, digits int) (int, []byte) {
	n, i := 0, 0
	for i < len(b) && i < digits && b[i]-'0' <= 9 {
		n = n*10 + int(b[i]-'0')
		i++
	}
	return n, b[i:]
}

func skipAny(b []byte, set string) []byte {
	for len(b) > 0 && bytes.IndexByte([]byte(set), b[0]) >= 0 {
		b = b[1:]
	}
	return b
}

// leadingMonth reads an English month name or its first three letters.
func leadingMonth(b []byte) (month int, rest []byte) {
	n := 0
	for n < len(b) && b[n]|0x20 >= 'a' && b[n]|0x20 <= 'z' {
		n++
	}
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if n == 3 && bytes.EqualFold(b[:n], []byte(name[:3])) || n > 3 && bytes.EqualFold(b[:n], []byte(name)) {
			return int(m), b[n:]
		}
	}
	return 0, b
}
