package main

import (
	"io"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

const (
	plainWidth = 80 // where the output is no terminal
	columnGap  = "  "
)

// widthOf gives the width of the terminal that the output is, else 80.
func widthOf(out io.Writer) int {
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width >= 40 {
			return width
		}
	}
	return plainWidth
}

// table lays rows out in columns. The first row is the header; an all-blank header is not printed.
// Columns whose index is in right are aligned to the right. The last column wraps at the width of
// the line, the others keep theirs.
func table(rows [][]string, width int, right ...int) string {
	widths := columnWidths(rows)
	var text strings.Builder
	for i, row := range rows {
		if i == 0 && strings.TrimSpace(strings.Join(row, "")) == "" {
			continue
		}
		writeRow(&text, row, widths, width, right)
	}
	return text.String()
}

func columnWidths(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(printable(cell)))
		}
	}
	return widths
}

func writeRow(text *strings.Builder, row []string, widths []int, width int, right []int) {
	var line strings.Builder
	last := len(row) - 1
	for i, cell := range row[:last] {
		cell = printable(cell)
		blank := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if slices.Contains(right, i) {
			line.WriteString(blank + cell)
		} else {
			line.WriteString(cell + blank)
		}
		line.WriteString(columnGap)
	}
	indent := utf8.RuneCountInString(line.String())
	cell := printable(row[last])
	if slices.Contains(right, last) {
		cell = strings.Repeat(" ", widths[last]-utf8.RuneCountInString(cell)) + cell
		text.WriteString(line.String() + cell + "\n")
		return
	}
	for i, part := range wrap(cell, max(width-indent, 20)) {
		start := line.String()
		if i > 0 {
			start = strings.Repeat(" ", indent)
		}
		text.WriteString(strings.TrimRight(start+part, " ") + "\n")
	}
}

// wrap breaks a text at blanks into lines of this width; a longer word stays whole.
func wrap(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		long := utf8.RuneCountInString(word)
		if used > 0 && used+1+long > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+long
	}
	return append(lines, line)
}

// paragraph wraps a text and indents all of its lines.
func paragraph(text, indent string, width int) string {
	lines := wrap(printable(text), max(width-utf8.RuneCountInString(indent), 20))
	return indent + strings.Join(lines, "\n"+indent) + "\n"
}

// item wraps a text that is one of several: all lines but the first are indented further.
func item(text, indent string, width int) string {
	lines := wrap(printable(text), max(width-utf8.RuneCountInString(indent)-len(columnGap), 20))
	return indent + strings.Join(lines, "\n"+indent+columnGap) + "\n"
}

// printable keeps names that come from files from steering the terminal.
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
