package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/history"
)

// bigDeals is a report of one's own.
const bigDeals = `/*
description: Deals of at least 1000.
grain: one row per segment
unique_key: [segment]
version: 1
columns:
    segment: the segment
    deal_count: its deals
*/
select segment, count(*) as deal_count
from int_own_deals
group by segment
`

// ownDeals is the step before.
const ownDeals = `/*
description: Deals that are large.
grain: one row per deal
unique_key: [opportunity_id]
version: 1
columns:
    opportunity_id: the deal
    segment: its segment
*/
select opportunity_id, segment
from fct_opportunity
where amount >= 1000
`

// ownCheck holds for every company.
const ownCheck = `/*
description: A deal has an amount.
grain: one row
severity: block
version: 1
*/
select
    count(*) as checked_count,
    coalesce(count_if(amount < 0), 0) as failed_count,
    min(case when amount < 0 then opportunity_id end) as example
from fct_opportunity
`

// ownSite is a company with a folder of models.
func ownSite(t *testing.T, files map[string]string) crm {
	t.Helper()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-05,2024-02-10,1500", "2,Lost,2024-01-07,2024-03-01,80", "3,Won,2024-01-09,2024-03-02,9000"))
	for name, text := range files {
		write(t, filepath.Join(filepath.Dir(c.config), "models", name), []byte(text))
	}
	return c
}

func TestOwnModelsArePublishedLikeTheRest(t *testing.T) {
	t.Parallel()
	c := ownSite(t, map[string]string{
		"reports/rpt_big_deals.sql": bigDeals, "int_own_deals.sql": ownDeals, "check_own_amounts.sql": ownCheck,
		"notes.md": "no model", ".hidden/rpt_x.sql": "broken",
	})
	text, err := os.ReadFile(c.config)
	require.NoError(t, err)
	write(t, c.config, []byte(strings.Replace(string(text), "duckdb: false", "duckdb: true", 1)))
	outcome := c.run(nightAsOf)
	require.Equal(t, "2", open(t, outcome.Report).one(t, "big_deals", "segment = 'Large'")["deal_count"])
	var checks []string
	for _, check := range outcome.Report.Manifest.Checks {
		if strings.Contains(check.Name, "_own_") || strings.Contains(check.Name, "big_deals") {
			checks = append(checks, check.Name+" "+check.Status+": "+check.Detail)
		}
	}
	require.Equal(t, []string{
		"check_int_own_deals_key passed: 2 looked at", "check_own_amounts passed: 3 looked at", "check_rpt_big_deals_key passed: 1 looked at",
	}, checks)

	write(t, filepath.Join(filepath.Dir(c.config), "models", "rpt_no_deals.sql"), []byte(strings.Replace(bigDeals, "group by", "where segment = 'None'\ngroup by", 1)))
	c.run(nightAsOf)
	require.NoError(t, os.Remove(filepath.Join(filepath.Dir(c.config), "models", "rpt_no_deals.sql")), "a report may be empty")
	c.run(nightAsOf)

	outcome = c.run(nightAsOf)
	require.Equal(t, history.Identical, outcome.State)
	write(t, filepath.Join(filepath.Dir(c.config), "models", "int_own_deals.sql"), []byte(strings.Replace(ownDeals, "1000", "2000", 1)))
	outcome = c.run(nightAsOf)
	require.Equal(t, history.Published, outcome.State)
	require.Equal(t, 4, outcome.Report.Manifest.Revision)
	require.Equal(t, "1", open(t, outcome.Report).one(t, "big_deals", "segment = 'Large'")["deal_count"])
	write(t, filepath.Join(filepath.Dir(c.config), "models", "int_own_deals.sql"),
		[]byte(strings.NewReplacer("1000", "2000", "the deal", "the large deal").Replace(ownDeals)))
	require.Equal(t, 5, c.run(nightAsOf).Report.Manifest.Revision, "definitions travel with the files")
}

