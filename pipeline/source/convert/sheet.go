package convert

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
)

// sheetRows gives the rows of a sheet.
type sheetRows struct {
	in       *markup
	texts    *texts
	units    []unit // by style
	from1904 bool

	inData bool
	row    int      // the row read last
	given  int      // lines given
	width  int      // columns of the header, 0 before it
	cells  [][]byte // of the row, by column; the buffers are used again
	value  []byte   // of a cell, as it is written
}

// next appends the next row, and the blank lines for the rows without content before it.
func (s *sheetRows) next(out []byte) ([]byte, error) {
	for {
		start, err := s.nextRow()
		if err != nil {
			return out, err
		}
		if err := s.readRow(start); err != nil {
			return out, err
		}
		last := len(s.cells)
		for last > 0 && len(bytes.TrimSpace(s.cells[last-1])) == 0 {
			last--
		}
		if last == 0 {
			continue
		}
		for ; s.given < s.row-1; s.given++ {
			out = append(out, '\n')
		}
		s.given++
		if s.width == 0 {
			s.width = last
		}
		for len(s.cells) < s.width {
			s.grow()
		}
		return appendLine(out, s.cells[:max(last, s.width)]), nil
	}
}

// nextRow gives the start of the next row; io.EOF after the last one, when the whole part was read.
func (s *sheetRows) nextRow() (xml.StartElement, error) {
	for {
		token, err := s.in.token()
		if err != nil {
			return xml.StartElement{}, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if s.inData && e.Name.Local == "row" {
				return e, nil
			}
			s.inData = s.inData || e.Name.Local == "sheetData"
		case xml.EndElement:
			s.inData = s.inData && e.Name.Local != "sheetData"
		}
	}
}

// readRow reads the cells of a row. A row that does not say its number follows the one before.
func (s *sheetRows) readRow(start xml.StartElement) error {
	row := s.row + 1
	if said := attribute(start, "r"); said != "" {
		row = number(said)
	}
	if row <= s.row || row > maxRows {
		return &UnreadableError{
			Reason: fmt.Sprintf("has row %q after row %d; rows must ascend up to %d", attribute(start, "r"), s.row, maxRows),
			Hint:   "save it again with a spreadsheet program",
		}
	}
	s.row = row
	s.cells = s.cells[:0]
	column := 0
	return s.in.inside(func(start xml.StartElement) error {
		if start.Name.Local != "c" {
			return nil
		}
		column++
		if place := attribute(start, "r"); place != "" {
			column = columnOf(place)
		}
		if column < 1 || column > maxColumns {
			return &UnreadableError{
				Reason: fmt.Sprintf("has a cell %q in row %d, which is no column of a sheet", attribute(start, "r"), s.row),
				Hint:   "save it again with a spreadsheet program",
			}
		}
		for len(s.cells) < column {
			s.grow()
		}
		return s.readCell(start, &s.cells[column-1])
	})
}

// grow adds an empty cell to the row.
func (s *sheetRows) grow() {
	if len(s.cells) == cap(s.cells) {
		s.cells = append(s.cells, nil)
		return
	}
	s.cells = s.cells[:len(s.cells)+1]
	s.cells[len(s.cells)-1] = s.cells[len(s.cells)-1][:0]
}

// readCell reads the value of a cell and writes it as text.
func (s *sheetRows) readCell(start xml.StartElement, cell *[]byte) error {
	kind, style := attribute(start, "t"), attribute(start, "s")
	s.value = s.value[:0]
	err := s.in.inside(func(e xml.StartElement) (err error) {
		switch e.Name.Local {
		case "v":
			s.value, err = s.in.text(s.value)
		case "is":
			s.value, err = s.in.rich(s.value)
		}
		return err
	})
	if err != nil {
		return err
	}
	*cell, err = s.appendValue((*cell)[:0], kind, style)
	return err
}

// appendValue writes the value of a cell as its kind and style want it.
func (s *sheetRows) appendValue(out []byte, kind, style string) ([]byte, error) {
	switch kind {
	case "s":
		text := bytes.TrimSpace(s.value)
		if len(text) == 0 {
			return out, nil
		}
		at, err := strconv.Atoi(string(text))
		if err != nil || at < 0 || at >= len(s.texts.all) {
			return out, &UnreadableError{
				Reason: fmt.Sprintf("points to text %q in row %d, but has %d texts", shorten(text), s.row, len(s.texts.all)),
				Hint:   "save it again with a spreadsheet program",
			}
		}
		return append(out, s.texts.all[at]...), nil
	case "b":
		switch string(bytes.TrimSpace(s.value)) {
		case "1":
			return append(out, "true"...), nil
		case "0":
			return append(out, "false"...), nil
		}
		return append(out, s.value...), nil
	case "", "n":
		return s.appendNumber(out, style), nil
	}
	return append(out, unescape(s.value)...), nil // a text, an error such as #REF!, or an ISO date
}

// appendNumber writes a number as its style shows it: as a date, in percent, or as it is.
func (s *sheetRows) appendNumber(out []byte, style string) []byte {
	at := number(style)
	if at >= len(s.units) || s.units[at] == ones {
		return appendNumber(out, s.value)
	}
	value, err := strconv.ParseFloat(string(bytes.TrimSpace(s.value)), 64)
	if err != nil {
		return appendNumber(out, s.value)
	}
	if s.units[at] == hundreds {
		return append(appendNumber(out, strconv.AppendFloat(nil, 100*value, 'E', -1, 64)), '%')
	}
	out, isDay := appendSerial(out, value, s.from1904, s.units[at])
	if !isDay {
		return appendNumber(out, s.value)
	}
	return out
}

func (s *sheetRows) close() error { return s.in.close() }

// columnOf gives the column of a place such as AB12, counted from 1; 0 if that is no place.
func columnOf(place string) int {
	column := 0
	for i := 0; i < len(place); i++ {
		letter := place[i] | 0x20
		if letter < 'a' || letter > 'z' {
			break
		}
		if column = column*26 + int(letter-'a') + 1; column > maxColumns {
			return 0
		}
	}
	return column
}

// number reads a count; it gives 0 for what is none.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// shorten keeps what fits into a message.
func shorten(text []byte) []byte { return text[:min(len(text), 20)] }

// unescape replaces _x000D_ and its like, as which workbooks write characters that XML cannot hold.
func unescape(text []byte) []byte {
	const length = len("_x0000_")
	at := bytes.Index(text, []byte("_x"))
	if at < 0 {
		return text
	}
	out := text[:at:at]
	for rest := text[at:]; len(rest) > 0; {
		if len(rest) >= length && rest[0] == '_' && rest[1] == 'x' && rest[6] == '_' {
			if code, err := strconv.ParseUint(string(rest[2:6]), 16, 16); err == nil {
				out = append(out, string(rune(code))...)
				rest = rest[length:]
				continue
			}
		}
		out, rest = append(out, rest[0]), rest[1:]
	}
	return out
}
