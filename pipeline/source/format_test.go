package source

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"truce/pipeline/config"
)

// company gives records with everything that formats write in their own way.
func company() [][]string {
	return [][]string{
		{"Id", "Name", "Note, internal"},
		{"006A000001AbCdE", "Zoë & Sons, \"GmbH\"", "=1+1"},
		{"0000000123", "Ω <b>", ""},
		{"5801234567890123457", " padded ", "'x"},
		{"a", "", "null"},
	}
}

// maven gives the deals of a real company, which lie beside the repository.
func maven(t *testing.T) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "maven", "sales_pipeline.csv"))
	if err != nil {
		t.Skipf("the real exports are not here: %v", err)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	require.NoError(t, err)
	return records[:500]
}

func asCSV(t *testing.T, records [][]string) string {
	t.Helper()
	var text strings.Builder
	require.NoError(t, csv.NewWriter(&text).WriteAll(records))
	return text.String()
}

func asWorkbook(t *testing.T, records [][]string) string {
	t.Helper()
	f := excelize.NewFile()
	for i, record := range records {
		place, err := excelize.CoordinatesToCellName(1, i+1)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow("Sheet1", place, &record))
	}
	file, err := f.WriteToBuffer()
	require.NoError(t, err)
	return file.String()
}

func asParquet(t *testing.T, records [][]string) string {
	t.Helper()
	var fields []arrow.Field
	for _, name := range records[0] {
		fields = append(fields, arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true})
	}
	s := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	for _, record := range records[1:] {
		for i, cell := range record {
			b.Field(i).(*array.StringBuilder).Append(cell)
		}
	}
	var file bytes.Buffer
	w, err := pqarrow.NewFileWriter(s, &file, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	require.NoError(t, err)
	require.NoError(t, w.Write(b.NewRecordBatch()))
	require.NoError(t, w.Close())
	return file.String()
}

func asJSONLines(t *testing.T, records [][]string) string {
	t.Helper()
	var text strings.Builder
	for _, record := range records[1:] {
		for i, cell := range record {
			key, err := json.Marshal(records[0][i])
			require.NoError(t, err)
			value, err := json.Marshal(cell)
			require.NoError(t, err)
			text.WriteString(map[bool]string{true: "{", false: ","}[i == 0] + string(key) + ":" + string(value))
		}
		text.WriteString("}\n")
	}
	return text.String()
}

func zstded(t *testing.T, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	return string(w.EncodeAll([]byte(text), nil))
}

// However records are saved and packed, the same ones are read.
func TestFormatsGiveTheSameRecords(t *testing.T) {
	t.Parallel()
	for set, records := range map[string]func(*testing.T) [][]string{
		"made up": func(*testing.T) [][]string { return company() }, "real": maven,
	} {
		t.Run(set, func(t *testing.T) {
			t.Parallel()
			records := records(t)
			for name, content := range map[string]string{
				"lead.csv": asCSV(t, records), "lead.xlsx": asWorkbook(t, records),
				"lead.parquet": asParquet(t, records), "lead.jsonl": asJSONLines(t, records),
			} {
				format := map[string]Format{".csv": Delimited, ".xlsx": Workbook, ".parquet": Parquet, ".jsonl": JSONLines}[filepath.Ext(name)]
				for packed, content := range map[string]string{
					name: content, name + ".gz": gzipped(t, content), name + ".zst": zstded(t, content),
					"lead.zip": zipped(t, [2]string{name, content}), "gz.zip": zipped(t, [2]string{name + ".gz", gzipped(t, content)}),
					"without-a-name": content, "LEAD" + strings.ToUpper(filepath.Ext(name)): content,
				} {
					f := one(t, packed, content)
					got, err := f.Format()
					require.NoError(t, err, packed)
					require.Equal(t, format, got, packed)
					read, err := csv.NewReader(strings.NewReader(read(t, f, ""))).ReadAll()
					require.NoError(t, err, packed)
					require.Equal(t, records, read, packed)
					headers, err := Header(f, "", "")
					require.NoError(t, err, packed)
					require.Equal(t, records[0], headers, packed)
				}
			}
		})
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	for content, want := range map[string][]string{
		"id;name, first;x\n1,2,3,4,5;6\n": {"id", "name, first", "x"},
		"\n \nid\tname\n":                 {"id", "name"},
		"\ufeffid|\" a\"\"b \"\r\n":       {"id", `a"b`},
		"id":                              {"id"},
		"sep=;\r\nid,x;name\r\n":          {"id,x", "name"},
		",,,\nid,name\n":                  {"id", "name"},
		"":                                nil,
		"\n\n":                            nil,
		"\"id\"x,name\n1,2\n":             nil,
		"\"a\nb\",c\n":                    {"a\nb", "c"},
		strings.Repeat("x,", firstLine) + "y\n1\n": append(slices.Repeat([]string{"x"}, firstLine), "y"),
		strings.Repeat("x", maxHeader) + ",y\n":    nil,
	} {
		got, err := Header(one(t, "lead.csv", content), "", "")
		require.NoError(t, err)
		require.Equal(t, want, got, "%.40q", content)
	}
	_, err := Header(one(t, "lead.csv.gz", gzipped(t, "id\n1\n")[:12]), "", "")
	requireRefused(t, err, "truncated or damaged")
}

// The sheet is the configuration's.
func TestSheetOfTheConfiguration(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	_, err := f.NewSheet("Leads")
	require.NoError(t, err)
	require.NoError(t, f.SetSheetRow("Leads", "A1", &[]any{"id"}))
	require.NoError(t, f.SetSheetRow("Sheet1", "A1", &[]any{"cover"}))
	file, err := f.WriteToBuffer()
	require.NoError(t, err)
	dir := t.TempDir()
	put(t, dir, map[string]string{"lead.xlsx": file.String()})
	found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: map[string]config.Extract{
		"lead": {Files: config.Strings{"*"}, Sheet: "leads"},
	}}, "generic")
	require.NoError(t, err)
	require.Equal(t, "id\n", read(t, found.Files[0], ""))
	headers, err := Header(found.Files[0], "", "Sheet1")
	require.NoError(t, err)
	require.Equal(t, []string{"cover"}, headers)
	_, err = Header(found.Files[0], "", "Deals")
	requireRefused(t, err, `has no sheet "Deals", but "Sheet1", "Leads"; correct sheet: of the extract`)
}

