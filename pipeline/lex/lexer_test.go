package lex

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// found is what a lexer found, in a form that can be compared.
type found struct {
	Kind    Kind
	Line    int64
	Problem Problem
	Fields  []string
}

// whole lexes a text in one block.
func whole(d Dialect, text []byte) []found { return inBlocks(d, text, nil) }

// inBlocks lexes a text that is cut at these places.
func inBlocks(d Dialect, text []byte, cuts []int) []found {
	var out []found
	var tail []byte
	var lines int64
	skipping, from := false, 0
	l := New(d)
	for _, to := range append(cuts, len(text)+1) {
		final := to > len(text)
		data := slices.Concat(tail, text[from:min(to, len(text))])
		l.Reset(data, final, skipping)
		for kind := l.Next(); kind != End && kind != Incomplete; kind = l.Next() {
			f := found{Kind: kind, Line: lines + l.Line() + 1, Problem: l.Problem()}
			if kind == Record {
				f.Fields = texts(data, l.Fields())
			}
			out = append(out, f)
		}
		tail, skipping, from = data[l.Start():], l.Skipping(), to
		lines += l.Lines()
		if final && (len(tail) > 0 || skipping) {
			panic("the last block left something over")
		}
	}
	return out
}

// texts gives the fields as they are meant.
func texts(data []byte, fields []Span) []string {
	var out []string
	for _, s := range fields {
		value := data[s.Start:s.End]
		if s.Escaped {
			value = Unescape(nil, value)
		}
		out = append(out, string(value))
	}
	return out
}

// goodCuts turns any numbers into places at which a text may be cut.
func goodCuts(text []byte, at []int) []int {
	var cuts []int
	for _, c := range at {
		c = min(max(c, 0), len(text))
		if c > 0 && c < len(text) && text[c-1] == '\r' && text[c] == '\n' {
			continue
		}
		cuts = append(cuts, c)
	}
	slices.Sort(cuts)
	return cuts
}

func record(line int64, fields ...string) found {
	return found{Kind: Record, Line: line, Fields: fields}
}

func bad(line int64, p Problem) found { return found{Kind: Malformed, Line: line, Problem: p} }

func TestLexer(t *testing.T) {
	t.Parallel()
	comma := Dialect{Delimiter: ',', Fields: 2}
	small := Dialect{Delimiter: ',', Fields: 2, FieldLimit: 8, RecordLimit: 12}
	cases := []struct {
		name    string
		dialect Dialect
		text    string
		want    []found
	}{
		{"plain", comma, "a,b\nc,d", []found{record(1, "a", "b"), record(2, "c", "d")}},
		{"empty fields", comma, ",\n,\n", []found{record(1, "", ""), record(2, "", "")}},
		{"mixed line ends", comma, "a,b\r\nc,d\re,f\ng,h\r", []found{
			record(1, "a", "b"), record(2, "c", "d"), record(3, "e", "f"), record(4, "g", "h"),
		}},
		{"quotes and newlines inside", comma, "\"a\"\"x\",\"b\nc\r\nd\re\"\nf,g\n", []found{
			record(1, `a"x`, "b\nc\r\nd\re"), record(5, "f", "g"),
		}},
		{"a quote inside a plain field", comma, "5\" pipe,b\n", []found{record(1, `5" pipe`, "b")}},
		{"quoted to the end of the file", comma, "a,\"b\"", []found{record(1, "a", "b")}},
		{"text after a quote", comma, "\"a\"x,b\nc,d\n", []found{bad(1, TextAfterQuote), record(2, "c", "d")}},
		{"short and long", comma, "a\nb,c,d\ne,f\n", []found{bad(1, FieldCount), bad(2, FieldCount), record(3, "e", "f")}},
		{"unclosed", comma, "a,\"b\nc,d\ne,f\n", []found{bad(1, Unclosed), record(2, "c", "d"), record(3, "e", "f")}},
		{"wrong count over lines", comma, "\"a\nb\",c,d\ne,f\n", []found{
			bad(1, FieldCount), bad(2, FieldCount), record(3, "e", "f"),
		}},
		{"blank lines", comma, "\n \t \r\n a,b\n\n", []found{
			{Kind: Blank, Line: 1}, {Kind: Blank, Line: 2}, record(3, " a", "b"), {Kind: Blank, Line: 4},
		}},
		{"tabs are no blanks between tabs", Dialect{Delimiter: '\t', Fields: 2}, "\t\n", []found{record(1, "", "")}},
		{"comments", Dialect{Delimiter: ',', Fields: 2, Comment: "##"}, "##\"x,y\n#,b\n##", []found{
			{Kind: Comment, Line: 1}, record(2, "#", "b"), {Kind: Comment, Line: 3},
		}},
		{"a field at its limit", small, "12345678,b\n123456789,b\nc,d\n", []found{
			record(1, "12345678", "b"), bad(2, TooLong), record(3, "c", "d"),
		}},
		{"a quoted field at its limit", small, "\"12345678\",b\n\"123456789\",b\nc,d\n", []found{
			record(1, "12345678", "b"), bad(2, TooLong), record(3, "c", "d"),
		}},
		{"a quote that swallows lines", small, "\"1\n2,3\n4,5\n6,7\n8,9\n", []found{
			bad(1, Unclosed), record(2, "2", "3"), record(3, "4", "5"), record(4, "6", "7"), record(5, "8", "9"),
		}},
		{"a record over its limit", small, "12345678,12345678\nc,d\n", []found{bad(1, TooLong), record(2, "c", "d")}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, whole(c.dialect, []byte(c.text)))
		})
	}
}

