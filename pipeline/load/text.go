package load

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"truce/pipeline/lex"
)

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

// compose gives a trimmed text in Unicode's composed form (NFC), without the blanks beyond ASCII that
// surround it. Two texts that look the same are then the same bytes.
func compose(text []byte) []byte {
	if isASCII(text) {
		return text
	}
	text = bytes.TrimFunc(text, isWideBlank)
	if norm.NFC.IsNormal(text) {
		return text
	}
	return norm.NFC.Bytes(text)
}

// isWideBlank tells blanks of any alphabet, and the characters without width that exports put at the
// ends of texts.
func isWideBlank(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }

func isASCII(text []byte) bool {
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// wordsOf prepares the words that are read as others; nil if there are none.
func wordsOf(set map[string]string) map[string][]byte {
	if len(set) == 0 {
		return nil
	}
	words := make(map[string][]byte, len(set))
	for from, to := range set {
		words[string(compose(trim([]byte(from))))] = compose(trim([]byte(to)))
	}
	return words
}

// content gives the text of a cell as it is meant.
func (c *cells) content(col *column, data []byte, span lex.Span) []byte {
	return c.clean(col, trim(data[span.Start:span.End]), span.Escaped)
}

// clean gives a trimmed text as it is meant: with one quote for each pair, composed, and replaced if
// the extract says so.
func (c *cells) clean(col *column, text []byte, escaped bool) []byte {
	if escaped {
		text = c.arena.keep(lex.Unescape(c.arena.room(len(text)), text))
	}
	if c.wide {
		text = compose(text)
	}
	if word, ok := col.words[string(text)]; ok {
		return word
	}
	return text
}

// firstOf gives the place of the first cell that says something to a column that is read from several;
// the last one if none does.
func (c *cells) firstOf(col *column, data []byte, fields []lex.Span) int {
	for _, source := range col.places {
		text := trim(data[fields[source].Start:fields[source].End])
		if len(text) == 0 {
			continue // what Values makes of an empty cell holds only if all are empty
		}
		text = c.clean(col, text, fields[source].Escaped)
		if !c.isNothing(text) && bytes.HasPrefix(text, []byte(col.prefix)) {
			return source
		}
	}
	return col.places[len(col.places)-1]
}

// isNothing tells whether a text that is meant says nothing.
func (c *cells) isNothing(text []byte) bool {
	return len(text) == 0 || c.nullStarts[text[0]] && c.isNull(text)
}

// lower gives a text in lower case.
func (c *cells) lower(text []byte) []byte {
	lower := c.inLower(text)
	if bytes.Equal(lower, text) {
		return text
	}
	return c.arena.keep(append(c.arena.room(len(lower)), lower...))
}

// inLower gives a text in lower case until the next call.
func (c *cells) inLower(text []byte) []byte {
	if !isASCII(text) {
		return bytes.ToLower(text)
	}
	c.folded = c.folded[:0]
	for _, b := range text {
		if b >= 'A' && b <= 'Z' {
			b += 'a' - 'A'
		}
		c.folded = append(c.folded, b)
	}
	return c.folded
}
