package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
)

// spelledExtract has a lead source, and nothing but the stage says how a deal ended.
const spelledExtract = `sources:
  - name: crm
    path: ./crm
    extracts:
      opportunity:
        files: "deals*"
        columns: {opportunity_id: id, stage: stage, created_at: created, close_date: closed, amount: amount, lead_source: source}
`

// warned gives the warnings of a run that begin with a word.
func warned(outcome pipeline.Outcome, prefix string) []string {
	var found []string
	for _, warning := range outcome.Warnings {
		if strings.HasPrefix(warning, prefix) {
			found = append(found, warning)
		}
	}
	return found
}

// blockedBy gives the checks that kept a run from publishing.
func blockedBy(t *testing.T, err error) map[string]string {
	t.Helper()
	var blocked *pipeline.BlockedError
	require.ErrorAs(t, err, &blocked)
	found := map[string]string{}
	for _, failed := range blocked.Failed {
		found[failed.Name] = failed.Detail
	}
	return found
}

func TestValuesInTwoSpellingsAreReported(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.configure(spelledExtract)
	c.export("deals.csv", 0, fileOf("id,stage,created,closed,amount,source",
		"1,Won,2024-01-01,2024-01-15,100,Google", "2,Won,2024-01-01,2024-01-15,100,Google", "3,Lost,2024-01-01,2024-01-15,1,google",
		"4,Lost,2024-01-01,2024-01-15,1,В1", "5,Lost,2024-01-01,2024-01-15,1,B1", "6,Lost,2024-01-01,2024-01-15,1,B1", "7,won,2024-01-01,2024-01-15,1,Web"))
	_, outcome := c.night()
	require.Equal(t, []string{
		`crm/opportunity.lead_source: "google" (1) looks like "Google" (2), "В1" (1) looks like "B1" (2); map one to the other under values`,
		`crm/opportunity.stage: "won" (1) looks like "Won" (2); map one to the other under values`,
	}, warned(outcome, "crm/"))
	require.Equal(t, []string{"check_stages: 1 of 8 fail, such as 1 in the stage won; say under stages or process what it means"},
		warned(outcome, "check_"))
	r := open(t, outcome.Report)
	for reason, subject := range map[string]string{
		"google looks like Google": "opportunity.lead_source", "В1 looks like B1": "opportunity.lead_source", "won looks like Won": "opportunity.stage",
	} {
		require.Equal(t, "1", r.one(t, "data_quality", "kind = 'spelling' and subject = "+quote(subject)+" and reason = "+quote(reason))["record_count"])
	}

	o := c.options(nightAsOf)
	o.Strict = true
	before := c.latest().ID
	c.export("deals-2.csv", 1, fileOf("id,stage,created,closed,amount,source", "8,Won,2024-01-01,2024-01-15,1,Web"))
	_, err := pipeline.Run(t.Context(), o)
	failed := blockedBy(t, err)
	require.Contains(t, failed, "check_spellings")
	require.Contains(t, failed, "check_stages")
	require.Equal(t, before, c.latest().ID)

	// mapped, they are one value, and nothing is left to say
	c.configure(spelledExtract + `        values: {lead_source: {google: Google, "В1": B1}, stage: {won: Won}}
`)
	counts, outcome := c.night()
	require.Equal(t, "8 created, 4 won, 4 lost, 0 excluded, 202.00", counts)
	require.Empty(t, outcome.Warnings)
	require.Empty(t, open(t, outcome.Report).rows(t, "data_quality", "kind = 'spelling'"))
}

