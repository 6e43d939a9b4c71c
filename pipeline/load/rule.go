package load

import (
	"fmt"

	"truce/pipeline/lex"
)

// rule is the reason for which a row is quarantined.
type rule uint8

const (
	accepted rule = iota
	ruleMalformed
	ruleFieldCount
	ruleTooLong
	ruleEncoding
	ruleNUL
	ruleControl
	ruleNullKey
	ruleMangledID
	ruleRequired
	ruleInteger
	ruleDecimal
	ruleBoolean
	ruleDate
	ruleTimestamp
	// The last two never reach the quarantine: they end the load.
	contradicts // the value has another format than the column
	unsettled   // the value needs a format that the column does not have yet
)

// name gives the stable word that the quarantine shows; doc.go lists them.
func (r rule) name() string {
	return [...]string{
		"", "malformed", "field_count", "too_long", "encoding", "nul", "control_character", "null_key",
		"mangled_id", "required", "integer", "decimal", "boolean", "date", "timestamp", "", "",
	}[r]
}

// sentence explains the rule for a person, without the value.
func (r rule) sentence(c *column) string {
	switch r {
	case ruleMalformed:
		return "the record has text after a closing quote or a quote that is never closed; its first line is set aside"
	case ruleFieldCount:
		return "the record has not as many fields as the header"
	case ruleTooLong:
		return "the record has a field over 1 MiB or is over 16 MiB itself"
	case ruleEncoding:
		return "the record has bytes that are not valid in the file's encoding"
	case ruleNUL:
		return "the record has a NUL byte"
	}
	where := fmt.Sprintf("column %q ", c.header)
	switch r {
	case ruleControl:
		return where + "has a control character"
	case ruleNullKey:
		return where + "is empty, but it is the key"
	case ruleMangledID:
		return where + "has what a spreadsheet made of an id: a rounded number or an error such as #REF!"
	case ruleRequired:
		return where + "is empty, but the row means nothing without it"
	case ruleBoolean:
		return where + "has a word that stands neither for true nor for false"
	case ruleInteger:
		return where + "has something that is not a whole number" + c.number.explain()
	case ruleDecimal:
		return where + "has something that is not a number of at most 18 digits, " +
			fmt.Sprintf("%d of them decimals", c.number.scale) + c.number.explain()
	}
	return where + "has something that is not a " + c.field.Type.String() + " from 1900 to 2200" + c.date.explain()
}

// ruleOf gives the rule for a problem of the lexer.
func ruleOf(p lex.Problem) rule {
	switch p {
	case lex.FieldCount:
		return ruleFieldCount
	case lex.TooLong:
		return ruleTooLong
	}
	return ruleMalformed
}
