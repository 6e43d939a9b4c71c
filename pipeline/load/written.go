package load

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"
)

// written is a number without its sign, currency and percent sign.
type written struct {
	core     []byte // what is left; empty for a dash, which stands for nothing
	negative bool
}

// strip takes off what stands around the digits, and tells whether that makes sense.
func strip(b []byte, percent bool) (written, bool) {
	var signs, dashes, opened, closed, currencies, percents int
	for len(b) > 0 && b[0]-'0' > 9 && b[0] != '.' && b[0] != ',' {
		r, size := utf8.DecodeRune(b)
		switch {
		case isSpace(r):
		case r == '+' || r == '-' || r == '−':
			signs++
			dashes += btoi(r != '+')
		case r == '–' || r == '—':
			signs, dashes = signs+1, dashes+1
		case r == '(':
			opened++
		default:
			if size = currencyAt(b); size == 0 {
				return written{}, false
			}
			currencies++
		}
		b = b[size:]
	}
	for len(b) > 0 && b[len(b)-1]-'0' > 9 {
		r, size := utf8.DecodeLastRune(b)
		switch {
		case isSpace(r):
		case r == '-' || r == '−':
			signs, dashes = signs+1, dashes+1
		case r == ')':
			closed++
		case r == '%':
			percents++
		default:
			if size = currencyBefore(b); size == 0 {
				return written{}, false
			}
			currencies++
		}
		b = b[:len(b)-size]
	}
	ok := signs+opened <= 1 && opened == closed && currencies <= 1 && percents <= btoi(percent)
	if len(b) == 0 {
		ok = ok && dashes == 1 && percents == 0
	}
	return written{core: b, negative: dashes+opened > 0}, ok
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// isSpace tells the blanks that locales put into numbers.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\u00a0', '\u2009', '\u202f':
		return true
	}
	return false
}

// currencyAt gives the length of the currency sign or code that b begins with.
func currencyAt(b []byte) int {
	n := 0
	for n < len(b) {
		r, size := utf8.DecodeRune(b[n:])
		if !unicode.IsLetter(r) {
			if unicode.Is(unicode.Sc, r) && (n == 0 || n <= 2 && r == '$') {
				return n + size
			}
			if r == '.' && isAbbreviation(b[:n]) {
				return n + 1
			}
			break
		}
		n += size
	}
	if isCurrencyWord(b[:n]) {
		return n
	}
	return 0
}

// currencyBefore gives the length of the currency sign or code that b ends with.
func currencyBefore(b []byte) int {
	end := len(b)
	if b[end-1] == '.' {
		end--
	}
	start := end
	for start > 0 {
		r, size := utf8.DecodeLastRune(b[:start])
		if !unicode.IsLetter(r) {
			if start == len(b) && unicode.Is(unicode.Sc, r) {
				return size
			}
			break
		}
		start -= size
	}
	if isCurrencyWord(b[start:end]) {
		return len(b) - start
	}
	return 0
}

// isAbbreviation tells whether letters are an abbreviation of a currency in common use.
func isAbbreviation(word []byte) bool {
	switch string(word) {
	case "kr", "Kr", "Kč", "zł", "Ft", "lei", "Rs", "Fr", "SFr", "TL", "RM", "R":
		return true
	}
	return false
}

// isCurrencyWord tells whether letters are an ISO 4217 code or an abbreviation.
func isCurrencyWord(word []byte) bool {
	if isAbbreviation(word) {
		return true
	}
	if len(word) != 3 {
		return false
	}
	for _, c := range word {
		if c < 'A' || c > 'Z' {
			return false
		}
	}
	_, err := currency.ParseISO(string(word))
	return err == nil
}

// groups are the digits of a number with the separators between them.
type groups struct {
	digits [64]byte
	n      int
	sizes  [16]int  // digits of each group
	marks  [16]byte // separator before each group: '.', ',' or ' ' for blanks and apostrophes
	count  int
	marked bool // a point or a comma is among the separators
}

// group splits a number at its separators, and tells whether it holds nothing else but digits.
func group(core []byte) (groups, bool) {
	g := groups{count: 1}
	for i := 0; i < len(core); {
		c := core[i]
		if c-'0' <= 9 {
			if g.n == len(g.digits) {
				return g, false
			}
			g.digits[g.n] = c
			g.n++
			g.sizes[g.count-1]++
			i++
			continue
		}
		r, size := utf8.DecodeRune(core[i:])
		mark := byte(' ')
		switch {
		case r == '.' || r == ',':
			mark, g.marked = c, true
		case !isSpace(r) && r != '\'' && r != '’':
			return g, false
		}
		if g.count == len(g.sizes) {
			return g, false
		}
		g.marks[g.count] = mark
		g.count++
		i += size
	}
	return g, g.n > 0 && g.sizes[g.count-1] > 0
}

// fits tells whether the groups make a number with this decimal sign: the sign comes once and last,
// and the groups before it are thousands (or lakhs and crores, which have two digits).
func (g *groups) fits(sign byte) bool {
	whole := g.count
	if g.marks[g.count-1] == sign {
		whole--
	}
	if whole == 1 {
		return true
	}
	if g.sizes[0] == 0 || g.sizes[0] > 3 || g.digits[0] == '0' || g.sizes[whole-1] != 3 {
		return false
	}
	for i := 1; i < whole; i++ {
		if g.marks[i] == sign || g.marks[i] != g.marks[1] || g.sizes[i] != 3 && g.sizes[i] != 2 {
			return false
		}
	}
	return true
}

// value gives the number in units of the last of scale decimals, and whether it has that form, fits
// 18 digits and has no digits beyond.
func (g *groups) value(sign byte, scale int) (int64, bool) {
	if !g.fits(sign) {
		return 0, false
	}
	decimals := 0
	if g.count > 1 && g.marks[g.count-1] == sign {
		decimals = g.sizes[g.count-1]
	}
	return scaled(g.digits[:g.n], g.n-decimals, scale)
}

// scaled reads digits with the decimal sign after the first whole of them (which may lie outside the
// digits) in units of the last of scale decimals.
func scaled(digits []byte, whole, scale int) (int64, bool) {
	var value int64
	size := 0
	for i := range max(len(digits), whole+scale) {
		digit := byte(0)
		if i < len(digits) {
			digit = digits[i] - '0'
		}
		switch {
		case i >= whole+scale && digit != 0:
			return 0, false
		case i >= whole+scale:
			continue
		case digit != 0 || size > 0:
			if size++; size > maxDigits {
				return 0, false
			}
		}
		value = value*10 + int64(digit)
	}
	return value, true
}
