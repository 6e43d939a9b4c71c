package propose

import (
	"strings"
	"time"
	"unicode"
)

// order is what a date or a column of dates says about the order of day and month.
type order uint8

const (
	plainOrder  order = iota // the year comes first, or the month is a word
	dayFirst                 // only day, month, year is a date
	monthFirst               // only month, day, year is a date
	eitherOrder              // both are dates, and different ones
)

// readDate gives the day that a cell says, and what its order is. Where both orders are possible, the
// day is that of month, day, year.
func readDate(cell string) (time.Time, order, bool) {
	n, separators, rest := numbers(cell)
	if n == nil {
		return namedMonth(cell)
	}
	if rest != "" && rest[0] != ' ' && rest[0] != 'T' && rest[0] != ',' || separators[0] != separators[1] {
		return time.Time{}, 0, false
	}
	if len(n[0]) == 4 {
		day, ok := dateOf(n[0], n[1], n[2])
		return day, plainOrder, ok
	}
	asDay, isDay := dateOf(n[2], n[1], n[0])
	asMonth, isMonth := dateOf(n[2], n[0], n[1])
	switch {
	case isDay && isMonth && asDay.Equal(asMonth):
		return asDay, plainOrder, true
	case isDay && isMonth:
		return asMonth, eitherOrder, true
	case isDay:
		return asDay, dayFirst, true
	}
	return asMonth, monthFirst, isMonth
}

// numbers splits three numbers with separators between them from the rest of a cell.
func numbers(cell string) (n []string, separators [2]byte, rest string) {
	start := 0
	for i := 0; i <= len(cell); i++ {
		if i < len(cell) && cell[i] >= '0' && cell[i] <= '9' {
			continue
		}
		if i == start || i-start > 4 {
			return nil, separators, ""
		}
		n = append(n, cell[start:i])
		if len(n) == 3 {
			return n, separators, cell[i:]
		}
		if i == len(cell) || !strings.ContainsRune("/.-", rune(cell[i])) {
			return nil, separators, ""
		}
		separators[len(n)-1], start = cell[i], i+1
	}
	return nil, separators, ""
}

func dateOf(year, month, day string) (time.Time, bool) {
	layout := "2006-1-2"
	if len(year) == 2 {
		layout = "06-1-2"
	} else if len(year) != 4 {
		return time.Time{}, false
	}
	at, err := time.Parse(layout, year+"-"+month+"-"+day)
	return at, err == nil && at.Year() >= 1900 && at.Year() <= 2200
}

// namedMonth reads dates whose month is a word.
func namedMonth(cell string) (time.Time, order, bool) {
	if len(cell) < 8 || len(cell) > 40 || !strings.ContainsAny(cell, "0123456789") {
		return time.Time{}, 0, false
	}
	for _, layout := range []string{"2-Jan-2006", "2-Jan-06", "2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006", "Jan 2 2006"} {
		fields := len(strings.Fields(layout))
		words := strings.Fields(cell)
		if len(words) < fields {
			continue
		}
		if at, err := time.Parse(layout, strings.Join(words[:fields], " ")); err == nil {
			return at, plainOrder, true
		}
	}
	return time.Time{}, 0, false
}

// number is what a cell says as a number.
type number struct {
	whole   bool   // no decimals are written
	comma   bool   // the decimal sign can only be a comma
	point   bool   // the decimal sign can only be a point
	unit    string // currency that is written beside it, as a code; "" if none
	percent bool
	digits  string // the digits before the decimals
}

// readNumber reads a number as people and programs write it.
func readNumber(cell string) (number, bool) {
	var n number
	core := strings.TrimSpace(cell)
	if len(core) > 2 && core[0] == '(' && core[len(core)-1] == ')' {
		core = core[1 : len(core)-1]
	}
	core, n.unit = withoutCurrency(core)
	if trimmed, ok := strings.CutSuffix(core, "%"); ok {
		core, n.percent = strings.TrimSpace(trimmed), true
	}
	core = strings.TrimLeft(core, "+-−")
	var digits, marks strings.Builder
	last := 0 // digits since the last mark
	for _, r := range core {
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
			last++
		case strings.ContainsRune(".,' \u00a0\u202f’", r):
			if digits.Len() == 0 && r != '.' {
				return n, false
			}
			marks.WriteRune(r)
			last = 0
		case (r == 'E' || r == 'e') && digits.Len() > 0 && strings.Trim(core[strings.IndexRune(core, r)+1:], "+-0123456789") == "":
			n.digits = digits.String()
			return n, true
		default:
			return n, false
		}
	}
	if digits.Len() == 0 || digits.Len() > 30 {
		return n, false
	}
	n.mark(marks.String(), digits.Len(), last)
	n.digits = digits.String()
	return n, true
}

// mark concludes the decimal sign from the marks within a number, which end before the last digits.
func (n *number) mark(marks string, digits, last int) {
	n.whole = marks == ""
	if marks == "" {
		return
	}
	final := marks[len(marks)-1]
	alone := strings.Count(marks, string(final)) == 1
	isDecimal := alone && (last != 3 || len(marks) > 1 && marks[0] != final || digits-last > 3)
	isGroup := !alone
	n.comma = final == ',' && isDecimal || final == '.' && isGroup
	n.point = final == '.' && isDecimal || final == ',' && isGroup
}

// withoutCurrency removes a currency's sign or code around a number.
func withoutCurrency(text string) (rest, code string) {
	for sign, code := range map[string]string{"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "zł": "PLN", "R$": "BRL"} {
		if trimmed := strings.ReplaceAll(text, sign, ""); trimmed != text && sign != "$" || trimmed != text && !strings.Contains(text, "R$") {
			return strings.TrimSpace(trimmed), code
		}
	}
	letters := strings.TrimFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if len(letters) == 3 && strings.ToUpper(letters) == letters && strings.ToLower(letters) != letters {
		return strings.TrimSpace(strings.Replace(text, letters, "", 1)), letters
	}
	return text, ""
}

// readFlag tells what a word of yes or no means.
func readFlag(cell string) (value, ok bool) {
	switch strings.ToLower(cell) {
	case "true", "1", "yes", "y", "t", "ja", "oui", "si", "sí", "x", "wahr", "vrai":
		return true, true
	case "false", "0", "no", "n", "f", "nein", "non", "falsch", "faux":
		return false, true
	}
	return false, false
}

// isBroken tells whether a spreadsheet wrote an error in place of a value.
func isBroken(cell string) bool {
	switch strings.ToUpper(cell) {
	case "#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!":
		return true
	}
	return false
}

// isNullWord tells whether a word says that there is no value.
func isNullWord(cell string) bool {
	switch strings.ToLower(cell) {
	case "null", "none", "nan", "na", "n/a", "n.a.", "-", "--", "?", "unknown", "tbd", "#n/a", "nil", "not available", "select", "k.a.", "undefined",
		"missing", "not set", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "(blank)", "(empty)", "blank", "empty", "no value", "not applicable", "unbekannt", "keine angabe", "inconnu":
		return true
	}
	return false
}
