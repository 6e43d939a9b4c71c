package rule

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxBytes = 8 << 10

// checkText refuses what the parser would swallow without a trace in its tree, such as comments, and
// what engines read differently, such as backslashes.
func checkText(text string) error {
	if strings.TrimSpace(text) == "" {
		return &Error{Text: text, Message: "the rule is blank", Hint: "write a condition such as employees >= 100"}
	}
	if len(text) > maxBytes {
		return &Error{Text: text, Message: "the rule is longer than 8192 bytes", Hint: "split it"}
	}
	if !utf8.ValidString(text) {
		return &Error{Text: text, Message: "the rule is not UTF-8", Hint: "save the file as UTF-8 text"}
	}
	var quote rune
	for i, r := range text {
		message, hint := "", ""
		switch rest := text[i:]; {
		case r == '\\':
			message, hint = "backslashes are not allowed", "engines read them differently; write [0-9] instead of a class such as \\d"
		case unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r':
			message, hint = "the rule holds a control character", "remove it"
		case quote != 0:
			if r == quote {
				quote = 0 // a doubled quote closes and opens again
			}
		case r == '\'' && wordBefore(text[:i]):
			message, hint = "letters stand right before a quote", "put a blank between them; prefixes such as e'…' are not allowed"
		case r == '\'' || r == '"':
			quote = r
		case strings.HasPrefix(rest, "--"):
			message, hint = "comments are not allowed", "two dashes start one; write - -1 with a blank"
		case strings.HasPrefix(rest, "/*"):
			message, hint = "comments are not allowed", "remove it"
		case r == ';':
			message, hint = "a rule is one condition", "remove the semicolon"
		case r == '?' || r == '$':
			message, hint = "parameters are not allowed", "write the value; text goes into single quotes"
		}
		if message != "" {
			return &Error{Text: text, Position: positionOf(text, i), Message: message, Hint: hint}
		}
	}
	if quote != 0 {
		return &Error{
			Text: text, Position: positionOf(text, strings.LastIndex(text, string(quote))),
			Message: "a quote is not closed", Hint: "a quote inside text is doubled: 'O''Brien'",
		}
	}
	return nil
}

// wordBefore says whether the text ends with a word. DuckDB reads x'ab' as 'xab'.
func wordBefore(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
