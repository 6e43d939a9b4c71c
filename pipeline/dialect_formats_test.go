package pipeline_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"truce/pipeline"
)

// formats are the ways to write the same records that are no delimited text.
func formats() []dialect {
	return []dialect{
		{name: "zstd", pack: packZstd},
		{name: "workbook", pack: packWorkbook},
		{name: "Parquet", pack: packParquet},
		{name: "JSON Lines in gzip", pack: packJSON},
		{name: "workbook in a zip", pack: packWorkbookZip},
	}
}

func packZstd(t *testing.T, folder, name string, records [][]string, text func([][]string) []byte) {
	w, err := zstd.NewWriter(nil)
	require.NoError(t, err)
	write(t, filepath.Join(folder, name+".csv.zst"), w.EncodeAll(text(records), nil))
}

// typed gives a cell as the type that its text is of: a day, a number or a text.
func typed(cell string) any {
	if day, err := time.Parse(time.DateOnly, cell); err == nil {
		return day
	}
	if number, err := strconv.ParseFloat(cell, 64); err == nil {
		return number
	}
	return cell
}

// workbook writes records from the third row on, below a blank one.
func workbook(t *testing.T, records [][]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(t, err)
	w, err := f.NewStreamWriter("Sheet1")
	require.NoError(t, err)
	for i, record := range records {
		var row []any
		for _, text := range record {
			cell := excelize.Cell{Value: typed(text)}
			if _, isDay := cell.Value.(time.Time); isDay {
				cell.StyleID = day
			}
			if text == "" {
				cell.Value = nil
			}
			row = append(row, cell)
		}
		require.NoError(t, w.SetRow("A"+strconv.Itoa(i+3), row))
	}
	require.NoError(t, w.Flush())
	file, err := f.WriteToBuffer()
	require.NoError(t, err)
	return file.Bytes()
}

func packWorkbook(t *testing.T, folder, name string, records [][]string, _ func([][]string) []byte) {
	write(t, filepath.Join(folder, name+".xlsx"), workbook(t, records))
}

func packWorkbookZip(t *testing.T, folder, name string, records [][]string, _ func([][]string) []byte) {
	write(t, filepath.Join(folder, "export-of-"+name+".zip"), archive(t, map[string][]byte{name + ".xlsx": workbook(t, records)}))
}

func packJSON(t *testing.T, folder, name string, records [][]string, _ func([][]string) []byte) {
	var text bytes.Buffer
	for _, record := range records[1:] {
		object := map[string]any{}
		for i, cell := range record {
			if number, err := strconv.ParseFloat(cell, 64); err == nil {
				object[records[0][i]] = number
			} else if cell != "" {
				object[records[0][i]] = cell
			}
		}
		line, err := json.Marshal(object)
		require.NoError(t, err)
		text.Write(append(line, '\n'))
	}
	write(t, filepath.Join(folder, name+".jsonl.gz"), zipped(t, text.Bytes()))
}

// packParquet writes days as dates, whole numbers as integers and anything else as text.
func packParquet(t *testing.T, folder, name string, records [][]string, _ func([][]string) []byte) {
	var fields []arrow.Field
	for i, header := range records[0] {
		kind := arrow.DataType(arrow.BinaryTypes.String)
		isWhole := func(record []string) bool {
			_, err := strconv.Atoi(record[i])
			return err == nil || record[i] == ""
		}
		switch {
		case strings.HasSuffix(header, "_date"):
			kind = arrow.FixedWidthTypes.Date32
		case !slices.ContainsFunc(records[1:], func(record []string) bool { return !isWhole(record) }):
			kind = arrow.PrimitiveTypes.Int64
		}
		fields = append(fields, arrow.Field{Name: header, Type: kind, Nullable: true})
	}
	s := arrow.NewSchema(fields, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	for _, record := range records[1:] {
		for i, cell := range record {
			if cell == "" {
				b.Field(i).AppendNull()
			} else {
				require.NoError(t, b.Field(i).AppendValueFromString(cell))
			}
		}
	}
	var file bytes.Buffer
	w, err := pqarrow.NewFileWriter(s, &file, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	require.NoError(t, err)
	require.NoError(t, w.Write(b.NewRecordBatch()))
	require.NoError(t, w.Close())
	write(t, filepath.Join(folder, name+".parquet"), file.Bytes())
}

// The quarantine says where a row is in the file that somebody has before them.
func TestLinesOfFormats(t *testing.T) {
	t.Parallel()
	table := [][]string{
		{"id", "stage", "created", "closed", "amount"},
		{"1", "Won", "2024-01-01", "2024-02-01", "100"},
		{"", "Won", "2024-01-01", "2024-02-01", "100"},
		{"3", "Won", "yesterday", "2024-02-01", "100"},
	}
	lines := `{"id":"1","stage":"Won","created":"2024-01-01","closed":null,"amount":100}` + "\n" + `{"id":"` + strings.Repeat("x", 2<<20) + `"}` +
		"\r\n{\n\n" + `{"id":5.80E+18,"stage":"Won"}` + "\n{\"id\":\"\xff\"}\n"
	for name, test := range map[string]struct {
		pack func(t *testing.T, folder string)
		want []string
	}{
		"workbook": {func(t *testing.T, folder string) {
			packWorkbook(t, folder, "deals", table, nil)
		}, []string{"5 null_key", "6 timestamp"}},
		"Parquet": {func(t *testing.T, folder string) {
			packParquet(t, folder, "deals", table, nil)
		}, []string{"3 null_key", "4 timestamp"}},
		"JSON Lines": {func(t *testing.T, folder string) {
			write(t, filepath.Join(folder, "deals.jsonl"), []byte(lines))
		}, []string{"2 too_long", "3 malformed", "5 mangled_id", "6 encoding"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCRM(t, "delta", "")
			test.pack(t, c.folder)
			counts, outcome := c.night()
			require.True(t, strings.HasPrefix(counts, "1 created, 1 won"), counts)
			refused, err := pipeline.PublishedRefusals(t.Context(), outcome.Report, 0)
			require.NoError(t, err)
			var got []string
			for _, row := range refused.Rows {
				got = append(got, strconv.FormatInt(row.Line, 10)+" "+row.Rule)
			}
			require.Equal(t, test.want, got)
		})
	}
}
