package load

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/entity"
)

func lookup(t testing.TB, name string) Extract {
	t.Helper()
	e, ok := entity.Lookup(name)
	require.True(t, ok)
	return Extract{Entity: e, FileName: name + ".csv"}
}

func TestPlacesFillKeysThatTheFileLacks(t *testing.T) {
	t.Parallel()
	l := loadText(t, lookup(t, "cost"), "month,amount,category\n2017-01-01,5,Ads\n\nx,5,Ads\n2017-02-01,7,Ads\n2017-03-01,,Ads\n")
	require.Equal(t, []string{"2|cost.csv:1|5.00", "5|cost.csv:3|7.00"}, l.rows(t, "line_id, amount"))
	require.Equal(t, []string{"4 month date", "6 amount required"}, l.quarantined(t))
	require.True(t, l.UniqueKeys)

	l = loadText(t, lookup(t, "stage_change"), "opportunity_id,changed_at,stage\na,2017-01-01,Won\na,2017-01-01,Won\n")
	require.Equal(t, []string{"2|#000000000001", "3|#000000000002"}, l.rows(t, "sequence"))
	require.True(t, l.UniqueKeys)

	l = loadText(t, lookup(t, "stage_change"), "opportunity_id,changed_at,stage,sequence\na,2017-01-01,Won,7\na,2017-01-01,Won,7\na,2017-01-02,Won,7\n")
	require.False(t, l.UniqueKeys)
	require.EqualValues(t, 3, l.Counts.Loaded)
}

func TestKeyHashesAreTheKeysAlone(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	l := loadText(t, x, "opportunity_id,stage,amount\nsecret-key,Won,secret-amount\n secret-key ,Won,secret-again\n,Won,5\nb,Won,x\nx\n")
	hashes := duck(t, fmt.Sprintf("select key_hash from '%s/%s' order by line", l.dir, l.Quarantine))
	require.Len(t, hashes, 5)
	require.Regexp(t, "^[0-9a-f]{16}$", hashes[0])
	require.Equal(t, hashes[0], hashes[1])
	require.NotEqual(t, hashes[0], hashes[3])
	require.Empty(t, hashes[2])
	require.Empty(t, hashes[4])
	all, err := os.ReadFile(l.dir + "/" + l.Quarantine)
	require.NoError(t, err)
	require.NotContains(t, string(all), "secret")
	require.NotContains(t, strings.Join(readParquet(t, l.dir+"/"+l.Quarantine), ""), "secret")
}

func TestCurrencyFillsOnlyWhereTheFileHasNoColumn(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Currency = "EUR"
	require.Equal(t, []string{"2|EUR"}, loadText(t, x, "opportunity_id,stage\na,Won\n").rows(t, "currency"))
	require.Equal(t, []string{"2|USD", "3|null"}, loadText(t, x, "opportunity_id,stage,Currency\na,Won,USD\nb,Won,\n").rows(t, "currency"))
}

func TestOneHeaderMayFeedSeveralColumns(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Attributes = []entity.Field{{Name: "phase"}, {Name: "size", Type: entity.Integer}}
	x.Headers = map[string][]string{"stage": {"Phase", "Stage"}, "size": {"Size"}, "name": {}}
	l := loadText(t, x, "Opportunity_ID,Stage,PHASE,name,SIZE\na,Won,Signed,x,5\n")
	require.Equal(t, []string{"2|Signed|Signed|null|5"}, l.rows(t, "stage, phase, name, size"))
	require.Equal(t, []string{"Stage", "name"}, l.Unmapped)
	for _, c := range l.Columns {
		require.Equal(t, c.Header != "", c.Mapped)
		require.Equal(t, c.Field == "phase" || c.Field == "size", c.Attribute)
	}
}

func TestNewestModifiedAtAndUniqueKeys(t *testing.T) {
	t.Parallel()
	l := loadText(t, opportunity(t), "opportunity_id,stage,modified_at\na,Won,2017-01-02T00:00:00Z\nb,Won,\n,Won,2020-01-01T00:00:00Z\nc,Won,2017-01-01T00:00:00Z\n")
	require.Equal(t, time.Date(2017, 1, 2, 0, 0, 0, 0, time.UTC), *l.NewestModifiedAt)
	require.True(t, l.UniqueKeys)
	l = loadText(t, opportunity(t), "opportunity_id,stage\na,Won\nb,Won\n a,Lost\n")
	require.False(t, l.UniqueKeys)
	require.Nil(t, l.NewestModifiedAt)
}

