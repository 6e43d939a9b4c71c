package convert

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/stretchr/testify/require"
)

// parquetOf gives a file of one row group for each batch.
func parquetOf(t testing.TB, s *arrow.Schema, batches []arrow.RecordBatch, options ...parquet.WriterProperty) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := pqarrow.NewFileWriter(s, &file, parquet.NewWriterProperties(options...), pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	require.NoError(t, err)
	for _, batch := range batches {
		require.NoError(t, w.Write(batch))
	}
	require.NoError(t, w.Close())
	return file.Bytes()
}

// oneColumn gives a column of a null and a value.
func oneColumn(t testing.TB, kind arrow.DataType, fill func(array.Builder)) []byte {
	t.Helper()
	s := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.BinaryTypes.String}, {Name: "value", Type: kind, Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	b.Field(0).(*array.StringBuilder).AppendValues([]string{"a", "b"}, nil)
	b.Field(1).AppendNull()
	fill(b.Field(1))
	return parquetOf(t, s, []arrow.RecordBatch{b.NewRecordBatch()})
}

func parquetText(file []byte) (string, error) {
	r, err := Parquet(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	if closeErr := r.Close(); err == nil {
		err = closeErr
	}
	return string(text), err
}

func TestParquetValues(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 14, 5, 0, 123456789, time.UTC)
	word := func(text string) func(array.Builder) {
		return func(b array.Builder) { require.NoError(t, b.AppendValueFromString(text)) }
	}
	stamp := func(unit arrow.TimeUnit) func(array.Builder) {
		return func(b array.Builder) {
			v, err := arrow.TimestampFromTime(at, unit)
			require.NoError(t, err)
			b.(*array.TimestampBuilder).Append(v)
		}
	}
	for name, c := range map[string]struct {
		kind arrow.DataType
		fill func(array.Builder)
		want string
	}{
		"text":            {arrow.BinaryTypes.String, word("Zoë, \"x\"\r\ny"), `"Zoë, ""x"" y"`},
		"large text":      {arrow.BinaryTypes.LargeString, word("x"), "x"},
		"words":           {&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, word("Won"), "Won"},
		"integer":         {arrow.PrimitiveTypes.Int64, word("-9223372036854775808"), "-9223372036854775808"},
		"small integer":   {arrow.PrimitiveTypes.Int8, word("-5"), "-5"},
		"unsigned":        {arrow.PrimitiveTypes.Uint64, word("18446744073709551615"), "18446744073709551615"},
		"true":            {arrow.FixedWidthTypes.Boolean, word("true"), "true"},
		"float":           {arrow.PrimitiveTypes.Float64, word("1054.1"), "1054.1"},
		"whole float":     {arrow.PrimitiveTypes.Float64, word("12345678"), "12345678"},
		"short float":     {arrow.PrimitiveTypes.Float32, word("0.1"), "0.1"},
		"id as a float":   {arrow.PrimitiveTypes.Float64, word("5801234567890123456"), "5.801234567890124E+18"},
		"no number":       {arrow.PrimitiveTypes.Float64, func(b array.Builder) { b.(*array.Float64Builder).Append(math.NaN()) }, "NaN"},
		"decimal":         {&arrow.Decimal128Type{Precision: 18, Scale: 2}, func(b array.Builder) { b.(*array.Decimal128Builder).Append(decimal128.FromI64(-105400)) }, "-1054.00"},
		"cents":           {&arrow.Decimal128Type{Precision: 18, Scale: 2}, func(b array.Builder) { b.(*array.Decimal128Builder).Append(decimal128.FromI64(5)) }, "0.05"},
		"long decimal":    {&arrow.Decimal128Type{Precision: 38, Scale: 0}, word("5801234567890123456789"), "5801234567890123456789"},
		"date":            {arrow.FixedWidthTypes.Date32, word("2026-01-31"), "2026-01-31"},
		"utc nanoseconds": {&arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}, stamp(arrow.Nanosecond), "2026-01-31T14:05:00.123456Z"},
		"utc":             {&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, stamp(arrow.Microsecond), "2026-01-31T14:05:00.123456Z"},
		"zone":            {&arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "Europe/Berlin"}, stamp(arrow.Millisecond), "2026-01-31T14:05:00.123Z"},
		"local":           {&arrow.TimestampType{Unit: arrow.Microsecond}, stamp(arrow.Microsecond), "2026-01-31T14:05:00.123456"},
		"whole seconds": {&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, func(b array.Builder) {
			b.(*array.TimestampBuilder).Append(arrow.Timestamp(at.Truncate(time.Second).UnixMicro()))
		}, "2026-01-31T14:05:00Z"},
		"time of day": {arrow.FixedWidthTypes.Time64us, word("14:05:00"), "14:05:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parquetText(oneColumn(t, c.kind, c.fill))
			require.NoError(t, err)
			require.Equal(t, "id,value\na,\nb,"+c.want+"\n", got)
		})
	}
}

