package query_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/query"
)

func written(t *testing.T, s *query.Session, statement string, format query.Format, width int) string {
	t.Helper()
	r, err := s.Query(t.Context(), statement)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, query.Write(&out, r, format, width))
	require.NoError(t, r.Close())
	return out.String()
}

const everyType = `
	select true as a_bool, -5::tinyint as a_tiny, 9223372036854775807 as a_big, 18446744073709551615::ubigint as a_ubig,
		170141183460469231731687303715884105727::hugeint as a_huge, -0.05::decimal(18, 2) as a_dec,
		12345678901234567890123456789012345.678::decimal(38, 3) as a_wide, 0.1::float as a_float, 0.1 + 0.2::double as a_double,
		1e300 as a_large, -1e400 as a_larger, 100000000::double as a_round, 'nan'::double as a_nan, '-infinity'::double as an_inf,
		date '2026-03-01' as a_date, timestamp '2026-03-01 02:03:04' as a_ts, timestamp '2026-03-01 02:03:04.5' as a_frac,
		timestamptz '2026-03-01 02:03:04+02' as a_zoned, time '02:03:04' as a_time, interval 3 days as an_interval,
		'naïve' as a_text, '' as an_empty, null::varchar as a_null, 'a'::enum('a', 'b') as an_enum,
		[1, null] as a_list, {'k': 'v', 'd': date '2026-03-01'} as a_struct, '{"x": 1}'::json as a_json, 'a\xFF'::blob as a_blob,
		'infinity'::date as a_never, '-infinity'::timestamp as an_ever, date '0044-03-15 (BC)' as an_ides`

func TestValuesAsText(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	lines := strings.Split(written(t, s, everyType, query.FormatCSV, 0), "\r\n")
	rows, err := csv.NewReader(strings.NewReader(lines[0] + "\n" + lines[1])).ReadAll()
	require.NoError(t, err)
	got := make(map[string]string)
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	require.Equal(t, map[string]string{
		"a_bool": "true", "a_tiny": "-5", "a_big": "9223372036854775807", "a_ubig": "18446744073709551615",
		"a_huge": "170141183460469231731687303715884105727", "a_dec": "-0.05", "a_wide": "12345678901234567890123456789012345.678",
		"a_float": "0.1", "a_double": "0.30000000000000004", "a_large": "1e+300", "a_larger": "-Infinity", "a_round": "100000000",
		"a_nan": "NaN", "an_inf": "-Infinity", "a_date": "2026-03-01", "a_ts": "2026-03-01 02:03:04",
		"a_frac": "2026-03-01 02:03:04.500000", "a_zoned": "2026-03-01 00:03:04+00", "a_time": "02:03:04",
		"an_interval": "3 days", "a_text": "naïve", "an_empty": "", "a_null": "", "an_enum": "a", "a_list": "[1, NULL]",
		"a_struct": "{'k': v, 'd': 2026-03-01}", "a_json": `{"x": 1}`, "a_blob": `a\xFF`,
		"a_never": "infinity", "an_ever": "-infinity", "an_ides": "0044-03-15 (BC)",
	}, got)
}

func TestCSVKeepsTextAndDefusesFormulas(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	for cell, want := range map[string]string{
		`'a,b'`:             `"a,b"`,
		`'say "hi"'`:        `"say ""hi"""`,
		`e'two\nlines'`:     "\"two\nlines\"",
		`e'two\r\nlines'`:   "\"two\r\nlines\"",
		`''`:                `""`,
		`null`:              ``,
		`' x'`:              `" x"`,
		`'=1+1'`:            `'=1+1`,
		`'+1'`:              `'+1`,
		`'-1'`:              `'-1`,
		`'@sum(a)'`:         `'@sum(a)`,
		`e'\t=1'`:           "'\t=1",
		`e'\r=1'`:           "\"'\r=1\"",
		`'=hyperlink("x")'`: `"'=hyperlink(""x"")"`,
		`-1`:                `-1`,
		`-1.50`:             `-1.50`,
		`interval '-1 day'`: `'-1 day`,
		`'a=b'`:             `a=b`,
	} {
		require.Equal(t, "c,d\r\n"+want+",1\r\n", written(t, s, "select "+cell+" as c, 1 as d", query.FormatCSV, 0), cell)
	}
	require.Equal(t, "'=x\r\n1\r\n", written(t, s, `select 1 as "=x"`, query.FormatCSV, 0))
	require.Equal(t, "a\r\n", written(t, s, `select 1 as a where false`, query.FormatCSV, 0))
}

