package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/history"
	"truce/pipeline/publish"
)

// regional gives a site whose deals belong to a region. Each export is complete.
func regional(t *testing.T) crm {
	t.Helper()
	c := newCRM(t, "snapshot", "")
	c.settings("EMEA", "")
	return c
}

// settings writes the configuration: the region that is a segment of its own, and more.
func (c crm) settings(region, more string) {
	c.t.Helper()
	write(c.t, c.config, fmt.Appendf(nil, `sources:
  - name: crm
    path: ./crm
    mode: snapshot
    outcome_date_from: close_date
    extracts:
      opportunity:
        files: "deals*"
        columns: {opportunity_id: id, stage: stage, created_at: created, close_date: closed, amount: amount}
        attributes: {region: {type: text}}
stages: {won: [Won], lost: [Lost]}
segments: [{name: %s, where: "region = '%s'"}, {name: AMER, where: "region = 'AMER'"}]
reports: {duckdb: false}
%s`, region, region, more))
}

// regionFile is an export with the region of each deal.
func regionFile(lines ...string) []byte {
	return []byte("id,stage,created,closed,amount,region\n" + strings.Join(lines, "\n") + "\n")
}

// firstNight publishes the end of April.
func (c crm) firstNight() pipeline.Outcome {
	c.t.Helper()
	c.export("deals-2024-05-01.csv", 0, regionFile(
		"stays,Won,2024-01-01,2024-03-01,100,EMEA",
		"deleted,Won,2024-01-01,2024-03-06,300,EMEA",
		"re-opened,Won,2024-01-01,2024-03-07,400,EMEA",
		"re-dated,Won,2024-01-01,2024-03-08,500,EMEA",
		"re-valued,Won,2024-01-01,2024-03-09,600,EMEA",
		"re-segmented,Won,2024-01-01,2024-03-10,700,EMEA",
		"lost,Lost,2024-01-01,2024-03-11,50,EMEA",
	))
	return c.run("2024-04-30")
}

// secondNight publishes the first of May, when the CRM says otherwise.
func (c crm) secondNight() pipeline.Outcome {
	c.t.Helper()
	c.export("deals-2024-05-02.csv", 1, regionFile(
		"stays,Won,2024-01-01,2024-03-01,100,EMEA",
		"added,Won,2024-02-01,2024-03-05,200,EMEA",
		"re-opened,Open,2024-01-01,,400,EMEA",
		"re-dated,Won,2024-01-01,2024-04-08,500,EMEA",
		"re-valued,Won,2024-01-01,2024-03-09,650,EMEA",
		"re-segmented,Won,2024-01-01,2024-03-10,700,AMER",
		"lost,Lost,2024-01-01,2024-03-11,50,EMEA",
	))
	return c.run("2024-05-01")
}

// restated gives what moved in a period: "old → new, added re-opened re-dated re-valued re-segmented deleted".
func restated(t *testing.T, run publish.Run, report, segment, period, metric string) string {
	t.Helper()
	r := open(t, run).one(t, "restatements", fmt.Sprintf("report = %s and segment = %s and period_grain || ' ' || period_start = %s "+
		"and breakdown = 'none' and metric = %s", quote(report), quote(segment), quote(period), quote(metric)))
	return fmt.Sprintf("%s → %s, %s %s %s %s %s %s", r["old_value"], r["new_value"], r["added_count"], r["reopened_count"],
		r["redated_count"], r["revalued_count"], r["resegmented_count"], r["deleted_count"])
}

func TestRestatementsSayWhatALateExportMoved(t *testing.T) {
	t.Parallel()
	c := regional(t)
	first := c.firstNight()
	require.Nil(t, first.Report.Manifest.Predecessor)
	require.Empty(t, open(t, first.Report).rows(t, "restatements", "true"))
	require.Len(t, open(t, first.Report).rows(t, "data_quality", "reason = 'needs: an earlier published run'"), 1)

	second := c.secondNight()
	require.Equal(t, &publish.Predecessor{Run: first.Report.ID, ManifestHash: first.Report.ManifestHash}, second.Report.Manifest.Predecessor)
	for key, want := range map[string]string{
		"EMEA month 2024-03-01 won_count":    "6.0 → 3.0, 1 1 1 1 1 1",
		"EMEA month 2024-03-01 won_value":    "2600.0 → 950.0, 1 1 1 1 1 1",
		"AMER month 2024-03-01 won_count":    "0.0 → 1.0, 0 0 0 0 1 0",
		"AMER month 2024-03-01 won_value":    "0.0 → 700.0, 0 0 0 0 1 0",
		"All month 2024-03-01 won_count":     "6.0 → 4.0, 1 1 1 1 1 1",
		"All month 2024-03-01 won_value":     "2600.0 → 1650.0, 1 1 1 1 1 1",
		"All quarter 2024-01-01 won_value":   "2600.0 → 1650.0, 1 1 1 1 1 1",
		"All month 2024-04-01 won_value":     "0.0 → 500.0, 0 0 1 0 0 0",
		"All month 2024-01-01 created_count": "7.0 → 6.0, 0 0 0 0 1 1",
		"All month 2024-02-01 created_count": "0.0 → 1.0, 1 0 0 0 0 0",
	} {
		parts := strings.Fields(key)
		require.Equal(t, want, restated(t, second.Report, "win_rate", parts[0], parts[1]+" "+parts[2], parts[3]), key)
	}
	reports := open(t, second.Report)
	require.Empty(t, reports.rows(t, "restatements", "cause <> 'data' or metric = 'lost_count' or previous_run <> "+quote(first.Report.ID)))
	require.Contains(t, strings.Join(second.Warnings, "\n"), "check_restatements: 2 of 6 fail, such as won_count of the month 2024-03-01 was 6.00 and is 4.00")

	drop := contents(t, c.drop)
	again := c.run("2024-05-01")
	require.Equal(t, history.Identical, again.State, "the predecessor of a slot stays the same")
	require.Equal(t, drop, contents(t, c.drop))

	third := c.run("2024-05-02")
	require.Equal(t, second.Report.ID, third.Report.Manifest.Predecessor.Run)
	require.Empty(t, open(t, third.Report).rows(t, "restatements", "true"), "nothing moved since")
}

