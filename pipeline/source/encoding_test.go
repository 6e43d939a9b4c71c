package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

func utf16Of(order binary.AppendByteOrder, text string) string {
	var raw []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		raw = order.AppendUint16(raw, unit)
	}
	return string(raw)
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	text := "id,name,city\n001,Zoë,Köln\n002,😀,東京\n"
	western := "id;Preis\n1;2 €\n2;„süß“\n"
	western1252 := "id;Preis\n1;2 \x80\n2;\x84s\xfc\xdf\x93\n"
	for name, c := range map[string]struct {
		raw, declared string
		want          string
		encoding      Encoding
	}{
		"utf-8":                        {text, "", text, UTF8},
		"utf-8 with mark":              {"\ufeff" + text, "", text, UTF8},
		"declared utf-8 with mark":     {"\ufeff" + text, "utf-8", text, UTF8},
		"utf-16le with mark":           {"\xff\xfe" + utf16Of(binary.LittleEndian, text), "", text, UTF16LE},
		"utf-16be with mark":           {"\xfe\xff" + utf16Of(binary.BigEndian, text), "", text, UTF16BE},
		"utf-16le without":             {utf16Of(binary.LittleEndian, text), "", text, UTF16LE},
		"utf-16be without":             {utf16Of(binary.BigEndian, text), "", text, UTF16BE},
		"utf-16le declared":            {utf16Of(binary.LittleEndian, "東京\n"), "utf-16le", "東京\n", UTF16LE},
		"utf-16be declared, with mark": {"\xfe\xff" + utf16Of(binary.BigEndian, text), "utf-16be", text, UTF16BE},
		"cp1252":                       {western1252, "", western, CP1252},
		"cp1252 declared":              {western1252, "cp1252", western, CP1252},
		"latin1":                       {"Z\xfcrich,Gen\xe8ve", "", "Zürich,Genève", CP1252},
		"latin1 declared":              {western1252, "latin1", western, Latin1},
		"utf-8 declared":               {"\xfc\xfc", "utf-8", "\xfc\xfc", UTF8},
		"ascii":                        {"id\n1\n", "", "id\n1\n", UTF8},
		"empty":                        {"", "", "", UTF8},
		"only a mark":                  {"\ufeff", "", "", UTF8},

		"one bad byte is damage":              {"id\nZo\xeb\n", "", "id\nZo\xeb\n", UTF8},
		"bad bytes beside valid ones":         {"é\n\xeb\xeb\xeb", "", "é\n\xeb\xeb\xeb", UTF8},
		"valid ones by chance":                {"\xc3\xa9" + strings.Repeat("\xfc,", 11), "", "Ã©" + strings.Repeat("ü,", 11), CP1252},
		"a sequence cut by the end is damage": {"id\nZo\xc3", "", "id\nZo\xc3", UTF8},
		"a stray zero is no utf-16":           {"id,name\n1,a\x00b\n", "", "id,name\n1,a\x00b\n", UTF8},
		"padding zeros are no utf-16":         {"id\n1" + strings.Repeat("\x00", 50), "", "id\n1" + strings.Repeat("\x00", 50), UTF8},
		"undefined in cp1252":                 {"\xfc\xfc\n\x81\n", "", "üü\n\xff\n", CP1252},
		"half a pair":                         {"a\x00\n\x00\x3d\xd8\n\x00\x00\xdeb\x00", "utf-16le", "a\n\xff\n\xffb", UTF16LE},
		"half a pair at the end":              {"a\x00\x3d\xd8", "utf-16le", "a\xff", UTF16LE},
		"half a unit at the end":              {"a\x00b", "utf-16le", "a\xff", UTF16LE},
		"half a pair and half a unit":         {"a\x00\x3d\xd8\x00", "utf-16le", "a\xff\xff", UTF16LE},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := newText("x.csv", strings.NewReader(c.raw), Encoding(c.declared), func() error { return nil })
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, c.want, string(got))
			require.Equal(t, c.encoding, r.Encoding())
		})
	}
}

