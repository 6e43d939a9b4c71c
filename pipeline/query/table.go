package query

import (
	"bufio"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

const (
	defaultWidth = 80
	columnGap    = "  "
	ellipsis     = "…"
	leastText    = 8 // a text column is never narrower, unless its content is
)

// writeTable reads the rows twice: once for the widths of the columns.
func writeTable(w *bufio.Writer, r *Result, terminal int) error {
	if terminal <= 0 {
		terminal = defaultWidth
	}
	widths, err := layout(r, terminal)
	if err != nil {
		return err
	}
	cells := make([]string, len(r.Columns))
	rules := make([]string, len(r.Columns))
	for i, column := range r.Columns {
		cells[i] = printable(column.Name)
		rules[i] = strings.Repeat("-", widths[i])
	}
	for _, line := range [][]string{cells, rules} {
		if err := tableLine(w, r, widths, line); err != nil {
			return err
		}
	}
	r.rewind()
	for r.Next() {
		for i, value := range r.Row() {
			cells[i] = printable(cellText(r.kinds[i], value))
		}
		if err := tableLine(w, r, widths, cells); err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	_, err = w.WriteString(footer(r))
	return err
}

func footer(r *Result) string {
	switch {
	case r.Truncated:
		return fmt.Sprintf("(the first %d rows; there are more: narrow the query or write a file)\n", r.Rows)
	case r.Rows == 1:
		return "(1 row)\n"
	}
	return fmt.Sprintf("(%d rows)\n", r.Rows)
}

func tableLine(w *bufio.Writer, r *Result, widths []int, cells []string) error {
	var line strings.Builder
	for i, cell := range cells {
		if i > 0 {
			line.WriteString(columnGap)
		}
		cell = clip(cell, widths[i])
		space := strings.Repeat(" ", max(0, widths[i]-columnsOf(cell)))
		if r.kinds[i].isNumber() {
			line.WriteString(space + cell)
		} else {
			line.WriteString(cell + space)
		}
	}
	_, err := w.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	return err
}

// layout gives each column the width that its content asks for, then takes from the widest until a line fits.
// Numbers, dates and booleans are never cut, because a part of them is another value: such a line may stay too long.
func layout(r *Result, terminal int) ([]int, error) {
	content := make([]int, len(r.Columns))
	for r.Next() {
		for i, value := range r.Row() {
			content[i] = max(content[i], columnsOf(printable(cellText(r.kinds[i], value))))
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	widths := make([]int, len(content))
	least := make([]int, len(content))
	total := len(columnGap) * (len(content) - 1)
	for i, column := range r.Columns {
		widths[i] = max(content[i], columnsOf(printable(column.Name)))
		least[i] = min(widths[i], leastText)
		if !r.kinds[i].isCuttable() {
			least[i] = max(content[i], least[i])
		}
		widths[i] = min(widths[i], max(least[i], terminal))
		total += widths[i]
	}
	for ; total > terminal; total-- {
		widest := -1
		for i := range widths {
			if widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths, nil
}

// isCuttable says whether a part of a value still says something true.
func (k kind) isCuttable() bool {
	return k == kindText || k == kindNested || k == kindBytes || k == kindOther
}

func clip(text string, limit int) string {
	if columnsOf(text) <= limit {
		return text
	}
	used, end := 0, 0
	for at, r := range text {
		if used+columnsOfRune(r) > limit-1 {
			break
		}
		used += columnsOfRune(r)
		end = at + len(string(r))
	}
	return text[:end] + ellipsis
}

// columnsOf is how many terminal columns text takes.
func columnsOf(text string) int {
	total := 0
	for _, r := range text {
		total += columnsOfRune(r)
	}
	return total
}

func columnsOfRune(r rune) int {
	switch {
	case r < unicode.MaxASCII:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// printable keeps text on its line and from steering the terminal: data must not move the cursor, change colours or
// reverse the direction of what follows.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
