package convert

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// parts are the files of a workbook by name.
type parts map[string]string

const (
	sheetStart = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://x"><sheetData>`
	sheetEnd   = `</sheetData></worksheet>`
)

// book gives the smallest workbook with these rows, and with other parts in place of its own.
func book(t testing.TB, rows string, other parts) []byte {
	t.Helper()
	all := parts{
		"_rels/.rels":     `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml": `<workbook xmlns:r="http://r"><sheets><sheet name="Deals" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships>` +
			`<Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="http://x/styles" Target="/xl/styles.xml"/>` +
			`<Relationship Id="r3" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": sheetStart + rows + sheetEnd,
	}
	for name, text := range other {
		all[name] = text
	}
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for name, text := range all {
		part, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(part, text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return packed.Bytes()
}

// workbookText gives the text of a sheet.
func workbookText(file []byte, sheet string) (string, error) {
	r, err := Workbook(bytes.NewReader(file), int64(len(file)), sheet)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	if closeErr := r.Close(); err == nil {
		err = closeErr
	}
	return string(text), err
}

func TestCells(t *testing.T) {
	t.Parallel()
	other := parts{
		"xl/sharedStrings.xml": `<sst><si><t>plain</t></si>` +
			`<si><r><t>rich </t></r><r><rPr><b/></rPr><t>text</t></r><rPh><t>spoken</t></rPh><phoneticPr fontId="1"/></si>` +
			`<si><t xml:space="preserve"> a,"b"&#10;c&amp;d </t></si><si/><si><t>line_x000D_
end_x005F_x</t></si></sst>`,
		"xl/styles.xml": `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy\ hh:mm"/>` +
			`<numFmt numFmtId="165" formatCode="0.00&quot; days&quot;"/><numFmt numFmtId="166" formatCode="[$-409]mmm\-yy;@"/>` +
			`<numFmt numFmtId="167" formatCode="0.0%;[Red]\-0.0%"/></numFmts>` +
			`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="164"/><xf numFmtId="165"/>` +
			`<xf numFmtId="166"/><xf numFmtId="20"/><xf numFmtId="9"/><xf numFmtId="167"/></cellXfs></styleSheet>`,
	}
	for name, c := range map[string]struct{ cell, want string }{
		"shared":                 {`<c t="s"><v>0</v></c>`, "plain"},
		"rich":                   {`<c t="s"><v>1</v></c>`, "rich text"},
		"special":                {`<c t="s"><v>2</v></c>`, `" a,""b"" c&d "`},
		"empty":                  {`<c t="s"><v>3</v></c>`, ""},
		"line ends":              {`<c t="s"><v>4</v></c>`, `"line end_x"`},
		"no index":               {`<c t="s"/>`, ""},
		"inline":                 {`<c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>`, "inline"},
		"formula text":           {`<c t="str"><f>A1&amp;B1</f><v>made</v></c>`, "made"},
		"formula number":         {`<c><f>1+1</f><v>2</v></c>`, "2"},
		"true":                   {`<c t="b"><v>1</v></c>`, "true"},
		"false":                  {`<c t="b"><v>0</v></c>`, "false"},
		"error":                  {`<c t="e"><v>#REF!</v></c>`, "#REF!"},
		"iso date":               {`<c t="d"><v>2026-01-31T00:00:00</v></c>`, "2026-01-31T00:00:00"},
		"integer":                {`<c><v>42</v></c>`, "42"},
		"binary remainder":       {`<c t="n"><v>0.30000000000000004</v></c>`, "0.3"},
		"cents":                  {`<c><v>1054.0999999999999</v></c>`, "1054.1"},
		"exponent":               {`<c><v>1.0E7</v></c>`, "10000000"},
		"small":                  {`<c><v>1.5E-3</v></c>`, "0.0015"},
		"no thousands":           {`<c><v>-1.085</v></c>`, "-1.0850"},
		"thousands":              {`<c><v>1234.125</v></c>`, "1234.125"},
		"id of 19 digits":        {`<c><v>5.8012345678901197E+18</v></c>`, "5.80123456789012E+18"},
		"id of 17 digits":        {`<c><v>12345678901234500</v></c>`, "1.23456789012345E+16"},
		"id by another program":  {`<c><v>5801234567890123457</v></c>`, "5801234567890123457"},
		"no number":              {`<c><v>abc</v></c>`, "abc"},
		"no finite number":       {`<c><v>1E999</v></c>`, "1E999"},
		"date":                   {`<c s="1"><v>46053</v></c>`, "2026-01-31"},
		"date with time":         {`<c s="1"><v>46053.58680555555</v></c>`, "2026-01-31 14:05:00"},
		"time at midnight":       {`<c s="2"><v>46053</v></c>`, "2026-01-31 00:00:00"},
		"rounded to the second":  {`<c s="2"><v>46053.999999999</v></c>`, "2026-02-01 00:00:00"},
		"custom":                 {`<c s="3"><v>46053.5</v></c>`, "2026-01-31 12:00:00"},
		"quoted letters":         {`<c s="4"><v>46053</v></c>`, "46053"},
		"month":                  {`<c s="5"><v>46023</v></c>`, "2026-01-01"},
		"time of day":            {`<c s="6"><v>0.58680555555555558</v></c>`, "14:05:00"},
		"negative":               {`<c s="1"><v>-1</v></c>`, "-1"},
		"before March 1900":      {`<c s="1"><v>59</v></c>`, "1900-02-28"},
		"no day":                 {`<c s="1"><v>60</v></c>`, "60"},
		"March 1900":             {`<c s="1"><v>61</v></c>`, "1900-03-01"},
		"after the year 9999":    {`<c s="1"><v>2958466</v></c>`, "2958466"},
		"style out of range":     {`<c s="99"><v>46053</v></c>`, "46053"},
		"percent":                {`<c s="7"><v>7.0000000000000007E-2</v></c>`, "7%"},
		"decimals of percent":    {`<c s="8"><v>0.125</v></c>`, "12.5%"},
		"no value":               {`<c s="1"/>`, ""},
		"prefix":                 {`<x:c t="str"><x:v>prefixed</x:v></x:c>`, "prefixed"},
		"unknown element inside": {`<c><v>1</v><extLst><ext><v>9</v></ext></extLst></c>`, "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := `<row><c t="str"><v>h</v></c><c t="str"><v>i</v></c></row><row>` + c.cell + `<c><v>7</v></c></row>`
			got, err := workbookText(book(t, rows, other), "")
			require.NoError(t, err)
			require.Equal(t, "h,i\n"+c.want+",7\n", got)
		})
	}
}

func Test1904(t *testing.T) {
	t.Parallel()
	got, err := workbookText(book(t, `<row><c t="str"><v>h</v></c></row><row><c s="0"><v>44591</v></c></row><row><c><v>0</v></c></row>`, parts{
		"xl/workbook.xml": `<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`,
		"xl/styles.xml":   `<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>`,
	}), "")
	require.NoError(t, err)
	require.Equal(t, "h\n2026-01-31\n1904-01-01\n", got)
}

func TestRowsKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	cell := func(place, text string) string {
		return fmt.Sprintf(`<c r=%q t="inlineStr"><is><t>%s</t></is></c>`, place, text)
	}
	for name, c := range map[string]struct{ rows, want string }{
		"header below": {
			`<row r="1"/><row r="3">` + cell("A3", "a") + cell("B3", "b") + `</row><row r="6">` + cell("B6", "x") + `</row>`,
			"\n\na,b\n\n\n,x\n",
		},
		"blank rows at the end": {`<row r="1">` + cell("A1", "a") + `</row><row r="9">` + cell("A9", " ") + `</row><row r="1048576"/>`, "a\n"},
		"no places": {
			`<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>`, "1,2\n\n3,\n",
		},
		"cells out of order": {`<row r="1">` + cell("B1", "b") + cell("A1", "a") + `</row>`, "a,b\n"},
		"longer than the header": {
			`<row r="1">` + cell("A1", "a") + cell("C1", "") + `</row><row r="2">` + cell("A2", "x") + cell("D2", "note") + `</row>`,
			"a\nx,,,note\n",
		},
		"lower case":    {`<row r="1">` + cell("b1", "b") + `</row>`, ",b\n"},
		"last column":   {`<row r="1">` + cell("XFD1", "z") + `</row>`, strings.Repeat(",", maxColumns-1) + "z\n"},
		"nothing":       {"", ""},
		"reused buffer": {`<row>` + cell("A1", "a") + cell("B1", "b") + `</row><row>` + cell("B2", "y") + `</row>`, "a,b\n,y\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := workbookText(book(t, c.rows, nil), "")
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestSheets(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for i, name := range []string{"hiddenSheet", "Deals", "Ärger & Co"} {
		_, err := f.NewSheet(name)
		require.NoError(t, err)
		require.NoError(t, f.SetSheetRow(name, "A1", &[]any{"sheet", i}))
	}
	require.NoError(t, f.DeleteSheet("Sheet1"))
	f.SetActiveSheet(1)
	require.NoError(t, f.SetSheetVisible("hiddenSheet", false, true))
	file, err := f.WriteToBuffer()
	require.NoError(t, err)
	for sheet, want := range map[string]string{
		"": "sheet,1\n", "Deals": "sheet,1\n", "deals": "sheet,1\n", "Ärger & Co": "sheet,2\n", "hiddenSheet": "sheet,0\n",
	} {
		got, err := workbookText(file.Bytes(), sheet)
		require.NoError(t, err)
		require.Equal(t, want, got, sheet)
	}
	_, err = workbookText(file.Bytes(), "Leads")
	require.ErrorContains(t, err, `has no sheet "Leads", but "hiddenSheet", "Deals", "Ärger & Co"`)
}

// What a spreadsheet library writes is read as it was meant.
func TestWrittenByALibrary(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(t, err)
	require.NoError(t, f.SetSheetRow("Sheet1", "A1", &[]any{"id", "at", "amount", "won", "day"}))
	at := time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC)
	require.NoError(t, f.SetSheetRow("Sheet1", "A3", &[]any{"Zoë\r\n\"x\"", at, 2900.01, true, 46053}))
	require.NoError(t, f.SetCellStyle("Sheet1", "E2", "E9", day))
	require.NoError(t, f.MergeCell("Sheet1", "A3", "A4"))
	file, err := f.WriteToBuffer()
	require.NoError(t, err)
	got, err := workbookText(file.Bytes(), "")
	require.NoError(t, err)
	require.Equal(t, "id,at,amount,won,day\n\n\"Zoë \"\"x\"\"\",2026-03-29 01:30:00,2900.01,true,2026-01-31\n", got)
}

func TestUnitsOfFormats(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]unit{
		"General": ones, "0.00": ones, `#,##0.00 "d"`: ones, "[Red]0": ones, `0\d`: ones, `[$€-407] #,##0`: ones, "_d0*h": ones,
		"@": ones, `0;-0;"y"`: ones, "0.00E+00": ones, `"never closed d`: ones, "[Red": ones,
		"yyyy-mm-dd": days, "D.M.YY": days, "[$-F800]dddd, mmmm dd, yyyy": days, `yyyy"年"m"月"`: days, "mmm-yy;@": days,
		"m/d/yy h:mm": moments, "hh:mm AM/PM": moments, "[h]:mm": moments, "[mm]:ss": moments, "mm:ss.0": moments, "[SS]": moments,
		"0%": hundreds, `0.0 %;\-0`: hundreds, `0"%"`: ones,
	} {
		require.Equal(t, want, customUnit(code), code)
	}
}
