package query

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

func writeJSON(w *bufio.Writer, r *Result) error {
	names := make([][]byte, len(r.Columns))
	for i, column := range r.Columns {
		name, err := jsonText(column.Name)
		if err != nil {
			return err
		}
		names[i] = name
	}
	line := []byte("[")
	for first := true; r.Next(); first = false {
		if !first {
			line = append(line, ',')
		}
		line = append(line, "\n{"...)
		for i, value := range r.Row() {
			if i > 0 {
				line = append(line, ", "...)
			}
			cell, err := jsonValue(r.kinds[i], value)
			if err != nil {
				return fmt.Errorf("column %s: %w", r.Columns[i].Name, err)
			}
			line = append(append(append(line, names[i]...), ": "...), cell...)
		}
		line = append(line, '}')
		if _, err := w.Write(line); err != nil {
			return err
		}
		line = line[:0]
	}
	if err := r.Err(); err != nil {
		return err
	}
	if r.Rows > 0 {
		line = append(line, '\n')
	}
	_, err := w.Write(append(line, "]\n"...))
	return err
}

func jsonValue(k kind, value any) ([]byte, error) {
	text := cellText(k, value)
	switch {
	case value == nil:
		return []byte("null"), nil
	case k == kindBool:
		return []byte(text), nil
	case k.isNumber() && isFinite(value):
		return []byte(text), nil
	case k == kindNested && json.Valid([]byte(text)):
		return []byte(text), nil
	}
	return jsonText(text)
}

func isFinite(value any) bool {
	var number float64
	switch value := value.(type) {
	case float32:
		number = float64(value)
	case float64:
		number = value
	}
	return !math.IsNaN(number) && !math.IsInf(number, 0)
}

// jsonText leaves <, > and & readable: the output is a file or a terminal, never part of a page.
func jsonText(text string) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}
