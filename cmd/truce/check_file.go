package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline"
	"truce/pipeline/config/nearest"
	"truce/pipeline/load"
)

// fileReport is one file in truce check --json.
type fileReport struct {
	Name      string               `json:"name"`
	Entity    string               `json:"entity"`
	Bytes     int64                `json:"bytes"`
	Date      string               `json:"date,omitempty"` // in the name of the file
	Encoding  string               `json:"encoding"`
	Delimiter string               `json:"delimiter"`
	Rows      pipeline.RowEstimate `json:"rows"`
	Mapped    []mappedReport       `json:"mapped"`
	Missing   []missingReport      `json:"missing"`
	Unmapped  []string             `json:"unmapped"` // columns of the file that are left out
	Formats   map[string]string    `json:"formats"`
	// Refused counts the rows of the sample that would be refused, by rule.
	Refused  map[string]int64 `json:"refused"`
	Problems []string         `json:"problems"`
	Warnings []string         `json:"warnings"`
}

type mappedReport struct {
	Field     string `json:"field"`
	Type      string `json:"type"`
	Header    string `json:"header"`
	Attribute bool   `json:"attribute,omitempty"`
}

// missingReport is a field that the file does not fill, and the header that looks like it.
type missingReport struct {
	Field string `json:"field"`
	Near  string `json:"near,omitempty"`
}

func newFileReport(file pipeline.InspectedFile) fileReport {
	r := fileReport{
		Name: file.Name, Entity: file.Entity, Bytes: file.Size, Encoding: string(file.Encoding),
		Delimiter: file.Text.DelimiterName, Rows: file.Rows, Mapped: []mappedReport{}, Missing: []missingReport{},
		Unmapped: append([]string{}, file.Text.Unmapped...), Formats: map[string]string{}, Refused: map[string]int64{},
		Problems: append([]string{}, file.Problems...), Warnings: append([]string{}, file.Text.Warnings...),
	}
	if file.Date != nil {
		r.Date = file.Date.Format("2006-01-02")
	}
	maps.Copy(r.Formats, file.Text.Formats)
	maps.Copy(r.Refused, file.Text.Rules)
	for _, c := range file.Text.Columns {
		if c.Mapped {
			r.Mapped = append(r.Mapped, mappedReport{c.Field, c.Type.String(), c.Header, c.Attribute})
		} else {
			r.Missing = append(r.Missing, missing(c, file.Text.Unmapped))
		}
	}
	return r
}

func missing(c load.ColumnMap, headers []string) missingReport {
	near, ok := nearest.Name(c.Field, headers)
	if !ok {
		return missingReport{Field: c.Field}
	}
	return missingReport{Field: c.Field, Near: near}
}

func (r fileReport) text(width int) string {
	var text strings.Builder
	fmt.Fprintf(&text, "  %s → %s\n", printable(r.Name), r.Entity)
	facts := []string{rowsText(r.Rows)}
	if r.Encoding != "" {
		facts = append(facts, r.Encoding)
	}
	if r.Delimiter != "" {
		facts = append(facts, "delimiter "+r.Delimiter)
	}
	if r.Date != "" {
		facts = append(facts, "of "+r.Date)
	}
	text.WriteString(paragraph(strings.Join(facts, ", "), "    ", width))
	rows := [][]string{{"", "", ""}}
	for _, c := range r.Mapped {
		kind := c.Type
		if format, ok := r.Formats[c.Field]; ok {
			_, how, _ := strings.Cut(format, ":")
			kind += " " + how
		}
		rows = append(rows, []string{"    " + c.Field, kind, "← " + c.Header})
	}
	text.WriteString(table(rows, width))
	if absent := r.absent(); absent != "" {
		text.WriteString(item("not in the file: "+absent, "    ", width))
	}
	if len(r.Unmapped) > 0 {
		text.WriteString(item("left out: "+strings.Join(r.Unmapped, ", "), "    ", width))
	}
	if refused := r.refused(); refused != "" {
		text.WriteString(item(refused, "    ", width))
	}
	for _, warning := range r.Warnings {
		text.WriteString(item("warning: "+warning, "    ", width))
	}
	for _, problem := range r.Problems {
		text.WriteString(item("problem: "+problem, "    ", width))
	}
	return text.String()
}

// refused counts the rows of the sample that would be refused.
func (r fileReport) refused() string {
	var total int64
	counts := make([]string, 0, len(r.Refused))
	for _, rule := range slices.Sorted(maps.Keys(r.Refused)) {
		total += r.Refused[rule]
		counts = append(counts, fmt.Sprintf("%s %d", rule, r.Refused[rule]))
	}
	if total == 0 {
		return ""
	}
	where := ""
	if r.Rows.Precision != pipeline.Exact {
		where = " of the first rows"
	}
	return fmt.Sprintf("would be refused%s: %s (%s)", where, counted(int(total), "row"), strings.Join(counts, ", "))
}

// absent lists the fields that the file does not fill.
func (r fileReport) absent() string {
	names := make([]string, 0, len(r.Missing))
	for _, m := range r.Missing {
		name := m.Field
		if m.Near != "" {
			name += fmt.Sprintf(" (like %s?)", m.Near)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func rowsText(rows pipeline.RowEstimate) string {
	text := counted(int(rows.Rows), "row")
	switch rows.Precision {
	case pipeline.About:
		return "about " + text
	case pipeline.AtLeast:
		return "at least " + text
	}
	return text
}
