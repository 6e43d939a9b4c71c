package query

import "strings"

// kind is what a column's values are to a reader, whatever DuckDB calls their type.
type kind int

const (
	kindText kind = iota
	kindBool
	kindInteger // int64 and smaller
	kindUnsigned
	kindHuge
	kindDecimal
	kindFloat
	kindDouble
	kindDate
	kindTimestamp
	kindZoned  // an instant, in UTC
	kindOther  // time of day, interval, uuid, bit: read as text
	kindNested // list, struct, map, union, json: read as text or JSON
	kindBytes
)

func kindOf(typeName string) kind {
	if strings.HasSuffix(typeName, "]") {
		return kindNested
	}
	base, _, _ := strings.Cut(typeName, "(")
	switch base {
	case "VARCHAR", "ENUM":
		return kindText
	case "BOOLEAN":
		return kindBool
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
		return kindInteger
	case "UBIGINT":
		return kindUnsigned
	case "HUGEINT", "UHUGEINT":
		return kindHuge
	case "DECIMAL":
		return kindDecimal
	case "FLOAT":
		return kindFloat
	case "DOUBLE":
		return kindDouble
	case "DATE":
		return kindDate
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return kindTimestamp
	case "TIMESTAMP WITH TIME ZONE":
		return kindZoned
	case "BLOB":
		return kindBytes
	case "STRUCT", "MAP", "UNION", "JSON", "VARIANT":
		return kindNested
	}
	return kindOther
}

// isNumber says whether a column reads best aligned to the right.
func (k kind) isNumber() bool { return k >= kindInteger && k <= kindDouble }

// projection reads each column in a form that the driver gives back without loss.
func (r *Result) projection() string {
	columns := make([]string, len(r.Columns))
	for i, column := range r.Columns {
		name := quoteName(column.Name)
		switch r.kinds[i] {
		case kindNested:
			columns[i] = "cast(" + name + " as varchar)"
			if r.nestedJSON {
				columns[i] = "cast(to_json(" + name + ") as varchar)"
			}
		case kindOther, kindText:
			columns[i] = "cast(" + name + " as varchar)"
		default:
			columns[i] = name
		}
	}
	return join(columns)
}

func join(parts []string) string { return strings.Join(parts, ", ") }

// widen gives the integers of all widths one Go type.
func widen(value any) any {
	switch value := value.(type) {
	case int8:
		return int64(value)
	case int16:
		return int64(value)
	case int32:
		return int64(value)
	case uint8:
		return int64(value)
	case uint16:
		return int64(value)
	case uint32:
		return int64(value)
	}
	return value
}
