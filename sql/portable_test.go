package sql_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/model"
	"truce/pipeline/syntax"
)

// TestModelsArePortable walks the parsed text of every model, the generated ones included, and
// fails on everything that is not known to mean the same in DuckDB and Spark.
func TestModelsArePortable(t *testing.T) {
	t.Parallel()
	var found []string
	for _, folder := range []string{"cases/int_opportunities/segment_and_account", "cases/int_opportunity_segments/each_change_of_deal_account_and_owner"} {
		b := newBench(t, newWorkshop(t), filepath.FromSlash(folder))
		for _, m := range b.graph.Models {
			for _, problem := range unportable(t, b, m.SQL) {
				found = append(found, m.Name+": "+problem)
			}
		}
	}
	require.Empty(t, found)
}

// TestUnportableIsFound shows that each refusal works.
func TestUnportableIsFound(t *testing.T) {
	t.Parallel()
	b := newBench(t, newWorkshop(t), filepath.FromSlash("cases/int_opportunities/segment_and_account"))
	for _, text := range []string{
		"select a from t qualify row_number() over (order by a nulls last) = 1",
		"select a from t asof join u on t.a >= u.a",
		"select a from t positional join u",
		"select a from t natural join u",
		"select distinct on (a) a, b from t",
		"select a from t union by name select a from u",
		"select a from t except select a from u",
		"select * exclude (a) from t",
		"select * replace (a + 1 as a) from t",
		"select columns('a.*') from t",
		"with recursive r as (select 1 as a union all select a + 1 from r) select a from r",
		"select a from t using sample 10",
		"select a from t limit 1",
		"select unnest([1, 2]) as a",
		"select {'a': 1} as a from t",
		"select a from t where a in (select b from u)",
		"select a from t where exists (select 1 from u)",
		"select list_transform(a, x -> x + 1) from t",
		"select a // 2 from t",
		"select a ** 2 from t",
		"select date_diff('day', a, b) from t",
		"select string_agg(a, ',') from t",
		"select any_value(a) from t",
		"select concat(a, b) from t",
		"select now() from t",
		"select strftime(a, '%Y') from t",
		"select a from read_csv('a.csv')",
		"select a from main.t",
		"select a from (values (1)) as t (a)",
		"select cast(a as hugeint) from t",
		"select cast(a as timestamptz) from t",
		"select a from t order by a",
		"select row_number() over (order by a) from t",
		"select count(distinct a) over (partition by b) from t",
		"select count(*) filter (where a) over (partition by b) from t",
		"select last_value(a ignore nulls) over (order by a nulls last) from t",
		"select sum(a) over (order by a nulls last groups between 1 preceding and current row) from t",
		"select sum(a) over (order by a nulls last rows unbounded preceding exclude ties) from t",
		"select a from t where a glob 'x*'",
		"pivot t on a using sum(b)",
		"select a from t where b < 1e400",
		"select a from t where b > -1e400",
	} {
		require.NotEmpty(t, unportable(t, b, text), "%s", text)
	}
	require.Empty(t, unportable(t, b, `
		with r as (select a, b from t where a like 'x%' and b is distinct from 1)
		select r.a, cast(sum(b) as bigint) as s, count(distinct b) as n, percentile_cont(0.5) within group (order by cast(b as double) nulls last) as m
		from r left join u on u.a = r.a group by grouping sets ((r.a), ()) having count(*) > 1`))
}

// unportable says what in the text is not portable.
func unportable(t *testing.T, b *bench, text string) []string {
	t.Helper()
	document, err := syntax.Tree(t.Context(), b.conn, text)
	require.NoError(t, err)
	tree, err := model.ReadTree(document)
	require.NoError(t, err)
	return tree.Unportable
}
