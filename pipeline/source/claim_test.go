package source

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// given are the found files as "name: entity[export]".
func given(found Found) []string {
	var list []string
	for _, f := range found.Files {
		list = append(list, fmt.Sprintf("%s: %s[%d]", f.Name, f.Entity, f.Export))
	}
	return list
}

const (
	hubspotDeals     = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner,Associated Company\n"
	hubspotContacts  = "Record ID,First Name,Last Name,Email,Contact owner,Associated Company,Create Date,Lifecycle Stage\n"
	hubspotCompanies = "Record ID,Company name,Company owner,Create Date,City,Country/Region,Industry,Lifecycle Stage,Lead Status\n"
	hubspotTickets   = "Record ID,Ticket name,Pipeline,Ticket status,Create date,Ticket owner\n"
)

func TestFindByHeader(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		preset   string
		extracts map[string]config.Extract
		files    map[string]string
		want     []string
		ignored  []string
	}{
		"names of views": {
			preset: "hubspot",
			files: map[string]string{
				"hubspot-crm-exports-all-deals-2026-11-22.csv": hubspotDeals, "hubspot-crm-exports-my-view-2026-11-22.csv": hubspotContacts,
				"hubspot-crm-exports-x-2026-11-22.csv": hubspotCompanies, "hubspot-crm-exports-tickets-2026-11-22.csv": hubspotTickets,
				"notes.txt": hubspotDeals, "readme.md": "x", "picture.png": "x", "settings.json": "[1, 2]",
			},
			want: []string{
				"hubspot-crm-exports-all-deals-2026-11-22.csv: opportunity[0]",
				"hubspot-crm-exports-my-view-2026-11-22.csv: lead[0]",
				"hubspot-crm-exports-x-2026-11-22.csv: account[0]",
			},
			ignored: []string{"hubspot-crm-exports-tickets-2026-11-22.csv", "notes.txt", "picture.png", "readme.md", "settings.json"},
		},
		"parts in a zip": {
			preset: "hubspot",
			files: map[string]string{"hubspot-crm-exports-a-2026-11-22.zip": zipped(t,
				[2]string{"hubspot-crm-exports-a-2026-11-22-1.csv", hubspotDeals},
				[2]string{"hubspot-crm-exports-a-2026-11-22-2.csv", hubspotDeals},
				[2]string{"__MACOSX/hubspot-crm-exports-a-2026-11-22-1.csv", hubspotDeals}, [2]string{"about.pdf", "x"},
			)},
			want: []string{
				"hubspot-crm-exports-a-2026-11-22.zip!hubspot-crm-exports-a-2026-11-22-1.csv: opportunity[0]",
				"hubspot-crm-exports-a-2026-11-22.zip!hubspot-crm-exports-a-2026-11-22-2.csv: opportunity[0]",
			},
			ignored: []string{
				"hubspot-crm-exports-a-2026-11-22.zip!__MACOSX/hubspot-crm-exports-a-2026-11-22-1.csv",
				"hubspot-crm-exports-a-2026-11-22.zip!about.pdf",
			},
		},
		"reports whose names say nothing": {
			preset: "salesforce-report",
			files: map[string]string{
				"report1700000000000.csv": "Opportunity Name,Opportunity ID,Account Name,Account ID,Opportunity Owner,Stage,Amount,Close Date,Created Date\n",
				"report1700000000001.csv": "Lead ID,Lead Owner,Lead Status,Lead Source,Create Date,Converted Date\n",
				"report1700000000002.csv": "Opportunity ID,Opportunity Name,Field / Event,Old Value,New Value,Edit Date,Edited By\n",
				"report1700000000003.csv": "Lead ID,Field / Event,Old Value,New Value,Edit Date,Edited By\n",
				"report1700000000004.csv": "Account Name,Account ID,Account Owner,Billing Country,Industry,Employees\n",
				"Case.csv":                "Id,IsDeleted,CaseNumber,ContactId,AccountId,Status,Origin,CreatedDate,OwnerId\n",
			},
			want: []string{
				"report1700000000000.csv: opportunity[0]", "report1700000000001.csv: lead[0]", "report1700000000002.csv: stage_change[2]",
				"report1700000000003.csv: lead_status_change[1]", "report1700000000004.csv: account[0]",
			},
			ignored: []string{"Case.csv"},
		},
		"one name for two tables": {
			preset: "fivetran-salesforce",
			files: map[string]string{
				"a/opportunity_history.csv": "id,opportunity_id,stage_name,created_date,created_by_id,_fivetran_synced\n",
				"b/opportunity_history.csv": "id,stage_name,amount,_fivetran_start,_fivetran_end,_fivetran_active\n",
				"c/opportunity_history.csv": "id,something\n", // left to the loader, which says what it lacks
			},
			want: []string{
				"a/opportunity_history.csv: stage_change[0]", "b/opportunity_history.csv: stage_change[1]", "c/opportunity_history.csv: stage_change[0]",
			},
		},
		"object without the entity": {
			preset: "salesforce",
			files: map[string]string{
				"WE_1.ZIP":                        zipped(t, [2]string{"ForecastingQuota.csv", "Id,QuotaAmount,StartDate,CurrencyIsoCode\n"}, [2]string{"Opportunity.csv", "Id,StageName\n"}),
				"2026-11-22/ForecastingQuota.csv": "QuotaOwnerId,QuotaAmount,StartDate,Period.EndDate\n",
			},
			want:    []string{"2026-11-22/ForecastingQuota.csv: quota[0]", "WE_1.ZIP!Opportunity.csv: opportunity[0]"},
			ignored: []string{"WE_1.ZIP!ForecastingQuota.csv"},
		},
		"two exports under one configured pattern": {
			preset:   "salesforce",
			extracts: map[string]config.Extract{"activity": {Files: config.Strings{"acts-*"}}},
			files: map[string]string{
				"acts-1.csv": "Id,WhoId,WhatId,TaskSubtype,Status\n", "acts-2.csv": "Id,WhoId,WhatId,EventSubtype,StartDateTime\n", "Task.csv": "Id\n",
			},
			want:    []string{"acts-1.csv: activity[0]", "acts-2.csv: activity[1]"},
			ignored: []string{"Task.csv"},
		},
		"tasks, events and two kinds of rates": {
			preset: "salesforce",
			files: map[string]string{
				"Task.csv": "Id,WhoId\n", "Event.csv": "Id,WhoId\n", "DatedConversionRate.csv": "IsoCode,StartDate,ConversionRate\n", "CurrencyType.csv": "IsoCode,ConversionRate\n",
			},
			want: []string{"CurrencyType.csv: exchange_rate[1]", "DatedConversionRate.csv: exchange_rate[0]", "Event.csv: activity[1]", "Task.csv: activity[0]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, dir, c.files)
			found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: c.extracts}, c.preset)
			require.NoError(t, err)
			require.Equal(t, c.want, given(found))
			require.Equal(t, c.ignored, found.Ignored)
		})
	}
}

