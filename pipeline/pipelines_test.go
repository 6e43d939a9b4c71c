package pipeline_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
)

// sharedCRM names the stages of its two pipelines by id and lists their labels, of which both
// pipelines have some.
const sharedCRM = `sources:
  - name: crm
    path: ./crm
    extracts:
      opportunity:
        files: "deals*"
        columns: {opportunity_id: id, pipeline: line, stage: stage, created_at: created, close_date: closed, amount: amount}
      stage_change:
        files: "moves*"
        columns: {opportunity_id: id, changed_at: at, stage: stage}
      stage:
        files: "stages*"
        columns: {stage: id, label: label, pipeline: line, is_closed: closed, is_won: won}
      lead:
        files: "leads*"
        columns: {lead_id: id, created_at: created, converted_at: converted, opportunity_id: deal}
process: [{step: Demo}, {step: Offer, stages: [Proposal]}]
`

const renewals = `pipelines:
  - pipeline: Renewals
    process: [{step: Notice, stages: [Proposal]}, {step: Offer, stages: [Talk]}]
`

// newSharedCRM gives a company that sells and renews.
func newSharedCRM(t *testing.T, pipelines string) crm {
	t.Helper()
	dir := t.TempDir()
	c := crm{newSite(t, filepath.Join(dir, "truce.yaml")), filepath.Join(dir, "crm")}
	c.configure(sharedCRM + pipelines)
	c.export("stages.csv", 0, []byte(`id,label,line,closed,won
s1,Demo,Sales,false,false
s2,Proposal,Sales,false,false
s3,Closed,Sales,true,true
s4,Dead,Sales,true,false
r1,Proposal,Renewals,false,false
r2,Talk,Renewals,false,false
r3,Closed,Renewals,true,true
r4,Dead,Renewals,true,false
`))
	c.export("deals.csv", 0, []byte(`id,line,stage,created,closed,amount
1,Sales,s3,2024-05-01,2024-05-10,100
2,Sales,s1,2024-05-01,2024-08-01,10
3,Renewals,r3,2024-05-01,2024-05-09,200
4,Renewals,r1,2024-05-01,2024-08-01,30
5,Renewals,r4,2024-05-01,2024-05-08,20
6,Renewals,r7,2024-05-01,2024-08-01,5
`))
	c.export("moves.csv", 0, []byte(`id,at,stage
1,2024-05-01 10:00:00,s1
1,2024-05-03 10:00:00,s2
1,2024-05-10 10:00:00,s3
2,2024-05-02 10:00:00,s1
3,2024-05-04 10:00:00,r1
3,2024-05-06 10:00:00,r2
3,2024-05-09 10:00:00,r3
4,2024-05-05 10:00:00,r1
5,2024-05-06 10:00:00,r2
5,2024-05-08 10:00:00,r4
`))
	c.export("leads.csv", 0, []byte(`id,created,converted,deal
L1,2024-04-20 10:00:00,2024-04-30 10:00:00,1
L2,2024-04-20 10:00:00,2024-04-30 10:00:00,2
L3,2024-04-20 10:00:00,2024-04-30 10:00:00,3
L4,2024-04-20 10:00:00,2024-04-30 10:00:00,5
L5,2024-04-20 10:00:00,,
`))
	return c
}

// columnsOf gives some columns of the rows of a statement, one line for each.
func columnsOf(t *testing.T, r reports, statement string, columns ...string) []string {
	t.Helper()
	var lines []string
	for _, found := range r.ask(t, statement) {
		lines = append(lines, strings.TrimSpace(fields(found, columns...)))
	}
	return lines
}

func TestEachPipelineFollowsItsProcess(t *testing.T) {
	t.Parallel()
	c := newSharedCRM(t, renewals)
	reports := open(t, c.run("2024-06-30").Report)
	whole := " where segment = 'All' and period_grain = 'all' order by pipeline, step_order"
	require.Equal(t, []string{
		"Demo 2 2 0 1 0 1", "Offer 1 1 0 1 0 0",
		"Renewals Notice 3 2 1 2 0 1", "Renewals Offer 2 1 0 1 1 0",
	}, columnsOf(t, reports, reports.table("stage_conversion")+whole,
		"pipeline", "step", "reached_count", "strict_count", "skipped_count", "converted_count", "dropped_count", "still_here_count"))
	require.Equal(t, []string{
		"Lead 5 4", "SQL 4 4", "Demo 2 1", "Offer 1 1", "Won 1",
		"Renewals Notice 2 2", "Renewals Offer 2 1", "Renewals Won 1",
	}, columnsOf(t, reports, reports.table("funnel")+whole, "pipeline", "step", "entered_count", "converted_count"))
	require.Equal(t, []string{"1  won 2", "2  open 1", "3 Renewals won 2", "4 Renewals open 1", "5 Renewals lost 2", "6 Renewals open 0"},
		columnsOf(t, reports, reports.table("fct_opportunity")+" order by opportunity_id", "opportunity_id", "pipeline", "outcome", "furthest_step"))
	require.Equal(t, []string{"r7 in Renewals 1"}, columnsOf(t, reports,
		reports.table("data_quality")+" where subject = 'opportunity.stage'", "reason", "record_count"))
}

// What moved a number of a process are deals that follow it.
func TestDiffLooksInTheProcessOfTheRow(t *testing.T) {
	t.Parallel()
	c := newSharedCRM(t, renewals)
	first := c.run("2024-06-30").Report
	// a deal of each pipeline goes on
	c.export("moves-2.csv", 1, []byte("id,at,stage\n2,2024-06-03 10:00:00,s2\n4,2024-06-04 10:00:00,r2\n"))
	second := c.run("2024-06-30").Report
	found := diff(t, first, second, "stage_conversion")
	for key, deal := range map[string]string{"All all Offer": "2", "All all Renewals Offer": "4"} {
		row := moved(t, found.Reports[0], key)
		i := slices.IndexFunc(row.Records, func(r pipeline.RecordsDiff) bool { return r.Name == "fct_opportunity" })
		require.GreaterOrEqual(t, i, 0, key)
		require.Equal(t, int64(1), row.Records[i].Count, key)
		require.Equal(t, deal, keyOf(row.Records[i].Rows[0]), key)
	}
}

// A pipeline that no deal has adds rows of its own and changes no number of the others.
func TestAPipelineWithoutDealsChangesNothing(t *testing.T) {
	t.Parallel()
	without := open(t, newSharedCRM(t, "").run("2024-06-30").Report)
	with := open(t, newSharedCRM(t, strings.Replace(renewals, "Renewals", "Partner", 1)).run("2024-06-30").Report)
	for _, name := range []string{"stage_conversion", "funnel", "activity_alignment", "win_loss_reasons", "pipeline_velocity", "sales_cycle", "fct_opportunity", "fct_lead", "data_quality"} {
		condition := " where true"
		if name == "stage_conversion" || name == "funnel" || name == "activity_alignment" {
			condition = " where pipeline = ''"
			require.NotEmpty(t, with.ask(t, with.table(name)+" where pipeline = 'Partner'"), name)
			require.Empty(t, with.ask(t, with.table(name)+" where pipeline = 'Partner' and period_grain = 'all' and "+reachedColumn(name)+" > 0"), name)
		}
		want := without.ask(t, without.table(name)+condition)
		require.NotEmpty(t, want, name)
		require.Equal(t, want, with.ask(t, with.table(name)+condition), name)
	}
}

// reachedColumn names the column that counts what a step has reached.
func reachedColumn(report string) string {
	switch report {
	case "stage_conversion":
		return "reached_count"
	case "funnel":
		return "entered_count"
	}
	return "deal_count"
}