func TestDeclaredAgainstMark(t *testing.T) {
	t.Parallel()
	for declared, raw := range map[Encoding]string{CP1252: "\ufeffid", UTF8: "\xff\xfei\x00", UTF16LE: "\xfe\xff\x00i"} {
		_, err := newText("x.csv", strings.NewReader(raw), declared, func() error { return nil })
		requireRefused(t, err, "but is declared as "+string(declared))
	}
}

// The choice between UTF-8 and CP1252 is made where the difference shows, however late that is.
func TestLateDecision(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1, sampleSize - 1, sampleSize, 2*sampleSize + 17} {
		ascii := strings.Repeat("0123456789abcde\n", before/16+1)[:before]
		for tail, c := range map[string]struct {
			want     string
			encoding Encoding
		}{
			"\xfcber\nM\xfcller\n": {"über\nMüller\n", CP1252},
			"über\nMüller\n":       {"über\nMüller\n", UTF8},
		} {
			r, err := newText("x.csv", strings.NewReader(ascii+tail), "", func() error { return nil })
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.NoError(t, err)
			require.True(t, ascii+c.want == string(got), "%d bytes before %.10q", before, tail) //nolint:testifylint // megabytes in a message help nobody
			require.Equal(t, c.encoding, r.Encoding())
		}
	}
}

func TestTextLongerThanTheSample(t *testing.T) {
	t.Parallel()
	const size = sampleSize + 5
	cut := "\xfc" + strings.Repeat("a", sampleSize-3) + "€" // one bad byte, and the sample ends inside the sign
	for raw, want := range map[string]string{
		cut:                               cut,
		strings.Repeat("\xfc", size):      strings.Repeat("ü", size),
		"a" + strings.Repeat("€", size/2): "a" + strings.Repeat("€", size/2),
	} {
		got, err := decoded(strings.NewReader(raw), "", 1<<20)
		require.NoError(t, err)
		require.True(t, want == got) //nolint:testifylint // megabytes in a message help nobody
	}
}

// A sequence that the sample's end cuts is no damage.
func TestSampleCutsASequence(t *testing.T) {
	t.Parallel()
	for shift := range 4 {
		raw := strings.Repeat("a", shift) + strings.Repeat("€", sampleSize)
		require.Equal(t, UTF8, eightBit([]byte(raw[:sampleSize]), true))
	}
	require.Equal(t, CP1252, eightBit([]byte("\xfc\xfc\xe2\x82"), false))
	require.Equal(t, UTF8, eightBit([]byte("\xfc aaaa \xe2\x82"), true), "one bad byte and a cut sequence")
}

func TestReadErrorsPass(t *testing.T) {
	t.Parallel()
	failed := errors.New("disk on fire")
	for _, before := range []string{"", "ascii", "\xfc\xfc", strings.Repeat("x", sampleSize), strings.Repeat("x", sampleSize) + "\xfc"} {
		src := io.MultiReader(strings.NewReader(before), iotest.ErrReader(failed))
		r, err := newText("x.csv", src, "", func() error { return nil })
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		require.ErrorIs(t, err, failed)
	}
}

func TestFirstHigh(t *testing.T) {
	t.Parallel()
	for size := range 100 {
		text := bytes.Repeat([]byte{'a'}, size)
		require.Equal(t, size, firstHigh(text))
		for at := range text {
			text[at] = 0x80
			require.Equal(t, at, firstHigh(text))
			text[at] = 'a'
		}
	}
}

func BenchmarkText(b *testing.B) {
	text := strings.Repeat("0061234567890ABCDE,Prospecting,12345.67,2026-11-22,Jane\n", 1<<20)
	for name, raw := range map[string]string{"ascii": text, "utf-8": "é" + text, "cp1252": "\xfc\xfc" + text} {
		b.Run(name, func(b *testing.B) {
			buffer := make([]byte, 4<<20)
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				r, err := newText("x.csv", strings.NewReader(raw), "", func() error { return nil })
				require.NoError(b, err)
				_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buffer)
				require.NoError(b, err)
			}
		})
	}
}
