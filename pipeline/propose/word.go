package propose

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"truce/pipeline/entity"
)

// flagWords says which words of other languages mean true and false.
func (x *draftExtract) flagWords(r *reading) {
	for _, f := range x.entity.Fields {
		c := r.columns[f.Name]
		if c == nil || f.Type != entity.Boolean {
			continue
		}
		for word := range c.values {
			if value, ok := readFlag(word); ok && !isPlainFlag(word) {
				x.setWord(f.Name, word, strconv.FormatBool(value))
			}
		}
	}
}

// isPlainFlag tells whether every file may have the word for true or false.
func isPlainFlag(word string) bool {
	return slices.Contains([]string{"true", "false", "1", "0", "yes", "no", "t", "f", "y", "n"}, strings.ToLower(word))
}

// setWord says how a word of a field is read.
func (x *draftExtract) setWord(field, word, as string) {
	if x.values[field] == nil {
		x.values[field] = map[string]string{}
	}
	x.values[field][word] = as
}

// currencyWords says which signs and names of a column of currencies are which codes.
func (x *draftExtract) currencyWords(r *reading) {
	c := r.columns["currency"]
	if c == nil {
		return
	}
	for word := range c.values {
		if code := currencyCode(word); code != "" && code != word {
			x.setWord("currency", word, code)
		}
	}
}

// currencyCode gives the ISO code that a sign, a name or a code in other letters means; "" if it is not known.
func currencyCode(word string) string {
	switch strings.ToLower(word) {
	case "€", "euro", "euros":
		return "EUR"
	case "$", "us$", "dollar", "dollars", "us dollar", "us dollars", "u.s. dollar":
		return "USD"
	case "£", "pound", "pounds", "pound sterling", "british pound":
		return "GBP"
	case "chf", "sfr", "sfr.", "swiss franc", "schweizer franken":
		return "CHF"
	}
	if len(word) == 3 && !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) || r > 'z' }) {
		return strings.ToUpper(word)
	}
	return ""
}
