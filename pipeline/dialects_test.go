package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"truce/pipeline/publish"
)

// dialect is one way to write the same records. What is nil or zero stays as it is.
type dialect struct {
	name      string
	day       string                                 // layout of dates
	amount    func(whole string) string              // how an amount of whole units is written
	arrange   func(records [][]string) [][]string    // of every file
	delimiter rune                                   // comma if zero
	quoted    bool                                   // every cell
	line      func(number int) string                // end of a line
	encode    func(t *testing.T, text []byte) []byte // of every file
	pack      func(t *testing.T, folder, name string, records [][]string, text func([][]string) []byte)
}

func dialects() []dialect {
	always := func(end string) func(int) string { return func(int) string { return end } }
	return []dialect{
		{name: "as exported"},
		{name: "month first", day: "1/2/2006"},
		{name: "day first, two digits of the year, CRLF", day: "02-01-06", line: always("\r\n")},
		{name: "day first with points", day: "02.01.2006", delimiter: ';'},
		{name: "month by name", day: "02-Jan-2006"},
		{name: "dates with a time", day: "2006-01-02 15:04:05"},
		{name: "instants", day: "2006-01-02T15:04:05.000Z"},
		{name: "semicolon and decimal comma", delimiter: ';', amount: european},
		{name: "tab", delimiter: '\t', amount: func(whole string) string { return whole + ".0" }},
		{name: "pipe", delimiter: '|', quoted: true},
		{name: "dollars", amount: dollars},
		{name: "all quoted, CRLF", quoted: true, line: always("\r\n")},
		{name: "three line ends in turn", line: func(n int) string { return []string{"\n", "\r\n", "\r"}[n%3] }},
		{name: "blank lines", line: func(n int) string { return strings.Repeat("\n", 1+n%7/6) }},
		{name: "UTF-8 with byte order mark", encode: func(_ *testing.T, text []byte) []byte {
			return append([]byte("\uFEFF"), text...)
		}},
		{name: "UTF-16 little-endian", delimiter: '\t', encode: utf16Text(binary.LittleEndian)},
		{name: "UTF-16 big-endian", encode: utf16Text(binary.BigEndian)},
		{name: "Windows-1252", delimiter: ';', encode: windows1252},
		{name: "rows shuffled", arrange: shuffled},
		{name: "columns reordered", arrange: func(records [][]string) [][]string {
			for _, record := range records {
				slices.Reverse(record)
			}
			return records
		}},
		{name: "gzip", pack: packGzip},
		{name: "zip", pack: packZip},
		{name: "split in two", pack: packSplit},
	}
}

// However an export is written, the reports are the same, byte for byte.
func TestDialects(t *testing.T) {
	t.Parallel()
	reference(t, "maven")
	tables := mavenTablesWithAccent(t)
	all := append(dialects(), formats()...)
	published := runDialect(t, all[0], tables)
	require.Len(t, open(t, published).rows(t, "win_rate", allOf("All", "owner", "Hélène Ñandú")), 1)
	for i, d := range all[1:] {
		if testing.Short() && i%8 != 0 {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			requireSameReports(t, published, runDialect(t, d, tables))
		})
	}
}

// mavenTablesWithAccent gives the records of the Maven files by name. One agent has a name that
// every encoding writes in its own way.
func mavenTablesWithAccent(t *testing.T) map[string][][]string {
	t.Helper()
	tables := map[string][][]string{}
	for _, name := range []string{"sales_pipeline", "accounts", "sales_teams"} {
		text := read(t, filepath.Join(reference(t, "maven"), name+".csv"))
		records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		require.NoError(t, err)
		for _, record := range records {
			for i, cell := range record {
				if cell == "Anna Snelling" {
					record[i] = "Hélène Ñandú"
				}
			}
		}
		tables[name] = records
	}
	return tables
}

// runDialect publishes the tables as the dialect writes them.
func runDialect(t *testing.T, d dialect, tables map[string][][]string) publish.Run {
	t.Helper()
	folder := t.TempDir()
	for name, records := range tables {
		text := func(records [][]string) []byte {
			content := d.text(records)
			if d.encode != nil {
				content = d.encode(t, content)
			}
			return content
		}
		records = d.rewritten(t, records)
		if d.pack != nil {
			d.pack(t, folder, name, records, text)
			continue
		}
		write(t, filepath.Join(folder, name+".csv"), text(records))
	}
	s := newSite(t, withAnyName(t, relocated(t, mavenConfig, folder)))
	outcome := s.run(mavenAsOf)
	require.Equal(t, int64(8800+85+35), outcome.Loaded.Loaded)
	require.Zero(t, outcome.Loaded.Quarantined)
	return outcome.Report
}