func TestFormatsAreSettledByTheFile(t *testing.T) {
	t.Parallel()
	const header = "opportunity_id,stage,close_date,created_at,amount,cost_of_goods\n"
	cases := []struct {
		name, text string
		remembered map[string]string
		want       string
		formats    map[string]string
	}{
		{
			name: "by a late row", text: "a,Won,03/04/2017,,,\nb,Won,13/04/2017,,,\n",
			want: "2017-04-03", formats: map[string]string{"close_date": "date:dmy"},
		},
		{
			name: "by another column", text: "a,Won,03/04/2017,,,\nb,Won,,4/13/17 2:00 PM,,\n",
			want: "2017-03-04", formats: map[string]string{"close_date": "date:mdy", "created_at": "date:mdy"},
		},
		{
			name: "by an earlier file", text: "a,Won,03/04/2017,,,\n", remembered: map[string]string{"close_date": "date:mdy"},
			want: "2017-03-04", formats: map[string]string{},
		},
		{name: "by nothing, where nothing needs it", text: "a,Won,2017-03-04,,5,\n", want: "2017-03-04", formats: map[string]string{}},
		{
			name: "decimals by a late row", text: "a,Won,2017-03-04,,1.234,\nb,Won,,,\"1.234,50\",\n",
			want: "2017-03-04", formats: map[string]string{"amount": "decimal:comma"},
		},
		{
			name: "decimals by another column", text: "a,Won,2017-03-04,,\"1,234\",\nb,Won,,,,5.5\n",
			want: "2017-03-04", formats: map[string]string{"amount": "decimal:point", "cost_of_goods": "decimal:point"},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			x := opportunity(t)
			x.Remembered = c.remembered
			// Once within the first block, and once far behind it.
			for _, padding := range []int{0, 3000} {
				first, rest, _ := strings.Cut(c.text, "\n")
				csv := header + strings.Repeat("p,Won,2017-01-01,,,\n", padding) + first + "\n" +
					strings.Repeat("q,Won,2017-01-01,,,\n", padding) + rest
				tune := defaultTuning()
				tune.block = 16 << 10
				l := loaded{dir: t.TempDir()}
				var err error
				l.Result, err = loadFile(t.Context(), text(csv), x, Target{Dir: l.dir, Prefix: "p", Writers: 2}, nil, tune)
				require.NoError(t, err)
				require.Equal(t, c.formats, l.Formats)
				require.Equal(t, []string{c.want}, duck(t, fmt.Sprintf(
					"select close_date::varchar from read_parquet('%s/p-[0-9]*.parquet') where opportunity_id = 'a'", l.dir)))
				require.Empty(t, l.Quarantine)
				require.Equal(t, int64(2*padding)+int64(strings.Count(c.text, "\n")), l.Counts.Loaded)
			}
		})
	}
}

func TestATruncatedStreamLeavesNothing(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte("opportunity_id,stage\n" + strings.Repeat("a,Won\n", 200_000)))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for _, size := range []int{packed.Len() / 2, packed.Len() - 1} {
		dir := t.TempDir()
		open := func() (io.ReadCloser, error) {
			r, err := gzip.NewReader(bytes.NewReader(packed.Bytes()[:size]))
			return r, err
		}
		_, err = File(t.Context(), open, opportunity(t), Target{Dir: dir, Prefix: "p"}, nil)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, left)
	}
}

func TestErrorsOfTheSurroundingsLeaveNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("the share is gone")
	dir := t.TempDir()
	_, err := File(t.Context(), func() (io.ReadCloser, error) { return nil, broken }, opportunity(t), Target{Dir: dir, Prefix: "p"}, nil)
	require.ErrorIs(t, err, broken)

	rows := "opportunity_id,stage\n" + strings.Repeat("a,Won\n", 200_000)
	open := func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(rows), &failing{broken})), nil
	}
	_, err = File(t.Context(), open, opportunity(t), Target{Dir: dir, Prefix: "p"}, nil)
	require.ErrorIs(t, err, broken)

	ctx, cancel := context.WithCancel(t.Context())
	_, err = File(ctx, text(rows), opportunity(t), Target{Dir: dir, Prefix: "p"}, func(int64) { cancel() })
	require.ErrorIs(t, err, context.Canceled)

	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)

	_, err = File(t.Context(), text(rows), opportunity(t), Target{Dir: dir + "/missing", Prefix: "p"}, nil)
	require.ErrorIs(t, err, os.ErrNotExist)
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

