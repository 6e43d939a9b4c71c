package query

import (
	"bufio"
	"fmt"
	"io"
)

// Format is a way to write a result.
type Format string

// The formats of Write.
const (
	FormatTable    Format = "table"
	FormatCSV      Format = "csv"
	FormatJSON     Format = "json"
	FormatMarkdown Format = "markdown"
	FormatParquet  Format = "parquet"
)

// Formats lists all formats, the one for people first.
func Formats() []Format {
	return []Format{FormatTable, FormatCSV, FormatJSON, FormatMarkdown, FormatParquet}
}

// ParseFormat reads the name of a format; the error lists the names there are.
func ParseFormat(name string) (Format, error) {
	for _, format := range Formats() {
		if string(format) == name {
			return format, nil
		}
	}
	return "", fmt.Errorf("unknown format %q; choose one of %v", name, Formats())
}

// Write writes r from its first row, page by page, and leaves it open. NULL is an empty cell, in JSON null, in
// Parquet null. Decimals and integers keep every digit, doubles have the fewest digits that read back the same, dates
// are 2006-01-02 and timestamps 2006-01-02 15:04:05 with six more digits where there is a fraction.
//
//   - table: columns of a terminal of width characters (80 if width is not positive); text that does not fit is cut with
//     an ellipsis, numbers and dates never are; a last line counts the rows and says when the cap left some out.
//   - csv: RFC 4180 with CRLF and a header; an empty text is "" where NULL is nothing. A text or header that a
//     spreadsheet would take for a formula gets a leading apostrophe.
//   - json: an array of one object per row; numbers that JSON lacks (NaN, infinity) are strings.
//   - markdown: a table, its text escaped.
//   - parquet: typed columns, zstd. Times of day, intervals and nested values are text.
//
// Formats other than table do not say that r is Truncated: the caller does.
func Write(w io.Writer, r *Result, format Format, width int) error {
	if r.finish == nil {
		return fmt.Errorf("write %s: the result is closed; run the query again", format)
	}
	r.nestedJSON = format == FormatJSON
	r.rewind()
	buffer := bufio.NewWriter(w)
	if err := write(buffer, r, format, width); err != nil {
		return fmt.Errorf("write %s: %w", format, err)
	}
	if err := buffer.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", format, err)
	}
	return nil
}

func write(w *bufio.Writer, r *Result, format Format, width int) error {
	switch format {
	case FormatTable:
		return writeTable(w, r, width)
	case FormatCSV:
		return writeCSV(w, r)
	case FormatJSON:
		return writeJSON(w, r)
	case FormatMarkdown:
		return writeMarkdown(w, r)
	case FormatParquet:
		return writeParquet(w, r)
	}
	_, err := ParseFormat(string(format))
	return err
}
