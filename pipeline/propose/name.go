package propose

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// wordsOf takes a name apart into words: lower case, without accents and plural endings, split at
// everything that is no letter or digit and where a lower-case letter meets an upper-case one.
func wordsOf(name string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, singular(word.String()))
			word.Reset()
		}
	}
	var before rune
	for _, r := range plain(name) {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
		default:
			if unicode.IsUpper(r) && unicode.IsLower(before) {
				flush()
			}
			word.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	flush()
	return words
}

// plain removes accents, what Salesforce appends to the names of custom fields, and apostrophes
// within a word.
func plain(name string) string {
	name = strings.TrimSuffix(strings.TrimSpace(name), "__c")
	name = strings.NewReplacer("ß", "ss", "'", " ", "’", " ", "€", " eur ", "$", " usd ", "£", " gbp ", "#", " number ", "%", " percent ").Replace(name)
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(name))
}

// singular drops a plural ending and writes out a few short forms.
func singular(word string) string {
	switch word {
	case "opp", "oppty", "opportunities":
		return "opportunity"
	case "acct":
		return "account"
	case "amt":
		return "amount"
	case "prob":
		return "probability"
	case "organisation", "organizations", "organisations":
		return "organization"
	case "companies":
		return "company"
	case "dt":
		return "date"
	case "mgr":
		return "manager"
	case "categories":
		return "category"
	case "currencies":
		return "currency"
	case "industries":
		return "industry"
	case "countries":
		return "country"
	case "inquiries", "enquiries":
		return "inquiry"
	case "activities":
		return "activity"
	case "histories":
		return "history"
	}
	if len(word) > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") &&
		!strings.HasSuffix(word, "us") && !strings.HasSuffix(word, "is") {
		return word[:len(word)-1]
	}
	return word
}

// within tells whether the words stand in the name one after the other.
func within(name, words []string) bool { return at(name, words) >= 0 }

// at gives the place at which the words stand in the name, -1 if they do not.
func at(name, words []string) int {
	if len(words) == 0 {
		return -1
	}
	for i := 0; i+len(words) <= len(name); i++ {
		if slices.Equal(name[i:i+len(words)], words) {
			return i
		}
	}
	return -1
}

// hasAny tells whether one of the phrases stands in the name.
func (p phrases) hasAny(name []string) bool {
	return slices.ContainsFunc(p, func(words []string) bool { return within(name, words) })
}

// identifier makes the name of an attribute from a header; "" if none can be made.
func identifier(header string) string {
	var name strings.Builder
	gap := false
	var before rune
	for _, r := range plain(header) {
		isPlain := r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if !isPlain {
			gap = name.Len() > 0
			before = r
			continue
		}
		if gap || unicode.IsUpper(r) && unicode.IsLower(before) {
			name.WriteByte('_')
		}
		gap = false
		name.WriteRune(unicode.ToLower(r))
		before = r
	}
	text := strings.TrimLeft(name.String(), "0123456789_")
	return strings.Trim(text[:min(len(text), 40)], "_")
}