func TestProgressAddsUpToTheText(t *testing.T) {
	t.Parallel()
	csv := "opportunity_id,stage,close_date\n" + strings.Repeat("a,Won,03/04/2017\n", 100_000) + "b,Won,13/04/2017\n"
	var sum int64
	_, err := File(t.Context(), text(csv), opportunity(t), Target{Dir: t.TempDir(), Prefix: "p"}, func(n int64) { sum += n })
	require.NoError(t, err)
	require.EqualValues(t, len(csv), sum)
}

func TestInspectListsAllProblems(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Required = []string{"amount"}
	got, err := Inspect(t.Context(), text("OpportunityId;Name;name;close_date\na1;x;y;03/04/2017\n"), x)
	require.NoError(t, err)
	require.Equal(t, "semicolon", got.DelimiterName)
	require.Equal(t, []string{"OpportunityId", "Name", "name", "close_date"}, got.Headers)
	var reasons []string
	for _, p := range got.Problems {
		reasons = append(reasons, p.Error())
	}
	all := strings.Join(reasons, "\n")
	for _, want := range []string{"opportunity_id", "field amount", `"Name" 2 times`, "is_closed and is_won", "date_order"} {
		require.Contains(t, all, want)
	}
	require.Len(t, reasons, 5)
}

func TestInspectShowsHowTheFileIsRead(t *testing.T) {
	t.Parallel()
	x := opportunity(t)
	x.Footers = []string{"Total"}
	got, err := Inspect(t.Context(), text("\nopportunity_id,stage,close_date,secret\na1,Won,13/04/2017,\n,Won,,\n\nTotal\n"), x)
	require.NoError(t, err)
	require.Empty(t, got.Problems)
	require.True(t, got.Whole)
	require.Equal(t, map[string]string{"close_date": "date:dmy"}, got.Formats)
	require.Equal(t, map[string]int64{"null_key": 1}, got.Rules)
	require.Equal(t, Counts{Records: 6, Header: 1, Loaded: 1, Quarantined: 1, Blank: 2, Ignored: 1}, got.Counts)
	require.Equal(t, []string{"secret"}, got.Unmapped)
	require.EqualValues(t, 2, got.HeaderLine)

	got, err = Inspect(t.Context(), text(""), x)
	require.NoError(t, err)
	require.Len(t, got.Problems, 1)
	require.Contains(t, got.Problems[0].Error(), "it is empty")
}

func TestCountsMustAddUp(t *testing.T) {
	t.Parallel()
	require.NoError(t, Counts{Records: 6, Header: 1, Loaded: 1, Quarantined: 1, Blank: 2, Ignored: 1}.Check())
	require.Error(t, Counts{Records: 5, Header: 1, Loaded: 1, Quarantined: 1, Blank: 2, Ignored: 1}.Check())
	require.Error(t, Counts{Records: 1, Header: 1, Loaded: 1, Quarantined: -1}.Check())
}

func TestTheQuarantineCanBeFiltered(t *testing.T) {
	t.Parallel()
	l := loadText(t, opportunity(t), "opportunity_id,stage,amount\n"+strings.Repeat("a,Won,x\n", 40_000)+strings.Repeat("a,Won\n", 30_000)+"b,Won,1\n")
	require.Equal(t, map[string]int64{"decimal": 40_000, "field_count": 30_000}, l.Rules)
	for condition, want := range map[string]string{
		`"column" = ''`: "30000", `"column" = 'amount'`: "40000", `key_hash = ''`: "30000", `rule < 'e'`: "40000",
		`entity = 'opportunity' and file = 'opportunities.csv'`: "70000", `line between 2 and 40001 and reason like '%"amount"%'`: "40000",
	} {
		require.Equal(t, []string{want}, duck(t, fmt.Sprintf("select count(*)::varchar from '%s/%s' where %s", l.dir, l.Quarantine, condition)))
	}
}

// A column whose first rows repeat and whose later ones do not outgrows its dictionary.
func TestADictionaryThatGrowsTooLarge(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("opportunity_id,stage,name\n")
	for i := range 60_000 {
		name := ""
		switch {
		case i < 10_000:
			name = fmt.Sprint(i % 7)
		case i%10 != 0:
			name = fmt.Sprintf("%0100d", i)
		}
		fmt.Fprintf(&b, "a%d,Won,%s\n", i, name)
	}
	l := loadText(t, opportunity(t), b.String())
	require.Equal(t, []string{"60000 45007 5000 a59999"}, duck(t, fmt.Sprintf(
		`select concat_ws(' ', count(*), count(distinct name), count(*) - count(name), max(opportunity_id) filter (ltrim(name, '0') = '59999'))
		from read_parquet('%s/p-[0-9]*.parquet')`, l.dir)))
}
