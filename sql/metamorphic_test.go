package sql_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
)

// reports are the relations that a company reads.
func reports() []string {
	return []string{
		"rpt_win_rate", "rpt_win_curve", "rpt_sales_cycle", "rpt_cost_of_sale", "rpt_funnel",
		"rpt_stage_conversion", "rpt_data_quality", "rpt_win_loss_reasons", "rpt_lead_quality", "rpt_lead_followup", "rpt_activity_alignment", "rpt_content_usage", "rpt_change_drivers",
		"rpt_market_entry", "rpt_pipeline_velocity", "rpt_sourcing", "rpt_quota_attainment",
		"rpt_pipeline_waterfall", "rpt_program_impact", "rpt_scorecard",
	}
}

// records are the relations that hold one row for each record.
func records() []string { return []string{"fct_opportunity", "fct_lead"} }

// forSomeCompanies runs a test for companies that are the same in every run. Each is built, and its
// reports are kept for comparison.
func forSomeCompanies(t *testing.T, test func(t *testing.T, s *stand, in oracle.Input, rows landed)) {
	t.Helper()
	s := newStand(t)
	for i, in := range richCompanies(t, 2) {
		t.Run(fmt.Sprintf("company %d", i), func(t *testing.T) { //nolint:paralleltest // they share the database
			rows := landCompany(t, in)
			s.build(t, in.Settings, rows)
			s.keep(t)
			test(t, s, in, rows)
		})
	}
}

// keep copies every report, so that it can be compared with what is built next.
func (s *stand) keep(t *testing.T) {
	t.Helper()
	for _, name := range slices.Concat(reports(), records()) {
		s.exec(t, fmt.Sprintf("create or replace table kept_%[1]s as select * from %[1]s", name))
	}
}

// requireKept fails if a relation is not what was kept, to the last bit. Query selects the rows to
// compare from the relation, which it calls %s.
func (s *stand) requireKept(t *testing.T, query string, names ...string) {
	t.Helper()
	for _, name := range names {
		before, after := fmt.Sprintf(query, "kept_"+name), fmt.Sprintf(query, name)
		require.NotEmpty(t, s.query(t, before+" limit 1"), "%s: there is nothing to compare", name)
		require.Empty(t, s.query(t, fmt.Sprintf("(%s except all %s) limit 3", before, after)), "%s: these rows are gone", name)
		require.Empty(t, s.query(t, fmt.Sprintf("(%s except all %s) limit 3", after, before)), "%s: these rows are new", name)
	}
}

const everything = "select * from %s"

func TestOrderFilesAndThreadsDoNotMatter(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		all := slices.Concat(reports(), records())
		s.build(t, in.Settings, changed(rows, backwards))
		s.requireKept(t, everything, all...)
		s.build(t, in.Settings, changed(rows, inTwoFiles))
		s.requireKept(t, everything, all...)
		s.exec(t, "set threads = 2")
		s.build(t, in.Settings, rows)
		s.exec(t, "set threads = 1")
		s.requireKept(t, everything, all...)
	})
}

// changed gives the company with the rows of every entity changed.
func changed(rows landed, change func(rows []record) []record) landed {
	other := landed{}
	for name, list := range rows {
		other[name] = change(slices.Clone(list))
	}
	return other
}

func backwards(rows []record) []record {
	slices.Reverse(rows)
	return rows
}

// inTwoFiles puts every other row into a second file of a second load.
func inTwoFiles(rows []record) []record {
	for i, row := range rows {
		row = maps.Clone(row)
		row["_file"], row["_load_id"] = "file.csv", "load"
		if i%2 == 1 {
			row["_file"], row["_load_id"] = "another.csv", "load 2"
		}
		rows[i] = row
	}
	return rows
}

// TestRowsThatComeTwiceCountOnce lands every row again in a later file.
func TestRowsThatComeTwiceCountOnce(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		twice := changed(rows, func(rows []record) []record {
			again := make([]record, len(rows))
			for i, row := range rows {
				rows[i], again[i] = maps.Clone(row), maps.Clone(row)
				rows[i]["_file"], rows[i]["_load_id"] = "file.csv", "load"
				again[i]["_file"], again[i]["_load_id"] = "later.csv", "load 2"
			}
			return slices.Concat(rows, again)
		})
		s.build(t, in.Settings, twice)
		isDataQuality := func(name string) bool { return name == "rpt_data_quality" } // it counts the repeated rows
		s.requireKept(t, everything, slices.Concat(slices.DeleteFunc(reports(), isDataQuality), records())...)
		require.Empty(t, s.brokenInvariants(t, twice))
	})
}

