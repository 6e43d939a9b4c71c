package convert

import (
	"bytes"
	"math"
	"strconv"
)

// digits is how many digits of a number Excel holds.
const digits = 15

// appendNumber writes a number of a workbook. Excel stores the binary approximation, as
// 0.30000000000000004, and shows 15 digits, as 0.3; what it shows is meant. An integer of more digits
// has lost the others if it was typed into Excel; other programs write them all. Three decimals are
// written as four, for 1.085 may be read as a thousand where 1.0850 cannot.
func appendNumber(out, text []byte) []byte {
	text = bytes.TrimSpace(text)
	whole := bytes.TrimPrefix(text, []byte("-"))
	if isDigits(whole) && (len(whole) <= digits || len(bytes.TrimRight(whole[digits:], "0")) > 0) {
		return append(out, text...)
	}
	if len(bytes.Trim(text, "0123456789+-.eE")) > 0 {
		return append(out, text...)
	}
	value, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return append(out, text...)
	}
	shown, err := strconv.ParseFloat(strconv.FormatFloat(value, 'E', digits-1, 64), 64)
	if err != nil {
		return append(out, text...)
	}
	start := len(out)
	out = appendFloat(out, shown, 64)
	if whole, decimals, _ := bytes.Cut(bytes.TrimPrefix(out[start:], []byte("-")), []byte(".")); len(whole) <= 3 && len(decimals) == 3 {
		out = append(out, '0')
	}
	return out
}

// appendFloat writes a floating-point number of so many bits in the fewest digits that tell it from its
// neighbours, without an exponent where its digits are exact.
func appendFloat(out []byte, value float64, bits int) []byte {
	const largest, smallest = 1e15, 1e-12
	if size := math.Abs(value); size >= largest || size < smallest && size > 0 {
		return strconv.AppendFloat(out, value, 'E', -1, bits)
	}
	if value == 0 {
		value = 0 // not -0
	}
	return strconv.AppendFloat(out, value, 'f', -1, bits)
}

func isDigits(text []byte) bool {
	for _, b := range text {
		if b < '0' || b > '9' {
			return false
		}
	}
	return len(text) > 0
}
