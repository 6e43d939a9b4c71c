package query

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

const secondsPerDay = 24 * 60 * 60

// cellText is a value as people and text formats see it; NULL is empty.
func cellText(k kind, value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case int64:
		return strconv.FormatInt(value, 10)
	case uint64:
		return strconv.FormatUint(value, 10)
	case *big.Int:
		return value.String()
	case duckdb.Decimal:
		return decimalText(value)
	case float32:
		return floatText(float64(value), 32)
	case float64:
		return floatText(value, 64)
	case time.Time:
		return timeText(k, value.UTC())
	case []byte:
		return bytesText(value)
	}
	return fmt.Sprint(value)
}

// decimalText has as many digits behind the point as the type has, so that a column of money lines up.
func decimalText(d duckdb.Decimal) string {
	digits := new(big.Int).Abs(d.Value).String()
	sign := ""
	if d.Value.Sign() < 0 {
		sign = "-"
	}
	scale := int(d.Scale)
	if scale == 0 {
		return sign + digits
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	point := len(digits) - scale
	return sign + digits[:point] + "." + digits[point:]
}

// floatText avoids exponents where people would not write one.
func floatText(value float64, bits int) string {
	const least, most = 1e-6, 1e21
	size := math.Abs(value)
	switch {
	case math.IsNaN(value):
		return "NaN"
	case math.IsInf(value, 0):
		return strings.Replace(strings.TrimPrefix(strconv.FormatFloat(value, 'f', -1, bits), "+"), "Inf", "Infinity", 1)
	case size != 0 && (size < least || size >= most):
		return strconv.FormatFloat(value, 'e', -1, bits)
	}
	return strconv.FormatFloat(value, 'f', -1, bits)
}

func timeText(k kind, t time.Time) string {
	if infinite := infinity(k, t); infinite != "" {
		return infinite
	}
	era := ""
	if t.Year() <= 0 {
		era = " (BC)"
	}
	date := fmt.Sprintf("%04d-%02d-%02d", absYear(t.Year()), t.Month(), t.Day())
	if k == kindDate {
		return date + era
	}
	clock := t.Format("15:04:05")
	switch nanos := t.Nanosecond(); {
	case nanos == 0:
	case nanos%int(time.Microsecond) == 0:
		clock += fmt.Sprintf(".%06d", nanos/int(time.Microsecond))
	default:
		clock += fmt.Sprintf(".%09d", nanos)
	}
	if k == kindZoned {
		clock += "+00"
	}
	return date + " " + clock + era
}

// absYear counts years before our era the way people do: there is no year 0.
func absYear(year int) int {
	if year <= 0 {
		return 1 - year
	}
	return year
}

// infinity names the two values that DuckDB keeps at the ends of its range, and which the driver gives as a time
// there.
func infinity(k kind, t time.Time) string {
	const lastYear = 294_247 // of a timestamp in microseconds
	switch {
	case k == kindDate && t.Unix()/secondsPerDay == math.MaxInt32, k != kindDate && t.Year() >= lastYear:
		return "infinity"
	case k == kindDate && t.Unix()/secondsPerDay == -math.MaxInt32, k != kindDate && t.Year() <= -lastYear+4_000:
		return "-infinity"
	}
	return ""
}

// bytesText shows printable ASCII as it is and other bytes as \xNN, like DuckDB.
func bytesText(value []byte) string {
	var text strings.Builder
	for _, b := range value {
		if b >= ' ' && b <= '~' && b != '\\' {
			text.WriteByte(b)
			continue
		}
		fmt.Fprintf(&text, `\x%02X`, b)
	}
	return text.String()
}

// defuse keeps a spreadsheet from taking text for a formula.
func defuse(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