// TestRatesSayTheSameInBothPlaces takes the same rates from the configuration, from an extract whose
// base is the reporting currency, and from one with another base.
func TestRatesSayTheSameInBothPlaces(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		configured, extracted, converted := maps.Clone(rows), maps.Clone(rows), maps.Clone(rows)
		delete(configured, "exchange_rate")
		extracted["exchange_rate"] = []record{{"currency": "USD", "valid_from": oracle.NewDay(2020, time.January, 1), "rate": money(200)}}
		converted["exchange_rate"] = ratesByTheFranc()
		s.build(t, in.Settings, configured)
		s.keep(t)
		require.NotEmpty(t, s.query(t, "from fct_opportunity where currency = 'USD' and amount <> original_amount"), "nothing is converted")
		for _, other := range []landed{extracted, converted} {
			s.build(t, in.Settings, other)
			isDataQuality := func(name string) bool { return name == "rpt_data_quality" } // it names rates that are none
			s.requireKept(t, everything, slices.Concat(slices.DeleteFunc(reports(), isDataQuality), records())...)
			s.requireKept(t, "select * from %s where subject <> 'exchange_rate'", "rpt_data_quality")
		}
	})
}

// TestIDsMeanNothing renames every record, so that the order of ids turns round. Ids break ties
// between deals of one account that were won on one day; so every deal has an account of its own.
func TestIDsMeanNothing(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		for i, o := range rows["opportunity"] {
			if o["account_id"] != nil {
				o["account_id"] = fmt.Sprintf("account %03d", i)
			}
		}
		s.build(t, in.Settings, rows)
		s.keep(t)
		s.build(t, in.Settings, changed(rows, func(rows []record) []record {
			for i, row := range rows {
				rows[i] = maps.Clone(row)
				for _, column := range []string{"opportunity_id", "lead_id", "account_id", "owner_id", "campaign_id", "line_id"} {
					if id, ok := row[column].(string); ok {
						rows[i][column] = turned(id)
					}
				}
				if row["subject_kind"] == oracle.OwnerQuota {
					rows[i]["subject_id"] = turned(row["subject_id"].(string))
				}
			}
			return rows
		}))
		// owners break ties between equal shares of a deal, and order the sum behind a standard error
		namesIDs := func(name string) bool {
			return slices.Contains([]string{"rpt_lead_quality", "rpt_quota_attainment", "rpt_program_impact"}, name)
		}
		s.requireKept(t, everything, slices.DeleteFunc(reports(), namesIDs)...)
		s.requireKept(t, "select * exclude (standard_error, effect_low, effect_high) from %s", "rpt_program_impact")
		s.requireKept(t, "select * from %s where subject_kind = 'all'", "rpt_quota_attainment")
		s.requireKept(t, "select * exclude (campaign, campaign_name) from %s", "rpt_lead_quality")
	})
}

// turned gives an id that sorts behind what it was sorted before.
func turned(id string) string {
	return strings.Map(func(r rune) rune { return '~' - r + ' ' }, id)
}

// TestADealChangesNoOtherSegment adds a deal to one segment. Shared costs move with it, so the cost
// of sale is left out.
func TestADealChangesNoOtherSegment(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		deals := oracle.Deals(in)
		like := slices.IndexFunc(deals, func(d oracle.Deal) bool {
			return d.Exclusion == "" && d.CreatedOn != nil && d.OutcomeDate != nil
		})
		require.GreaterOrEqual(t, like, 0, "nobody decided anything")
		extra := maps.Clone(rows["opportunity"][like])
		extra["opportunity_id"] = "extra"
		more := maps.Clone(rows)
		more["opportunity"] = append(slices.Clone(rows["opportunity"]), extra)
		s.build(t, in.Settings, more)
		segment := sqlLiteral(deals[like].SegmentName)
		require.NotEmpty(t, s.query(t, "from rpt_win_rate where segment = "+segment+" except from kept_rpt_win_rate"))
		s.requireKept(t, "select * from %s where segment not in ('All', "+segment+")",
			"rpt_win_rate", "rpt_win_curve", "rpt_sales_cycle", "rpt_funnel", "rpt_stage_conversion", "rpt_win_loss_reasons",
			"rpt_lead_quality", "rpt_lead_followup", "rpt_activity_alignment", "rpt_change_drivers", "rpt_pipeline_velocity", "rpt_sourcing", "rpt_quota_attainment",
			"rpt_pipeline_waterfall")
	})
}

// TestWhatConcernsNobodyChangesNothing adds records that no deal and no lead has anything to do with. Only
// data_quality may notice them.
func TestWhatConcernsNobodyChangesNothing(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		more := maps.Clone(rows)
		for name, ids := range map[string][]string{
			"account": {"account_id"}, "owner": {"owner_id"}, "stage_change": {"opportunity_id"}, "lead_status_change": {"lead_id"},
			"lead_opportunity": {"lead_id", "opportunity_id"}, "campaign_touch": {"touch_id", "lead_id", "opportunity_id"},
			"activity": {"activity_id", "lead_id", "contact_id", "opportunity_id"}, "opportunity_split": {"opportunity_id"},
			"exchange_rate": {"currency"},
		} {
			if len(rows[name]) == 0 {
				continue
			}
			extra := maps.Clone(rows[name][0])
			for _, id := range ids {
				extra[id] = "of nobody"
			}
			more[name] = append(slices.Clone(rows[name]), extra)
		}
		require.Greater(t, len(more["stage_change"]), len(rows["stage_change"]))
		require.Greater(t, len(more["lead_status_change"]), len(rows["lead_status_change"]))
		s.build(t, in.Settings, more)
		isDataQuality := func(name string) bool { return name == "rpt_data_quality" }
		s.requireKept(t, everything, slices.Concat(slices.DeleteFunc(reports(), isDataQuality), records())...)
	})
}

