package load

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

// text gives an opener of the same text, as often as it is called.
func text(s string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
}

// opportunity gives an extract of opportunities whose headers are the contract's names.
func opportunity(t testing.TB) Extract {
	t.Helper()
	e, ok := entity.Lookup("opportunity")
	require.True(t, ok)
	return Extract{Entity: e, FileName: "opportunities.csv"}
}

// loaded is a load and the folder it went to.
type loaded struct {
	Result
	dir string
}

func loadText(t testing.TB, x Extract, s string) loaded {
	t.Helper()
	l := loaded{dir: t.TempDir()}
	var err error
	l.Result, err = File(t.Context(), text(s), x, Target{Dir: l.dir, Prefix: "p", Writers: 2}, nil)
	require.NoError(t, err)
	require.NoError(t, l.Counts.Check())
	return l
}

func refusedText(t testing.TB, x Extract, s string) *RefusedError {
	t.Helper()
	dir := t.TempDir()
	_, err := File(t.Context(), text(s), x, Target{Dir: dir, Prefix: "p"}, nil)
	var refused *RefusedError
	require.ErrorAs(t, err, &refused)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Empty(t, left)
	return refused
}

// rows lists columns of the loaded rows as DuckDB reads them, by line, joined by |.
func (l loaded) rows(t testing.TB, columns string) []string {
	t.Helper()
	if len(l.Parts) == 0 {
		return nil
	}
	return duck(t, fmt.Sprintf("select concat_ws('|', _line, %s) from read_parquet('%s/p-[0-9]*.parquet') order by _line",
		nullable(columns), l.dir))
}

// quarantined lists the refused rows as line, column and rule.
func (l loaded) quarantined(t testing.TB) []string {
	t.Helper()
	if l.Quarantine == "" {
		return nil
	}
	return duck(t, fmt.Sprintf(`select concat_ws(' ', line, nullif("column", ''), rule) from '%s' order by line`,
		filepath.Join(l.dir, l.Quarantine)))
}

func nullable(columns string) string {
	parts := strings.Split(columns, ",")
	for i, c := range parts {
		parts[i] = fmt.Sprintf("coalesce(cast(%s as varchar), 'null')", strings.TrimSpace(c))
	}
	return strings.Join(parts, ", ")
}

// duck runs a query of one column.
func duck(t testing.TB, query string) []string {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	rows, err := db.QueryContext(context.Background(), query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var out []string
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		out = append(out, s)
	}
	require.NoError(t, rows.Err())
	return out
}

func TestLoadsRowsThatDuckDBReads(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Attributes = []entity.Field{{Name: "employees", Type: entity.Integer}, {Name: "rate", Type: entity.Rate}}
	l := loadText(t, x, "opportunity_id,stage,amount,is_won,created_at,close_date,employees,rate,secret\n"+
		"a1,Won,1054.50,true,2017-03-01 10:00:00,2017-04-02,12,1.08345678,x\n"+
		"\n"+
		"a2,\"Lost, really\",,0,2017-03-01T10:00:00.123456Z,2017-04-02T23:00:00Z,,,x\n"+
		",Won,,,,,,,x\n")
	require.Equal(t, Counts{Records: 5, Header: 1, Loaded: 2, Quarantined: 1, Blank: 1}, l.Counts)
	require.Equal(t, []string{
		"2|a1|Won|1054.50|true|2017-03-01 10:00:00|2017-04-02|12|1.08345678|null",
		"4|a2|Lost, really|null|false|2017-03-01 10:00:00.123456|2017-04-02|null|null|null",
	}, l.rows(t, "opportunity_id, stage, amount, is_won, created_at, close_date, employees, rate, owner_id"))
	require.Equal(t, []string{"5 opportunity_id null_key"}, l.quarantined(t))
	require.Equal(t, []string{"secret"}, l.Unmapped)
	require.True(t, l.UniqueKeys)
	filled := map[string]int64{}
	for _, c := range l.Columns {
		filled[c.Field] = c.Filled
	}
	require.Subset(t, filled, map[string]int64{
		"opportunity_id": 2, "stage": 2, "amount": 1, "is_won": 2, "close_date": 2, "employees": 1, "rate": 1, "owner_id": 0,
	})

	var want []string
	for _, f := range x.fields() {
		want = append(want, f.Name+" "+f.Type.SQL())
	}
	want = append(want, "_line BIGINT")
	require.Equal(t, want, duck(t, fmt.Sprintf(
		"select column_name || ' ' || column_type from (describe select * from '%s/p-*.parquet')", l.dir)))
}

