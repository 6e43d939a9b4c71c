package load

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"slices"
	"unicode/utf8"

	"truce/pipeline/entity"
)

// cells reads cells to the type of their column.
type cells struct {
	plan       *plan
	arena      *arena
	nulls      [][]byte
	nullStarts [256]bool // first bytes of the words that mean nothing
	booleans   map[string]bool
	letters    [256]int8 // booleans of one byte: 1 true, -1 false
	wide       bool      // the text has characters beyond ASCII
	persons    hash.Hash // makes person_key; nil without a secret
	folded     []byte    // room for one text in lower case
}

func newCells(p *plan, a *arena) cells {
	c := cells{plan: p, arena: a, booleans: p.booleans}
	for _, word := range p.extract.Nulls {
		if word = string(compose(trim([]byte(word)))); word != "" {
			c.nulls = append(c.nulls, []byte(word))
			c.nullStarts[word[0]] = true
		}
	}
	if p.extract.PersonKey != nil {
		c.persons = hmac.New(sha256.New, p.extract.PersonKey)
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
	if escaped || c.wide || col.words != nil {
		text = c.clean(col, text, escaped)
	}
	if len(text) == 0 && col.field.Type == entity.Boolean && c.plan.extract.BlankFalse && col.origin != fromColumns {
		v.bools, v.levels = append(v.bools, false), append(v.levels, 1)
		return accepted
	}
	if len(text) == 0 || c.nullStarts[text[0]] && c.isNull(text) {
		return c.null(col, v)
	}
	switch col.field.Type {
	case entity.Text:
		if col.special {
			return c.readText(col, v, text)
		}
		v.texts = append(v.texts, text)
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

// readText reads the text of a column that does not take every text as it is.
func (c *cells) readText(col *column, v *values, text []byte) rule {
	if col.id && (text[0]-'0' <= 9 && isMangled(text) || text[0] == '#' && isError(text)) {
		return ruleMangledID
	}
	if len(col.prefix) > 0 && !bytes.HasPrefix(text, []byte(col.prefix)) {
		return c.null(col, v)
	}
	if col.person {
		if text = c.personKey(text); text == nil {
			return c.null(col, v)
		}
	}
	v.texts, v.levels = append(v.texts, c.stored(col, text)), append(v.levels, 1)
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
	case col.attribute, col.origin == fromColumns:
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

// stored gives a text as the landing has it.
func (c *cells) stored(col *column, text []byte) []byte {
	if col.longID {
		text = c.longForm(text)
	}
	if col.fold {
		text = c.lower(text)
	}
	return text
}

// longForm gives a 15-character Salesforce id the three characters that tell its upper case from its
// lower case.
func (c *cells) longForm(text []byte) []byte {
	const short, long = 15, 18
	if len(text) != short || !isAlphanumeric(text) {
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
	parts := 0
	for _, i := range c.plan.keys {
		col := &c.plan.columns[i]
		if col.origin != fromCell {
			continue
		}
		source := col.source
		if col.places != nil {
			source = c.firstOf(col, r.data, r.fields)
		}
		text := c.content(col, r.data, r.fields[source])
		if len(text) == 0 {
			return 0, false
		}
		hash = chain(hash, c.stored(col, text), parts)
		parts++
	}
	return hash, parts > 0
}

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
	if len(text) < 4 {
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

// isError tells whether a text is what a spreadsheet shows where a formula failed, in one of the
// languages that its menus may have.
func isError(text []byte) bool {
	switch string(text) {
	case "#REF!", "#BEZUG!", "#¡REF!", "#RIF!", "#VERW!", "#REFERENS!", "#REFERENCE!", "#ADR!",
		"#VALUE!", "#WERT!", "#VALEUR!", "#¡VALOR!", "#VALOR!", "#VALORE!", "#WAARDE!", "#VÄRDEFEL!", "#VÆRDI!", "#ARG!",
		"#NAME?", "#NOM?", "#¿NOMBRE?", "#NOME?", "#NAAM?", "#NAMN?", "#NAVN?", "#NAZWA?",
		"#N/A", "#N/A!", "#NV", "#N/D", "#N/D!", "#N/B", "#I/T", "#SAKNAS!",
		"#DIV/0!", "#¡DIV/0!", "#DEEL/0!", "#DIVISION/0!", "#DZIEL/0!",
		"#NUM!", "#ZAHL!", "#NOMBRE!", "#¡NUM!", "#NÚM!", "#GETAL!", "#OGILTIGT!", "#LICZBA!",
		"#NULL!", "#NUL!", "#¡NULO!", "#NULO!", "#NULLO!", "#LEEG!", "#SKÄRNING!", "#ZERO!",
		"#SPILL!", "#CALC!", "#ERROR!":
		return true
	}
	return false
}
