package pipeline_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// HubSpot writes the ids of associated records into one cell. Contacts become leads of a funnel that goes
// on to the deals, whichever of the two exports names the other.
func TestAssociationsMakeAFunnel(t *testing.T) {
	t.Parallel()
	const deals, contacts = "hubspot-crm-exports-all-deals-2026-01-20.csv", "hubspot-crm-exports-all-contacts-2026-01-20.csv"
	for name, files := range map[string]map[string]string{
		"in the deals": {
			deals: `Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Associated Contact IDs,Associated Company IDs
101,A,Closed Won,1000,2026-01-10,2025-12-01,8001;8002,7001
102,B,Closed Lost,500,2026-01-12,2025-12-01, 8003 ;,7002; 7003
103,C,Qualified,700,,2026-01-05,,
`,
			contacts: `Record ID,First Name,Create Date,Became a Marketing Qualified Lead Date
8001,X,2025-11-01,2025-11-02
8002,Y,2025-11-01,2025-11-02
8003,Z,2025-11-01,2025-11-02
8004,Z,2025-11-01,
`,
		},
		"in the contacts": {
			deals: `Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date,Associated Company IDs
101,A,Closed Won,1000,2026-01-10,2025-12-01,7001
102,B,Closed Lost,500,2026-01-12,2025-12-01,7003;7002
103,C,Qualified,700,,2026-01-05,
`,
			contacts: `Record ID,First Name,Create Date,Became a Marketing Qualified Lead Date,Associated Deal IDs
8001,X,2025-11-01,2025-11-02,101
8002,Y,2025-11-01,2025-11-02,101;
8003,Z,2025-11-01,2025-11-02,102
8004,Z,2025-11-01,,
`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, content := range files {
				write(t, filepath.Join(dir, "crm", file), []byte(content))
			}
			write(t, filepath.Join(dir, "crm", "hubspot-crm-exports-all-companies-2026-01-20.csv"), []byte(
				"Record ID,Company name,Industry\n7001,Acme,Retail\n7002,Beta,Energy\n7003,Gamma,Steel\n"))
			write(t, filepath.Join(dir, "truce.yaml"), []byte(
				"currency: EUR\nsources: [{name: crm, preset: hubspot, path: crm, mode: snapshot, outcome_date_from: close_date}]\n"))
			run := open(t, newSite(t, filepath.Join(dir, "truce.yaml")).run("2026-01-20").Report)
			require.Empty(t, run.rows(t, "quarantine", "true"))

			steps := map[string]string{}
			for _, r := range run.rows(t, "funnel", "segment = 'All' and period_grain = 'all'") {
				steps[r["step"]] = r["entered_count"] + " " + r["value"]
			}
			require.Equal(t, map[string]string{"Lead": "4 1500.00", "MQL": "3 1500.00", "SQL": "3 1500.00", "Won": "2 1000.00"}, steps)
			require.Equal(t, "1", run.one(t, "funnel", "segment = 'All' and period_grain = 'all' and step = 'Lead'")["no_lead_count"])
			accounts := map[string]string{}
			for _, r := range run.rows(t, "fct_opportunity", "true") {
				accounts[r["opportunity_id"]] = r["account_id"]
			}
			require.Equal(t, map[string]string{"101": "7001", "102": "7002", "103": ""}, accounts)
		})
	}
}

// Pipedrive writes when a deal was won, lost or is expected to close into columns of their own.
func TestADealIsDatedByTheColumnThatSaysSo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "pipedrive", "deals-1.csv"), []byte(
		`Deal - ID,Deal - Title,Deal - Value,Deal - Status,Deal - Stage,Deal - Deal created,Deal - Expected close date,Deal - Won time,Deal - Lost time
1,A,100,Won,Proposal,2025-12-01 10:00:00,2026-02-28,2026-01-10 10:00:00,
2,B,100,Lost,Proposal,2025-12-01 10:00:00,2026-02-28,,2026-01-12 10:00:00
3,C,100,Open,Proposal,2025-12-01 10:00:00,2026-02-28,,
`))
	write(t, filepath.Join(dir, "dynamics", "All Opportunities.csv"), []byte(
		`(Do Not Modify) Opportunity,Topic,Status,Created On,Est. Revenue,Actual Revenue,Est. Close Date,Actual Close Date
4,A,Won,2025-12-01,90,100.5,2026-02-28,2026-01-10
5,B,Lost,2025-12-01,90,,2026-02-28,2026-01-12
6,C,Open,2025-12-01,90,,2026-02-28,
`))
	write(t, filepath.Join(dir, "own", "deals.csv"), []byte(
		"Nr,Status,Won on,Lost on\n7,won,2026-01-10,\n8,lost,,2026-01-12\n"))
	write(t, filepath.Join(dir, "truce.yaml"), []byte(`sources:
  - {name: p, preset: pipedrive, path: pipedrive, outcome_date_from: close_date}
  - {name: d, preset: dynamics, path: dynamics, outcome_date_from: close_date}
  - name: o
    path: own
    outcome_date_from: close_date
    extracts:
      opportunity: {files: deals.csv, columns: {opportunity_id: Nr, close_date: [Won on, Lost on]}}
`))
	run := open(t, newSite(t, filepath.Join(dir, "truce.yaml")).run("2026-01-20").Report)
	got := map[string]string{}
	for _, r := range run.rows(t, "fct_opportunity", "true") {
		got[r["opportunity_id"]] = r["outcome"] + " " + r["outcome_date"] + " " + r["amount"]
	}
	require.Equal(t, map[string]string{
		"1": "won 2026-01-10 100.00", "2": "lost 2026-01-12 100.00", "3": "open  100.00",
		"4": "won 2026-01-10 100.50", "5": "lost 2026-01-12 90.00", "6": "open  90.00",
		"7": "won 2026-01-10 ", "8": "lost 2026-01-12 ",
	}, got)
}

// A proposal counts the dates of decided deals as a run does.
func TestAProposalReadsTheColumnThatSaysSo(t *testing.T) {
	t.Parallel()
	proposal, s := proposed(t, folder(t, map[string]string{
		"deals-1.csv": rows("Deal - ID,Deal - Title,Deal - Value,Deal - Status,Deal - Stage,Deal - Deal created,Deal - Won time,Deal - Lost time", 60,
			func(i int) string {
				created, closed := date(time.DateOnly, i), date(time.DateOnly, i+20)
				return fmt.Sprintf("%d,A,100,%s,Proposal,%s,%s", i, pick(i, "Won", "Lost", "Open"), created, pick(i, closed+",", ","+closed, ","))
			}),
	}))
	run := requireRun(t, proposal, s, 20, 20, 20)
	require.NotContains(t, strings.Join(proposal.Findings, "\n"), "without a close date")
	require.Len(t, run.rows(t, "fct_opportunity", "outcome = 'lost' and outcome_date is not null"), 20)
}
