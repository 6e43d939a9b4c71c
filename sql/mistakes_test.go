package sql_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mistakes are the entries of "Mistakes others ship" (METRICS.md) with the cases that show each of them not to be ours.
func mistakes() map[string][]string {
	return map[string][]string{
		"Days as created − closed (all negative)": {"rpt_sales_cycle/days_as_created_minus_closed"},
		"rates from sums of nullable columns (an owner who won everything shows 0 %, a manager 125 %)": {
			"rpt_win_rate/rates_from_sums_of_nullable_columns", "rpt_lead_quality/rates_from_sums_of_nullable_columns",
		},
		"amount × probability where probability is a percentage": {"rpt_pipeline_velocity/amount_times_a_probability_in_percent"},
		"open deals counted as lost": {
			"rpt_win_rate/open_deals_counted_as_lost", "rpt_win_loss_reasons/open_deals_counted_as_lost",
		},
		"missing durations set to 0": {
			"rpt_sales_cycle/missing_durations_set_to_0", "rpt_pipeline_velocity/missing_durations_set_to_0",
		},
		"deal-size bands that leave out exactly 250,000": {"rpt_win_rate/deal_size_bands_that_leave_out_exactly_250000"},
		"counts multiplied by the number of currencies": {
			"rpt_win_rate/counts_multiplied_by_the_number_of_currencies",
			"rpt_win_loss_reasons/counts_multiplied_by_the_number_of_currencies",
		},
		"a funnel that counts transitions, or forgets lost deals": {
			"rpt_funnel/a_funnel_that_counts_transitions", "rpt_stage_conversion/a_funnel_that_counts_transitions",
			"rpt_funnel/a_funnel_that_forgets_lost_deals", "rpt_stage_conversion/a_funnel_that_forgets_lost_deals",
		},
		"blank loss reasons that vanish": {
			"rpt_win_loss_reasons/blank_loss_reasons_that_vanish", "rpt_win_rate/blank_loss_reasons_that_vanish",
		},
		"a missing exchange rate taken as 1": {
			"rpt_win_rate/a_missing_exchange_rate_taken_as_1", "int_quotas/a_missing_exchange_rate_taken_as_1",
		},
		"an incremental run that overwrites lifetime totals with last week's": {
			"rpt_win_rate/an_incremental_run_that_overwrites_lifetime_totals",
		},
		"unchanged open deals that vanish from history": {
			"stg_opportunities/unchanged_open_deals_that_vanish_from_history",
			"rpt_pipeline_waterfall/unchanged_open_deals_that_vanish_from_history",
		},
		"coverage inverted": {"rpt_pipeline_velocity/coverage_inverted"},
		"converted leads that look untouched because their tasks moved to the contact": {
			"fct_lead/converted_leads_that_look_untouched_because_their_tasks_moved_to_the_contact",
		},
	}
}

func TestEveryMistakeOthersShipIsACase(t *testing.T) {
	t.Parallel()
	for mistake, cases := range mistakes() {
		require.NotEmpty(t, cases, "%s", mistake)
		for _, folder := range cases {
			_, rows := readCSV(t, filepath.Join("cases", filepath.FromSlash(folder), "expect.csv"))
			require.NotEmpty(t, rows, "%s: cases/%s expects no row", mistake, folder)
		}
	}
}

// TestEveryMistakeIsListed compares the list with METRICS.md, so that an entry that is added there gets a case.
func TestEveryMistakeIsListed(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.FromSlash("../../shared/METRICS.md"))
	if err != nil {
		t.Skip("METRICS.md is not beside the repository: " + err.Error())
	}
	_, section, ok := strings.Cut(string(text), "## Mistakes others ship; each is a case of ours\n")
	require.True(t, ok, "METRICS.md has no section with the mistakes")
	section = strings.TrimSuffix(strings.Join(strings.Fields(section), " "), ".")
	require.ElementsMatch(t, strings.Split(section, " · "), slices.Collect(maps.Keys(mistakes())))
}