func TestFindWithin(t *testing.T) {
	t.Parallel()
	withDates := `Record ID,Deal Stage,Date entered current stage,"Date entered ""Closed Won (Sales Pipeline)"""` + "\n"
	for name, c := range map[string]struct {
		preset   string
		extracts map[string]config.Extract
		files    map[string]string
		want     []string
	}{
		"dates of stages": {
			preset: "hubspot",
			files:  map[string]string{"deals.csv": withDates, "deals-2.csv": hubspotDeals, "contacts.csv": hubspotContacts},
			want:   []string{"contacts.csv: lead[0]", "deals-2.csv: opportunity[0]", "deals.csv: opportunity[0]", "deals.csv: stage_change[0]"},
		},
		"dates of stages by internal name": {
			preset: "hubspot",
			files:  map[string]string{"deals.csv": "hs_object_id,dealstage,hs_v2_date_entered_closedwon\n", "contacts.csv": "hs_object_id,createdate,hs_lifecyclestage_lead_date\n"},
			want:   []string{"contacts.csv: lead[0]", "contacts.csv: lead_status_change[0]", "deals.csv: opportunity[0]", "deals.csv: stage_change[0]"},
		},
		"associations": {
			preset: "hubspot",
			files: map[string]string{
				"deals.csv":    "Record ID,Deal Stage,Associated Contact IDs,Associated Company IDs\n",
				"deals-2.csv":  "Record ID,Deal Stage,Associated Contact,Associated Deal IDs\n",
				"contacts.csv": "Record ID,Create Date,Associated Deal IDs,Associated Contact IDs\n",
			},
			want: []string{
				"contacts.csv: lead[0]", "contacts.csv: lead_opportunity[1]", "deals-2.csv: opportunity[0]",
				"deals.csv: lead_opportunity[0]", "deals.csv: opportunity[0]", "deals.csv: opportunity_account[0]",
			},
		},
		"columns that only resemble them": {
			preset: "hubspot",
			files:  map[string]string{"deals.csv": "Record ID,Deal Stage,Date entered current stage\n"},
			want:   []string{"deals.csv: opportunity[0]"},
		},
		"history mode": {
			preset: "fivetran-salesforce",
			files:  map[string]string{"opportunity.csv": "id,stage_name,_fivetran_start,_fivetran_active\n", "lead.csv": "id,status,created_date,_fivetran_synced\n"},
			want:   []string{"lead.csv: lead[0]", "opportunity.csv: opportunity[0]", "opportunity.csv: stage_change[3]"},
		},
		"a history of its own": {
			preset: "fivetran-salesforce",
			files: map[string]string{
				"opportunity.csv":         "id,stage_name,_fivetran_start,_fivetran_active\n",
				"opportunity_history.csv": "id,opportunity_id,stage_name,created_date\n",
			},
			want: []string{"opportunity.csv: opportunity[0]", "opportunity_history.csv: stage_change[0]"},
		},
		"files that the configuration names": {
			preset:   "hubspot",
			extracts: map[string]config.Extract{"stage_change": {Files: config.Strings{"moves*"}}},
			files:    map[string]string{"deals.csv": withDates, "moves.csv": "x\n"},
			want:     []string{"deals.csv: opportunity[0]", "moves.csv: stage_change[0]"},
		},
		"a column that the configuration names": {
			preset:   "hubspot",
			extracts: map[string]config.Extract{"stage_change": {Columns: map[string]config.Strings{"opportunity_id": {"Key"}}}},
			files:    map[string]string{"deals.csv": withDates, "deals-2.csv": strings.Replace(withDates, "Record ID", "Record ID,Key", 1)},
			want:     []string{"deals-2.csv: opportunity[0]", "deals-2.csv: stage_change[0]", "deals.csv: opportunity[0]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, dir, c.files)
			found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: c.extracts}, c.preset)
			require.NoError(t, err)
			require.Equal(t, c.want, given(found))
		})
	}
}

