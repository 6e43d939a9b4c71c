package query

import (
	"bufio"
	"strings"
)

// writeCSV does not use encoding/csv, which changes line breaks inside cells when it writes CRLF, and cannot tell an
// empty text from NULL.
func writeCSV(w *bufio.Writer, r *Result) error {
	for i, column := range r.Columns {
		csvSeparator(w, i)
		csvText(w, defuse(column.Name))
	}
	csvEnd(w)
	for r.Next() {
		for i, value := range r.Row() {
			csvSeparator(w, i)
			switch k := r.kinds[i]; {
			case value == nil:
			case k.isNumber(), k == kindBool, k == kindDate, k == kindTimestamp:
				csvWrite(w, cellText(k, value))
			default:
				csvText(w, defuse(cellText(k, value)))
			}
		}
		csvEnd(w)
	}
	return r.Err()
}

func csvSeparator(w *bufio.Writer, column int) {
	if column > 0 {
		csvWrite(w, ",")
	}
}

func csvText(w *bufio.Writer, text string) {
	if text != "" && !strings.ContainsAny(text, "\",\r\n") && text[0] != ' ' && text[len(text)-1] != ' ' {
		csvWrite(w, text)
		return
	}
	csvWrite(w, `"`+strings.ReplaceAll(text, `"`, `""`)+`"`)
}

func csvEnd(w *bufio.Writer) { csvWrite(w, "\r\n") }

// csvWrite leaves a failed write to the buffer, which keeps the error and returns it on Flush.
func csvWrite(w *bufio.Writer, text string) {
	_, _ = w.WriteString(text)
}
