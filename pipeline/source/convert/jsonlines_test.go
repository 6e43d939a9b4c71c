package convert

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"truce/pipeline/lex"
)

// jsonText gives the text of a file that is read in portions of this many bytes.
func jsonText(file string, oneByOne bool) (string, error) {
	open := func() io.Reader {
		if oneByOne {
			return iotest.OneByteReader(strings.NewReader(file))
		}
		return strings.NewReader(file)
	}
	keys, err := Keys(open())
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(JSONLines(open(), keys))
	return string(text), err
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	bad := strings.TrimSuffix(malformed, "\n")
	for name, c := range map[string]struct{ file, want string }{
		"plain":             {`{"id":"a","n":1}` + "\n" + `{"n":2.50,"id":"b"}`, "id,n\na,1\nb,2.50\n"},
		"union of keys":     {`{"id":"a"}` + "\n" + `{"stage":"Won","id":"b"}` + "\n", "id,stage\na,\nb,Won\n"},
		"types":             {`{"a":true,"b":false,"c":null,"d":-1.5e3,"e":""}`, "a,b,c,d,e\ntrue,false,,-1.5e3,\n"},
		"big number":        {`{"id":5801234567890123457}`, "id\n5801234567890123457\n"},
		"escapes":           {`{"a\"b":"x\n\u00e9\t\"q\"","c":"\ud83d\ude00"}`, "\"a\"\"b\",c\n\"x é\t\"\"q\"\"\",😀\n"},
		"null byte":         {`{"a":"\u0000"}`, "a\n\x00\n"},
		"blanks":            {" \t{ \"a\" : 1 , \"b\" : [ 1 , 2 ] } ", "a,b\n1,\"[ 1 , 2 ]\"\n"},
		"nested":            {`{"Owner":{"Name":"Ann","Role":{"Id":1}},"Tags":["x,y"]}`, "Owner.Name,Owner.Role,Tags\nAnn,\"{\"\"Id\"\":1}\",\"[\"\"x,y\"\"]\"\n"},
		"nested or not":     {`{"o":null}` + "\n" + `{"o":{"x":1}}` + "\n" + `{"o":2}` + "\n" + `{"o":{}}`, "o,o.x\n,\n,1\n2,\n,\n"},
		"Airbyte":           {`{"_airbyte_raw_id":"u","_airbyte_data":{"id":7,"Owner":{"Name":"Ann"}},"_airbyte_meta":{"errors":[]}}`, "_airbyte_raw_id,id,Owner.Name,_airbyte_meta.errors\nu,7,Ann,[]\n"},
		"keys that repeat":  {`{"a":1,"a":2,"A":3}`, "a,A\n2,3\n"},
		"braces in strings": {`{"a":"}{,\\","b":["]\"",{"c":"}"}]}`, "a,b\n\"}{,\\\",\"[\"\"]\\\"\"\"\",{\"\"c\"\":\"\"}\"\"}]\"\n"},
		"blank lines":       {"\n\n" + `{"a":1}` + "\n\n" + `{"a":2}` + "\n", "a\n\n\n1\n\n2\n"},
		"CRLF":              {`{"a":1}` + "\r\n" + `{"a":2}` + "\r\n", "a\n1\n2\n"},
		"CR":                {`{"a":1}` + "\r" + `{"a":2}` + "\r\r" + `{"a":3}`, "a\n1\n2\n\n3\n"},
		"no object": {
			`{"a":1}` + "\n" + `[1]` + "\n" + `{"a":` + "\n" + `7` + "\n" + `{"a":1}{"a":2}` + "\n" + `{"a":3}`,
			"a\n1\n" + strings.Repeat(bad+"\n", 4) + "3\n",
		},
		"empty objects":     {`{"a":1}` + "\n{}\n", "a\n1\n\"\"\n"},
		"not UTF-8":         {`{"a":1,"b":2}` + "\n{\"a\":\"\xff\",\"b\":3}\n", "a,b\n1,2\n\xff,\n"},
		"nothing":           {"", ""},
		"only blank lines":  {"\n \n", "\n\n"},
		"empty key":         {`{"":1,"a":2}`, ",a\n1,2\n"},
		"deep":              {`{"a":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + `}`, "a\n" + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "\n"},
		"too deep to trust": {`{"a":1}` + "\n" + `{"a":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, "a\n1\n" + malformed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, oneByOne := range []bool{false, true} {
				got, err := jsonText(c.file, oneByOne)
				require.NoError(t, err)
				require.Equal(t, c.want, got)
			}
		})
	}
}