// TestWhatLooksWrongIsWarnedOf runs exports that can be read and mean little.
func TestWhatLooksWrongIsWarnedOf(t *testing.T) {
	t.Parallel()
	deals := func(count int, stage, closed string) []string {
		all := make([]string, count)
		for i := range all {
			all[i] = fmt.Sprintf("%s-%d,%s,2024-01-01,%s,100", stage, i, stage, closed)
		}
		return all
	}
	for name, test := range map[string]struct {
		deals [][]string
		want  []string
	}{
		"nothing": {[][]string{deals(5, "Won", "2024-02-01"), deals(5, "Lost", "2024-02-01")}, nil},
		"a stage that nobody explains": {
			[][]string{deals(20, "Won", "2024-02-01"), deals(20, "Lost", "2024-02-01"), deals(10, "Parked", "")},
			[]string{"check_stages: 10 of 51 fail, such as 10 in the stage Parked; say under stages or process what it means"},
		},
		"a misspelt stage": {
			[][]string{deals(20, "Won", "2024-02-01"), deals(20, "Lost", "2024-02-01"), deals(2, "Lots", "2024-02-01")},
			[]string{
				`crm/opportunity.stage: "Lots" (2) looks like "Lost" (20); map one to the other under values`,
				"check_stages: 2 of 43 fail, such as 2 in the stage Lots; say under stages or process what it means",
			},
		},
		"nobody lost": {[][]string{deals(10, "Won", "2024-02-01")}, []string{"check_outcomes: 1 of 4 fail, such as all 10 decided deals are won"}},
		"nobody decided": {
			[][]string{deals(10, "New", "")},
			[]string{
				"check_outcomes: 1 of 4 fail, such as none of 10 deals is won or lost",
				"check_stages: 10 of 11 fail, such as 10 in the stage New; say under stages or process what it means",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCRM(t, "delta", "")
			var all []string
			for _, list := range test.deals {
				all = append(all, list...)
			}
			c.export("deals.csv", 0, dealFile(all...))
			_, outcome := c.night()
			without := func(warnings []string) []string { // the segment Large has no deal in any of them
				var rest []string
				for _, warning := range warnings {
					if !strings.HasPrefix(warning, "check_segments: ") {
						rest = append(rest, warning)
					}
				}
				return rest
			}
			require.Equal(t, test.want, without(outcome.Warnings))
			require.Equal(t, []string{"check_segments: 1 of 2 fail, such as Large has no deal; look at its rule"}, warned(outcome, "check_segments"))
		})
	}
}

func TestAllDealsDeletedIsWarnedOf(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "snapshot", "")
	c.export("deals-2024-03-01.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
	c.night()
	c.export("deals-2024-03-02.csv", 1, []byte("id,stage,created,closed,amount\n"))
	counts, outcome := c.night()
	require.Equal(t, "0 created, 0 won, 0 lost, 1 excluded, 0.00", counts)
	require.Equal(t, []string{"check_outcomes: 1 of 4 fail, such as all 1 deals are excluded, 1 as deleted"}, warned(outcome, "check_outcomes"))
}

func TestACreationInTheFutureBlocks(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
	_, first := c.night()
	c.export("deals-2.csv", 1, dealFile("2,Won,2104-01-01,2024-02-01,100"))
	_, err := c.try(nightAsOf)
	require.Equal(t, pipeline.ExitBlocked, pipeline.ExitCode(err))
	require.Equal(t, map[string]string{
		"check_future_creation": "1 of 3 fail, such as opportunity 2 of 2104-01-01 00:00:00 in deals-2.csv",
	}, blockedBy(t, err))
	require.Equal(t, first.Report.ID, c.latest().ID)

	o := c.options(nightAsOf)
	o.Accept = map[string]string{"check_future_creation": "a test deal"}
	_, err = pipeline.Run(t.Context(), o)
	require.NoError(t, err)

	// mended in the export, it blocks no more
	c.export("deals-2.csv", 2, dealFile("2,Won,2024-01-01,2024-02-01,100"))
	counts, _ := c.night()
	require.Equal(t, "2 created, 2 won, 0 lost, 0 excluded, 200.00", counts)
}