func TestJSON(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	require.Equal(t, strings.Join([]string{"[", `{"b": 1, "a": "<x>"},`, `{"b": null, "a": ""}`, "]", ""}, "\n"),
		written(t, s, `select * from (values (1, '<x>'), (null, '')) t(b, a)`, query.FormatJSON, 0))
	require.Equal(t, "[]\n", written(t, s, `select 1 where false`, query.FormatJSON, 0))
	text := written(t, s, everyType, query.FormatJSON, 0)
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var rows []map[string]any
	require.NoError(t, decoder.Decode(&rows))
	row := rows[0]
	require.Equal(t, json.Number("12345678901234567890123456789012345.678"), row["a_wide"])
	require.Equal(t, json.Number("170141183460469231731687303715884105727"), row["a_huge"])
	require.Equal(t, json.Number("1e+300"), row["a_large"])
	require.Equal(t, "NaN", row["a_nan"])
	require.Equal(t, "-Infinity", row["an_inf"])
	require.Equal(t, true, row["a_bool"])
	require.Nil(t, row["a_null"])
	require.Contains(t, row, "a_null")
	require.Equal(t, []any{json.Number("1"), nil}, row["a_list"])
	require.Equal(t, map[string]any{"k": "v", "d": "2026-03-01"}, row["a_struct"])
	require.Equal(t, map[string]any{"x": json.Number("1")}, row["a_json"])
	require.Equal(t, "2026-03-01", row["a_date"])
	require.Len(t, row, 31)
	require.Contains(t, written(t, s, `select 1 as a, 2 as a`, query.FormatJSON, 0), `{"a": 1, "a_1": 2}`)
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	require.Equal(t, "| a\\|b | n |\n| --- | --: |\n| x\\|y<br>&lt;b> \\[l](u) | 1.50 |\n|  |  |\n",
		written(t, s, `select * from (values (e'x|y\n<b> [l](u)', 1.50), (null, null)) t("a|b", n)`, query.FormatMarkdown, 0))
}

func TestTable(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	require.Equal(t, strings.Join([]string{
		"segment     won_count  amount_won",
		"----------  ---------  ----------",
		"SMB                12     1234.50",
		"Enterprise          3",
		"(2 rows)", "",
	}, "\n"), written(t, s, `select segment, won_count, amount_won from rpt_win_rate`, query.FormatTable, 80))
	require.Equal(t, "a\n-\n1\n(1 row)\n", written(t, s, `select 1 as a`, query.FormatTable, 80))
	require.Equal(t, "a\n-\n(0 rows)\n", written(t, s, `select 1 as a where false`, query.FormatTable, 80))
}

func TestTableFitsTheTerminal(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t), MaxRows: 2})
	statement := `select repeat('long ', 40) as note, 123456789012 as number, date '2026-01-01' as day, '東京' as city`
	for _, width := range []int{40, 60, 80, 0} {
		text := written(t, s, statement, query.FormatTable, width)
		want := width
		if width == 0 {
			want = 80
		}
		for line := range strings.Lines(text) {
			require.LessOrEqual(t, len([]rune(line)), want+1)
		}
		require.Contains(t, text, "…")
		require.Contains(t, text, "123456789012")
		require.Contains(t, text, "2026-01-01")
		require.Contains(t, text, "東京")
	}
	require.Contains(t, written(t, s, statement, query.FormatTable, 10), "123456789012", "a number is never cut")
	require.Contains(t, written(t, s, `from fct_lead`, query.FormatTable, 80), "(the first 2 rows; there are more")
	require.Contains(t, written(t, s, `select '東京' as a, 1 as b`, query.FormatTable, 80), "東京  1\n", "wide letters take two columns")
	steering := written(t, s, "select 'a\nb\x1b[31mc\u202ed' as t", query.FormatTable, 80)
	require.Contains(t, steering, "a b\uFFFD[31mc\uFFFDd\n")
}

