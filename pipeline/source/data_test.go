package source

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// realExports gives a folder of exports that nobody on this project wrote.
func realExports(t *testing.T, folder string) string {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the exports are not here: ", err)
	}
	return dir
}

// Every file of the real exports: the entity, which of the preset's exports it is, and how many fields of
// the contract have a column.
func TestPresetsOnRealExports(t *testing.T) {
	t.Parallel()
	for folder, c := range map[string]struct {
		preset  string
		files   map[string]string
		ignored []string
	}{
		"salesforce-dataloader": {preset: "salesforce", files: map[string]string{
			"Account.csv": "account[0] 8", "Campaign.csv": "campaign[0] 8", "CampaignMember.csv": "campaign_touch[0] 7",
			"Lead.csv": "lead[0] 13", "Opportunity.csv": "opportunity[0] 17", "Task.csv": "activity[0] 9",
		}},
		"salesforce-report": {preset: "salesforce-report", files: map[string]string{
			"Account.csv": "account[0] 5", "Lead.csv": "lead[0] 11 without created_at", "Opportunity.csv": "opportunity[0] 12",
			"OpportunityHistory.csv": "stage_change[0] 8",
		}},
		"fivetran-salesforce": {preset: "fivetran-salesforce", files: map[string]string{
			"sf_account_data.csv": "account[0] 8", "sf_event_data.csv": "activity[1] 7", "sf_lead_data.csv": "lead[0] 13",
			"sf_opportunity_data.csv": "opportunity[0] 16", "sf_opportunity_history_data.csv": "stage_change[1] 6",
			"sf_task_data.csv": "activity[0] 9", "sf_user_data.csv": "owner[0] 5",
		}},
		"fivetran-hubspot": {preset: "fivetran-hubspot", files: map[string]string{
			"company_data.csv": "account[0] 5", "contact_data.csv": "lead[0] 5", "deal_company_data.csv": "opportunity_account[0] 2",
			"deal_contact_data.csv": "lead_opportunity[0] 2", "deal_data.csv": "opportunity[0] 9", "deal_pipeline_stage_data.csv": "stage[0] 6",
			"deal_stage_data.csv": "stage_change[0] 3", "merged_deal_data.csv": "opportunity_merge[0] 2", "owner_data.csv": "owner[0] 2",
		}, ignored: []string{"deal_pipeline_data.csv", "deal_property_history_data.csv"}},
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			dir := realExports(t, folder)
			found, err := find(t, config.Source{Name: "crm", Path: dir}, c.preset)
			require.NoError(t, err)
			require.Equal(t, c.files, mappedFields(t, preset(t, c.preset), found))
			require.Equal(t, c.ignored, found.Ignored)
		})
	}
}

// mappedFields says of each file what it is and how much of its contract it has.
func mappedFields(t *testing.T, p Preset, found Found) map[string]string {
	t.Helper()
	mapped := map[string]string{}
	for _, file := range found.Files {
		fits := p.fitsOf(file.Entity, headerOf(t, file))
		at := slices.IndexFunc(fits, func(f Fit) bool { return f.Export == file.Export })
		require.GreaterOrEqual(t, at, 0, file.Name)
		mapped[file.Name] = fmt.Sprintf("%s[%d] %d", file.Entity, file.Export, fits[at].Matched)
		for _, missing := range fits[at].Missing {
			mapped[file.Name] += " without " + missing
		}
	}
	return mapped
}

func headerOf(t *testing.T, file File) []string {
	t.Helper()
	headers, err := Header(file, "", "")
	require.NoError(t, err)
	return headers
}

// The header alone must tell which system wrote a real file, and for which entity.
func TestRecogniseRealExports(t *testing.T) {
	t.Parallel()
	for folder, want := range map[string]map[string]string{
		"salesforce-dataloader": {
			"Account.csv": "salesforce account", "Campaign.csv": "salesforce campaign", "CampaignMember.csv": "salesforce campaign_touch",
			"Lead.csv": "salesforce lead", "Opportunity.csv": "salesforce opportunity", "Task.csv": "salesforce activity",
		},
		"salesforce-report": {
			"Account.csv": "salesforce account", "Opportunity.csv": "salesforce opportunity", "OpportunityHistory.csv": "salesforce stage_change",
		},
		"fivetran-salesforce": {
			"sf_account_data.csv": "fivetran-salesforce account", "sf_event_data.csv": "fivetran-salesforce activity",
			"sf_lead_data.csv": "fivetran-salesforce lead", "sf_opportunity_data.csv": "fivetran-salesforce opportunity",
			"sf_opportunity_history_data.csv": "fivetran-salesforce opportunity", // its columns are those of opportunities
			"sf_task_data.csv":                "fivetran-salesforce activity", "sf_user_data.csv": "fivetran-salesforce owner",
		},
		"fivetran-hubspot": {
			"company_data.csv": "fivetran-hubspot account", "contact_data.csv": "fivetran-hubspot lead", "deal_contact_data.csv": "fivetran-hubspot lead_opportunity",
			"deal_data.csv": "fivetran-hubspot opportunity", "deal_pipeline_stage_data.csv": "fivetran-hubspot stage",
			"deal_stage_data.csv": "fivetran-hubspot stage_change", "merged_deal_data.csv": "fivetran-hubspot opportunity_merge",
			"owner_data.csv": "fivetran-hubspot owner",
		},
		"maven": {},
	} {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			all, err := filepath.Glob(filepath.Join(realExports(t, folder), "*.csv"))
			require.NoError(t, err)
			got := map[string]string{}
			for _, path := range all {
				fits := Recognise(headerOf(t, File{Name: filepath.Base(path), Path: path}))
				if len(fits) > 0 && fits[0].IsSure() {
					got[filepath.Base(path)] = fits[0].Preset + " " + fits[0].Entity
				}
			}
			require.Equal(t, want, got)
		})
	}
}

// What one preset cannot read, another one may.
func TestFindNamesThePresetThatFits(t *testing.T) {
	t.Parallel()
	_, err := find(t, config.Source{Name: "crm", Path: realExports(t, "fivetran-hubspot")}, "pipedrive")
	requireRefused(t, err, "fivetran-hubspot holds no export that preset pipedrive knows: it looked for files called deals, leads, organizations")
	require.ErrorContains(t, err, "looks like account of preset fivetran-hubspot: set preset: fivetran-hubspot for source crm")
	require.ErrorContains(t, err, "what is there is company_data.csv, contact_data.csv")
	_, err = find(t, config.Source{Name: "crm", Path: realExports(t, "maven")}, "hubspot")
	requireRefused(t, err, "correct path or preset of source crm")
}

// No two entities of a preset may be looked for under one name.
func TestPresetsNameFilesOnce(t *testing.T) {
	t.Parallel()
	for _, name := range PresetNames() {
		objects := map[string]string{}
		p := preset(t, name)
		for _, object := range slices.Sorted(maps.Keys(p.Entities)) {
			for _, export := range p.Entities[object] {
				for _, called := range export.Objects {
					if other, ok := objects[called]; ok {
						require.Equal(t, other, object, "%s: %s", name, called)
					}
					objects[called] = object
				}
			}
		}
	}
}