// TestLeadsWithAPast runs leads with former statuses, several deals, and meetings of leads and deals.
func TestLeadsWithAPast(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", `
      lead: {files: "leads*", columns: {lead_id: id, created_at: created, status: status, contact_id: contact, converted_at: converted}}
      lead_status_change: {files: "statuses*", columns: {lead_id: lead, changed_at: at, status: status}}
      lead_opportunity: {files: "links*", columns: {lead_id: lead, opportunity_id: deal}}
      activity: {files: "activities*", columns: {activity_id: id, kind: kind, lead_id: lead, contact_id: contact, opportunity_id: deal, happened_at: at}}
      content: {files: "content*", columns: {content_id: id}}
`)
	text := string(read(t, c.config)) + `
lead_process: {mql: [Hot], accepted: [Working], rejected: [Bad], recycled: [Nurture]}
`
	require.NoError(t, os.WriteFile(c.config, []byte(text), 0o600))
	settle(t, c.config, 0)
	c.export("deals.csv", 0, dealFile("d1,Won,2024-02-01,2024-03-01,100", "d2,New,2024-02-10,,50", "d3,Lost,2024-02-10,2024-03-10,70"))
	c.export("leads.csv", 0, fileOf("id,created,status,contact,converted",
		"l1,2024-01-01,Working,c1,2024-02-01", "l2,2024-01-01,Nurture,,", "l3,2024-01-01,Bad,,"))
	c.export("statuses.csv", 0, fileOf("lead,at,status",
		"l1,2024-01-03,Hot", "l1,2024-01-05,Working", "l2,2024-01-04,Hot", "l2,2024-01-09,Nurture", "l3,2024-01-02,Bad"))
	c.export("links.csv", 0, fileOf("lead,deal", "l1,d1", "l1,d2"))
	c.export("activities.csv", 0, fileOf("id,kind,lead,contact,deal,at",
		"a1,Meeting,,c1,,2024-01-20", "a2,meeting,,,d1,2024-02-05", "a3,call,,,d3,2024-02-11", "a4,meeting,,,d3,2024-03-11"))
	c.export("content.csv", 0, fileOf("id", "x1", "x2"))
	_, outcome := c.night()
	r := open(t, outcome.Report)

	funnel := map[string]string{}
	for _, step := range r.rows(t, "funnel", "segment = 'All' and period_grain = 'all'") {
		funnel[step["step"]] = fmt.Sprint(step["entered_count"], " in, ", step["recycled_count"], " back, ", step["rejected_count"], " rejected, ", step["value"])
	}
	require.Equal(t, map[string]string{
		"Lead": "3 in, 0 back, 1 rejected, 150.00", "MQL": "2 in, 1 back, 0 rejected, 150.00", "SAL": "1 in, 0 back, 0 rejected, 150.00",
		"SQL": "1 in, 0 back, 0 rejected, 150.00", "Won": "1 in, 0 back, 0 rejected, 150.00",
	}, funnel)
	lead := r.one(t, "fct_lead", "lead_id = 'l1'")
	require.Equal(t, "2024-01-03 2024-01-05 d1 won", strings.Join([]string{lead["mql_on"], lead["accepted_on"], lead["opportunity_id"], lead["outcome"]}, " "))
	require.Equal(t, "1", r.one(t, "funnel", "segment = 'All' and period_grain = 'all' and step = 'Lead'")["no_lead_count"], "d3")

	// d1 first met its contact, 41 days before it was won; d3 met after it was lost
	cycle := r.one(t, "sales_cycle", allOf("All", "none", "")+" and anchor = 'first_meeting' and outcome = 'any'")
	require.Equal(t, "2 1 0 1 41.0", strings.Join([]string{
		cycle["deal_count"], cycle["measured_count"], cycle["missing_count"], cycle["negative_count"], cycle["mean_days"],
	}, " "))
	require.Empty(t, r.rows(t, "data_quality", "kind = 'needs' and subject in ('funnel.recycled_count', 'sales_cycle.first_meeting')"))
	for subject, loaded := range map[string]string{
		"crm/content": "2", "crm/activity": "4", "crm/lead_opportunity": "2", "crm/lead_status_change": "5",
	} {
		require.Equal(t, loaded, r.one(t, "data_quality", "kind = 'extract' and reason = 'loaded' and subject = "+quote(subject))["record_count"])
	}
	require.NotEmpty(t, r.rows(t, "data_quality", "kind = 'freshness' and subject = 'crm/content'"))
}

// TestTheFixturesAreFreeOfWarnings runs the committed exports, of which no warning would be right.
func TestTheFixturesAreFreeOfWarnings(t *testing.T) {
	t.Parallel()
	s := newSite(t, filepath.Join(fixtureFolder, "truce.yaml"))
	o := s.options("2026-06-30")
	o.Strict = true
	outcome, err := pipeline.Run(t.Context(), o)
	require.NoError(t, err)
	require.Empty(t, outcome.Warnings)
}
