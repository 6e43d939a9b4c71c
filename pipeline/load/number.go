package load

const maxDigits = 18 // of a decimal of the landing, and of an integer

// numberFormat reads the cells of one integer, decimal or rate column as multiples of a power of ten.
type numberFormat struct {
	decision
	comma   bool // the decimal sign is a comma
	scale   int  // decimals of the landing's type
	percent bool // a percent sign is the unit and may be left out
	// pointSeen is set by read when a cell of an undecided column has a decimal point for sure.
	pointSeen bool
}

// explain tells a person how the column is read.
func (f *numberFormat) explain() string {
	if !f.given() {
		return ""
	}
	return ", with a decimal " + f.sign()
}

// sign names the decimal sign.
func (f *numberFormat) sign() string {
	if f.comma {
		return "comma"
	}
	return "point"
}

// read gives what a trimmed, non-empty cell says, in units of the type's last decimal. Besides
// accepted it answers ruleDecimal, contradicts or unsettled.
func (f *numberFormat) read(b []byte) (value int64, null bool, r rule) {
	if value, ok := f.readPlain(b); ok {
		return value, false, accepted
	}
	return f.readWritten(b)
}

// readPlain reads what machines write: digits, and a point where it cannot be misread.
func (f *numberFormat) readPlain(b []byte) (int64, bool) {
	i := 0
	if b[0] == '-' {
		i = 1
	}
	start, value := i, int64(0)
	for i < len(b) && b[i]-'0' <= 9 {
		value = value*10 + int64(b[i]-'0')
		i++
	}
	whole, decimals := i-start, 0
	if whole == 0 || whole > maxDigits-f.scale {
		return 0, false
	}
	if i < len(b) {
		decimals = len(b) - i - 1
		if b[i] != '.' || f.comma || decimals == 0 || decimals > f.scale || decimals == 3 && whole <= 3 {
			return 0, false
		}
		for i++; i < len(b); i++ {
			if b[i]-'0' > 9 {
				return 0, false
			}
			value = value*10 + int64(b[i]-'0')
		}
		f.pointSeen = true
	}
	for ; decimals < f.scale; decimals++ {
		value *= 10
	}
	if start == 1 {
		value = -value
	}
	return value, true
}

// readWritten reads what people and their locales write.
func (f *numberFormat) readWritten(b []byte) (value int64, null bool, r rule) {
	n, ok := strip(b, f.percent)
	switch {
	case !ok:
		return 0, false, ruleDecimal
	case len(n.core) == 0:
		return 0, true, accepted
	}
	g, ok := group(n.core)
	if !ok {
		value, ok = f.readExponent(n.core)
	} else {
		if r = f.judge(g); r != accepted {
			return 0, false, r
		}
		value, ok = g.value(f.decimalSign(), f.scale)
	}
	if !ok {
		return 0, false, ruleDecimal
	}
	if n.negative {
		value = -value
	}
	return value, false, accepted
}

func (f *numberFormat) decimalSign() byte {
	if f.comma {
		return ','
	}
	return '.'
}

// judge tells whether the column's format may read the number.
func (f *numberFormat) judge(g groups) rule {
	says := f.weigh(g)
	if f.standing == undecided {
		switch says {
		case ambiguous, forSecond:
			return unsettled
		case forFirst:
			f.pointSeen = true
		}
		return accepted
	}
	if says == forFirst && f.comma || says == forSecond && !f.comma {
		if f.declared() {
			return ruleDecimal
		}
		return contradicts
	}
	return accepted
}

// evidence tells what a trimmed, non-empty cell says about the column's decimal sign.
func (f *numberFormat) evidence(b []byte) evidence {
	n, ok := strip(b, f.percent)
	if !ok || len(n.core) == 0 {
		return silent
	}
	g, ok := group(n.core)
	if !ok {
		return silent
	}
	return f.weigh(g)
}

// weigh tells which decimal signs a number allows. A whole number with decimals other than zero is
// none, so that 1,234 employees can only be a thousand.
func (f *numberFormat) weigh(g groups) evidence {
	if !g.marked {
		return silent
	}
	point, comma := g.fits('.'), g.fits(',')
	if f.scale == 0 && point && comma {
		_, point = g.value('.', 0)
		_, comma = g.value(',', 0)
	}
	switch {
	case point && comma:
		return ambiguous
	case point:
		return forFirst
	case comma:
		return forSecond
	}
	return silent
}

// readExponent reads 1.0E7, as Java writes a double of ten million.
func (f *numberFormat) readExponent(b []byte) (int64, bool) {
	var g groups
	i, point := 0, false
	for ; i < len(b) && b[i]|0x20 != 'e'; i++ {
		switch {
		case b[i] == '.' && !point && i > 0:
			point = true
		case b[i]-'0' <= 9 && g.n < len(g.digits):
			g.digits[g.n] = b[i]
			g.n++
			if point {
				g.sizes[1]++
			}
		default:
			return 0, false
		}
	}
	if i == len(b) || g.n == 0 || point && g.sizes[1] == 0 {
		return 0, false
	}
	sign, rest := 1, b[i+1:]
	if len(rest) > 0 && (rest[0] == '+' || rest[0] == '-') {
		if rest[0] == '-' {
			sign = -1
		}
		rest = rest[1:]
	}
	exponent, rest := leadingNumber(rest, 2)
	if len(rest) > 0 || b[len(b)-1]-'0' > 9 {
		return 0, false
	}
	return scaled(g.digits[:g.n], g.n-g.sizes[1]+sign*exponent, f.scale)
}
