package propose

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestReadDate(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]struct {
		day   string
		order order
	}{
		"2024-02-03": {"2024-02-03", plainOrder}, "2024/2/3": {"2024-02-03", plainOrder}, "2024-02-03T10:00:00Z": {"2024-02-03", plainOrder},
		"2024-02-03 10:00": {"2024-02-03", plainOrder}, "3.2.2024": {"2024-03-02", eitherOrder}, "13.2.2024": {"2024-02-13", dayFirst},
		"2/13/24 02:18 AM": {"2024-02-13", monthFirst}, "2/2/2024": {"2024-02-02", plainOrder}, "3-Feb-2024": {"2024-02-03", plainOrder},
		"Feb 3, 2024": {"2024-02-03", plainOrder},
	} {
		day, order, ok := readDate(cell)
		require.True(t, ok, cell)
		require.Equal(t, want.day, day.Format(time.DateOnly), cell)
		require.Equal(t, want.order, order, cell)
	}
	for _, cell := range []string{"", "1.5", "2024-13-01", "31.2.2024", "1.2.3.4", "10-20-30-40", "May-20", "3/4", "abc", "12345", "1/2-2024"} {
		_, _, ok := readDate(cell)
		require.False(t, ok, cell)
	}
}

func TestReadNumber(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]number{
		"12":          {whole: true, digits: "12"},
		"1,234":       {digits: "1234"},
		"1,234.50":    {point: true, digits: "123450"},
		"1.234,50 €":  {comma: true, unit: "EUR", digits: "123450"},
		"12 345,00 €": {comma: true, unit: "EUR", digits: "1234500"},
		"$1,200,000":  {point: true, unit: "USD", digits: "1200000"},
		"R$ 10,5":     {comma: true, unit: "BRL", digits: "105"},
		"CHF 1'200":   {unit: "CHF", digits: "1200"},
		"(500)":       {whole: true, digits: "500"},
		"50 %":        {whole: true, percent: true, digits: "50"},
		"1.0E7":       {digits: "10"},
		"-3.5":        {point: true, digits: "35"},
	} {
		got, ok := readNumber(cell)
		require.True(t, ok, cell)
		require.Equal(t, want, got, cell)
	}
	for _, cell := range []string{"", "-", "N/A", "12a", "abc", "2024-01-02", "A-1"} {
		_, ok := readNumber(cell)
		require.False(t, ok, cell)
	}
}

// Whatever stands in a cell, looking at it does not fail.
func TestCellsAreReadWithoutPanic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.String().Draw(t, "cell")
		_, _, _ = readDate(cell)
		_, _ = readNumber(cell)
		_ = identifier(cell)
		_ = wordsOf(cell)
	})
}
