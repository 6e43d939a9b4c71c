package source

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/entity"
)

func TestPresetsNameOnlyWhatContractsHave(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, config.Presets(), PresetNames(), "what the configuration admits")
	require.IsIncreasing(t, PresetNames())
	for _, name := range PresetNames() {
		p := preset(t, name)
		require.NotEmpty(t, p.Doc, name)
		require.NotEmpty(t, p.Names, name)
		require.NotEmpty(t, p.Entities["opportunity"], name)
		for object, exports := range p.Entities {
			contract, ok := entity.Lookup(object)
			require.True(t, ok, "%s: %s", name, object)
			for i, export := range exports {
				requireOnlyFields(t, fmt.Sprintf("%s: %s[%d]", name, object, i), contract, export)
				if export.Within != "" {
					require.Contains(t, p.Entities, export.Within, "%s: %s", name, object)
				}
			}
		}
	}
}

// requireOnlyFields fails if an export names a field that the contract has not.
func requireOnlyFields(t *testing.T, where string, contract *entity.Entity, export Export) {
	t.Helper()
	fields := slices.Concat(
		slices.Collect(maps.Keys(export.Headers)), slices.Collect(maps.Keys(export.Constants)),
		slices.Collect(maps.Keys(export.Values)), slices.Collect(maps.Keys(export.Prefixes)),
		export.FirstOf,
	)
	for _, field := range export.FirstOf {
		require.Greater(t, len(export.Headers[field]), 1, "%s.%s is read from several columns", where, field)
	}
	if s := export.Split; s != nil {
		fields = append(fields, s.Field)
		require.NotEmpty(t, s.Separator, where)
	}
	for header, words := range export.Only {
		require.NotEmpty(t, words, "%s: only %s", where, header)
	}
	for field, headers := range export.Headers {
		if export.Within == "" {
			require.NotEmpty(t, headers, "%s.%s", where, field)
		}
	}
	if u := export.Unpivot; u != nil {
		fields = append(fields, u.Name, u.Value)
		require.NotEmpty(t, u.Headers, where)
		for _, text := range u.Headers {
			header, err := regexp.Compile(text)
			require.NoError(t, err, where)
			require.Equal(t, 1, header.NumSubexp(), "%s: %s", where, text)
		}
	}
	for _, field := range fields {
		_, ok := contract.Field(field)
		require.True(t, ok, "%s: %s has no field %s", where, contract.Name, field)
	}
}

// A file with all the headers that an export lists, the best of each field, must be complete, and told
// from all others if the export can be told by its header at all.
func TestPresetsKnowTheirOwnHeaders(t *testing.T) {
	t.Parallel()
	for _, name := range PresetNames() {
		p := preset(t, name)
		if p.ConfiguredOnly {
			continue
		}
		for object, exports := range p.Entities {
			for i, export := range exports {
				where := fmt.Sprintf("%s: %s[%d]", name, object, i)
				fits := p.Fits(bestHeaders(p, export))
				at := slices.IndexFunc(fits, func(f Fit) bool { return f.Entity == object && f.Export == i })
				require.GreaterOrEqual(t, at, 0, where)
				require.Empty(t, fits[at].Missing, where)
				require.True(t, fits[at].Complete, where)
				if len(export.Signs) > 0 {
					require.Equal(t, object, fits[0].Entity, "%s is taken for %v", where, fits[0])
					require.True(t, fits[0].IsSure(), where)
				}
			}
		}
	}
}

func bestHeaders(p Preset, export Export) []string {
	var headers []string
	for _, names := range export.Headers {
		headers = append(headers, names[:min(1, len(names))]...)
	}
	headers = slices.AppendSeq(headers, maps.Keys(export.Only))
	if export.Unpivot != nil {
		headers = append(headers, `Date entered "Closed Won (Sales Pipeline)"`, "properties_hs_v2_date_entered_closedwon", "Became a Lead Date")
	}
	return slices.Concat(headers, export.Signs, p.Signs)
}

func TestPresetsThatNoRealFileConfirmsSaySo(t *testing.T) {
	t.Parallel()
	var confirmed []string
	for _, name := range PresetNames() {
		if !preset(t, name).Experimental {
			confirmed = append(confirmed, name)
		}
	}
	require.Equal(t, []string{"fivetran-hubspot", "fivetran-salesforce", "generic", "salesforce", "salesforce-report"}, confirmed)
}

func TestPresetExtendsAnother(t *testing.T) {
	t.Parallel()
	base, report := preset(t, "salesforce"), preset(t, "salesforce-report")
	for name, exports := range base.Entities {
		require.GreaterOrEqual(t, len(report.Entities[name]), len(exports), name)
		for i, export := range exports {
			for field, headers := range export.Headers {
				joined := report.Entities[name][i].Headers[field]
				require.Equal(t, headers, joined[len(joined)-len(headers):], "%s[%d].%s", name, i, field)
			}
		}
	}
	deal := report.Entities["opportunity"][0]
	require.Equal(t, []string{"Opportunity ID", "Opportunity ID 18", "Opportunity ID (18)", "Id"}, deal.Headers["opportunity_id"])
	require.Equal(t, []string{"opportunity", "opportunities"}, deal.Objects)
	require.Equal(t, []string{"Id"}, preset(t, "salesforce").Entities["opportunity"][0].Headers["opportunity_id"], "the base is left alone")
}

