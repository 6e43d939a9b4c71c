package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
)

// Format is how a file holds its rows.
type Format string

// The formats that are read.
const (
	Delimited Format = "csv" // with any delimiter
	Workbook  Format = "xlsx"
	Parquet   Format = "parquet"
	JSONLines Format = "jsonl"
)

// firstLine is how much of a text is looked at for a JSON object on its first line.
const firstLine = 64 << 10

// Format tells by the first bytes of the file how it holds its rows, by its name where they do not
// say. The text that Open gives for any but Delimited has commas. Errors are those of Open.
func (f File) Format() (Format, error) {
	opened, err := f.open("")
	if err != nil {
		return "", err
	}
	return opened.format, opened.stream.Close()
}

// IsPlain tells by the name whether the text that Open gives is the bytes of the file, decoded.
func (f File) IsPlain() bool {
	if f.Member != "" {
		return false
	}
	switch path.Ext(strings.ToLower(f.Name)) {
	case ".gz", ".zst", ".xlsx", ".xlsm", ".parquet", ".json", ".jsonl", ".ndjson":
		return false
	}
	return true
}

// content is a file that was opened and whose format is known.
type content struct {
	format Format
	stream *stream
	head   []byte // the first bytes, which the stream gave already
	plain  *Text  // of Delimited and JSONLines
}

// open opens the file, unpacks it and tells its format.
func (f File) open(encoding string) (*content, error) {
	switch Encoding(encoding) {
	case "", UTF8, UTF16LE, UTF16BE, CP1252, Latin1:
	default:
		return nil, fmt.Errorf("open %s: unknown encoding %q", f.Name, encoding)
	}
	s, err := f.stream()
	if err != nil {
		return nil, err
	}
	c := &content{stream: s}
	if err := c.recognise(f.Name, Encoding(encoding)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return c, nil
}

// recognise tells the format and, of a text, the encoding.
func (c *content) recognise(name string, encoding Encoding) error {
	err := c.stream.unpack()
	if err != nil {
		return err
	}
	if c.head, err = readFull(c.stream, sampleSize); err != nil {
		return err
	}
	if c.format, err = binaryFormat(name, c.head); err != nil || c.format != "" {
		return err
	}
	if c.plain, err = startText(name, c.head, c.stream, encoding, c.stream.Close); err != nil {
		return err
	}
	start, err := c.plain.peek(firstLine)
	if err != nil {
		return err
	}
	c.format, err = textFormat(name, start)
	return err
}

// binaryFormat gives the format of what is no text, and refuses what is not read.
func binaryFormat(name string, head []byte) (Format, error) {
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	refuse := func(reason, hint string) error { return &RefusedError{Name: name, Reason: reason, Hint: hint} }
	switch {
	case starts("PK\x03\x04"):
		return Workbook, nil
	case starts("PAR1"):
		return Parquet, nil
	case starts("PARE"):
		return "", refuse("is an encrypted Parquet file", "export it without encryption")
	case starts("\xD0\xCF\x11\xE0"):
		return "", refuse("is an old or protected workbook", "save it as .xlsx without a password, or as CSV UTF-8")
	case starts("\xFF\xFE\x00\x00"), starts("\x00\x00\xFE\xFF"):
		return "", refuse("is written in UTF-32", "export it as UTF-8")
	}
	switch extension(name) {
	case ".xlsx", ".xlsm":
		return "", refuse("is no workbook, although its name says so", "export it again, or rename it if it is a CSV file")
	case ".parquet":
		return "", refuse("is no Parquet file, although its name says so", "copy or export it again")
	}
	return "", nil
}

// textFormat tells JSON Lines from CSV by the beginning of a text.
func textFormat(name string, start []byte) (Format, error) {
	isNamed := false
	switch extension(name) {
	case ".json", ".jsonl", ".ndjson":
		isNamed = true
	}
	start = bytes.TrimLeft(start, " \t\r\n")
	line := start
	if end := bytes.IndexAny(start, "\r\n"); end >= 0 {
		line = start[:end]
	}
	switch {
	case isNamed && bytes.HasPrefix(start, []byte("[")):
		return "", &RefusedError{
			Name: name, Reason: "is one JSON list, which must be held in memory as a whole",
			Hint: "export JSON Lines, which is one object on each line (jq -c '.[]' turns one into the other)",
		}
	case isNamed, bytes.HasPrefix(line, []byte("{")) && json.Valid(line):
		return JSONLines, nil
	}
	return Delimited, nil
}

// extension gives the end of a name in lower case that tells the format, whatever it is packed in.
func extension(name string) string {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	return path.Ext(name)
}
