package pipeline_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// presetExports are small exports as each system writes them, by preset and file, and the deals in them:
// outcome, its date, creation, amount and why the deal is not counted.
func presetExports() map[string]struct {
	files map[string]string
	deals map[string]string
} {
	return map[string]struct {
		files map[string]string
		deals map[string]string
	}{
		"hubspot": {
			files: map[string]string{
				"hubspot-crm-exports-everything-2026-01-20.csv": `Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner,"Date entered ""Appointment Scheduled (Sales Pipeline)""","Date entered ""Closed Won (Sales Pipeline)""","Date entered ""Closed Lost (Sales Pipeline)""",Date entered current stage
101,A,Closed Won,Sales Pipeline,1000.50,2026-01-10 12:00,2025-12-01 09:00,Ann,2025-12-02 09:00,2026-01-09 12:00,,2026-01-09 12:00
102,B,Closed Lost,Sales Pipeline,500,2026-01-12 12:00,2025-12-01 09:00,Bob,2025-12-02 09:00,,2026-01-11 12:00,2026-01-11 12:00
103,C,Appointment Scheduled,Sales Pipeline,700,2026-03-12 12:00,2026-01-05 09:00,Bob,2026-01-05 09:00,,,2026-01-05 09:00
`,
				"hubspot-crm-exports-people-2026-01-20.csv": `Record ID,First Name,Last Name,Email,Contact owner,Create Date,Lifecycle Stage,Became a Marketing Qualified Lead Date,Associated Deal IDs
801,X,Y,a@b.c,Ann,2025-11-01 09:00,Customer,2025-11-02 09:00,101
`,
			},
			deals: map[string]string{
				"101": "won 2026-01-09 2025-12-01 1000.50", "102": "lost 2026-01-11 2025-12-01 500.00", "103": "open 2026-01-05 700.00",
			},
		},
		"pipedrive": {
			files: map[string]string{"deals-1234-56.csv": `Deal - ID,Deal - Title,Deal - Value,Deal - Currency of Value,Deal - Stage,Deal - Status,Deal - Owner,Deal - Organization,Deal - Deal created,Deal - Deal closed on,Deal - Update time
201,A,"1,500.50",EUR,Proposal,Won,Ann,Acme,2026-01-01 10:00:00,2026-01-15 10:00:00,2026-01-17 10:00:00
202,B,500,EUR,Proposal,Lost,Ann,Beta,2026-01-01 10:00:00,2026-01-16 10:00:00,2026-01-17 10:00:00
203,C,500,EUR,Proposal,Open,Ann,Beta,2026-01-01 10:00:00,,2026-01-15 10:00:00
204,D,500,EUR,Proposal,Deleted,Ann,Beta,2026-01-01 10:00:00,,2026-01-15 10:00:00
`},
			deals: map[string]string{
				"201": "won 2026-01-15 2026-01-01 1500.50", "202": "lost 2026-01-16 2026-01-01 500.00",
				"203": "open 2026-01-01 500.00", "204": "open 2026-01-01 500.00 deleted",
			},
		},
		"zoho": {
			files: map[string]string{"Deals_001.csv": `Record Id,Deal Owner.id,Deal Owner,Amount,Deal Name,Closing Date,Account Name.id,Stage,Created Time,Modified Time,Currency
zcrm_4876876000000000311,zcrm_1,Ann,"€ 2.900,00",A,15.01.2026,zcrm_4876876000000000111,Closed Won,01.01.2026 09:30,15.01.2026 09:30,EUR
zcrm_4876876000000000312,zcrm_1,Ann,11000,B,14.01.2026,-None-,Closed Lost to Competition,01.01.2026 09:30,15.01.2026 09:30,EUR
`},
			deals: map[string]string{
				"zcrm_4876876000000000311": "won 2026-01-15 2026-01-01 2900.00", "zcrm_4876876000000000312": "lost 2026-01-14 2026-01-01 11000.00",
			},
		},
		"dynamics": {
			files: map[string]string{"Open view.csv": `(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Topic,Account,Actual Close Date,Actual Revenue,Status,Status Reason,Owner,Created On,Currency
8f7b1e6a-1111,x==,46040.5,A,Acme,46036,1200.50,Won,Won,Ann,46000.25,Euro
8f7b1e6a-1112,x==,46040.5,B,Acme,46037,,Lost,Out-Sold,Ann,46000.25,Euro
`},
			deals: map[string]string{"8f7b1e6a-1111": "won 2026-01-14 2025-12-09 1200.50", "8f7b1e6a-1112": "lost 2026-01-15 2025-12-09"},
		},
		"airbyte-salesforce": {
			files: map[string]string{"Opportunity/2026_01_20_1768867200000_0.jsonl": `{"_airbyte_raw_id":"b","_airbyte_extracted_at":"2026-01-20T00:00:00Z","_airbyte_meta":{"changes":[]},"Id":"006Ec00000AieKFIAZ","IsDeleted":false,"StageName":"Closed Won","Amount":200.5,"CloseDate":"2026-01-15","IsClosed":true,"IsWon":true,"CreatedDate":"2026-01-01T10:00:00.000+0000","SystemModstamp":"2026-01-15T10:00:00.000+0000"}
{"_airbyte_raw_id":"a","_airbyte_extracted_at":"2026-01-10T00:00:00Z","_airbyte_meta":{"changes":[]},"Id":"006Ec00000AieKFIAZ","IsDeleted":false,"StageName":"Proposal","Amount":100.5,"CloseDate":"2026-02-01","IsClosed":false,"IsWon":false,"CreatedDate":"2026-01-01T10:00:00.000+0000","SystemModstamp":"2026-01-05T10:00:00.000+0000"}
`},
			deals: map[string]string{"006Ec00000AieKFIAZ": "won 2026-01-15 2026-01-01 200.50"},
		},
		"airbyte-hubspot": {
			files: map[string]string{"deals.jsonl": `{"_airbyte_raw_id":"a","_airbyte_extracted_at":"2026-01-20T00:00:00Z","id":"301","archived":false,"updatedAt":"2026-01-15T10:00:00Z","properties":{"dealname":"A","dealstage":"closedwon","amount":"10.5","closedate":"2026-01-15T10:00:00Z","createdate":"2026-01-01T10:00:00Z","hs_v2_date_entered_appointmentscheduled":"2026-01-01T10:00:00Z","hs_v2_date_entered_closedwon":"2026-01-14T10:00:00Z","hs_v2_date_entered_current_stage":"2026-01-14T10:00:00Z"}}
`},
			deals: map[string]string{"301": "won 2026-01-14 2026-01-01 10.50"},
		},
		"salesforce-report": {
			files: map[string]string{"report1768867200000.csv": `"Opportunity ID","Opportunity Name","Opportunity Owner","Account Name","Stage","Amount","Close Date","Created Date","Closed","Won"
"006Ec00000AieKG","A","Ann","Acme","Closed Won","1,000.00","1/15/2026","12/1/2025","1","1"
"006Ec00000AieKg","B","Ann","Acme","Proposal","500.00","3/16/2026","12/13/2025","0","0"

"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."
"Confidential Information - Do Not Distribute"
"Generated By:  Ann  1/20/2026 2:22 AM"
"Acme, Inc."
`},
			deals: map[string]string{"006Ec00000AieKGIAZ": "won 2026-01-15 2025-12-01 1000.00", "006Ec00000AieKgIAJ": "open 2025-12-13 500.00"},
		},
		"fivetran-salesforce": {
			files: map[string]string{"sf_opportunity.csv": `id,stage_name,amount,is_closed,is_won,is_deleted,close_date,created_date,_fivetran_start,_fivetran_end,_fivetran_active
006Ec00000AieKHIAZ,Closed Won,300,true,true,false,2026-01-15,2026-01-01 10:00:00,2026-01-13 10:00:00,9999-12-31 23:59:59,true
006Ec00000AieKHIAZ,Proposal,100,false,false,false,2026-02-15,2026-01-01 10:00:00,2026-01-02 10:00:00,2026-01-13 09:59:59,false
`},
			deals: map[string]string{"006Ec00000AieKHIAZ": "won 2026-01-13 2026-01-01 300.00"},
		},
	}
}

