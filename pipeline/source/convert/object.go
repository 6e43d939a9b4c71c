package convert

import (
	"bytes"
	"encoding/json"
)

// lifted is the object in which Airbyte wraps the record of the source.
const lifted = "_airbyte_data"

// flat calls f with the name and the JSON value of every cell of a record, which is a valid JSON
// object. An object inside gives a cell for each of its members, named after both, as in Owner.Name;
// what is inside of that, and lists, are one cell of JSON.
func flat(record []byte, f func(name, value []byte)) {
	members(record, func(key, value []byte) {
		switch {
		case value[0] != '{':
			f(key, value)
		case string(key) == lifted:
			members(value, func(key, value []byte) { nested(key, value, f) })
		default:
			nested(key, value, f)
		}
	})
}

// nested calls f with the members of a value that is an object, or with the value.
func nested(key, value []byte, f func(name, value []byte)) {
	if value[0] != '{' {
		f(key, value)
		return
	}
	members(value, func(inner, value []byte) {
		name := append(append(bytes.Clone(key), '.'), inner...)
		f(name, value)
	})
}

// members calls f with the keys and the values of a valid JSON object.
func members(object []byte, f func(key, value []byte)) {
	at := 1
	for {
		at += blanks(object[at:])
		switch object[at] {
		case '}':
			return
		case ',':
			at++
			continue
		}
		end := at + valueLength(object[at:])
		key := unquote(object[at:end])
		at = end + blanks(object[end:]) + 1 // the colon
		at += blanks(object[at:])
		end = at + valueLength(object[at:])
		f(key, object[at:end])
		at = end
	}
}

func blanks(text []byte) int {
	n := 0
	for n < len(text) && (text[n] == ' ' || text[n] == '\t' || text[n] == '\r' || text[n] == '\n') {
		n++
	}
	return n
}

// valueLength gives the bytes of the valid JSON value at the beginning of the text.
func valueLength(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringLength(text[i:]) - 1
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// stringLength gives the bytes of the JSON string at the beginning of the text, with its quotes.
func stringLength(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// unquote gives what a JSON value says as the text of a cell: strings without quotes, nothing for
// null, anything else as it is written.
func unquote(value []byte) []byte {
	switch {
	case string(value) == "null":
		return nil
	case value[0] != '"':
		return value
	case bytes.IndexByte(value, '\\') < 0:
		return value[1 : len(value)-1]
	}
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return value // a valid string has no error
	}
	return []byte(text)
}
