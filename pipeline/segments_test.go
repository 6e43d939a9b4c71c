package pipeline_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/check"
)

// movingCompany is a CRM that exports everything each month. Account A1 goes from EMEA to AMER in the export
// of June, and owner O1, who follows up all leads, from the field to the inside team in that of May.
func movingCompany(t *testing.T) crm {
	t.Helper()
	c := newCRM(t, "snapshot", "")
	const deals = "id,stage,created,closed,amount,account\n"
	for i, night := range []struct{ day, deals, region, team, leads string }{
		{"2024-04-01", "4,New,2024-03-05,,10,A2\n", "EMEA", "Field", ""},
		{"2024-05-01", "1,New,2024-04-10,,100,A1\n2,New,2024-04-20,,200,A1\n4,New,2024-03-05,,10,A2\n", "EMEA", "Inside", "L1,2024-04-15,O1\n"},
		{
			"2024-06-01", "1,Won,2024-04-10,2024-05-15,100,A1\n2,Won,2024-04-20,2024-06-01,200,A1\n3,New,2024-05-20,,50,A1\n4,Lost,2024-03-05,2024-05-20,10,A2\n",
			"AMER", "Inside", "L1,2024-04-15,O1\nL2,2024-05-10,O1\n",
		},
	} {
		c.export("deals-"+night.day+".csv", i, []byte(deals+night.deals))
		c.export("accounts-"+night.day+".csv", i, []byte("id,region\nA1,"+night.region+"\nA2,AMER\n"))
		c.export("owners-"+night.day+".csv", i, []byte("id,team\nO1,"+night.team+"\n"))
		c.export("leads-"+night.day+".csv", i, []byte("id,created,owner\n"+night.leads))
	}
	return c
}

// regions configures the company's segments by a setting such as anchor.
func (c crm) regions(asOf string) {
	c.t.Helper()
	write(c.t, c.config, fmt.Appendf(nil, `
sources:
  - name: crm
    path: ./crm
    mode: snapshot
    extracts:
      opportunity: {files: "deals*", columns: {opportunity_id: id, stage: stage, created_at: created, close_date: closed, amount: amount, account_id: account}}
      account: {files: "accounts*", columns: {account_id: id, region: region}}
      owner: {files: "owners*", columns: {owner_id: id, team: team}}
      lead: {files: "leads*", columns: {lead_id: id, created_at: created, owner_id: owner}}
stages: {won: [Won], lost: [Lost]}
segments_as_of: %s
segments:
  - {name: EMEA, where: "account.region = 'EMEA'", lead_where: "owner.team = 'Field'"}
  - {name: AMER, where: "account.region = 'AMER'", lead_where: "owner.team = 'Inside'"}
reports: {duckdb: false}
`, asOf))
}

// counted gives what a run says of a segment: deals created, won, lost and open, value won, median cycle, leads.
func counted(t *testing.T, run pipeline.Outcome, segment string) string {
	t.Helper()
	require.Empty(t, run.Verdict.With(check.Failed))
	r := open(t, run.Report)
	cycle := r.one(t, "sales_cycle", allOf(segment, "none", "")+" and anchor = 'created' and outcome = 'won'")
	lead := r.one(t, "funnel", "segment = "+quote(segment)+" and period_grain = 'all' and step = 'Lead'")
	return fields(r.one(t, "win_rate", allOf(segment, "none", "")), "created_count", "won_count", "lost_count", "open_count", "won_value") +
		" " + fields(cycle, "median_days") + " " + fields(lead, "entered_count")
}

func TestAnAccountMovesToAnotherRegion(t *testing.T) {
	t.Parallel()
	c := movingCompany(t)
	c.regions("now")
	now := c.run(nightAsOf)
	// 35 days for deal 1 and 42 for deal 2
	require.Equal(t, "4 2 1 1 300.00 38.5 2", counted(t, now, "All"))
	require.Equal(t, "0 0 0 0 0.00  0", counted(t, now, "EMEA"))
	require.Equal(t, "4 2 1 1 300.00 38.5 2", counted(t, now, "AMER"))

	// deals 1, 2 and 3 were created in EMEA, where 1 was won; 2 was won, and 3 is, in AMER; L1 came to the field
	c.regions("anchor")
	anchor := c.run(nightAsOf)
	require.Equal(t, "4 2 1 1 300.00 38.5 2", counted(t, anchor, "All"))
	require.Equal(t, "3 1 0 1 100.00 35.0 1", counted(t, anchor, "EMEA"))
	require.Equal(t, "1 1 1 0 200.00 42.0 1", counted(t, anchor, "AMER"))
	var deals []string
	for _, r := range open(t, anchor.Report).ask(t, open(t, anchor.Report).table("fct_opportunity")+" order by opportunity_id") {
		deals = append(deals, fields(r, "opportunity_id", "created_segment", "segment"))
	}
	require.Equal(t, []string{"1 EMEA EMEA", "2 EMEA AMER", "3 EMEA AMER", "4 AMER AMER"}, deals)

	// on the last day of May the account had not moved, and deal 2 was open
	may := c.run("2024-05-31")
	require.Equal(t, "3 1 0 2 100.00 35.0 1", counted(t, may, "EMEA"))
	require.Equal(t, "1 0 1 0 0.00  1", counted(t, may, "AMER"))
}

// Where nothing changes that a rule looks at, a segment is the same at any time, whatever else changes.
func TestAnchorsChangeNothingWithoutVersions(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "snapshot", twoSteps)
	for i := range dealNights() {
		c.exportNight(i)
	}
	_, now := c.night()
	text := string(read(t, c.config))
	write(t, c.config, []byte("segments_as_of: anchor\n"+text))
	_, anchor := c.night()
	require.NotEqual(t, now.Report.ID, anchor.Report.ID)
	tables := 0
	files, err := filepath.Glob(filepath.Join(now.Report.Dir, "*.parquet"))
	require.NoError(t, err)
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".parquet")
		if name == "restatements" { // it compares the two
			continue
		}
		before, after := open(t, now.Report), open(t, anchor.Report)
		require.Equal(t, before.ask(t, before.table(name)), after.ask(t, after.table(name)), name)
		tables++
	}
	require.Greater(t, tables, 20)
}