// One file may be two entities if the configuration says so in the same words.
func TestFindOneFileForTwoEntities(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{"closed.csv": "x\n"})
	found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"opportunity": "closed*.csv", "lead_opportunity": "closed*.csv"})}, "generic")
	require.NoError(t, err)
	require.Equal(t, []string{"closed.csv: lead_opportunity[0]", "closed.csv: opportunity[0]"}, given(found))
	_, err = find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"opportunity": "closed*.csv", "lead_opportunity": "*.csv"})}, "generic")
	require.ErrorContains(t, err, "files of lead_opportunity and opportunity: the patterns of both match closed.csv")
	_, err = find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"opportunity": "closed*.csv", "account": "closed*.csv"})}, "generic")
	require.ErrorContains(t, err, "files of account and opportunity: the patterns of both match closed.csv", "both are records of their own")
}

func TestFindRefusesWhatFitsTwoEntities(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	// the signs of a lead and of an account in equal number, and equally many columns of both
	put(t, dir, map[string]string{"view.csv": "Record ID,First Name,Company name,Create Date,Industry\n"})
	src := config.Source{Name: "crm", Path: dir}
	_, err := find(t, src, "hubspot")
	var refused *PatternError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, []string{"lead", "account"}, refused.Entities)
	require.ErrorContains(t, err, "source crm: files of lead and account: the header of view.csv fits both equally well; set files:")

	src.Extracts = extracts(map[string]string{"lead": "view*"})
	found, err := find(t, src, "hubspot")
	require.NoError(t, err)
	require.Equal(t, []string{"view.csv: lead[0]"}, given(found))
}

