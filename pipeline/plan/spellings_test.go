package plan

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// spelled gives a current file of opportunities with values.
func spelled(source string, values map[string]map[string]int64) FileFacts {
	return FileFacts{Source: source, Entity: "opportunity", IsCurrent: true, Values: values}
}

func TestSpellings(t *testing.T) {
	t.Parallel()
	c := &config.Config{
		Stages:  config.Stages{Won: []string{"Closed Won"}, Lost: []string{"closed lost", "Closed-Lost"}},
		Process: []config.Step{{Step: "Demo", Stages: []string{"demo"}}},
	}
	replaced := spelled("crm", map[string]map[string]int64{"product": {"GTX Pro": 5}})
	replaced.IsCurrent = false
	f := Facts{Files: []FileFacts{
		spelled("erp", map[string]map[string]int64{"lead_source": {"google": 2, "Web": 1}, "product": {"GTXPro": 9}}),
		spelled("crm", map[string]map[string]int64{
			"lead_source": {"Google": 3, "GOOGLE": 1},
			"stage": {
				// the configuration names the rarer one; it names both; it names none of them
				"Demo": 7, "demo": 1, "closed lost": 1, "Closed-Lost": 2, "Trial": 4, "trial": 4,
				// nobody has the stage that these are meant to be
				"closed won": 2, "Closed Wom": 1,
			},
		}),
		replaced,
	}}
	require.Equal(t, []Spelling{
		{"crm", "opportunity", "lead_source", "GOOGLE", "Google", 1, 3},
		{"erp", "opportunity", "lead_source", "google", "Google", 2, 3},
		{"crm", "opportunity", "stage", "Closed Wom", "Closed Won", 1, 0},
		{"crm", "opportunity", "stage", "Demo", "demo", 7, 1},
		{"crm", "opportunity", "stage", "closed won", "Closed Won", 2, 0},
		{"crm", "opportunity", "stage", "trial", "Trial", 4, 4},
	}, Spellings(c, f))
	require.Equal(t, []string{
		`crm/opportunity.lead_source: "GOOGLE" (1) looks like "Google" (3); map one to the other under values`,
		`crm/opportunity.stage: "Demo" (7) looks like "demo" (1), "trial" (4) looks like "Trial" (4), ` +
			`"closed won" (2) looks like "Closed Won" of the configuration, and 1 more; map one to the other under values`,
		`erp/opportunity.lead_source: "google" (2) looks like "Google" (3); map one to the other under values`,
	}, SpellingWarnings(Spellings(c, f)))
}

func TestStagesOfPipelinesAreNamed(t *testing.T) {
	t.Parallel()
	c := &config.Config{
		Stages: config.Stages{Won: []string{"Won"}},
		Pipelines: []config.Pipeline{{
			Pipeline: "renewals", Stages: config.Stages{Won: []string{"Renewed"}}, Process: []config.Step{{Step: "Notice", Stages: []string{"notice"}}},
		}},
	}
	f := Facts{Files: []FileFacts{spelled("crm", map[string]map[string]int64{
		"pipeline": {"Renewals": 7, "renewals": 1, "Sales": 3},
		// the step's stage is named, and nobody has the end that is meant
		"stage": {"Notice": 7, "notice": 1, "renewd": 2},
	})}}
	require.Equal(t, []Spelling{
		{"crm", "opportunity", "pipeline", "Renewals", "renewals", 7, 1},
		{"crm", "opportunity", "stage", "Notice", "notice", 7, 1},
		{"crm", "opportunity", "stage", "renewd", "Renewed", 2, 0},
	}, Spellings(c, f))
}

func TestNothingIsMisspelt(t *testing.T) {
	t.Parallel()
	f := Facts{Files: []FileFacts{spelled("crm", map[string]map[string]int64{"stage": {"Won": 1, "Lost": 1}})}}
	found := Spellings(&config.Config{Stages: config.Stages{Won: []string{"Won"}, Lost: []string{"Lost"}}}, f)
	require.Empty(t, found)
	require.Empty(t, SpellingWarnings(found))
}

// TestNeedsFollowTheEntities names what is missing for metrics of leads and meetings.
func TestNeedsFollowTheEntities(t *testing.T) {
	t.Parallel()
	recycled := &config.Config{LeadProcess: config.LeadProcess{MQL: []string{"Hot"}, Recycled: []string{"Nurture"}}}
	lead := map[string]bool{"lead_id": true, "created_at": true}
	history := map[string]bool{"lead_id": true, "changed_at": true, "status": true}
	for name, test := range map[string]struct {
		config *config.Config
		mapped map[string]map[string]bool
		want   [4]bool // has_mql, has_mql_at, has_recycled, SQL
	}{
		"leads alone":          {recycled, map[string]map[string]bool{"lead": lead}, [4]bool{}},
		"with former statuses": {recycled, map[string]map[string]bool{"lead": lead, "lead_status_change": history}, [4]bool{true, true, true, false}},
		"that mean nothing":    {&config.Config{}, map[string]map[string]bool{"lead": lead, "lead_status_change": history}, [4]bool{}},
		"without leads":        {recycled, map[string]map[string]bool{"lead_status_change": history, "lead_opportunity": {"opportunity_id": true}}, [4]bool{}},
		"with further deals":   {recycled, map[string]map[string]bool{"lead": lead, "lead_opportunity": {"opportunity_id": true}}, [4]bool{false, false, false, true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := Facts{Mapped: test.mapped}
			r := run(test.config, f, time.UTC)
			value := map[string]any{}
			for i, column := range r.Columns {
				require.NotContains(t, value, column.Name, "a column twice")
				value[column.Name] = r.Rows[0][i]
			}
			require.Equal(t, test.want, [4]bool{
				value["has_mql"] == true, value["has_mql_at"] == true, value["has_recycled"] == true, leadSteps(test.config, f)[3],
			})
		})
	}
}
