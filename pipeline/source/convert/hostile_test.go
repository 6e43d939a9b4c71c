package convert

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

func TestUnreadableWorkbooks(t *testing.T) {
	t.Parallel()
	row := `<row><c t="s"><v>0</v></c></row>`
	sheet := "xl/worksheets/sheet1.xml"
	bomb := strings.Repeat(`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">`, 9)
	for name, c := range map[string]struct {
		rows  string
		other parts
		says  string
	}{
		"text that is not there":  {row, nil, `points to text "0" in row 1, but has 0 texts`},
		"text below zero":         {`<row><c t="s"><v>-1</v></c></row>`, nil, `points to text "-1"`},
		"text of no number":       {`<row><c t="s"><v>x</v></c></row>`, nil, `points to text "x"`},
		"column beyond the last":  {`<row><c r="ZZZZ1"><v>1</v></c></row>`, nil, `has a cell "ZZZZ1" in row 1`},
		"column after the last":   {`<row><c r="XFE1"><v>1</v></c></row>`, nil, `has a cell "XFE1"`},
		"no column":               {`<row><c r="1"><v>1</v></c></row>`, nil, `has a cell "1"`},
		"too many columns":        {`<row><c r="XFD1"/><c/></row>`, nil, "which is no column of a sheet"},
		"row of a negative":       {`<row r="-3"/>`, nil, `has row "-3" after row 0`},
		"row beyond the last":     {`<row r="1048577"/>`, nil, `has row "1048577"`},
		"row of a huge number":    {`<row r="99999999999999999999"/>`, nil, `has row "99999999999999999999"`},
		"row before another":      {`<row r="2"/><row r="2"/>`, nil, `has row "2" after row 2`},
		"cut sheet":               {"", parts{sheet: sheetStart + `<row><c><v>1</v></c></row><row>`}, "unexpected EOF"},
		"cut in a cell":           {"", parts{sheet: sheetStart + `<row><c><v>1`}, "EOF"},
		"too many ends":           {`</sheetData></worksheet></a></b>`, nil, "not nested"},
		"deep":                    {strings.Repeat("<a>", 1000), nil, "not nested"},
		"no XML":                  {"", parts{sheet: "\x00\x01"}, "illegal character"},
		"billion laughs":          {row, parts{sheet: `<!DOCTYPE x [<!ENTITY a "ha">` + bomb + `]>` + sheetStart + sheetEnd}, "declares a document type"},
		"undeclared entity":       {`<row><c t="str"><v>&b;</v></c></row>`, nil, "invalid character entity &b;"},
		"UTF-16":                  {"", parts{sheet: `<?xml version="1.0" encoding="UTF-16"?><worksheet/>`}, "UTF-16"},
		"invalid UTF-8":           {"<row><c t=\"str\"><v>\xff</v></c></row>", nil, "invalid UTF-8"},
		"no sheets":               {"", parts{"xl/workbook.xml": `<workbook/>`}, "has no sheets"},
		"hidden sheets":           {"", parts{"xl/workbook.xml": `<workbook xmlns:r="r"><sheets><sheet name="a" state="veryHidden" r:id="r1"/></sheets></workbook>`}, `has hidden sheets only: "a"`},
		"a chart":                 {"", parts{"xl/workbook.xml": `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r2"/></sheets></workbook>`}, `has no rows in sheet "a"`},
		"a document":              {"", parts{"_rels/.rels": `<Relationships><Relationship Type="x/officeDocument" Target="word/document.xml"/></Relationships>`}, "is a zip archive, but no workbook"},
		"a binary workbook":       {"", parts{"_rels/.rels": `<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>`}, "is a binary workbook"},
		"an OpenDocument":         {"", parts{"content.xml": "", "_rels/.rels": ""}, "is an OpenDocument file"},
		"a relation outside":      {"", parts{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="../../../etc/passwd"/></Relationships>`}, "has no rows in sheet"},
		"a text beyond its limit": {`<row><c t="str"><v>` + strings.Repeat("x", maxToken+1) + `</v></c></row>`, nil, "has a text of more than 4 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := workbookText(book(t, c.rows, c.other), "")
			require.ErrorContains(t, err, c.says)
		})
	}
}

// repeated gives one piece of text again and again, up to the size.
type repeated struct {
	piece string
	left  int64
	at    int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, r.piece[r.at:])
	r.at = (r.at + n) % len(r.piece)
	r.left -= int64(n)
	return n, nil
}

// bomb gives a workbook of which one part is this long and says nothing new.
func bomb(t *testing.T, name, start, piece string, size int64) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for part, text := range map[string]string{
		"xl/workbook.xml": `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="/worksheet" Target="sheet.xml"/>` +
			`<Relationship Id="r2" Type="/sharedStrings" Target="texts.xml"/></Relationships>`,
		"xl/sheet.xml": sheetStart + sheetEnd,
	} {
		if part == name {
			continue
		}
		out, err := w.Create(part)
		require.NoError(t, err)
		_, err = io.WriteString(out, text)
		require.NoError(t, err)
	}
	out, err := w.Create(name)
	require.NoError(t, err)
	_, err = io.Copy(out, io.MultiReader(strings.NewReader(start), &repeated{piece: piece, left: size}))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return packed.Bytes()
}

// No part of a small file can cost much memory or time, however long it says that it is.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks hundreds of megabytes")
	}
	row := `<row><c t="str"><v>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</v></c></row>`
	for name, c := range map[string]struct{ part, start, piece string }{
		"rows":    {"xl/sheet.xml", sheetStart, row},
		"blanks":  {"xl/sheet.xml", sheetStart, " "},
		"a text":  {"xl/sheet.xml", sheetStart + "<row><c><v>", "a"},
		"comment": {"xl/sheet.xml", sheetStart + "<!--", "a"},
		"texts":   {"xl/texts.xml", "<sst>", "<si><t>a</t></si>"},
		"sheets":  {"xl/workbook.xml", "<workbook><sheets>", `<sheet name="a"/>`},
	} {
		file := bomb(t, c.part, c.start, c.piece, 50<<20)
		require.Less(t, len(file), 256<<10, name)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		r, err := Workbook(bytes.NewReader(file), int64(len(file)), "")
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		runtime.ReadMemStats(&after)
		var refused *UnreadableError
		require.ErrorAs(t, err, &refused, name)
		require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(512<<20), name)
	}
}

// A sheet is read in the memory of a row, whatever its length.
func TestLongSheet(t *testing.T) {
	if testing.Short() {
		t.Skip("writes a workbook of 300,000 rows")
	}
	const rows = 300_000
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	require.NoError(t, err)
	for i := range rows {
		row := []any{fmt.Sprintf("006%015d", i), "Closed Won", i, float64(i) / 4, true, "Zoë"}
		require.NoError(t, w.SetRow(fmt.Sprintf("A%d", i+1), row))
	}
	require.NoError(t, w.Flush())
	file, err := f.WriteToBuffer()
	require.NoError(t, err)
	require.NoError(t, f.Close())
	f, w = nil, nil
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := Workbook(bytes.NewReader(file.Bytes()), int64(file.Len()), "")
	require.NoError(t, err)
	read := 0
	var most uint64
	part := make([]byte, 1<<20)
	for at := 0; ; at++ {
		n, err := r.Read(part)
		read += bytes.Count(part[:n], []byte("\n"))
		if at%64 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	require.Equal(t, rows, read)
	require.Less(t, int64(most)-int64(before.HeapAlloc), int64(16<<20))
	runtime.KeepAlive(file)
}

// FuzzSheet feeds the reader any rows: it must come to an end, with whole lines or an error.
func FuzzSheet(f *testing.F) {
	for _, rows := range []string{
		``, `<row><c><v>1</v></c></row>`, `<row r="3"><c r="B3" t="s" s="1"><v>0</v></c></row>`, `<row/><row r="9"/>`,
		`<row><c t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c></row>`, `<row><c t="d"><v>2026-01-31</v></c></row>`,
		`<row><c s="2"><v>46053.5</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>`, `</sheetData>`, `<row r="1048577"/>`,
	} {
		f.Add(rows)
	}
	other := parts{
		"xl/sharedStrings.xml": `<sst><si><t>_x0041_,</t></si></sst>`,
		"xl/styles.xml":        `<styleSheet><cellXfs><xf/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
	}
	f.Fuzz(func(t *testing.T, rows string) {
		text, err := workbookText(book(t, rows, other), "")
		if err == nil && text != "" {
			require.True(t, strings.HasSuffix(text, "\n"))
			require.LessOrEqual(t, strings.Count(text, "\n"), maxRows)
		}
	})
}