func TestUnreadableJSON(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range maxColumns + 1 {
		fmt.Fprintf(&many, "{\"k%d\":1}\n", i)
	}
	for file, says := range map[string]string{
		"{\n  \"a\": 1\n}\n": "has no line that is a JSON object",
		"<html>":             "has no line that is a JSON object",
		many.String():        "with more than 16384 different keys",
		`{"` + strings.Repeat("k", maxHeader) + `":1,"a":2}`: "different keys",
	} {
		_, err := jsonText(file, false)
		require.ErrorContains(t, err, says)
	}
	_, err := io.ReadAll(JSONLines(strings.NewReader(`{"b":1}`), []string{"a"}))
	require.ErrorContains(t, err, "changed while it was read")
	_, err = Keys(iotest.ErrReader(io.ErrClosedPipe))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestLongLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2<<20)
	got, err := jsonText(`{"a":"`+long+`"}`+"\n"+`{"a":"b"}`, false)
	require.NoError(t, err)
	require.True(t, "a\n"+long+"\nb\n" == got) //nolint:testifylint // megabytes in a message help nobody

	longer := strings.Repeat("x", maxLine)
	got, err = jsonText(`{"a":"`+longer+`"}`+"\n"+`{"a":"b"}`, false)
	require.NoError(t, err)
	require.Equal(t, "a\n"+malformed+"b\n", got)
}

// FuzzJSONLines feeds the reader any file. Each line gives one line of text, which the lexer takes for
// a record of all columns, or for no record at all where the line is no object.
func FuzzJSONLines(f *testing.F) {
	for _, file := range []string{
		`{"a":1}`, "{\"a\":{\"b\":[1,\"x\"]}}\r{\"c\":null}\n\n", `{"_airbyte_data":{"x":{"y":{}}}}`, "{\"a\":\"\xff\"}\n[]\n{", `{"":"\u0000\"\\"}`,
		"{\"a\":1}\n{\"a\":\"x\\r\\ny\"}\n", `{"a b":tr`, "{\"\xff\":1}\n{\"b\":1}", `{" ":0}`, `{"a":" \t"}`, "{\"a\":0}\v",
	} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file string) {
		keys, err := Keys(strings.NewReader(file))
		if err != nil {
			return
		}
		text, err := io.ReadAll(JSONLines(strings.NewReader(file), keys))
		require.NoError(t, err)
		again, err := io.ReadAll(JSONLines(iotest.OneByteReader(strings.NewReader(file)), keys))
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
		if len(keys) == 0 {
			return
		}
		written := lineKinds(text, len(keys))
		require.Equal(t, lex.Record, written[0])
		for i, line := range physicalLines(file) {
			want := lex.Record
			switch {
			case strings.TrimSpace(line) == "":
				want = lex.Blank
			case !json.Valid([]byte(line)) || strings.TrimSpace(line)[0] != '{':
				want = lex.Malformed
			}
			require.Equal(t, want, written[i+1], "line %d", i)
		}
	})
}

func physicalLines(file string) []string {
	file = strings.ReplaceAll(strings.ReplaceAll(file, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(file, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// lineKinds tells what the lexer finds on each line.
func lineKinds(text []byte, fields int) []lex.Kind {
	l := lex.New(lex.Dialect{Delimiter: ',', Fields: fields})
	l.Reset(bytes.Clone(text), true, false)
	var kinds []lex.Kind
	for kind := l.Next(); kind != lex.End; kind = l.Next() {
		kinds = append(kinds, kind)
	}
	return kinds
}
