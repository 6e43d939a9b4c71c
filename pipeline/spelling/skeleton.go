package spelling

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Skeleton gives what is left of a value when everything is gone in which spellings differ; empty for
// a value without letters, digits and signs.
func Skeleton(value string) string {
	letters := []rune(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(value))))
	var out strings.Builder
	var last rune // the last rune that was kept
	isApart := false
	for i, letter := range letters {
		if !isKept(letter, i == len(letters)-1 && i > 0) {
			isApart = true
			continue
		}
		if isApart && unicode.IsDigit(last) && unicode.IsDigit(letter) {
			out.WriteByte('.')
		}
		letter = latin(letter)
		out.WriteRune(letter)
		last, isApart = letter, false
	}
	return out.String()
}

// isKept tells whether a rune tells values apart.
func isKept(letter rune, isLast bool) bool {
	switch {
	case unicode.IsLetter(letter), unicode.IsDigit(letter), unicode.IsMark(letter), unicode.IsSymbol(letter), letter == '#':
		return true
	case isLast:
		return unicode.Is(unicode.Pd, letter)
	}
	return false
}

// latin gives the Latin letter that a Cyrillic or Greek one looks like, in capitals or small letters;
// other letters stay. Letters are folded.
func latin(letter rune) rune {
	switch letter {
	case 'а', 'α':
		return 'a'
	case 'в', 'β':
		return 'b'
	case 'с':
		return 'c'
	case 'ԁ':
		return 'd'
	case 'е', 'ε':
		return 'e'
	case 'һ', 'н', 'η':
		return 'h'
	case 'і', 'ι':
		return 'i'
	case 'ј':
		return 'j'
	case 'к', 'κ':
		return 'k'
	case 'м', 'μ':
		return 'm'
	case 'ν':
		return 'n'
	case 'о', 'ο':
		return 'o'
	case 'р', 'ρ':
		return 'p'
	case 'ԛ':
		return 'q'
	case 'ѕ':
		return 's'
	case 'т', 'τ':
		return 't'
	case 'ԝ':
		return 'w'
	case 'х', 'χ':
		return 'x'
	case 'у', 'υ':
		return 'y'
	case 'ζ':
		return 'z'
	}
	return letter
}