// withAnyName lets the file patterns of a configuration match archives and parts too.
func withAnyName(t *testing.T, path string) string {
	t.Helper()
	text := regexp.MustCompile(`files: (\w+)\.csv`).ReplaceAll(read(t, path), []byte(`files: "$1*"`))
	text = append(text, "\nreports: {duckdb: false}\n"...)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// rewritten gives a copy of the records with the dialect's dates, amounts and order.
func (d dialect) rewritten(t *testing.T, records [][]string) [][]string {
	t.Helper()
	copied := make([][]string, len(records))
	for i, record := range records {
		copied[i] = slices.Clone(record)
		for c, header := range records[0] {
			switch cell := record[c]; {
			case i == 0 || cell == "":
			case strings.HasSuffix(header, "_date") && d.day != "":
				on, err := time.Parse(time.DateOnly, cell)
				require.NoError(t, err)
				copied[i][c] = on.Format(d.day)
			case header == "close_value" && d.amount != nil:
				copied[i][c] = d.amount(cell)
			}
		}
	}
	if d.arrange != nil {
		copied = d.arrange(copied)
	}
	return copied
}

// text writes records as UTF-8.
func (d dialect) text(records [][]string) []byte {
	delimiter := string(d.delimiter)
	if d.delimiter == 0 {
		delimiter = ","
	}
	var text bytes.Buffer
	for i, record := range records {
		for c, cell := range record {
			if c > 0 {
				text.WriteString(delimiter)
			}
			if d.quoted || strings.Contains(cell, delimiter) {
				cell = `"` + cell + `"`
			}
			text.WriteString(cell)
		}
		if d.line == nil {
			text.WriteByte('\n')
			continue
		}
		text.WriteString(d.line(i))
	}
	return text.Bytes()
}

func european(whole string) string { return grouped(whole, ".") + ",00" }

func dollars(whole string) string { return "$" + grouped(whole, ",") + ".00" }

// grouped writes a number below a million with a sign between thousands.
func grouped(whole, sign string) string {
	if n := len(whole) - 3; n > 0 {
		return whole[:n] + sign + whole[n:]
	}
	return whole
}

func shuffled(records [][]string) [][]string {
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(records)-1, func(i, j int) {
		records[i+1], records[j+1] = records[j+1], records[i+1]
	})
	return records
}

func utf16Text(order binary.AppendByteOrder) func(*testing.T, []byte) []byte {
	return func(_ *testing.T, text []byte) []byte {
		encoded := order.AppendUint16(nil, 0xFEFF)
		for _, unit := range utf16.Encode([]rune(string(text))) {
			encoded = order.AppendUint16(encoded, unit)
		}
		return encoded
	}
}

func windows1252(t *testing.T, text []byte) []byte {
	encoded, err := charmap.Windows1252.NewEncoder().Bytes(text)
	require.NoError(t, err)
	return encoded
}

func packGzip(t *testing.T, folder, name string, records [][]string, text func([][]string) []byte) {
	write(t, filepath.Join(folder, name+".csv.gz"), zipped(t, text(records)))
}

func zipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return packed.Bytes()
}

func packZip(t *testing.T, folder, name string, records [][]string, text func([][]string) []byte) {
	write(t, filepath.Join(folder, "export-of-"+name+".zip"),
		archive(t, map[string][]byte{"maven/" + name + ".csv": text(records), "readme.txt": []byte("demo")}))
}

func packSplit(t *testing.T, folder, name string, records [][]string, text func([][]string) []byte) {
	middle := len(records) / 2
	for part, rows := range [][][]string{records[1:middle], records[middle:]} {
		write(t, filepath.Join(folder, fmt.Sprintf("%s_part%c.csv", name, 'a'+part)), text(append(records[:1:1], rows...)))
	}
}

// requireSameReports compares the bytes of all reports but those that tell about the files.
func requireSameReports(t *testing.T, want, got publish.Run) {
	t.Helper()
	compared := 0
	for _, file := range want.Manifest.Files {
		if filepath.Ext(file.Name) != ".parquet" || file.Name == "data_quality.parquet" || file.Name == "quarantine.parquet" {
			continue
		}
		same := bytes.Equal(read(t, filepath.Join(want.Dir, file.Name)), read(t, filepath.Join(got.Dir, file.Name)))
		require.True(t, same, "%s differs between %s and %s", file.Name, want.Dir, got.Dir)
		compared++
	}
	require.GreaterOrEqual(t, compared, 6)
}
