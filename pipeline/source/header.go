package source

import (
	"bytes"
	"strings"

	"truce/pipeline/lex"
)

// maxHeader is how far a header is looked for, in bytes of text.
const maxHeader = 1 << 20

// Header gives the names of the columns of a file of any format, without surrounding blanks. The sheet
// is that of a workbook; "" is for the file's own choice. The header is the first record that is not
// empty; of the delimiters, the one that gives it the most fields is taken. A file without a header has
// no names. Errors are those of Open.
func Header(file File, encoding, sheet string) ([]string, error) {
	if sheet != "" {
		file.Sheet = sheet
	}
	opened, err := file.open(encoding)
	if err != nil {
		return nil, err
	}
	text, err := opened.text(file, encoding)
	if err != nil {
		return nil, err
	}
	defer text.Close() //nolint:errcheck // it was only read
	delimiters := []byte{',', ';', '\t', '|'}
	if opened.format != Delimited {
		delimiters = delimiters[:1]
	}
	var head []byte
	for size := firstLine; ; size = maxHeader {
		more, err := readFull(text, size-len(head))
		if err != nil {
			return nil, err
		}
		head = append(head, more...)
		isAll := len(head) < size
		names, isDecided := headerNames(head, isAll, delimiters)
		if isDecided || isAll || size == maxHeader {
			return names, nil
		}
	}
}

// headerNames gives the names of the first record that is not empty. It is not decided while a
// delimiter may turn out to be one of a longer record.
func headerNames(head []byte, isAll bool, delimiters []byte) (names []string, isDecided bool) {
	isDecided = true
	for _, delimiter := range delimiters {
		found, isWhole := firstRecord(head, isAll, delimiter)
		isDecided = isDecided && isWhole
		if len(found) > len(names) {
			names = found
		}
	}
	return names, isDecided
}

// firstRecord gives the fields of the first record that is not empty; isWhole is false if the text is
// too short to tell. The line sep=; tells the delimiter and is no record.
func firstRecord(head []byte, isAll bool, delimiter byte) (fields []string, isWhole bool) {
	for start := 0; ; {
		l := lex.New(lex.Dialect{Delimiter: delimiter})
		l.Reset(head[start:], isAll, false)
		switch l.Next() {
		case lex.End:
			return nil, isAll
		case lex.Malformed:
			return nil, true
		case lex.Incomplete:
			return nil, false
		case lex.Record:
			line := bytes.TrimSpace(head[start : start+l.End()])
			if len(line) == len("sep=;") && bytes.EqualFold(line[:4], []byte("sep=")) {
				delimiter = line[4]
				break
			}
			if fields := fieldTexts(head[start:], l.Fields()); strings.Join(fields, "") != "" {
				return fields, true
			}
		}
		start += l.End()
	}
}

// fieldTexts gives the fields of a record without surrounding blanks and byte order marks.
func fieldTexts(data []byte, spans []lex.Span) []string {
	texts := make([]string, len(spans))
	for i, s := range spans {
		text := data[s.Start:s.End]
		if s.Escaped {
			text = lex.Unescape(nil, text)
		}
		name := strings.ToValidUTF8(string(text), "\ufffd")
		texts[i] = strings.TrimSpace(strings.ReplaceAll(name, "\ufeff", ""))
	}
	return texts
}
