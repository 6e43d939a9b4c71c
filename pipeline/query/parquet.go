package query

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/duckdb/duckdb-go/v2"
)

const (
	hugePrecision = 38
	rowGroupSize  = 128 << 10
)

// plainWriter hides Close from the Parquet writer, which closes what it can: the writer belongs to the caller.
type plainWriter struct{ io.Writer }

func writeParquet(w *bufio.Writer, r *Result) (err error) {
	schema, err := arrowSchema(r)
	if err != nil {
		return err
	}
	writer, err := pqarrow.NewFileWriter(schema, plainWriter{w},
		parquet.NewWriterProperties(
			parquet.WithCompression(compress.Codecs.Zstd),
			parquet.WithMaxRowGroupLength(rowGroupSize),
		), pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, writer.Close()) }()
	batch := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer batch.Release()
	pending := 0
	for r.Next() {
		for i, value := range r.Row() {
			if err := appendValue(batch.Field(i), r.kinds[i], value); err != nil {
				return fmt.Errorf("column %s: %w", r.Columns[i].Name, err)
			}
		}
		if pending++; pending == pageSize {
			pending = 0
			if err := flush(writer, batch); err != nil {
				return err
			}
		}
	}
	if err := r.Err(); err != nil {
		return err
	}
	return flush(writer, batch)
}

func flush(writer *pqarrow.FileWriter, batch *array.RecordBuilder) error {
	record := batch.NewRecordBatch()
	defer record.Release()
	return writer.WriteBuffered(record)
}

func arrowSchema(r *Result) (*arrow.Schema, error) {
	fields := make([]arrow.Field, len(r.Columns))
	for i, column := range r.Columns {
		fields[i] = arrow.Field{Name: column.Name, Nullable: true}
		switch r.kinds[i] {
		case kindBool:
			fields[i].Type = arrow.FixedWidthTypes.Boolean
		case kindInteger:
			fields[i].Type = arrow.PrimitiveTypes.Int64
		case kindUnsigned:
			fields[i].Type = arrow.PrimitiveTypes.Uint64
		case kindHuge:
			fields[i].Type = &arrow.Decimal128Type{Precision: hugePrecision}
		case kindDecimal:
			var precision, scale int32
			if _, err := fmt.Sscanf(column.Type, "DECIMAL(%d,%d)", &precision, &scale); err != nil {
				return nil, fmt.Errorf("column %s: type %s: %w", column.Name, column.Type, err)
			}
			fields[i].Type = &arrow.Decimal128Type{Precision: precision, Scale: scale}
		case kindFloat:
			fields[i].Type = arrow.PrimitiveTypes.Float32
		case kindDouble:
			fields[i].Type = arrow.PrimitiveTypes.Float64
		case kindDate:
			fields[i].Type = arrow.FixedWidthTypes.Date32
		case kindTimestamp:
			fields[i].Type = &arrow.TimestampType{Unit: arrow.Microsecond}
		case kindZoned:
			fields[i].Type = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
		case kindBytes:
			fields[i].Type = arrow.BinaryTypes.Binary
		default:
			fields[i].Type = arrow.BinaryTypes.String
		}
	}
	return arrow.NewSchema(fields, nil), nil
}

func appendValue(column array.Builder, k kind, value any) error {
	if value == nil {
		column.AppendNull()
		return nil
	}
	switch column := column.(type) {
	case *array.StringBuilder:
		column.Append(cellText(k, value))
		return nil
	case *array.Date32Builder:
		if day, ok := value.(time.Time); ok {
			column.Append(arrow.Date32(day.Unix() / secondsPerDay))
			return nil
		}
	case *array.TimestampBuilder:
		if moment, ok := value.(time.Time); ok {
			column.Append(arrow.Timestamp(moment.UnixMicro()))
			return nil
		}
	case *array.Decimal128Builder:
		return appendDecimal(column, value)
	}
	if !appendPlain(column, value) {
		return fmt.Errorf("a %T does not fit a %s; cast it to another type", value, column.Type())
	}
	return nil
}

func appendPlain(column array.Builder, value any) bool {
	switch value := value.(type) {
	case bool:
		return appendTo[bool](column, value)
	case int64:
		return appendTo[int64](column, value)
	case uint64:
		return appendTo[uint64](column, value)
	case float32:
		return appendTo[float32](column, value)
	case float64:
		return appendTo[float64](column, value)
	case []byte:
		return appendTo[[]byte](column, value)
	}
	return false
}

func appendTo[T any](column array.Builder, value T) bool {
	typed, ok := column.(interface{ Append(value T) })
	if ok {
		typed.Append(value)
	}
	return ok
}

func appendDecimal(column *array.Decimal128Builder, value any) error {
	switch value := value.(type) {
	case duckdb.Decimal:
		column.Append(decimal128.FromBigInt(value.Value))
		return nil
	case *big.Int:
		limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(hugePrecision), nil)
		if value.CmpAbs(limit) >= 0 {
			return fmt.Errorf("%s has more than %d digits; cast the column to DOUBLE or VARCHAR", value, hugePrecision)
		}
		column.Append(decimal128.FromBigInt(value))
		return nil
	}
	return fmt.Errorf("a %T is not a decimal", value)
}
