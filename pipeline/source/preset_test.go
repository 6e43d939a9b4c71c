package source

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/entity"
)

func TestPresetsNameOnlyWhatContractsHave(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"generic", "salesforce"}, PresetNames())
	for _, name := range PresetNames() {
		p := preset(t, name)
		require.NotEmpty(t, p.Doc, name)
		require.NotEmpty(t, p.Names, name)
		for object, exports := range p.Entities {
			contract, ok := entity.Lookup(object)
			require.True(t, ok, "%s: %s", name, object)
			for _, export := range exports {
				for field, headers := range export.Headers {
					_, ok := contract.Field(field)
					require.True(t, ok, "%s: %s.%s", name, object, field)
					require.NotEmpty(t, headers, "%s: %s.%s", name, object, field)
				}
			}
		}
	}
}

func TestPresetsAreDecodedStrictly(t *testing.T) {
	t.Parallel()
	_, err := decodePreset("x", []byte("name: x\nnulls: [a]\n"))
	require.Error(t, err, "a key in the wrong place")
	_, err = decodePreset("x", []byte("name: y\n"))
	require.ErrorContains(t, err, `it calls itself "y"`)
	_, err = LookupPreset("sugar")
	require.ErrorContains(t, err, `unknown preset "sugar": use one of generic, salesforce`)
	_, err = LookupPreset("../presets/generic")
	require.ErrorContains(t, err, "unknown preset")
}

func TestSalesforcePreset(t *testing.T) {
	t.Parallel()
	p := preset(t, "salesforce")
	require.Equal(t, "UTC", p.Zone)
	require.True(t, p.BlankFalse)
	require.True(t, p.SalesforceIDs)
	require.Contains(t, p.Nulls, "000000000000000AAA")
	require.Equal(t, Stages{Won: []string{"Closed Won"}, Lost: []string{"Closed Lost"}}, p.Stages)
	require.Equal(t, []string{"LastModifiedDate", "SystemModstamp"}, p.Entities["opportunity"][0].Headers["modified_at"])
	require.False(t, p.ConfiguredOnly)
}

func TestSalesforceNames(t *testing.T) {
	t.Parallel()
	m, err := newMatcher(config.Source{Name: "crm", Extracts: extracts(map[string]string{"cost": "ledger*.csv"})}, preset(t, "salesforce"))
	require.NoError(t, err)
	for name, want := range map[string]string{
		"Opportunity.csv": "opportunity", "opportunity.csv": "opportunity", "OPPORTUNITY.CSV": "opportunity", "Opportunity.csv.gz": "opportunity",
		"Opportunities.csv": "opportunity", "Opportunity_2026-11-22.csv": "opportunity", "opportunity-20261122.csv": "opportunity",
		"Opportunity1.csv": "opportunity", "Opportunity (1).csv": "opportunity", "opportunityExtract.csv": "opportunity",
		"Opportunity_extract_2026-11-22.csv": "opportunity", "extractOpportunity.csv": "opportunity", "extract_opportunity_20261122.csv": "opportunity",
		"opportunityExport.csv": "opportunity", "2026-11-22_Opportunity.csv": "opportunity", "Lead.csv": "lead", "leads_2026_11_22.csv": "lead",
		"Account.csv": "account", "User.csv": "owner", "users-1.csv": "owner", "OpportunityHistory.csv": "stage_change",
		"opportunityhistory_2026-11-22.csv": "stage_change", "opportunity_history.csv": "stage_change", "extractOpportunityHistory.csv": "stage_change", "extractopportunity_history.csv": "stage_change",
		"extractLead2.csv": "lead", "extractLead-2026-11-22.csv": "lead",
		"ledger-2026.csv": "cost",

		"OpportunityLineItem.csv": "", "OpportunityFieldHistory.csv": "", "OpportunityContactRole.csv": "", "OpportunityStage.csv": "",
		"Opportunity_Score__c.csv": "", "LeadHistory.csv": "", "LeadStatus.csv": "", "AccountContactRole.csv": "", "UserRole.csv": "",
		"UserLicense.csv": "", "Campaign.csv": "", "Opportunity.xlsx": "", "error_opportunity.csv": "", "cost.csv": "",
	} {
		got, err := m.entity(name)
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
}

func TestGenericNamesNothingByItself(t *testing.T) {
	t.Parallel()
	m, err := newMatcher(config.Source{Name: "crm", Extracts: extracts(map[string]string{"lead": ""})}, preset(t, "generic"))
	require.NoError(t, err)
	got, err := m.entity("opportunity.csv")
	require.NoError(t, err)
	require.Empty(t, got, "only the entities that the configuration lists")
}

// Real exports that nobody on this project wrote.
func TestSalesforcePresetOnDataLoaderExports(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("..", "..", "..", "shared", "data", "salesforce-dataloader")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the exports are not here: ", err)
	}
	p := preset(t, "salesforce")
	found, err := find(t, config.Source{Name: "crm", Path: dir}, "salesforce")
	require.NoError(t, err)
	require.Equal(t, []string{"Account.csv: account", "Lead.csv: lead", "Opportunity.csv: opportunity"}, files(found))
	require.Equal(t, []string{"Campaign.csv", "CampaignMember.csv", "Task.csv"}, found.Ignored)
	absent := map[string][]string{"opportunity": {"currency", "loss_reason", "merged_into"}}
	for _, f := range found.Files {
		text := read(t, f, "")
		header, err := csv.NewReader(strings.NewReader(text)).Read()
		require.NoError(t, err)
		for field, names := range p.Entities[f.Entity][f.Export].Headers {
			mapped := slices.ContainsFunc(names, func(name string) bool { return slices.Contains(header, name) })
			require.Equal(t, !slices.Contains(absent[f.Entity], field), mapped, "%s.%s", f.Entity, field)
		}
	}
}