// Every preset whose files no other test has reads what its system writes, all in one company.
func TestPresetsReadWhatTheirSystemsWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "company: Acme\ntimezone: UTC\ncurrency: EUR\nsources:\n"
	want := map[string]string{}
	for preset, c := range presetExports() {
		for name, content := range c.files {
			write(t, filepath.Join(dir, preset, filepath.FromSlash(name)), []byte(content))
		}
		for id, deal := range c.deals {
			want[id] = deal
		}
		text += "  - {name: " + preset + ", preset: " + preset + ", path: " + preset + "}\n"
	}
	text += "process:\n  - {step: Qualified, stages: [Appointment Scheduled, Proposal]}\n"
	write(t, filepath.Join(dir, "truce.yaml"), []byte(text))
	outcome := newSite(t, filepath.Join(dir, "truce.yaml")).run("2026-01-20")
	run := open(t, outcome.Report)
	require.Empty(t, run.rows(t, "quarantine", "true"))
	got := map[string]string{}
	for _, r := range run.rows(t, "fct_opportunity", "true") {
		got[r["opportunity_id"]] = strings.Join(strings.Fields(strings.Join([]string{
			r["outcome"], r["outcome_date"], r["created_on"], r["amount"], r["exclusion"],
		}, " ")), " ")
	}
	require.Equal(t, want, got)
	lead := run.one(t, "fct_lead", "lead_id = '801'")
	require.Equal(t, "101", lead["opportunity_id"])
	require.Equal(t, "2025-11-02", lead["mql_on"])
}
