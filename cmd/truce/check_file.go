package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

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
	Dates     []rangeReport        `json:"dates"` // of the sample
	Empty     []string             `json:"empty"` // mapped fields without any value in the sample
	// Refused counts the rows of the sample that would be refused, by rule.
	Refused  map[string]int64 `json:"refused"`
	Problems []string         `json:"problems"`
	Warnings []string         `json:"warnings"`
}

type mappedReport struct {
	Field     string `json:"field"`
	Type      string `json:"type"`
	Header    string `json:"header"`             // of several, with " / " between them
	Constant  string `json:"constant,omitempty"` // what it is without a column
	Attribute bool   `json:"attribute,omitempty"`
}

// from says where the values of the field come from.
func (m mappedReport) from() string {
	switch {
	case m.Constant != "":
		return "= " + m.Constant
	case m.Header == "":
		return "← the name in each header"
	}
	return "← " + m.Header
}

// rangeReport says from when to when the dates of a field go.
type rangeReport struct {
	Field string `json:"field"`
	First string `json:"first"`
	Last  string `json:"last"`
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
		Unmapped: append([]string{}, file.Text.Unmapped...), Formats: map[string]string{}, Dates: []rangeReport{}, Empty: empty(file.Text), Refused: map[string]int64{},
		Problems: append([]string{}, file.Problems...), Warnings: append([]string{}, file.Text.Warnings...),
	}
	if file.Date != nil {
		r.Date = file.Date.Format("2006-01-02")
	}
	maps.Copy(r.Formats, file.Text.Formats)
	for _, field := range slices.Sorted(maps.Keys(file.Text.Ranges)) {
		dates := file.Text.Ranges[field]
		r.Dates = append(r.Dates, rangeReport{field, dates.First.Format(time.DateOnly), dates.Last.Format(time.DateOnly)})
	}
	maps.Copy(r.Refused, file.Text.Rules)
	for _, c := range file.Text.Columns {
		if c.Mapped {
			r.Mapped = append(r.Mapped, mappedReport{c.Field, c.Type.String(), c.Header, c.Constant, c.Attribute})
		} else {
			r.Missing = append(r.Missing, missing(c, file.Text.Unmapped))
		}
	}
	return r
}

// mostLeftOut is how many columns that nothing names are listed; --json lists all.
const mostLeftOut = 40

// empty lists the mapped fields that no row of the sample has a value for.
func empty(sample load.Inspection) []string {
	names := []string{}
	for i, c := range sample.Columns {
		hasValue := func(row []any) bool { return row[i] != nil }
		if c.Mapped && len(sample.Rows) > 0 && !slices.ContainsFunc(sample.Rows, hasValue) {
			names = append(names, c.Field)
		}
	}
	return names
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
		rows = append(rows, []string{"    " + c.Field, kind, c.from()})
	}
	text.WriteString(table(rows, width))
	if dates := r.dates(); dates != "" {
		text.WriteString(item(dates, "    ", width))
	}
	if len(r.Empty) > 0 {
		text.WriteString(item("without any value"+r.ofSample()+": "+strings.Join(r.Empty, ", "), "    ", width))
	}
	if absent := r.absent(); absent != "" {
		text.WriteString(item("not in the file: "+absent, "    ", width))
	}
	if len(r.Unmapped) > 0 {
		text.WriteString(item("left out: "+few(r.Unmapped, mostLeftOut), "    ", width))
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
	return fmt.Sprintf("would be refused%s: %s (%s)", r.ofSample(), counted(int(total), "row"), strings.Join(counts, ", "))
}

// dates says from when to when the dates of the sample go.
func (r fileReport) dates() string {
	texts := make([]string, 0, len(r.Dates))
	for _, d := range r.Dates {
		texts = append(texts, fmt.Sprintf("%s %s to %s", d.Field, d.First, d.Last))
	}
	if len(texts) == 0 {
		return ""
	}
	return "dates" + r.ofSample() + ": " + strings.Join(texts, ", ")
}

// ofSample says so where only the first rows were looked at.
func (r fileReport) ofSample() string {
	if r.Rows.Precision == pipeline.Exact {
		return ""
	}
	return " of the first rows"
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
