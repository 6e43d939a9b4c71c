package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	// malformed is a line that no loader takes for a row: text follows a closing quote.
	malformed = "\"no JSON object\"!\n"
	// undecodable is a byte that is not UTF-8.
	undecodable = 0xFF
	// maxHeader is how long the names of all columns may be together.
	maxHeader = 1 << 20
)

// Keys reads a whole text of JSON Lines and gives the names of its columns: every key of every
// record, in the order in which they occur first.
func Keys(in io.Reader) ([]string, error) {
	var keys []string
	known := map[string]bool{}
	size, isEmpty := 0, true
	lines := newPhysical(in)
	for {
		line, isWhole, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line = bytes.Trim(line, jsonBlanks)
		isEmpty = isEmpty && isBlank(line)
		if !isWhole || !isRecord(line) || !utf8.Valid(line) {
			continue
		}
		flat(line, func(name, _ []byte) {
			if !known[string(name)] {
				known[string(name)] = true
				keys = append(keys, string(name))
				size += len(name)
			}
		})
		if len(keys) > maxColumns || size > maxHeader {
			return nil, &UnreadableError{
				Reason: fmt.Sprintf("has records with more than %d different keys", min(len(keys)-1, maxColumns)),
				Hint:   "export one kind of record to one file",
			}
		}
	}
	if len(keys) == 0 && !isEmpty {
		return nil, &UnreadableError{
			Reason: "has no line that is a JSON object", Hint: "export JSON Lines, which is one object on each line, or CSV",
		}
	}
	return keys, nil
}

// jsonBlanks are what JSON allows around an object.
const jsonBlanks = " \t\r\n"

// isBlank tells whether a line has nothing that can be seen.
func isBlank(line []byte) bool { return len(bytes.TrimSpace(line)) == 0 }

// isRecord tells whether a line is a JSON object.
func isRecord(line []byte) bool { return len(line) > 0 && line[0] == '{' && json.Valid(line) }

// jsonRows gives the records of a text of JSON Lines.
type jsonRows struct {
	in      *physical
	keys    []string
	columns map[string]int
	cells   [][]byte
	started bool
}

// JSONLines gives the records of a text of JSON Lines, whose keys were read by Keys. A line that is no
// object, or is longer than 16 MiB, gives a record that no loader takes for a row.
func JSONLines(in io.Reader, keys []string) *Reader {
	rows := &jsonRows{in: newPhysical(in), keys: keys, columns: map[string]int{}, cells: make([][]byte, len(keys))}
	for i, key := range keys {
		rows.columns[key] = i
	}
	return &Reader{lines: rows}
}

// next appends the header, and then line by line what the lines of the file say.
func (j *jsonRows) next(out []byte) ([]byte, error) {
	if !j.started {
		j.started = true
		if len(j.keys) == 0 {
			return out, nil
		}
		for i, key := range j.keys {
			j.cells[i] = []byte(key)
		}
		return appendLine(out, j.cells), nil
	}
	line, isWhole, err := j.in.next()
	if err != nil {
		return out, err
	}
	line = bytes.Trim(line, jsonBlanks)
	switch {
	case isBlank(line) && isWhole:
		return append(out, '\n'), nil
	case !isWhole || !isRecord(line):
		return append(out, malformed...), nil
	}
	for i := range j.cells {
		j.cells[i] = j.cells[i][:0]
	}
	if !utf8.Valid(line) {
		j.cells[0] = append(j.cells[0], undecodable)
		return appendLine(out, j.cells), nil
	}
	var changed error
	flat(line, func(name, value []byte) {
		at, ok := j.columns[string(name)]
		if !ok {
			changed = errors.New("it changed while it was read")
			return
		}
		j.cells[at] = append(j.cells[at][:0], unquote(value)...)
	})
	if changed != nil {
		return out, changed
	}
	return appendLine(out, j.cells), nil
}

func (j *jsonRows) close() error { return nil }
