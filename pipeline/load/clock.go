package load

// readClock reads what follows a date: a time of day, with or without a zone. It tells whether the
// text is nothing else.
func (m *moment) readClock(b []byte) bool {
	switch b[0] {
	case 'T', 't':
		b = b[1:]
	case ' ', ',':
		b = skipAny(b[1:], " ")
	default:
		return false
	}
	m.hasTime = true
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return m.readLooseClock(b)
	}
	hour, ok1 := twoDigits(b, 0)
	minute, ok2 := twoDigits(b, 3)
	second, ok3 := twoDigits(b, 6)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 59 {
		return false
	}
	m.setClock(hour, minute, second)
	return len(b) == 8 || m.readTail(b[8:], hour)
}

func (m *moment) setClock(hour, minute, second int) {
	m.micros = int64(hour*3600+minute*60+second) * 1e6
}

// readLooseClock reads a time whose hour may have one digit and whose seconds may be missing.
func (m *moment) readLooseClock(b []byte) bool {
	hour, rest := leadingNumber(b, 2)
	if len(rest) == len(b) || len(rest) < 3 || rest[0] != ':' {
		return false
	}
	minute, ok := twoDigits(rest, 1)
	second := 0
	rest = rest[3:]
	if ok && len(rest) >= 3 && rest[0] == ':' {
		second, ok = twoDigits(rest, 1)
		rest = rest[3:]
	}
	if !ok || hour > 23 || minute > 59 || second > 59 {
		return false
	}
	m.setClock(hour, minute, second)
	return len(rest) == 0 || m.readTail(rest, hour)
}

// readTail reads what follows the seconds: a fraction, AM or PM, a zone. Digits of the fraction
// beyond microseconds are cut off.
func (m *moment) readTail(b []byte, hour int) bool {
	if b[0] == '.' || b[0] == ',' {
		n, unit := 1, int64(100_000)
		for n < len(b) && b[n]-'0' <= 9 {
			m.micros += int64(b[n]-'0') * unit
			unit /= 10
			n++
		}
		if n == 1 {
			return false
		}
		b = b[n:]
	}
	b = skipAny(b, " ")
	if len(b) >= 2 && b[1]|0x20 == 'm' && (b[0]|0x20 == 'a' || b[0]|0x20 == 'p') {
		if hour < 1 || hour > 12 {
			return false
		}
		if hour == 12 {
			m.micros -= 12 * 3600 * 1e6
		}
		if b[0]|0x20 == 'p' {
			m.micros += 12 * 3600 * 1e6
		}
		b = skipAny(b[2:], " ")
	}
	return len(b) == 0 || m.readZone(b)
}

// readZone reads Z, UTC, GMT or an offset.
func (m *moment) readZone(b []byte) bool {
	m.hasZone = true
	switch string(b) {
	case "Z", "z", "UTC", "GMT":
		return true
	}
	sign := int64(1)
	switch b[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return false
	}
	b = b[1:]
	if len(b) == 5 && b[2] == ':' {
		b = []byte{b[0], b[1], b[3], b[4]}
	}
	if len(b) != 2 && len(b) != 4 {
		return false
	}
	hours, ok := twoDigits(b, 0)
	minutes := 0
	if ok && len(b) == 4 {
		minutes, ok = twoDigits(b, 2)
	}
	m.offset = sign * int64(hours*3600+minutes*60)
	return ok && hours <= 18 && minutes <= 59
}

// timestamp gives the microseconds since 1970-01-01 UTC. A time without a zone is of the format's
// zone; a date alone is the first instant of that day where the company is.
func (f *dateFormat) timestamp(m moment) int64 {
	switch {
	case !m.hasTime:
		return f.local.dayStart(m.day) * 1e6
	case m.hasZone:
		return (int64(m.day)*daySeconds-m.offset)*1e6 + m.micros
	}
	whole := m.micros / 1e6
	return f.zone.instant(int64(m.day)*daySeconds+whole)*1e6 + m.micros - whole*1e6
}