func TestRestatementsNameSettingsAsTheCause(t *testing.T) {
	t.Parallel()
	c := regional(t)
	_ = c.firstNight()
	c.settings("AMER2", "checks: {restatement: {rate: 0.2}}") // the region's segment is gone
	second := c.run("2024-05-01")
	moved := open(t, second.Report).rows(t, "restatements", "metric = 'won_count' and period_grain = 'month' order by segment")
	require.Len(t, moved, 2)
	for i, want := range []string{"EMEA 6.0  config 6", "Unassigned 0.0 6.0 config 6"} {
		r := moved[i]
		require.Equal(t, want, fmt.Sprintf("%s %s %s %s %s", r["segment"], r["old_value"], r["new_value"], r["cause"], r["resegmented_count"]))
	}
	// a limit moves no number
	c.settings("AMER2", "checks: {restatement: {rate: 0.1}}")
	c.export("deals-2024-05-03.csv", 2, regionFile("stays,Won,2024-01-01,2024-03-01,100,EMEA"))
	third := c.run("2024-05-02")
	require.Equal(t, []row{{"cause": "data"}}, open(t, third.Report).ask(t, "select distinct cause from ("+reports{dir: third.Report.Dir}.table("restatements")+")"))
}

// A model behind a report is defined otherwise if it has another version, or was not there at all.
func TestRestatementsNameDefinitionsAsTheCause(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`"int_opportunities": \d+,\s*`)
	for name, before := range map[string]string{"another version": `"int_opportunities": 99, `, "no such model": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := regional(t)
			first := c.firstNight()
			manifest := filepath.Join(first.Report.Dir, "manifest.json")
			text := string(read(t, manifest))
			require.Regexp(t, version, text)
			require.NoError(t, os.WriteFile(manifest, []byte(version.ReplaceAllString(text, before)), 0o600))
			second := c.secondNight()
			require.Equal(t, []row{{"cause": "definition"}}, open(t, second.Report).ask(t, "select distinct cause from ("+reports{dir: second.Report.Dir}.table("restatements")+")"))
		})
	}
}

func TestRestatementsLeaveADamagedRunOut(t *testing.T) {
	t.Parallel()
	c := regional(t)
	first := c.firstNight()
	second := c.run("2024-05-01")
	path := filepath.Join(second.Report.Dir, "cost_of_sale.parquet")
	damaged := read(t, path)
	damaged[len(damaged)/2] ^= 1
	require.NoError(t, os.WriteFile(path, damaged, 0o600))
	third := c.run("2024-05-02")
	require.Equal(t, first.Report.ID, third.Report.Manifest.Predecessor.Run, "the newest run that is intact")
	require.Contains(t, strings.Join(third.Report.Manifest.Warnings, "\n"), "needs an undamaged predecessor: "+second.Report.ID)
	require.Len(t, open(t, third.Report).rows(t, "data_quality", "kind = 'needs' and subject = 'restatements'"), 1)
}

func TestRestatementsNeedARunOfTheSameMoney(t *testing.T) {
	t.Parallel()
	c := regional(t)
	_ = c.firstNight()
	c.settings("EMEA", "currency: EUR")
	second := c.run("2024-05-01")
	require.Nil(t, second.Report.Manifest.Predecessor)
	require.Contains(t, strings.Join(second.Warnings, "\n"), "manual-2024-04-30-r1 has another currency")
	require.Empty(t, open(t, second.Report).rows(t, "restatements", "true"))
}

// A slot is compared with the newest revision of an earlier one, and with no replay of the past.
func TestRestatementsCompareWithTheNewestRevision(t *testing.T) {
	t.Parallel()
	c := regional(t)
	_ = c.firstNight()
	known := c.now
	c.export("deals-2024-05-02.csv", 1, regionFile("stays,Won,2024-01-01,2024-03-01,100,EMEA"))
	revised := c.run("2024-04-30").Report
	require.Equal(t, "manual-2024-04-30-r2", revised.ID)
	o := c.options("2024-04-30")
	o.KnownAt = known
	_, err := pipeline.Run(t.Context(), o)
	require.NoError(t, err)
	second := c.run("2024-05-01")
	require.Equal(t, revised.ID, second.Report.Manifest.Predecessor.Run)
	require.Empty(t, open(t, second.Report).rows(t, "restatements", "true"))
}

// The run with which the current one was compared outlives its time: else the same slot would lose it.
func TestRestatementsKeepTheirPredecessor(t *testing.T) {
	t.Parallel()
	c := regional(t)
	settings := strings.Replace(string(read(t, c.config)), "duckdb: false", "duckdb: false, keep_days: 10", 1)
	write(t, c.config, []byte(settings))
	first := c.firstNight()
	c.now = c.now.AddDate(0, 0, 30)
	second := c.secondNight()
	require.Equal(t, first.Report.ID, second.Report.Manifest.Predecessor.Run)
	require.Equal(t, history.Identical, c.run("2024-05-01").State)

	c.now = c.now.AddDate(0, 0, 30)
	third := c.run("2024-05-02")
	require.Contains(t, strings.Join(third.Warnings, "\n"), "removed the run "+first.Report.ID)
	require.Equal(t, history.Identical, c.run("2024-05-02").State)
}