// TestPartsOfASegmentAddUp moves half of a segment's records to a new segment: the two add up to
// what the segment was, and no other segment notices.
func TestPartsOfASegmentAddUp(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		whole := in.Settings.Segments[0]
		settings := in.Settings
		settings.Segments = append(slices.Clone(settings.Segments), "the other half")
		s.build(t, settings, changed(rows, func(rows []record) []record {
			for i, row := range rows {
				if i%2 == 0 && row["go_to_market"] == whole {
					rows[i] = maps.Clone(row)
					rows[i]["go_to_market"] = "the other half"
				}
			}
			return rows
		}))
		require.NotEmpty(t, s.query(t, "from rpt_win_rate where segment = 'the other half' and created_count > 0"))
		for name, columns := range additive() {
			m, ok := s.graph.Model(name)
			require.True(t, ok, name)
			sums := []string{"case when segment = 'the other half' then " + sqlLiteral(whole) + " else segment end"}
			sums = append(sums, m.UniqueKey[1:]...)
			for _, column := range columns {
				sums = append(sums, "coalesce(sum("+column+"), 0)")
			}
			s.requireKept(t, "select "+strings.Join(sums, ", ")+" from %s group by all", name)
		}
	})
}

// additive lists the columns of each report that add up over segments. Costs are shared anew when
// segments change, to the cent for each.
func additive() map[string][]string {
	return map[string][]string{
		"rpt_win_rate": {
			"won_count", "lost_count", "no_decision_count", "undated_count", "won_value", "lost_value", "unvalued_count",
			"excluded_no_rate", "created_count", "open_count", "excluded_count", "cohort_count", "cohort_won_count",
		},
		"rpt_win_curve":    {"at_risk_count", "won_count", "lost_count", "missing_count", "negative_count"},
		"rpt_sales_cycle":  {"deal_count", "measured_count", "missing_count", "negative_count"},
		"rpt_cost_of_sale": {"won_count", "won_value", "new_customer_count", "unattributed_count", "lead_count", "mql_count"},
		"rpt_funnel": {
			"entered_count", "entered_strict_count", "converted_count", "value", "rejected_count", "recycled_count", "pending_count",
			"lost_count", "no_lead_count",
		},
		"rpt_win_loss_reasons": {"deal_count", "value", "unvalued_count", "excluded_no_rate"},
		"rpt_lead_quality":     {"lead_count", "mql_count", "sql_count", "won_count", "won_value"},
		"rpt_lead_followup": {
			"lead_count", "due_count", "responded_count", "within_sla_count", "untouched_count",
			"response_lead_count", "response_contact_count", "response_conversion_count",
		},
		"rpt_activity_alignment": {
			"deal_count", "touch_count", "touched_deal_count", "stayed_count", "touched_stayed_count", "touched_converted_count",
			"untouched_stayed_count", "untouched_converted_count",
		},
		"rpt_change_drivers": {
			"lead_count_before", "lead_count", "decided_count_before", "decided_count", "won_count_before", "won_count",
			"won_value_before", "won_value",
		},
		"rpt_market_entry": {"won_count", "undated_count", "won_value"},
		"rpt_sourcing": {
			"created_count", "created_value", "influenced_created_count", "influenced_created_value", "won_count", "lost_count",
			"won_value", "influenced_won_count", "influenced_won_value",
		},
		"rpt_pipeline_velocity": {
			"open_count", "open_value", "entered_count", "entered_won_count", "won_count", "valued_count", "won_value",
			"measured_count", "due_count", "due_value", "quarter_won_value",
		},
		"rpt_quota_attainment":   {"credited_count", "credited_value", "unvalued_count", "split_gap_count", "split_gap_value"},
		"rpt_pipeline_waterfall": {"deal_count", "value"},
		"rpt_scorecard": {
			"lead_count", "mql_count", "sql_count", "due_lead_count", "within_sla_count", "won_count", "lost_count", "credited_value",
			"won_value", "created_count", "created_value", "marketing_created_value", "cohort_count", "cohort_won_count",
			"new_customer_count", "due_pipeline_value",
		},
		"rpt_stage_conversion": {
			"reached_count", "strict_count", "skipped_count", "regressed_count", "reopened_count", "converted_count",
			"dropped_count", "still_here_count",
		},
	}
}
