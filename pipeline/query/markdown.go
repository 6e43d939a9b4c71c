package query

import (
	"bufio"
	"strings"
)

func writeMarkdown(w *bufio.Writer, r *Result) error {
	cells := make([]string, len(r.Columns))
	rules := make([]string, len(r.Columns))
	for i, column := range r.Columns {
		cells[i] = markdownText(column.Name)
		rules[i] = "---"
		if r.kinds[i].isNumber() {
			rules[i] = "--:"
		}
	}
	for _, line := range [][]string{cells, rules} {
		if err := markdownLine(w, line); err != nil {
			return err
		}
	}
	for r.Next() {
		for i, value := range r.Row() {
			cells[i] = markdownText(cellText(r.kinds[i], value))
		}
		if err := markdownLine(w, cells); err != nil {
			return err
		}
	}
	return r.Err()
}

func markdownLine(w *bufio.Writer, cells []string) error {
	_, err := w.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	return err
}

// markdownText keeps a cell in its cell and its text from becoming a link, an image or HTML.
func markdownText(text string) string {
	text = strings.NewReplacer(
		`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "[", `\[`,
		"&", "&amp;", "<", "&lt;",
		"\r\n", "<br>", "\n", "<br>", "\r", "<br>",
	).Replace(text)
	return printable(text)
}