func TestOwnModelsAreRefusedWithFileAndReason(t *testing.T) {
	t.Parallel()
	report := func(old, text string) string { return strings.Replace(bigDeals, old, text, 1) }
	for name, test := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"everything at once": {
			map[string]string{"rpt_a.sql": "select 1", "rpt_b.sql": report("int_own_deals", "fct_oportunity"), "nonsense.sql": "select 1"},
			[]string{"models/rpt_a.sql:1:1: no header", "models/rpt_b.sql:10:1: it reads fct_oportunity, and there is no such relation; did you mean fct_opportunity?", "models/nonsense.sql:1:1: its name must"},
		},
		"a built-in one": {
			map[string]string{"rpt_win_rate.sql": report("int_own_deals", "fct_opportunity")},
			[]string{"models/rpt_win_rate.sql:1:1: there is a built-in model of this name, sql/reports/rpt_win_rate.sql, and a model cannot replace it"},
		},
		"one of the configuration": {
			map[string]string{"stg_classified_leads.sql": report("int_own_deals", "fct_opportunity")},
			[]string{"a model of this name that the configuration writes"},
		},
		"a check that Go makes": {
			map[string]string{"check_quarantine.sql": ownCheck}, []string{"there is a built-in check of this name"},
		},
		"the same name twice": {
			map[string]string{"a/check_x.sql": ownCheck, "b/check_x.sql": ownCheck},
			[]string{"models/b/check_x.sql:1:1: there is another model of this name: ", "models/a/check_x.sql"},
		},
		"a published file": {
			map[string]string{"rpt_fct_lead.sql": report("int_own_deals", "fct_opportunity"), "rpt_quarantine.sql": report("int_own_deals", "fct_opportunity")},
			[]string{"fct_lead.parquet is the file of the built-in model fct_lead", "quarantine.parquet is the file of the list of refused rows"},
		},
		"a header": {
			map[string]string{"rpt_a.sql": report("grain:", "grains:")}, []string{"models/rpt_a.sql:3:1: read the header: unknown field \"grains\""},
		},
		"syntax": {
			map[string]string{"rpt_a.sql": report("group by", "group with")}, []string{"models/rpt_a.sql:12:1: it cannot be parsed: syntax error"},
		},
		"not portable": {
			map[string]string{"rpt_a.sql": report("count(*)", "any_value(opportunity_id)::text")},
			[]string{"not portable: function_name any_value", "not portable: the operator ::"},
		},
		"a file on the disk": {
			map[string]string{"rpt_a.sql": report("from int_own_deals", "from fct_opportunity, '/etc/passwd'"), "rpt_b.sql": report("from int_own_deals", "from read_csv('/etc/passwd')")},
			[]string{"models/rpt_a.sql:10:1: it reads /etc/passwd, and there is no such relation", "models/rpt_b.sql", "function_name read_csv"},
		},
		"two statements": {
			map[string]string{"rpt_a.sql": bigDeals + "; copy fct_lead to '/tmp/x.csv'"}, []string{"models/rpt_a.sql", "Only SELECT statements"},
		},
		"no SELECT": {
			map[string]string{"rpt_a.sql": report("select segment", "delete from fct_lead; select segment")}, []string{"models/rpt_a.sql", "Only SELECT statements"},
		},
		"a text that ends what is around it": {
			map[string]string{"rpt_a.sql": bigDeals + ") to '/tmp/x.csv'; select (1"}, []string{"models/rpt_a.sql", "it cannot be parsed"},
		},
		"a relation behind a comma": {
			map[string]string{"rpt_a.sql": report("from int_own_deals", "from fct_opportunity, fct_lead")},
			[]string{"it reads fct_lead behind a comma or in brackets; write cross join"},
		},
		"a circle": {
			map[string]string{"int_a.sql": report("int_own_deals", "int_b"), "int_b.sql": report("int_own_deals", "int_a")},
			[]string{"models/int_a.sql:1:1: models read each other in a circle: int_a → int_b → int_a"},
		},
		"a column that is not there": {
			map[string]string{"rpt_a.sql": strings.NewReplacer("int_own_deals", "fct_opportunity", "count(*)", "sum(amuont)").Replace(bigDeals)},
			[]string{"models/rpt_a.sql:10:1: Binder Error", "amuont"},
		},
		"columns": {
			map[string]string{"rpt_a.sql": strings.NewReplacer("int_own_deals", "fct_opportunity", "as deal_count", "as deals").Replace(bigDeals)},
			[]string{"the SELECT gives deals, which columns does not document", "columns documents deal_count, which the SELECT does not give"},
		},
		"a type": {
			map[string]string{"rpt_a.sql": strings.NewReplacer("int_own_deals", "fct_opportunity", "count(*)", "count_if(amount > 1)").Replace(bigDeals)},
			[]string{"deal_count is a HUGEINT, which is not portable"},
		},
		"a check without its columns": {
			map[string]string{"check_a.sql": strings.Replace(ownCheck, "failed_count", "failed", 1)},
			[]string{"a check gives one row with failed_count"},
		},
		"needs": {
			map[string]string{"check_a.sql": strings.Replace(ownCheck, "version", "needs: [leads]\nversion", 1)},
			[]string{`needs names "leads", which is no entity; did you mean "lead"?`},
		},
		"a CTE in disguise": {
			map[string]string{"rpt_a.sql": report("select segment", "with fct_lead as (select 1 as a)\n\nselect segment")},
			[]string{"a CTE has the name of the relation fct_lead"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := ownSite(t, test.files)
			loaded, err := config.Load(c.config)
			require.NoError(t, err)
			_, err = pipeline.ConfiguredModels(t.Context(), loaded)
			var wrong *config.Error
			require.ErrorAs(t, err, &wrong)
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			_, err = c.try(nightAsOf)
			require.Equal(t, pipeline.ExitConfig, pipeline.ExitCode(err), "%v", err)
			require.NoFileExists(t, filepath.Join(c.drop, "latest.json"))
		})
	}
}