// hostile draws texts of the bytes that matter to a lexer.
func hostile() *rapid.Generator[[]byte] {
	return rapid.Custom(func(t *rapid.T) []byte {
		pieces := rapid.SliceOfN(rapid.SampledFrom([]string{
			"a", "bc", ",", ",", "\"", "\"\"", "\n", "\n", "\r", "\r\n", " ", "\t", "#", "1,2\n", "\"x\ny\",z\n", "\x00", "\xff",
			"\"q\"", "12345678901234567890",
		}), 0, 60).Draw(t, "pieces")
		var out []byte
		for _, p := range pieces {
			out = append(out, p...)
		}
		return out
	})
}

func TestBlocksAreLexedAsTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := hostile().Draw(t, "text")
		d := Dialect{
			Delimiter: ',', Fields: rapid.IntRange(0, 3).Draw(t, "fields"),
			Comment: rapid.SampledFrom([]string{"", "#", "##"}).Draw(t, "comment"), FieldLimit: 9, RecordLimit: 24,
		}
		cuts := goodCuts(text, rapid.SliceOf(rapid.IntRange(0, 80)).Draw(t, "cuts"))
		require.Equal(t, whole(d, text), inBlocks(d, text, cuts))
	})
}

func TestUnescapeGivesOneQuoteForTwo(t *testing.T) {
	t.Parallel()
	require.Equal(t, `>a"b""c"`, string(Unescape([]byte(">"), []byte(`a""b""""c""`))))
}

func TestFindSpecialAgreesWithALoop(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.SampledFrom([]byte("abc;\n\r\x0b\x0a\x3a\x00\x80\xff\""))).Draw(t, "data")
		pos := rapid.IntRange(0, len(data)).Draw(t, "pos")
		want, quotes := len(data), len(data)
		if i := bytes.IndexAny(data[pos:], ";\n\r"); i >= 0 {
			want = pos + i
		}
		if i := bytes.IndexByte(data[pos:], '"'); i >= 0 {
			quotes = pos + i
		}
		require.Equal(t, want, findSpecial(data, pos, ';'))
		require.Equal(t, quotes, findQuote(data, pos))
	})
}