func TestDamagedFormatsAreRefused(t *testing.T) {
	t.Parallel()
	var records [][]string
	for range 300 {
		records = append(records, company()...)
	}
	book, columns := asWorkbook(t, records), asParquet(t, records)
	lines, packed := asJSONLines(t, records), zstded(t, asCSV(t, records))
	flip := func(s string, at int) string { return s[:at] + string(s[at]^0xff) + s[at+1:] }
	for name, c := range map[string]struct{ name, content, says string }{
		"workbook cut":            {"lead.xlsx", book[:len(book)/2], "truncated or damaged"},
		"workbook cut at its end": {"lead.xlsx", book[:len(book)-1], "truncated or damaged"},
		"workbook cut in gzip":    {"lead.xlsx.gz", gzipped(t, book[:len(book)/2]), "truncated or damaged"},
		"workbook in cut gzip":    {"lead.xlsx.gz", gzipped(t, book)[:5000], "truncated or damaged"},
		"workbook with damage":    {"lead.xlsx", flip(book, strings.Index(book, "xl/worksheets/sheet1.xml")+200), "truncated or damaged"},
		"workbook of Excel 97":    {"lead.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "is an old or protected workbook; save it as .xlsx without a password"},
		"no workbook":             {"lead.xlsx", "id,name\n", "is no workbook, although its name says so"},
		"another archive":         {"lead.xlsx", zipped(t, [2]string{"lead.csv", "id\n"}), "is a zip archive, but no workbook"},
		"Parquet cut":             {"lead.parquet", columns[:len(columns)/2], "truncated or damaged"},
		"Parquet cut at its end":  {"lead.parquet", columns[:len(columns)-1], "truncated or damaged"},
		"no Parquet":              {"lead.parquet", "id,name\n", "is no Parquet file, although its name says so"},
		"encrypted Parquet":       {"lead.parquet", "PARE" + columns[4:], "is an encrypted Parquet file"},
		"zstd cut":                {"lead.csv.zst", packed[:len(packed)/2], "truncated or damaged"},
		"zstd cut at its end":     {"lead.csv.zst", packed[:len(packed)-1], "truncated or damaged"},
		"zstd checksum":           {"lead.csv.zst", flip(packed, len(packed)-1), "truncated or damaged"},
		"zstd with rubbish after": {"lead.csv.zst", packed + "rubbish", "truncated or damaged"},
		"no zstd":                 {"lead.csv.zst", "id\n", "is not zstd, although its name says so"},
		"empty zstd":              {"lead.csv.zst", "", "is not zstd"},
		"JSON in cut gzip":        {"lead.jsonl.gz", gzipped(t, lines)[:400], "truncated or damaged"},
		"a JSON list":             {"lead.json", `[{"id":1}]`, "is one JSON list"},
		"one JSON object":         {"lead.json", "{\n\"id\": 1\n}\n", "has no line that is a JSON object"},
		"no JSON":                 {"lead.jsonl", "id,name\n", "has no line that is a JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readAll(one(t, c.name, c.content), "")
			requireRefused(t, err, c.says)
		})
	}
}

// A converted file that changes while it is read is refused, as any other.
func TestConvertedFileThatChanges(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"lead.xlsx": asWorkbook(t, company()), "lead.parquet": asParquet(t, company()), "lead.jsonl": asJSONLines(t, company()),
	} {
		f := one(t, name, content)
		require.NoError(t, os.Chtimes(f.Path, time.Now(), time.Now()))
		_, err := readAll(f, "")
		requireRefused(t, err, "changed while it was read")
	}
}