func TestPresetsAreDecodedStrictly(t *testing.T) {
	t.Parallel()
	_, err := decodePreset("x", []byte("name: x\nnulls: [a]\n"))
	require.Error(t, err, "a key in the wrong place")
	_, err = decodePreset("x", []byte("name: y\n"))
	require.ErrorContains(t, err, `it calls itself "y"`)
	_, err = LookupPreset("sugar")
	require.ErrorContains(t, err, `unknown preset "sugar": use one of airbyte-hubspot, airbyte-salesforce,`)
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

		"OpportunityFieldHistory.csv": "stage_change", "LeadHistory.csv": "lead_status_change", "OpportunityStage.csv": "stage",
		"Campaign.csv": "campaign", "CampaignMember.csv": "campaign_touch", "Task.csv": "activity", "Event_2026-11-22.csv": "activity",
		"DatedConversionRate.csv": "exchange_rate", "CurrencyType.csv": "exchange_rate", "ForecastingQuota.csv": "quota",
		"Opportunity.xlsx": "opportunity", "opportunity.parquet": "opportunity", "Lead.jsonl": "lead", "Lead_2026-11-22.ndjson.gz": "lead",
		"Account.csv.zst": "account", "User.tsv": "owner", "Opportunity.csv.zip": "opportunity",

		"OpportunityLineItem.csv": "", "OpportunityContactRole.csv": "", "Opportunity_Score__c.csv": "", "LeadStatus.csv": "",
		"AccountContactRole.csv": "", "UserRole.csv": "", "UserLicense.csv": "", "CampaignMemberStatus.csv": "", "TaskStatus.csv": "",
		"Opportunity.pdf": "", "Opportunity": "", "error_opportunity.csv": "", "cost.csv": "",
	} {
		require.Equal(t, want, entityOf(t, m, name), name)
	}
}

// entityOf gives the entity that a name speaks for, "" if there is none.
func entityOf(t *testing.T, m matcher, name string) string {
	t.Helper()
	claims, err := m.claims(name)
	require.NoError(t, err, name)
	if len(claims) == 0 {
		return ""
	}
	require.Len(t, claims, 1, name)
	return claims[0].entity
}

func TestNamesOfPresets(t *testing.T) {
	t.Parallel()
	for name, names := range map[string]map[string]string{
		"fivetran-hubspot": {
			"deal_data.csv": "opportunity", "deal_stage_data.csv": "stage_change", "deal_pipeline_stage_data.csv": "stage",
			"merged_deal_data.csv": "opportunity_merge", "deal_company_data.csv": "opportunity_account", "deal_contact_data.csv": "lead_opportunity",
			"contact_data.csv": "lead", "company_data.csv": "account", "owner_data.csv": "owner", "deal.parquet": "opportunity",
			"hubspot.deal.csv.gz": "opportunity", "deal/data_0_0_0.csv.gz": "opportunity", "raw/deal_stage/part-0.parquet": "stage_change",
			"deal_pipeline_data.csv": "", "deal_property_history_data.csv": "", "contact_list_data.csv": "", "owner_team_data.csv": "",
			"deal/company.csv": "account",
		},
		"fivetran-salesforce": {
			"sf_opportunity_data.csv": "opportunity", "sf_opportunity_history_data.csv": "stage_change", "sf_user_data.csv": "owner",
			"sf_task_data.csv": "activity", "sf_lead_history_data.csv": "lead_status_change", "salesforce_account_2026-11-22.parquet": "account",
			"opportunity_line_item_data.csv": "", "sf_user_role_data.csv": "", "sf_campaign_history_data.csv": "",
		},
		"airbyte-salesforce": {
			"Opportunity/2026_11_22_1700000000000_0.jsonl": "opportunity", "sync/crm/Lead/2026_11_22_1_0.csv": "lead",
			"_airbyte_raw_Opportunity.jsonl": "opportunity", "OpportunityHistory.csv": "stage_change", "Contact/2026_11_22_1_0.csv": "",
		},
		"airbyte-hubspot": {
			"deals/2026_11_22_1_0.parquet": "opportunity", "deals_property_history/2026_11_22_1_0.csv": "stage_change",
			"contacts.jsonl": "lead", "deal_pipelines.jsonl": "", "owners.csv": "owner",
		},
		"hubspot":           {"deals.csv": "opportunity", "all-companies-2026-11-22.csv": "account", "hubspot-crm-exports-pipeline-2026-11-22.csv": ""},
		"pipedrive":         {"deals-12345678-99.csv": "opportunity", "organizations.xlsx": "account", "basic_data_2211.csv": ""},
		"dynamics":          {"All Opportunities 11-22-2026 9-15-02 AM.xlsx": "opportunity", "Open pipeline.xlsx": ""},
		"zoho":              {"Deals_001.csv": "opportunity", "Deals_2026_11_22.csv": "opportunity", "Leads_001.csv": "lead", "Potentials.csv": "opportunity", "Dealers.csv": ""},
		"salesforce-report": {"report1700000000000.csv": "", "Opportunity.csv": "opportunity"},
	} {
		m, err := newMatcher(config.Source{Name: "crm"}, preset(t, name))
		require.NoError(t, err)
		for file, want := range names {
			require.Equal(t, want, entityOf(t, m, file), "%s: %s", name, file)
		}
	}
}

func TestGenericNamesNothingByItself(t *testing.T) {
	t.Parallel()
	m, err := newMatcher(config.Source{Name: "crm", Extracts: extracts(map[string]string{"lead": "", "lead_status_change": ""})}, preset(t, "generic"))
	require.NoError(t, err)
	require.Empty(t, entityOf(t, m, "opportunity.csv"), "only the entities that the configuration lists")
	require.Equal(t, "lead", entityOf(t, m, "leads.csv"))
	require.Equal(t, "lead_status_change", entityOf(t, m, "lead_status_changes.csv"), "the longer name is the more specific one")
}
