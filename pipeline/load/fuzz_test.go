package load

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func fuzzFormats() []*dateFormat {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	z := newZone(berlin)
	var formats []*dateFormat
	for o := noOrder; o <= orderMDY; o++ {
		for _, serials := range []bool{false, true} {
			f := &dateFormat{order: o, serials: serials, zone: z, local: z}
			if o != noOrder {
				f.standing = byFile
			}
			formats = append(formats, f)
		}
	}
	return formats
}

// cellOf gives the cell that a column would be asked to read, and whether there is one.
func cellOf(b []byte) ([]byte, bool) {
	b = trim(b)
	return b, len(b) > 0
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2017-03-01", "13/04/2017", "1.3.17", "May-20", "42795.5", "1 March 2017", "12-JAN-23", "12 Jan 23:30", "2017-03-01T00:00:00Z"} {
		f.Add([]byte(s))
	}
	formats := fuzzFormats()
	f.Fuzz(func(t *testing.T, b []byte) {
		cell, ok := cellOf(b)
		if !ok {
			return
		}
		for _, format := range formats {
			m, r := format.read(cell)
			if r == accepted {
				year := time.Unix(int64(m.day)*daySeconds, 0).UTC().Year()
				require.True(t, year >= firstYear && year <= lastYear)
			}
			says := format.evidence(cell)
			if r == contradicts {
				require.NotEqual(t, silent, says)
				require.NotEqual(t, noOrder, format.order)
			}
			require.False(t, r == unsettled && (format.order != noOrder || says == silent))
			if len(cell) == 10 && cell[4] == '-' {
				_, err := time.Parse(time.DateOnly, string(cell))
				in := err == nil && string(cell[:4]) >= "1900" && string(cell[:4]) <= "2200"
				require.Equal(t, in, r == accepted, "%q", cell)
			}
		}
	})
}

func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{
		"2017-03-01T14:55:03.000+0000", "2017-03-01 14:55:03", "3/1/17 12:05 AM", "2017-03-01T14:55:03.123456789-05:30", "2017-03-26 02:30:00",
	} {
		f.Add([]byte(s))
	}
	formats := fuzzFormats()
	f.Fuzz(func(t *testing.T, b []byte) {
		cell, ok := cellOf(b)
		if !ok {
			return
		}
		want, err := time.Parse(time.RFC3339Nano, string(cell))
		for _, format := range formats {
			m, r := format.read(cell)
			if r != accepted {
				continue
			}
			got := time.UnixMicro(format.timestamp(m)).UTC()
			require.True(t, got.Year() >= firstYear-1 && got.Year() <= lastYear+1, "%q gives %s", cell, got)
			require.True(t, m.micros >= 0 && m.micros < daySeconds*1e6, "%q", cell)
			if err == nil {
				require.True(t, want.Truncate(time.Microsecond).Equal(got), "%q gives %s", cell, got)
			}
		}
	})
}

func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"1054.5", "1,234.56", "€ 2.900,00", "(500)", "-", "1.0E7", "1.234", "12,34,567", ".5", "US$ 5", "5 kr."} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		cell, ok := cellOf(b)
		if !ok {
			return
		}
		for _, scale := range []int{0, 2, 8} {
			for _, comma := range []bool{false, true} {
				for _, who := range []standing{undecided, byFile, byConfig} {
					format := &numberFormat{decision: decision{standing: who}, comma: comma && who != undecided, scale: scale}
					checkNumber(t, format, cell)
				}
			}
		}
	})
}

// checkNumber compares what a format reads with exact arithmetic, for numbers that machines write.
func checkNumber(t *testing.T, f *numberFormat, cell []byte) {
	value, null, r := f.read(cell)
	says := f.evidence(cell)
	require.False(t, r == contradicts && (f.standing != byFile || says == silent || says == ambiguous), "%q", cell)
	require.False(t, r == unsettled && (f.standing != undecided || says == silent || says == forFirst), "%q", cell)
	if r != accepted || null {
		return
	}
	require.Less(t, value, int64(1e18))
	require.Greater(t, value, int64(-1e18))
	digits := strings.TrimPrefix(string(cell), "-")
	if f.comma || strings.Trim(digits, "0123456789.") != "" || strings.Count(digits, ".") > 1 || strings.HasSuffix(digits, ".") {
		return
	}
	want, ok := new(big.Rat).SetString(string(cell))
	require.True(t, ok, "%q", cell)
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(f.scale)), nil)
	require.Zero(t, want.Cmp(new(big.Rat).SetFrac(big.NewInt(value), unit)), "%q gives %d with %d decimals", cell, value, f.scale)
}

func FuzzInteger(f *testing.F) {
	for _, s := range []string{"12", "-3", "250.0", "1,234", "1.000", "999999999999999999"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if cell, ok := cellOf(b); ok {
			checkNumber(t, &numberFormat{}, cell)
			checkNumber(t, &numberFormat{decision: decision{standing: byFile}, comma: true}, cell)
		}
	})
}

func FuzzBoolean(f *testing.F) {
	for _, s := range []string{"1", "TRUE", "no", "ÖKAY", "maybe", "\xff"} {
		f.Add([]byte(s))
	}
	x := Extract{Booleans: map[string]bool{"true": true, "ökay": true, "no": false, "1": true}}
	reader := newCells(&plan{extract: &x, booleans: x.booleans()}, &arena{})
	f.Fuzz(func(t *testing.T, b []byte) {
		cell, ok := cellOf(b)
		if !ok || !utf8.Valid(cell) {
			return
		}
		value, ok := reader.boolean(cell)
		want, known := x.booleans()[strings.ToLower(string(cell))]
		require.Equal(t, known && len(cell) <= 32, ok)
		require.Equal(t, want && ok, value)
	})
}

// Any bytes are either refused or accounted for, whatever the settings, and however they are cut.
func FuzzFile(f *testing.F) {
	for _, piece := range slices.Concat(pieces(), morePieces()) {
		f.Add([]byte(settledHeader+piece+piece), uint8(7), uint8(3))
		f.Add([]byte(settledHeader+piece+piece), uint8(7), uint8(5))
	}
	f.Add([]byte("id\tstatus\tmail\tchoice\tat 1\n\t\t\t\t\na\tb\tc\tkeep\t1/2/2017\n"), uint8(1), uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, block, settings uint8) {
		if len(text) > 2<<10 {
			return // only slow: a block may be one byte
		}
		// A record may be as long as the text, for how much of a file may precede its header depends on
		// the blocks.
		tune := tuning{block: int(block) + 1, reach: 40, fieldLimit: 40, recordLimit: 4 << 10, rowGroup: 5}
		x := settled(settings&1 != 0, settings&2 != 0)
		if settings&4 != 0 {
			x = several(settings&1 != 0)
		}
		sameInBlocks(t, x, string(text), tune)
	})
}