func TestOwnModelsThatFailOnTheRowsPublishNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file, text string
		code       int
		want       string
	}{
		"a value that cannot be cast": {
			"rpt_a.sql", strings.NewReplacer("int_own_deals", "fct_opportunity", "count(*)", "sum(cast(segment as double))").Replace(bigDeals),
			pipeline.ExitConfig, "models/rpt_a.sql:10:1: Conversion Error",
		},
		"a key that is not unique": {
			"rpt_a.sql", strings.NewReplacer("int_own_deals\ngroup by segment", "fct_opportunity", "count(*)", "amount").Replace(bigDeals),
			pipeline.ExitBlocked, "check_rpt_a_key: 1 of 2 fail, such as Large",
		},
		"a check that sees nothing": {
			"check_a.sql", ownCheck + "where amount < -5\n", pipeline.ExitBlocked, "check_a: it saw nothing to check",
		},
		"a check that fails": {
			"check_a.sql", strings.ReplaceAll(ownCheck, "amount < 0", "amount < 100"), pipeline.ExitBlocked, "check_a: 1 of 3 fail, such as 2",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := ownSite(t, map[string]string{test.file: test.text})
			_, err := c.try(nightAsOf)
			require.ErrorContains(t, err, test.want)
			require.Equal(t, test.code, pipeline.ExitCode(err))
			require.NoFileExists(t, filepath.Join(c.drop, "latest.json"))
		})
	}
}

func TestOwnModelsStayInTheirFolder(t *testing.T) {
	t.Parallel()
	c := ownSite(t, map[string]string{"check_a.sql": ownCheck})
	models := filepath.Join(filepath.Dir(c.config), "models")
	outside := filepath.Join(t.TempDir(), "check_b.sql")
	write(t, outside, []byte(ownCheck))
	require.NoError(t, os.Symlink(outside, filepath.Join(models, "check_b.sql")))
	_, err := c.try(nightAsOf)
	require.ErrorContains(t, err, "check_b.sql:1:1: it cannot be read: ")
	require.NoError(t, os.Remove(filepath.Join(models, "check_b.sql")))
	require.NoError(t, os.Mkdir(filepath.Join(models, "..data"), 0o750))
	write(t, filepath.Join(models, "..data", "check_c.sql"), []byte(ownCheck))
	require.NoError(t, os.Symlink(filepath.Join("..data", "check_c.sql"), filepath.Join(models, "check_c.sql")))
	outcome := c.run(nightAsOf)
	var names []string
	for _, check := range outcome.Report.Manifest.Checks {
		names = append(names, check.Name)
	}
	require.Subset(t, names, []string{"check_a", "check_c"})
}

func TestTheFolderOfOwnModelsCanBeNamed(t *testing.T) {
	t.Parallel()
	c := ownSite(t, nil)
	text, err := os.ReadFile(c.config)
	require.NoError(t, err)
	write(t, c.config, append(text, []byte("models: ./sql\n")...))
	_, err = c.try(nightAsOf)
	require.ErrorContains(t, err, "models: the folder")
	require.Equal(t, pipeline.ExitConfig, pipeline.ExitCode(err))
	write(t, filepath.Join(filepath.Dir(c.config), "sql", "check_a.sql"), []byte(strings.ReplaceAll(ownCheck, "amount < 0", "amount < 100")))
	_, err = c.try(nightAsOf)
	require.ErrorContains(t, err, "check_a")
}