// Clean text gives the same rows as DuckDB's own reader, over many blocks, row groups and parts.
func TestManyRowsAgreeWithDuckDB(t *testing.T) {
	t.Parallel()
	x := benchExtract(t)
	x.SalesforceIDs = false
	csv := benchText(40_000)
	tune := defaultTuning()
	tune.block, tune.rowGroup = 64<<10, 6000
	l := loaded{dir: t.TempDir()}
	var err error
	l.Result, err = loadFile(t.Context(), text(string(csv)), x, Target{Dir: l.dir, Prefix: "p", Writers: 2}, nil, tune)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "all.csv")
	require.NoError(t, os.WriteFile(path, csv, 0o600))
	diff := fmt.Sprintf(`
		with ours as (
			select opportunity_id, account_id, owner_id, campaign_id, name, type, stage, is_closed, is_won, amount, currency,
				probability, lead_source, created_at, close_date, modified_at, _line
			from read_parquet('%s/p-[0-9]*.parquet')
		), theirs as (
			select Id, AccountId, OwnerId, CampaignId, Name, Type, StageName, IsClosed::boolean, IsWon::boolean, Amount::decimal(18,2),
				CurrencyIsoCode, Probability::decimal(18,2), nullif(LeadSource, ''), CreatedDate::timestamp, CloseDate::date,
				LastModifiedDate::timestamp, row_number() over (order by Id) + 1
			from read_csv('%s', all_varchar = true)
		)
		select (select count(*) from (from ours except all from theirs)) || ' ' || (select count(*) from (from theirs except all from ours))
			|| ' ' || (select count(*) from ours)`, l.dir, path)
	require.Equal(t, []string{"0 0 40000"}, duck(t, diff))

	// The statistics are true, or a filter on them would lose rows.
	require.Equal(t, []string{"true"}, duck(t, fmt.Sprintf(
		`select (count(*) filter (lead_source = 'Web') = (select count(*) from read_parquet('%[1]s/p-[0-9]*.parquet') where lead_source = 'Web')
			and count(*) filter (lead_source is null) = (select count(*) from read_parquet('%[1]s/p-[0-9]*.parquet') where lead_source is null)
			and max(lead_source) = (select max(stats_max_value) from parquet_metadata('%[1]s/p-[0-9]*.parquet') where path_in_schema = 'lead_source')
			and min(lead_source) = (select min(stats_min_value) from parquet_metadata('%[1]s/p-[0-9]*.parquet') where path_in_schema = 'lead_source')
			and count(*) - count(lead_source) = (select sum(stats_null_count) from parquet_metadata('%[1]s/p-[0-9]*.parquet') where path_in_schema = 'lead_source')
		)::varchar from read_parquet('%[1]s/p-[0-9]*.parquet')`, l.dir)))
	for _, c := range l.Columns {
		require.Equal(t, []string{fmt.Sprint(c.Filled)}, duck(t,
			fmt.Sprintf("select count(%s)::varchar from read_parquet('%s/p-[0-9]*.parquet')", c.Field, l.dir)), c.Field)
	}
	require.Equal(t, []string{"RLE_DICTIONARY"}, duck(t, fmt.Sprintf(
		`select distinct case when encodings like '%%DICTIONARY%%' then 'RLE_DICTIONARY' else encodings end
		from parquet_metadata('%s/p-[0-9]*.parquet') where path_in_schema in ('stage', 'currency')`, l.dir)))
}