// Columns that no cell can hold are left out; the rows stay.
func TestParquetNestedColumns(t *testing.T) {
	t.Parallel()
	s := arrow.NewSchema([]arrow.Field{
		{Name: "tags", Type: arrow.ListOf(arrow.BinaryTypes.String), Nullable: true},
		{Name: "id", Type: arrow.BinaryTypes.String},
		{Name: "meta", Type: arrow.StructOf(arrow.Field{Name: "at", Type: arrow.PrimitiveTypes.Int64}), Nullable: true},
		{Name: "raw", Type: arrow.BinaryTypes.Binary, Nullable: true},
		{Name: "stage", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	b.Field(0).AppendNull()
	b.Field(1).(*array.StringBuilder).Append("a")
	b.Field(2).AppendNull()
	b.Field(3).AppendNull()
	b.Field(4).(*array.StringBuilder).Append("Won")
	got, err := parquetText(parquetOf(t, s, []arrow.RecordBatch{b.NewRecordBatch()}))
	require.NoError(t, err)
	require.Equal(t, "id,stage\na,Won\n", got)

	only := arrow.NewSchema(s.Fields()[:1], nil)
	b = array.NewRecordBuilder(memory.DefaultAllocator, only)
	b.Field(0).AppendNull()
	_, err = parquetText(parquetOf(t, only, []arrow.RecordBatch{b.NewRecordBatch()}))
	require.ErrorContains(t, err, "has no column that a table can hold")
}

// deals gives a file of several row groups, more rows than are read at once, with this compression.
func deals(t testing.TB, rows int, codec compress.Compression, options ...parquet.WriterProperty) ([]byte, string) {
	t.Helper()
	s := arrow.NewSchema([]arrow.Field{
		{Name: "id", Type: arrow.PrimitiveTypes.Int64}, {Name: "stage", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil)
	var batches []arrow.RecordBatch
	var want strings.Builder
	want.WriteString("id,stage\n")
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	for i := range rows {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		want.WriteString(itoa(i) + ",")
		if i%3 == 0 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.StringBuilder).Append("Stage " + itoa(i%7))
			want.WriteString("Stage " + itoa(i%7))
		}
		want.WriteString("\n")
		if i%(rows/3+1) == rows/3 || i == rows-1 {
			batches = append(batches, b.NewRecordBatch())
		}
	}
	return parquetOf(t, s, batches, append(options, parquet.WithCompression(codec))...), want.String()
}

func itoa(n int) string { return string(appendFloat(nil, float64(n), 64)) }

func TestParquetRowGroups(t *testing.T) {
	t.Parallel()
	for _, codec := range []compress.Compression{
		compress.Codecs.Uncompressed, compress.Codecs.Snappy, compress.Codecs.Gzip, compress.Codecs.Zstd,
	} {
		file, want := deals(t, 3*batchRows+5, codec)
		got, err := parquetText(file)
		require.NoError(t, err, codec)
		require.True(t, want == got, codec) //nolint:testifylint // thousands of rows in a message help nobody
	}
	file, want := deals(t, 1000, compress.Codecs.Snappy, parquet.WithDataPageVersion(parquet.DataPageV2), parquet.WithDictionaryDefault(false))
	got, err := parquetText(file)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestUnreadableParquet(t *testing.T) {
	t.Parallel()
	brotli, _ := deals(t, 100, compress.Codecs.Brotli)
	_, err := parquetText(brotli)
	require.ErrorContains(t, err, "compressed with Brotli")

	plain, _ := deals(t, 100, compress.Codecs.Snappy)
	_, err = parquetText(append(bytes.Clone(plain[:len(plain)-4]), "PARE"...))
	require.ErrorContains(t, err, "is encrypted")
	for cut := range len(plain) {
		_, err = parquetText(plain[:cut])
		require.Error(t, err, cut)
	}
	longer := binary.LittleEndian.AppendUint32(bytes.Clone(plain[:len(plain)-8]), 1<<31)
	_, err = parquetText(append(longer, "PAR1"...))
	require.Error(t, err)
}

// Whatever byte is damaged: an error comes back, or a table of no more rows than there were.
func TestDamagedParquet(t *testing.T) {
	t.Parallel()
	step := 1
	if testing.Short() {
		step = 13
	}
	for _, codec := range []compress.Compression{compress.Codecs.Snappy, compress.Codecs.Zstd} {
		file, _ := deals(t, 60, codec)
		for at := 0; at < len(file); at += step {
			for _, mask := range []byte{0x01, 0xff} {
				broken := bytes.Clone(file)
				broken[at] ^= mask
				got, err := parquetText(broken)
				if err == nil {
					require.LessOrEqual(t, strings.Count(got, "\n"), 61, "byte %d", at)
				}
			}
		}
	}
}

// Memory is counted exactly: all is given back, and where the limit is reached, that is the error.
func TestParquetBudget(t *testing.T) {
	t.Parallel()
	file, want := deals(t, 3*batchRows, compress.Codecs.Snappy)
	readWithin := func(limit *budget) (text string, err error) {
		err = guard(func() error {
			rows, err := openParquet(bytes.NewReader(file), int64(len(file)), limit)
			if err != nil {
				return err
			}
			r := &Reader{lines: rows}
			all, err := io.ReadAll(r)
			text = string(all)
			return errors.Join(err, r.Close())
		})
		return text, limit.explain(err)
	}
	limit := newBudget(maxMemory)
	text, err := readWithin(limit)
	require.NoError(t, err)
	require.Equal(t, want, text)
	require.EqualValues(t, maxMemory, limit.left.Load())
	for size := int64(1); size < 256<<10; size *= 2 {
		_, err := readWithin(newBudget(size))
		require.ErrorContains(t, err, "needs more memory than an export does", size)
	}
}
