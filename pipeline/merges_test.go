package pipeline_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// linkedSource reads deals that name their stages by id, and beside them the CRM's tables of stages,
// merges, and links between deals and accounts.
const linkedSource = `sources:
  - name: crm
    path: ./crm
    extracts:
      opportunity:
        files: deals.csv
        columns: {opportunity_id: id, stage: stage, created_at: created, close_date: closed, amount: amount}
      stage: {files: stages.csv, columns: {stage: id, label: label, is_closed: closed, is_won: won}}
      opportunity_merge: {files: merges.csv, columns: {opportunity_id: gone, merged_into: kept}}
      opportunity_account: {files: links.csv, columns: {opportunity_id: deal, account_id: account, is_primary: main}}
      account: {files: accounts.csv, columns: {account_id: id, region: region}}
process: [{step: Discovery}, {step: Proposal}]
breakdowns: [account.region]
`

func TestStagesByIDMergesAndLinks(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.config = filepath.Join(t.TempDir(), "truce.yaml")
	c.folder = filepath.Join(filepath.Dir(c.config), "crm")
	write(t, c.config, []byte(linkedSource+"reports: {duckdb: false}\n"))
	c.export("deals.csv", 0, dealFile(
		"1,13,2024-01-01,2024-02-01,100", "2,14,2024-01-01,2024-02-01,50", "3,12,2024-01-01,,10", "4,13,2024-01-01,2024-02-01,100"))
	c.export("stages.csv", 1, []byte("id,label,closed,won\n11,Discovery,false,false\n12,Proposal,false,false\n13,Closed won,true,true\n14,Closed lost,true,false\n"))
	c.export("merges.csv", 1, []byte("gone,kept\n4,1\n"))
	c.export("links.csv", 1, []byte("deal,account,main\n1,b,false\n1,a,true\n2,b,\n"))
	c.export("accounts.csv", 1, []byte("id,region\na,EMEA\nb,APAC\n"))
	counts, outcome := c.night()
	require.Equal(t, "3 created, 1 won, 1 lost, 1 excluded, 100.00", counts)
	reports := open(t, outcome.Report)
	for id, want := range map[string]string{"1": "a EMEA won 2", "2": "b APAC lost 0", "3": "  open 2", "4": "  won 2"} {
		deal := reports.one(t, "fct_opportunity", "opportunity_id = "+quote(id))
		require.Equal(t, want, fields(deal, "account_id", "breakdown_1", "outcome", "furthest_step"), "deal %s", id)
	}
	require.Equal(t, "merged", reports.one(t, "fct_opportunity", "opportunity_id = '4'")["exclusion"])
	require.Equal(t, "1", reports.one(t, "cost_of_sale", "segment = 'All' and period_grain = 'all'")["new_customer_count"])
}