// A file that may be an extract, but of which nothing can be told, must not be passed over in silence.
func TestFindRefusesUnreadableHeaders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	packed := gzipped(t, strings.Repeat(hubspotDeals, 1000))
	put(t, dir, map[string]string{"view.csv.gz": packed[:len(packed)/2][:20], "deals.csv": hubspotDeals})
	_, err := find(t, config.Source{Name: "crm", Path: dir}, "hubspot")
	require.ErrorContains(t, err, "view.csv.gz is truncated")
	put(t, dir, map[string]string{"other.csv": ""})
	_, err = find(t, config.Source{Name: "crm", Path: dir}, "hubspot")
	require.ErrorContains(t, err, "view.csv.gz")
	require.ErrorContains(t, err, "other.csv is empty")
}

// Reports without an id are common. Names are no ids unless somebody says so.
func TestFindRefusesDealsWithoutIDs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"report1.csv": "Opportunity Owner,Account Name,Opportunity Name,Stage,Fiscal Period,Amount,Close Date\n",
		"guests.csv":  "First Name,Last Name,Email\n",
	})
	src := config.Source{Name: "crm", Path: dir}
	_, err := find(t, src, "salesforce-report")
	requireRefused(t, err, "report1.csv looks like the deals of preset salesforce-report, but lacks a column for opportunity_id, "+
		"such as Opportunity ID; add it to the export, or say under columns of extracts.opportunity which one it is")

	src.Extracts = map[string]config.Extract{"opportunity": {Columns: map[string]config.Strings{"opportunity_id": {"Opportunity Name"}}}}
	found, err := find(t, src, "salesforce-report")
	require.NoError(t, err)
	require.Equal(t, []string{"report1.csv: opportunity[0]"}, given(found))
	require.Equal(t, []string{"guests.csv"}, found.Ignored)
}

func TestFindNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := find(t, config.Source{Name: "crm", Path: dir}, "salesforce")
	requireRefused(t, err, filepath.Base(dir)+" holds no export that preset salesforce knows: it looked for files called opportunity, lead, "+
		"opportunityhistory, leadhistory, account, user and 7 more; nothing is there; correct path or preset of source crm")

	put(t, dir, map[string]string{"a.csv": "x\n", "b.csv": hubspotDeals, "sub/c.pdf": "x", "sub/d.csv": "x\n"})
	_, err = find(t, config.Source{Name: "crm", Path: dir}, "salesforce")
	requireRefused(t, err, "what is there is a.csv, b.csv, sub/c.pdf, sub/d.csv; b.csv looks like opportunity of preset hubspot: set preset: hubspot for source crm")

	found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"lead": "lead*"})}, "generic")
	require.NoError(t, err, "which extract has no file is said by whoever needs it")
	require.Empty(t, found.Files)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Lead.csv"), []byte("Id\n"), 0o600))
	found, err = find(t, config.Source{Name: "crm", Path: dir}, "salesforce")
	require.NoError(t, err)
	require.Len(t, found.Files, 1)
}
