package lex

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// reference lexes a text byte by byte, as the package's documentation says it, without blocks and
// limits. It is slow and plain.
func reference(d Dialect, text string) []found {
	var out []found
	line := int64(1)
	for len(text) > 0 {
		first, rest := cutLine(text)
		switch {
		case d.Comment != "" && strings.HasPrefix(first, d.Comment):
			out = append(out, found{Kind: Comment, Line: line})
			text, line = rest, line+1
			continue
		case strings.Trim(first, " \t") == "" && (d.Delimiter != '\t' || !strings.Contains(first, "\t")):
			out = append(out, found{Kind: Blank, Line: line})
			text, line = rest, line+1
			continue
		}
		fields, used, problem := referenceRecord(d, text)
		if problem != NoProblem {
			out = append(out, bad(line, problem))
			text, line = rest, line+1
			continue
		}
		out = append(out, record(line, fields...))
		for end := text[:used]; end != ""; line++ {
			_, end = cutLine(end)
		}
		text = text[used:]
	}
	return out
}

func cutLine(text string) (line, rest string) {
	i := strings.IndexAny(text, "\r\n")
	if i < 0 {
		return text, ""
	}
	if strings.HasPrefix(text[i:], "\r\n") {
		return text[:i], text[i+2:]
	}
	return text[:i], text[i+1:]
}

func referenceRecord(d Dialect, text string) (fields []string, used int, problem Problem) {
	special := string(d.Delimiter) + "\r\n"
	for i := 0; ; i++ {
		field, length, problem := "", 0, NoProblem
		if strings.HasPrefix(text[i:], `"`) {
			field, length, problem = referenceQuoted(text[i:])
			if i += length; problem == NoProblem && i < len(text) && !strings.Contains(special, text[i:i+1]) {
				problem = TextAfterQuote
			}
		} else {
			field = text[i : i+strings.IndexAny(text[i:]+"\n", special)]
			i += len(field)
		}
		if problem != NoProblem {
			return nil, 0, problem
		}
		fields = append(fields, field)
		more := i < len(text) && text[i] == d.Delimiter
		if d.Fields > 0 && (more && len(fields) == d.Fields || !more && len(fields) != d.Fields) {
			return nil, 0, FieldCount
		}
		if !more {
			_, rest := cutLine(text[i:])
			return fields, len(text) - len(rest), NoProblem
		}
	}
}

// referenceQuoted gives the meaning of a quoted field and its length with the quotes.
func referenceQuoted(text string) (field string, length int, problem Problem) {
	for i := 1; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], `""`):
			field += `"`
			i++
		case text[i] == '"':
			return field, i + 1, NoProblem
		default:
			field += text[i : i+1]
		}
	}
	return "", 0, Unclosed
}

func FuzzLex(f *testing.F) {
	f.Add([]byte("a,b\n\"c\nd\",e\r\nf,\"g\r"), byte(2), uint16(3), uint16(9))
	f.Add([]byte("\"a\"\"\",b\n\"x,y\n\n#c\rz,\"q\"w\n"), byte(2), uint16(5), uint16(6))
	f.Add([]byte("5\" pipe,b\n\x00,\xff\n"), byte(0), uint16(1), uint16(2))
	f.Fuzz(func(t *testing.T, text []byte, fields byte, cut1, cut2 uint16) {
		d := Dialect{Delimiter: ',', Fields: int(fields % 5), Comment: "#"}
		all := whole(d, text)
		require.Equal(t, reference(d, string(text)), all)
		cuts := goodCuts(text, []int{int(cut1), int(cut2)})
		require.Equal(t, all, inBlocks(d, text, cuts))
		small := d
		small.FieldLimit, small.RecordLimit = 7, 15
		require.Equal(t, whole(small, text), inBlocks(small, text, cuts))
	})
}