// What was unpacked for reading is removed, whether it is read to its end or not.
func TestNothingStaysBehind(t *testing.T) {
	spool := t.TempDir()
	t.Setenv("TMPDIR", spool)
	for name, content := range map[string]string{
		"lead.xlsx.gz": gzipped(t, asWorkbook(t, company())), "lead.parquet.zst": zstded(t, asParquet(t, company())),
		"bad.xlsx.gz": gzipped(t, asWorkbook(t, company())[:1000]), "lead.zip": zipped(t, [2]string{"lead.xlsx", asWorkbook(t, company())}),
	} {
		f := one(t, name, content)
		text, _, err := f.Open("")
		if err == nil {
			_, err = text.Read(make([]byte, 10))
			require.NoError(t, err)
			require.NoError(t, text.Close())
		}
		left, err := os.ReadDir(spool)
		require.NoError(t, err)
		require.Empty(t, slices.DeleteFunc(left, os.DirEntry.IsDir), name)
	}
}

// Packed workbooks are unpacked within the limit of any packed file.
func TestRatioGuardOfZstd(t *testing.T) {
	t.Parallel()
	const limit = 1 << 20
	s, err := one(t, "lead.csv.zst", zstded(t, strings.Repeat("\n", 4*limit))).stream()
	require.NoError(t, err)
	defer s.Close() //nolint:errcheck // it was only read
	s.dense = limit
	require.NoError(t, s.unpack())
	n, err := io.Copy(io.Discard, s)
	requireRefused(t, err, "over 200 times as large")
	require.LessOrEqual(t, n, int64(limit+bufferSize))
}

// JSON Lines are text: any encoding and any line end will do.
func TestJSONLinesInAnyEncoding(t *testing.T) {
	t.Parallel()
	want := "id,name\n1,Zoë\n"
	plain := `{"id":1,"name":"Zoë"}`
	wide := "\xff\xfe"
	for _, r := range plain {
		wide += string([]byte{byte(r), byte(r >> 8)})
	}
	encodings := map[string]Encoding{"UTF-8": UTF8, "mark": UTF8, "CP1252": CP1252, "UTF-16": UTF16LE}
	for name, content := range map[string]string{
		"UTF-8": plain, "mark": "\ufeff" + plain + "\r\n", "CP1252": strings.ReplaceAll(plain, "ë", "\xeb") + "\r", "UTF-16": wide,
	} {
		declared := ""
		if name == "CP1252" {
			declared = "cp1252" // a single byte does not tell
		}
		f := one(t, "lead.jsonl", content)
		require.Equal(t, want, read(t, f, declared), name)
		r, detected, err := f.Open(declared)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.Equal(t, encodings[name], detected, name)
	}
}

// A member of an archive may be of any format, and a workbook is no archive of tables.
func TestFormatsInArchives(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"lead-export.zip": zipped(t,
			[2]string{"a.xlsx", asWorkbook(t, company())}, [2]string{"b.parquet", asParquet(t, company())},
			[2]string{"c.jsonl", asJSONLines(t, company())}, [2]string{"d.csv.zst", zstded(t, asCSV(t, company()))}),
		"lead-book.xlsx": asWorkbook(t, company()),
	})
	found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"lead": "lead*"})}, "generic")
	require.NoError(t, err)
	require.Equal(t, []string{
		"lead-book.xlsx: lead", "lead-export.zip!a.xlsx: lead", "lead-export.zip!b.parquet: lead",
		"lead-export.zip!c.jsonl: lead", "lead-export.zip!d.csv.zst: lead",
	}, files(found))
	for _, f := range found.Files {
		records, err := csv.NewReader(strings.NewReader(read(t, f, ""))).ReadAll()
		require.NoError(t, err)
		require.Equal(t, company(), records, f.Name)
	}
}

// A sheet of two gigabytes in a small file is given up early, wherever it is packed.
func TestBombInAWorkbook(t *testing.T) {
	if testing.Short() {
		t.Skip("packs two gigabytes")
	}
	t.Parallel()
	book := asWorkbook(t, company())
	archive, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	require.NoError(t, err)
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for _, part := range archive.File {
		if part.Name != "xl/worksheets/sheet1.xml" {
			require.NoError(t, w.Copy(part))
		}
	}
	sheet, err := w.Create("xl/worksheets/sheet1.xml")
	require.NoError(t, err)
	_, err = io.WriteString(sheet, "<worksheet><sheetData><row><c><v>1</v></c></row>")
	require.NoError(t, err)
	rows := bytes.Repeat([]byte("<row><c><v>1</v></c></row>"), 1<<15)
	for written := 0; written < 2<<30; written += len(rows) {
		_, err = sheet.Write(rows)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	f := one(t, "lead.xlsx", packed.String())
	require.Less(t, f.Size, int64(16<<20))
	r, _, err := f.Open("")
	require.NoError(t, err)
	defer r.Close() //nolint:errcheck // it was only read
	n, err := io.Copy(io.Discard, r)
	requireRefused(t, err, "lead.xlsx")
	require.Less(t, n, int64(16<<20))
}
