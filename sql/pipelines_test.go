package sql_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
	"truce/pipeline/config"
)

// TestPipelinesOfOneProcessAddUp moves half of the deals to a pipeline that has the same process under
// its own name: the two chains add up to what one was, and everything else stays to the last bit.
func TestPipelinesOfOneProcessAddUp(t *testing.T) {
	t.Parallel()
	moved := 0 // leads in the steps of the pipeline
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		s.pipelines = []config.Pipeline{{Pipeline: "Renewals", Process: companyConfig(t, in.Settings).Process}}
		defer func() { s.pipelines = nil }()
		s.build(t, in.Settings, inTwoPipelines(rows))
		require.NotEmpty(t, s.query(t, "from rpt_stage_conversion where pipeline = 'Renewals' and reached_count > 0"))
		moved += len(s.query(t, "from rpt_funnel where pipeline = 'Renewals' and entered_count > 0"))
		for _, name := range []string{"rpt_stage_conversion", "rpt_funnel", "rpt_activity_alignment"} {
			m, ok := s.graph.Model(name)
			require.True(t, ok, name)
			sums := slices.DeleteFunc(slices.Clone(m.UniqueKey), func(column string) bool { return column == "pipeline" })
			for _, column := range additive()[name] {
				if column != "no_lead_count" { // each step repeats it
					sums = append(sums, "coalesce(sum("+column+"), 0)")
				}
			}
			s.requireKept(t, "select "+strings.Join(sums, ", ")+" from %s group by all", name)
		}
		s.requireKept(t, everything,
			"rpt_win_rate", "rpt_win_curve", "rpt_sales_cycle", "rpt_win_loss_reasons", "rpt_pipeline_velocity", "rpt_lead_quality",
			"rpt_pipeline_waterfall", "rpt_sourcing", "rpt_cost_of_sale", "rpt_quota_attainment")
		require.Empty(t, s.brokenInvariants(t, rows))
	})
	require.NotZero(t, moved)
}

// inTwoPipelines puts every other deal into the pipeline Renewals. The deals of a lead that has several
// stay together, since the lead follows one of them.
func inTwoPipelines(rows landed) landed {
	isShared := map[any]bool{}
	for _, link := range rows["lead_opportunity"] {
		isShared[link["opportunity_id"]] = true
	}
	moved := maps.Clone(rows)
	moved["opportunity"] = nil
	for i, row := range rows["opportunity"] {
		row = maps.Clone(row)
		row["pipeline"] = "Sales"
		if i%2 == 0 && !isShared[row["opportunity_id"]] {
			row["pipeline"] = "Renewals"
		}
		moved["opportunity"] = append(moved["opportunity"], row)
	}
	return moved
}
