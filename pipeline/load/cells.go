package load

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"truce/pipeline/entity"
	"truce/pipeline/lex"
)

// cells reads cells to the type of their column.
type cells struct {
	plan       *plan
	arena      *arena
	nulls      [][]byte
	nullStarts [256]bool // first bytes of the words that mean nothing
	booleans   map[string]bool
	letters    [256]int8 // booleans of one byte: 1 true, -1 false
}

func newCells(p *plan, a *arena) cells {
	c := cells{plan: p, arena: a, booleans: p.booleans}
	for _, word := range p.extract.Nulls {
		if word = string(trim([]byte(word))); word != "" {
			c.nulls = append(c.nulls, []byte(word))
			c.nullStarts[word[0]] = true
		}
	}
	for word, value := range p.booleans {
		if len(word) == 1 {
			sign := int8(2*btoi(value) - 1)
			c.letters[word[0]] = sign
			c.letters[bytes.ToUpper([]byte(word))[0]] = sign
		}
	}
	return c
}

// read reads one cell and adds its value, or says why not and adds nothing.
func (c *cells) read(col *column, v *values, text []byte, escaped bool) rule {
	text = trim(text)
	if escaped {
		text = c.arena.keep(lex.Unescape(c.arena.room(len(text)), text))
	}
	if len(text) == 0 && col.field.Type == entity.Boolean && c.plan.extract.BlankFalse {
		v.bools, v.levels = append(v.bools, false), append(v.levels, 1)
		return accepted
	}
	if len(text) == 0 || c.nullStarts[text[0]] && c.isNull(text) {
		return c.null(col, v)
	}
	switch col.field.Type {
	case entity.Text:
		if col.id && isMangled(text) {
			return ruleMangledID
		}
		v.texts = append(v.texts, c.longForm(col, text))
	case entity.Boolean:
		value, ok := c.boolean(text)
		if !ok {
			return ruleBoolean
		}
		v.bools = append(v.bools, value)
	case entity.Date:
		m, r := col.date.read(text)
		if r != accepted {
			return r
		}
		v.days = append(v.days, m.day)
	case entity.Timestamp:
		m, r := col.date.read(text)
		if r != accepted {
			if r == ruleDate {
				r = ruleTimestamp
			}
			return r
		}
		v.longs = append(v.longs, col.date.timestamp(m))
	default:
		return c.readNumber(col, v, text)
	}
	v.levels = append(v.levels, 1)
	return accepted
}

func (c *cells) readNumber(col *column, v *values, text []byte) rule {
	value, null, r := col.number.read(text)
	switch {
	case r == ruleDecimal && col.field.Type == entity.Integer:
		return ruleInteger
	case r != accepted:
		return r
	case null:
		return c.null(col, v)
	}
	v.longs, v.levels = append(v.longs, value), append(v.levels, 1)
	return accepted
}

// null adds a null, unless the row means nothing without a value here.
func (c *cells) null(col *column, v *values) rule {
	switch {
	case col.attribute:
	case col.field.Key:
		return ruleNullKey
	case col.field.Required:
		return ruleRequired
	}
	v.levels = append(v.levels, 0)
	return accepted
}

func (c *cells) isNull(text []byte) bool {
	return slices.ContainsFunc(c.nulls, func(word []byte) bool { return bytes.Equal(word, text) })
}

// boolean reads a word for true or false, and tells whether it is one.
func (c *cells) boolean(text []byte) (value, ok bool) {
	if len(text) == 1 {
		sign := c.letters[text[0]]
		return sign > 0, sign != 0
	}
	var scratch [32]byte
	if len(text) > len(scratch) {
		return false, false
	}
	lower := scratch[:0]
	for _, b := range text {
		if b >= utf8.RuneSelf {
			lower = bytes.ToLower(text)
			break
		}
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		lower = append(lower, b)
	}
	value, ok = c.booleans[string(lower)]
	return value, ok
}

// longForm gives a text as it is stored: a 15-character Salesforce id gets the three characters that
// tell its upper case from its lower case.
func (c *cells) longForm(col *column, text []byte) []byte {
	const short, long = 15, 18
	if !col.longID || len(text) != short || !isAlphanumeric(text) {
		return text
	}
	out := append(c.arena.room(long), text...)
	for part := range 3 {
		n := 0
		for bit, b := range text[part*5 : part*5+5] {
			n |= btoi(b >= 'A' && b <= 'Z') << bit
		}
		out = append(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[n])
	}
	return c.arena.keep(out)
}

// keyHash hashes the key's cells of a record, and tells whether all of them have something.
func (c *cells) keyHash(r record) (uint64, bool) {
	var hash uint64
	for n, i := range c.plan.keys {
		col := &c.plan.columns[i]
		span := r.fields[col.source]
		text := trim(r.data[span.Start:span.End])
		if len(text) == 0 {
			return 0, false
		}
		hash = chain(hash, c.longForm(col, text), n)
	}
	return hash, len(c.plan.keys) > 0
}

// trim takes off surrounding blanks and line ends.
func trim(text []byte) []byte {
	for len(text) > 0 && isBlank(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && isBlank(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

func isAlphanumeric(text []byte) bool {
	for _, b := range text {
		if b-'0' > 9 && (b|0x20)-'a' > 25 {
			return false
		}
	}
	return true
}

// isMangled tells whether an id looks like a number that a spreadsheet rounded, such as 5.80E+18.
func isMangled(text []byte) bool {
	if text[0]-'0' > 9 || len(text) < 4 {
		return false
	}
	at := bytes.IndexByte(text, '+')
	if at < 2 || text[at-1]|0x20 != 'e' || at+1 == len(text) || len(text) > at+4 {
		return false
	}
	for i, b := range text {
		mark := i == at || i == at-1 || i == 1 && (b == '.' || b == ',')
		if !mark && b-'0' > 9 {
			return false
		}
	}
	return true
}