func TestParquetReadsBackTheSame(t *testing.T) {
	t.Parallel()
	run := writeRun(t)
	s := open(t, query.Options{RunDir: run, MaxRows: -1})
	statement := strings.NewReplacer("170141183460469231731687303715884105727", "99999999999999999999999999999999999999").Replace(everyType)
	dir := t.TempDir()
	for name, statement := range map[string]string{
		"fct_every": statement,
		"fct_nulls": `select null::boolean as b, null::decimal(9, 2) as d, null::date as t, null::hugeint as h, null::blob as x`,
		"fct_many":  `select lead_id, lead_id % 7 = 0 as is_seventh, 'lead ' || lead_id as name from fct_lead`,
		"fct_empty": `select 1 as a where false`,
	} {
		text := written(t, s, statement, query.FormatParquet, 0)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".parquet"), []byte(text), 0o600))
	}
	back := open(t, query.Options{RunDir: dir, MaxRows: -1})
	require.Equal(t, written(t, s, statement, query.FormatCSV, 0), written(t, back, `from fct_every`, query.FormatCSV, 0))
	require.Equal(t, [][]any{{int64(200_000), int64(19_999_900_000), int64(200_000), int64(28_572)}}, rowsOf(t, back, `
		select count(*), sum(lead_id)::bigint, count(distinct name), count_if(is_seventh)::bigint from fct_many`))
	require.Equal(t, [][]any{{nil, nil, nil, nil, nil}}, rowsOf(t, back, `from fct_nulls`))
	require.Empty(t, rowsOf(t, back, `from fct_empty`))
	tables, err := query.Describe(t.Context(), back)
	require.NoError(t, err)
	types := make(map[string]string)
	for _, column := range tables[1].Columns {
		types[column.Name] = column.Type
	}
	require.Equal(t, "DECIMAL(18,2)", types["a_dec"])
	require.Equal(t, "DECIMAL(38,0)", types["a_huge"])
	require.Equal(t, "BIGINT", types["a_tiny"])
	require.Equal(t, "DATE", types["a_date"])
	require.Equal(t, "TIMESTAMP", types["a_ts"])
	require.Equal(t, "TIMESTAMP WITH TIME ZONE", types["a_zoned"])
	require.Equal(t, "BOOLEAN", types["a_bool"])
}

func TestWriteFailsAloud(t *testing.T) {
	t.Parallel()
	s := open(t, query.Options{RunDir: writeRun(t)})
	for _, format := range query.Formats() {
		r, err := s.Query(t.Context(), `from fct_lead`)
		require.NoError(t, err)
		require.ErrorIs(t, query.Write(brokenWriter{}, r, format, 80), errBroken, format)
		require.NoError(t, r.Close())
		require.ErrorContains(t, query.Write(&bytes.Buffer{}, r, format, 80), "closed", format)
	}
	r, err := s.Query(t.Context(), `select 170141183460469231731687303715884105727::hugeint as h`)
	require.NoError(t, err)
	require.ErrorContains(t, query.Write(&bytes.Buffer{}, r, query.FormatParquet, 0), "column h")
	require.ErrorContains(t, query.Write(&bytes.Buffer{}, r, "xml", 0), "table csv json markdown parquet")
	require.NoError(t, r.Close())
	_, err = query.ParseFormat("xml")
	require.ErrorContains(t, err, "unknown format")
	format, err := query.ParseFormat("csv")
	require.NoError(t, err)
	require.Equal(t, query.FormatCSV, format)
}

var errBroken = errors.New("disk full")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }
