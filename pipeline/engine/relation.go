package engine

import (
	"fmt"
	"os"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// WriteParquet writes the relation to a new file at path.
func (r Relation) WriteParquet(path string) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return fmt.Errorf("write relation %s: %w", r.Name, err)
	}
	schema := r.schema()
	// the file lasts as long as the run: it is to be written quickly, not to be small
	props := parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDictionaryDefault(false))
	writer, err := pqarrow.NewFileWriter(schema, file, props, pqarrow.DefaultWriterProps())
	if err != nil {
		return fmt.Errorf("write relation %s: %w", r.Name, err)
	}
	builder := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer builder.Release()
	for i, row := range r.Rows {
		if len(row) != len(r.Columns) {
			return fmt.Errorf("write relation %s: row %d has %d values for %d columns", r.Name, i, len(row), len(r.Columns))
		}
		for c, value := range row {
			if err := appendValue(builder.Field(c), value); err != nil {
				return fmt.Errorf("write relation %s: row %d, column %s: %w", r.Name, i, r.Columns[c].Name, err)
			}
		}
	}
	record := builder.NewRecordBatch()
	defer record.Release()
	if err := writer.Write(record); err != nil {
		return fmt.Errorf("write relation %s: %w", r.Name, err)
	}
	if err := writer.Close(); err != nil { // closes the file too
		return fmt.Errorf("write relation %s: %w", r.Name, err)
	}
	return nil
}

func (r Relation) schema() *arrow.Schema {
	fields := make([]arrow.Field, len(r.Columns))
	for i, c := range r.Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type.arrow(), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

func (t ColumnType) arrow() arrow.DataType {
	switch t {
	case Integer:
		return arrow.PrimitiveTypes.Int32
	case BigInteger:
		return arrow.PrimitiveTypes.Int64
	case Double:
		return arrow.PrimitiveTypes.Float64
	case Boolean:
		return arrow.FixedWidthTypes.Boolean
	case Date:
		return arrow.FixedWidthTypes.Date32
	case Timestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case Text:
		return arrow.BinaryTypes.String
	default:
		return arrow.BinaryTypes.String
	}
}

func appendValue(builder array.Builder, value any) error {
	if value == nil {
		builder.AppendNull()
		return nil
	}
	ok := false
	switch b := builder.(type) {
	case *array.StringBuilder:
		ok = appendTo(value, b.Append)
	case *array.Int32Builder:
		ok = appendTo(value, func(n int) { b.Append(int32(n)) })
	case *array.Int64Builder:
		ok = appendTo(value, b.Append)
	case *array.Float64Builder:
		ok = appendTo(value, b.Append)
	case *array.BooleanBuilder:
		ok = appendTo(value, b.Append)
	case *array.Date32Builder:
		ok = appendTo(value, func(d Day) { b.Append(arrow.Date32(d)) })
	case *array.TimestampBuilder:
		ok = appendTo(value, func(t time.Time) { b.Append(arrow.Timestamp(t.UnixMicro())) })
	}
	if !ok {
		return fmt.Errorf("a %T does not fit there", value)
	}
	return nil
}

// appendTo appends the value if it is of the column's type, and tells whether it was.
func appendTo[T any](value any, add func(T)) bool {
	v, ok := value.(T)
	if ok {
		add(v)
	}
	return ok
}
