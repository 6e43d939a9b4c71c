package source

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func columnsOf(header string) []string { return strings.Split(header, "|") }

// Headers of systems of which no real file is here, as their manuals and the people who use them write them.
func TestHeadersOfExperimentalPresets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		header  string
		want    string
		matched int
	}{
		"hubspot deals":           {"Record ID|Deal Name|Deal Stage|Pipeline|Amount|Close Date|Create Date|Deal owner|Last Modified Date|Associated Company IDs (Primary)", "hubspot opportunity", 10},
		"hubspot deals, internal": {"hs_object_id|dealname|dealstage|pipeline|amount|closedate|createdate|hubspot_owner_id|hs_lastmodifieddate|hs_is_closed|hs_is_closed_won", "hubspot opportunity", 11},
		"hubspot contacts":        {"Record ID|First Name|Last Name|Email|Contact owner|Create Date|Lifecycle Stage|Original Source|Became a Marketing Qualified Lead Date|Associated Company ID", "hubspot lead", 7},
		"hubspot companies":       {"Record ID|Company name|Company owner|Create Date|Phone Number|City|Country/Region|Industry|Number of Employees", "hubspot account", 4},
		"pipedrive deals":         {"Deal - ID|Deal - Title|Deal - Value|Deal - Currency of Value|Deal - Pipeline|Deal - Stage|Deal - Status|Deal - Owner|Deal - Organization|Deal - Deal created|Deal - Deal closed on|Deal - Won time|Deal - Lost reason|Deal - Update time", "pipedrive opportunity", 14},
		"pipedrive deals with the words of its import page": {"Deal - Title|Deal - Value|Organization|Contact person|Deal - Owner|Deal - Stage (pipeline)|Deal - Currency of value|Deal - Creation date|Deal - Closed on|Deal - Status|Deal - Pipedrive System ID", "pipedrive opportunity", 11},
		"pipedrive activities":                              {"Activity - ID|Activity - Subject|Activity - Type|Activity - Due date|Activity - Done|Activity - Assigned to user|Deal - Title", "pipedrive activity", 5},
		"pipedrive organizations":                           {"Organization - ID|Organization - Name|Organization - Owner|Organization - Address", "pipedrive account", 1},
		"dynamics opportunities":                            {"(Do Not Modify) Opportunity|(Do Not Modify) Row Checksum|(Do Not Modify) Modified On|Topic|Potential Customer|Est. Close Date|Est. Revenue|Actual Revenue|Status|Status Reason|Probability|Owner|Created On", "dynamics opportunity", 11},
		"dynamics leads":                                    {"(Do Not Modify) Lead|(Do Not Modify) Row Checksum|(Do Not Modify) Modified On|Subject|First Name|Last Name|Company Name|Email|Lead Source|Status Reason|Created On|Owner", "dynamics lead", 7},
		"dynamics by ids":                                   {"opportunityid|name|_parentaccountid_value|_ownerid_value|statecode|estimatedvalue|actualvalue|estimatedclosedate|createdon|modifiedon", "dynamics opportunity", 9},
		"zoho deals":                                        {"Record Id|Deal Owner.id|Deal Owner|Amount|Deal Name|Closing Date|Account Name.id|Account Name|Stage|Created Time|Modified Time|Pipeline|Lead Source", "zoho opportunity", 11},
		"zoho leads":                                        {"Record Id|Lead Owner.id|Lead Owner|Company|First Name|Last Name|Email|Lead Source|Lead Status|Created Time|Modified Time", "zoho lead", 7},
		"zoho accounts":                                     {"Record Id|Account Owner.id|Account Owner|Account Name|Account Type|Industry|Employees|Billing Country|Modified Time", "zoho account", 5},
		"airbyte salesforce":                                {"_airbyte_raw_id|_airbyte_extracted_at|_airbyte_meta|_airbyte_generation_id|Id|IsDeleted|AccountId|Name|StageName|Amount|CloseDate|IsClosed|IsWon|OwnerId|CreatedDate|SystemModstamp", "airbyte-salesforce opportunity", 12},
		"airbyte hubspot":                                   {"_airbyte_raw_id|_airbyte_extracted_at|_airbyte_meta|id|archived|createdAt|updatedAt|companies|contacts|properties_dealname|properties_dealstage|properties_amount|properties_closedate|properties_createdate|properties_pipeline", "airbyte-hubspot opportunity", 9},
		"airbyte hubspot, nested":                           {"_airbyte_raw_id|_airbyte_extracted_at|_airbyte_meta|id|properties.email|properties.createdate|properties.lifecyclestage|updatedAt", "airbyte-hubspot lead", 5},
		"salesforce report":                                 {"Opportunity ID|Opportunity Name|Opportunity Owner|Account Name|Stage|Amount|Amount Currency|Probability (%)|Close Date|Created Date|Lead Source|Type", "salesforce-report opportunity", 12},
		"plain deals":                                       {"id|deal|phase|value|closed", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fits := Recognise(columnsOf(c.header))
			if c.want == "" {
				require.False(t, len(fits) > 0 && fits[0].IsSure(), fits)
				return
			}
			best := fits[0]
			require.Equal(t, c.want, best.Preset+" "+best.Entity)
			require.True(t, best.IsSure())
			require.Equal(t, c.matched, best.Matched)
		})
	}
}

func TestFitsSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	fits := preset(t, "hubspot").Fits([]string{"\ufeffrecord id ", "DEAL NAME", "Amount", "Ticket"})
	require.Equal(t, Fit{
		Preset: "hubspot", Entity: "opportunity", Matched: 3, Signs: 1, Missing: []string{"stage, or status, or is_closed and is_won"},
	}, fits[0])
	require.False(t, fits[0].IsSure())

	only := preset(t, "salesforce").fitsOf("lead_status_change", []string{"LeadId", "CreatedDate", "NewValue"})
	require.Equal(t, []string{"column Field"}, only[0].Missing)

	turned := preset(t, "hubspot").fitsOf("stage_change", []string{"Record ID"})
	require.Equal(t, []string{"changed_at", "columns to turn into rows", "stage"}, turned[0].Missing)
	require.Empty(t, preset(t, "hubspot").Fits([]string{"x", "y"}))
}

// A header of the system's own must not be taken for what another system of the same kind writes.
func TestSignsOfTheSystemAreNeeded(t *testing.T) {
	t.Parallel()
	header := []string{"Id", "StageName", "IsWon", "CreatedDate"}
	for _, fit := range Recognise(header) {
		if fit.Preset == "airbyte-salesforce" {
			require.Zero(t, fit.Signs)
			require.False(t, fit.IsSure())
		}
	}
	require.Equal(t, "salesforce", Recognise(header)[0].Preset)
	require.Equal(t, "airbyte-salesforce", Recognise(append(header, "_airbyte_raw_id"))[0].Preset)
}

// A stage must be called the same in the column's name and in the deals.
func TestHubSpotStagesInHeaders(t *testing.T) {
	t.Parallel()
	var expressions []*regexp.Regexp
	for _, text := range preset(t, "hubspot").Entities["stage_change"][0].Unpivot.Headers {
		expressions = append(expressions, regexp.MustCompile("(?i)^(?:"+text+")$"))
	}
	for header, want := range map[string]string{
		`Date entered "Closed Won (Sales Pipeline)"`:          "Closed Won",
		`Date entered 'Closed Won (Sales Pipeline)'`:          "Closed Won",
		`Date entered "Closed Won"`:                           "Closed Won",
		`Date entered "Demo (booked) (Sales Pipeline)"`:       "Demo (booked)",
		`Date entered "Closed Won (Placements — Sales (EU))"`: "Closed Won",
		`Date entered “Contract Sent (New Business)”`:         "Contract Sent",
		"hs_v2_date_entered_closedwon":                        "closedwon",
		"hs_date_entered_1234567":                             "1234567",
		"Date entered current stage":                          "",
		`Date exited "Closed Won (Sales Pipeline)"`:           "",
		"hs_v2_date_exited_closedwon":                         "",
		`Latest time in "Closed Won (Sales Pipeline)"`:        "",
	} {
		got := ""
		for _, expression := range expressions {
			if found := expression.FindStringSubmatch(header); found != nil {
				got = found[1]
			}
		}
		require.Equal(t, want, got, header)
	}
	require.Equal(t, map[string]string{"current_stage": ""}, preset(t, "hubspot").Entities["stage_change"][0].Values["stage"])
}
