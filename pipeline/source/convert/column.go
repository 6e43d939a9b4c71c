package convert

import (
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"
)

// writer appends the value in a row of a column, which is not null.
type writer func(out []byte, values arrow.Array, row int) []byte

// Layouts of times: the fraction is left out if it is zero.
const (
	localTime = "2006-01-02T15:04:05.999999"
	utcTime   = localTime + "Z"
	timeOfDay = "15:04:05.999999"
)

// writerFor gives how values of a type are written, nil if they are no text.
func writerFor(kind arrow.DataType, column *schema.Column) writer {
	switch kind := kind.(type) {
	case *arrow.StringType:
		return text
	case *arrow.LargeStringType:
		return largeText
	case *arrow.BinaryType:
		if isText(column) {
			return rawText
		}
		return nil
	case *arrow.DictionaryType:
		write := writerFor(kind.ValueType, column)
		if write == nil {
			return nil
		}
		return func(out []byte, values arrow.Array, row int) []byte {
			words := values.(*array.Dictionary)
			at := words.GetValueIndex(row)
			if words.Dictionary().IsNull(at) {
				return out
			}
			return write(out, words.Dictionary(), at)
		}
	case *arrow.TimestampType:
		isUTC := kind.TimeZone != "" || column.PhysicalType() == parquet.Types.Int96
		return timestamp(kind.Unit, isUTC)
	case arrow.ExtensionType:
		if kind.ExtensionName() == "arrow.uuid" {
			return func(out []byte, values arrow.Array, row int) []byte { return append(out, values.ValueStr(row)...) }
		}
		return nil
	case arrow.DecimalType:
		return decimal(kind.GetScale())
	case *arrow.Time32Type:
		return clock(kind.Unit)
	case *arrow.Time64Type:
		return clock(kind.Unit)
	}
	return plainWriter(kind.ID())
}

// isText tells whether bytes are text by what the file says of them.
func isText(column *schema.Column) bool {
	switch column.LogicalType().(type) {
	case schema.StringLogicalType, schema.EnumLogicalType, schema.JSONLogicalType:
		return true
	}
	return false
}

// plainWriter gives how values of a type without settings are written.
func plainWriter(kind arrow.Type) writer {
	switch kind {
	case arrow.BOOL:
		return func(out []byte, values arrow.Array, row int) []byte {
			return strconv.AppendBool(out, values.(*array.Boolean).Value(row))
		}
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64:
		return func(out []byte, values arrow.Array, row int) []byte { return append(out, values.ValueStr(row)...) }
	case arrow.FLOAT32:
		return func(out []byte, values arrow.Array, row int) []byte {
			return appendFloat(out, float64(values.(*array.Float32).Value(row)), 32)
		}
	case arrow.FLOAT64:
		return func(out []byte, values arrow.Array, row int) []byte {
			return appendFloat(out, values.(*array.Float64).Value(row), 64)
		}
	case arrow.DATE32:
		return func(out []byte, values arrow.Array, row int) []byte {
			return values.(*array.Date32).Value(row).ToTime().AppendFormat(out, time.DateOnly)
		}
	case arrow.DATE64:
		return func(out []byte, values arrow.Array, row int) []byte {
			return values.(*array.Date64).Value(row).ToTime().AppendFormat(out, time.DateOnly)
		}
	case arrow.NULL:
		return func(out []byte, _ arrow.Array, _ int) []byte { return out }
	}
	return nil
}

func text(out []byte, values arrow.Array, row int) []byte {
	return append(out, values.(*array.String).Value(row)...)
}

func largeText(out []byte, values arrow.Array, row int) []byte {
	return append(out, values.(*array.LargeString).Value(row)...)
}

func rawText(out []byte, values arrow.Array, row int) []byte {
	return append(out, values.(*array.Binary).Value(row)...)
}

// decimal writes numbers with all decimals of their type.
func decimal(scale int32) writer {
	return func(out []byte, values arrow.Array, row int) []byte {
		switch v := values.(type) {
		case *array.Decimal32:
			return append(out, v.Value(row).ToString(scale)...)
		case *array.Decimal64:
			return append(out, v.Value(row).ToString(scale)...)
		case *array.Decimal128:
			return append(out, v.Value(row).ToString(scale)...)
		}
		return append(out, values.(*array.Decimal256).Value(row).ToString(scale)...)
	}
}

// timestamp writes times to the microsecond, with a Z if they are UTC and not local.
func timestamp(unit arrow.TimeUnit, isUTC bool) writer {
	layout := localTime
	if isUTC {
		layout = utcTime
	}
	return func(out []byte, values arrow.Array, row int) []byte {
		return values.(*array.Timestamp).Value(row).ToTime(unit).AppendFormat(out, layout)
	}
}

// clock writes times of day.
func clock(unit arrow.TimeUnit) writer {
	return func(out []byte, values arrow.Array, row int) []byte {
		if t, ok := values.(*array.Time32); ok {
			return t.Value(row).ToTime(unit).AppendFormat(out, timeOfDay)
		}
		return values.(*array.Time64).Value(row).ToTime(unit).AppendFormat(out, timeOfDay)
	}
}
