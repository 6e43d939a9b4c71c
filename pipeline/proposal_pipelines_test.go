package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A pipeline in other stages gets a process of its own; one that shares most of its stages follows that of
// the largest, as deals without a pipeline do.
func TestProposalForSeveralPipelines(t *testing.T) {
	t.Parallel()
	proposal, s := proposed(t, folder(t, map[string]string{
		"deals.csv": rows("Record ID,Deal Name,Pipeline,Deal Stage,Amount,Create Date,Close Date", 120, func(i int) string {
			pipeline := pick(i, "Sales", "Renewals", "Sales", "Partner", "Sales", "")
			stage := pick(i/6, "Contract sent", "Appointment scheduled", "Qualified to buy", "Closed won", "Closed lost")
			if pipeline == "Renewals" {
				stage = pick(i/6, "Terms: negotiation", "Qualified to buy", "Renewal identified", "Closed won", "Closed lost")
			}
			return fmt.Sprintf("%d,Deal %d,%s,%s,%d,%s,%s", i, i, pipeline, stage, i+1, date(time.DateOnly, i), date(time.DateOnly, i+9))
		}),
	}))
	run := requireRun(t, proposal, s, 24, 24, 72)
	require.Contains(t, proposal.Text, `
process:
  - {step: Appointment scheduled, stages: [Appointment scheduled]}
  - {step: Qualified to buy, stages: [Qualified to buy]}
  - {step: Contract sent, stages: [Contract sent]}
`)
	_, pipelines, _ := strings.Cut(proposal.Text, "\npipelines:\n")
	require.Equal(t, `  - pipeline: Renewals
    process:
      - {step: Renewal identified, stages: [Renewal identified]}
      - {step: Qualified to buy, stages: [Qualified to buy]}
      - {step: "Terms: negotiation", stages: ["Terms: negotiation"]}
`, pipelines)
	requireSays(t, proposal.Questions, `pipelines: most stages of "Renewals" are not those of "Sales", so it gets a process of its own: are these the steps`)
	entered := run.rows(t, "funnel", "segment = 'All' and period_grain = 'all' and step = 'Qualified to buy'")
	require.Len(t, entered, 2, "a row for each process")
}

// What the CRM lists says the order of a pipeline's stages and their labels, also where two pipelines have
// a stage of one id.
func TestProposalForListedPipelines(t *testing.T) {
	t.Parallel()
	proposal, s := proposed(t, folder(t, map[string]string{
		"deal.csv": rows("deal_id,is_deleted,deal_pipeline_id,deal_pipeline_stage_id,owner_id,portal_id,property_dealname,property_amount,property_closedate,property_createdate", 60,
			func(i int) string {
				place := pick(i/2, "p1,b", "p1,s1", "p1,won", "p1,lost", "p1,b")
				if i%2 == 1 {
					place = pick(i/2, "p2,s3", "p2,s1", "p2,won", "p2,s2", "p2,s2")
				}
				return fmt.Sprintf("%d,false,%s,o1,77,Deal %d,%d,%s,%s", i, place, i, i+1, date(time.DateTime, i+9), date(time.DateTime, i))
			}),
		"deal_pipeline_stage.csv": "_fivetran_deleted,active,closed_won,is_closed,display_order,stage_id,label,pipeline_id\n" +
			"false,true,false,false,2,s3,Offer,p2\n" + "false,true,false,false,5,s1,Demo,p1\n" + "false,true,false,false,3,b,Offer,p1\n" +
			"false,true,true,true,6,won,Won it,p1\n" + "false,true,false,true,7,lost,Lost it,p1\n" +
			"false,true,false,false,1,s1,Notice,p2\n" + "false,true,false,false,3,s2,Terms,p2\n" + "false,true,true,true,4,won,Won it,p2\n",
	}))
	requireRun(t, proposal, s, 12, 6, 42)
	require.Contains(t, proposal.Text, `
pipelines:
  - pipeline: p2
    process:
      - {step: Notice, stages: [s1]}
      - {step: Offer, stages: [s3]}
      - {step: Terms, stages: [s2]}
`)
	require.Contains(t, proposal.Text, `
process:
  - {step: Offer, stages: [b]}
  - {step: Demo, stages: [s1]}
`)
	requireSays(t, proposal.Questions, "It follows the CRM's own list of stages.")
}

// One process is enough where pipelines share most of their stages, where only decided deals are in
// another one, and where a column of many words only looks like pipelines.
func TestProposalsWithoutPipelines(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]func(i int) string{
		"one pipeline":  func(i int) string { return "Sales," + pick(i, "Demo", "Proposal", "Won", "Lost") },
		"shared stages": func(i int) string { return pick(i/8, "A", "B") + "," + pick(i%8, "Demo", "Proposal", "Won", "Lost") },
		"one more of three": func(i int) string {
			return pick(i, "A,Demo", "B,Demo", "A,Proposal", "B,Proposal", "B,Trial", "A,Won", "A,Lost")
		},
		"those of no pipeline": func(i int) string { return pick(i, "A,Demo", "A,Proposal", ",Trial", "B,Trial", "A,Won", "A,Lost") },
		"decided in one":       func(i int) string { return pick(i, "A,Demo", "A,Proposal", "B,Won", "B,Lost", "A,Won", "A,Lost") },
		"too many to be one": func(i int) string {
			return fmt.Sprintf("P%d,%s", i%13, pick(i%13%3, "Demo", "Won", "Lost")+pick(i%13/3, "", "", " 3"))
		},
		"spelled in other ways": func(i int) string { return pick(i, "A,Demo", "B,demo ", "A,Proposal", "B,PROPOSAL", "A,Won", "A,Lost") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proposal, _ := proposed(t, folder(t, map[string]string{
				"deals.csv": rows("Deal ID,Pipeline,Stage,Amount,Created,Closed", 130, func(i int) string {
					return fmt.Sprintf("D%d,%s,%d,%s,%s", i, place(i), i+1, date(time.DateOnly, i), date(time.DateOnly, i+9))
				}),
			}))
			require.Contains(t, proposal.Text, "\nprocess:\n")
			require.Contains(t, proposal.Text, "{step: Demo, stages: [Demo")
			require.NotContains(t, proposal.Text, "pipelines:")
		})
	}
}

// Where most deals are in no pipeline, theirs is the process of all others.
func TestProposalForDealsWithoutPipeline(t *testing.T) {
	t.Parallel()
	proposal, _ := proposed(t, folder(t, map[string]string{
		"deals.csv": rows("Deal ID,Pipeline,Stage,Amount,Created,Closed", 70, func(i int) string {
			place := pick(i, ",Demo", ",Proposal", ",Won", ",Lost", "Bids,Tender", "Channel,Registered", ",Demo")
			return fmt.Sprintf("D%d,%s,%d,%s,%s", i, place, i+1, date(time.DateOnly, i), date(time.DateOnly, i+9))
		}),
	}))
	require.Contains(t, proposal.Text, `
pipelines:
  - pipeline: Bids
    process:
      - {step: Tender, stages: [Tender]}
  - pipeline: Channel
    process:
      - {step: Registered, stages: [Registered]}
`)
	requireSays(t, proposal.Questions, `most stages of "Bids" are not those of deals without a pipeline, so it gets a process of its own.`)
}
