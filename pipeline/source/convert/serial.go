package convert

import (
	"math"
	"strings"
	"time"
)

// unit says what a number in a cell with this format counts.
type unit uint8

const (
	ones     unit = iota
	hundreds      // shown as percent
	days          // shown as date
	moments       // days, of which the time of day is shown too
)

const daySeconds = 24 * 60 * 60

// appendSerial writes days of Excel's calendar as date, date and time, or time of day. It gives false
// if they name no day: below zero, after the year 9999, and for 29 February 1900, which Excel counts.
func appendSerial(out []byte, serial float64, from1904 bool, shown unit) ([]byte, bool) {
	const phantom, last = 60, 2958465
	if !(serial >= 0) || serial >= last+1 {
		return out, false
	}
	day := math.Floor(serial)
	seconds := math.Round((serial - day) * daySeconds)
	if day == 0 && !from1904 {
		if shown != moments || seconds == daySeconds {
			return out, false
		}
		return time.Unix(int64(seconds), 0).UTC().AppendFormat(out, time.TimeOnly), true
	}
	if seconds == daySeconds {
		day, seconds = day+1, 0
	}
	start := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case from1904:
		start = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	case day == phantom:
		return out, false
	case day < phantom:
		start = start.AddDate(0, 0, 1)
	}
	at := start.AddDate(0, 0, int(day)).Add(time.Duration(seconds) * time.Second)
	if at.Year() > 9999 {
		return out, false
	}
	if shown == days && seconds == 0 {
		return at.AppendFormat(out, time.DateOnly), true
	}
	return at.AppendFormat(out, time.DateTime), true
}

// builtinUnit tells what the formats count that Excel knows by number alone.
func builtinUnit(id int) unit {
	switch {
	case id == 9, id == 10:
		return hundreds
	case id >= 18 && id <= 22, id == 32, id == 33, id >= 45 && id <= 47:
		return moments
	case id >= 14 && id <= 17, id >= 27 && id <= 36, id >= 50 && id <= 58:
		return days
	}
	return ones
}

// customUnit tells what a format counts by its letters. Its first section is for positive numbers;
// text in quotes, in brackets and behind a backslash is shown as it is, but [h] counts hours.
func customUnit(code string) unit {
	found := ones
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return found
		case '\\', '_', '*':
			i++
		case '"':
			i += skipTo(code[i+1:], '"')
		case '[':
			length := skipTo(code[i+1:], ']')
			if inside := strings.TrimSuffix(code[i+1:i+1+length], "]"); inside != "" && strings.Trim(inside, "hHmMsS") == "" {
				return moments
			}
			i += length
		case '%':
			found = hundreds
		case 'h', 'H', 's', 'S':
			found = moments
		case 'y', 'Y', 'm', 'M', 'd', 'D':
			found = max(found, days)
		}
	}
	return found
}

// skipTo gives how many bytes of the text lie up to and with its first such byte.
func skipTo(text string, end byte) int {
	if at := strings.IndexByte(text, end); at >= 0 {
		return at + 1
	}
	return len(text)
}
