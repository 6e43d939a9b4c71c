package sql_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
)

// view is what a company's relations hold: rows by key by model.
type view map[string]map[string]map[string]string

// reports are the relations that a company reads.
func reports() []string {
	return []string{
		"rpt_win_rate", "rpt_win_curve", "rpt_sales_cycle", "rpt_cost_of_sale", "rpt_funnel",
		"rpt_stage_conversion", "rpt_data_quality",
	}
}

// look builds a company and reads its reports.
func look(t require.TestingT, s *stand, settings oracle.Settings, rows landed) view {
	s.build(t, settings, rows)
	v := view{}
	for _, name := range reports() {
		v[name] = s.rows(t, name)
	}
	return v
}

// forSomeCompanies runs a test for three companies that are the same in every run.
func forSomeCompanies(t *testing.T, test func(t *testing.T, s *stand, in oracle.Input)) {
	t.Helper()
	s := newStand(t)
	for i, in := range richCompanies(t, 3) {
		t.Run(fmt.Sprintf("company %d", i), func(t *testing.T) { test(t, s, in) }) //nolint:paralleltest // one database
	}
}

// equalViews fails if any cell of the named reports differs.
func equalViews(t *testing.T, expected, actual view, names ...string) {
	t.Helper()
	for _, name := range names {
		require.Equal(t, expected[name], actual[name], name)
	}
}

func TestOrderFilesAndThreadsDoNotMatter(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input) {
		rows := landCompany(t, in)
		base := look(t, s, in.Settings, rows)
		marts := martRows(t, s)

		equalViews(t, base, look(t, s, in.Settings, changed(rows, backwards)), reports()...)
		require.Equal(t, marts, martRows(t, s), "backwards")
		equalViews(t, base, look(t, s, in.Settings, changed(rows, inTwoFiles)), reports()...)
		require.Equal(t, marts, martRows(t, s), "in two files")
		s.exec(t, "set threads = 2")
		equalViews(t, base, look(t, s, in.Settings, rows), reports()...)
		require.Equal(t, marts, martRows(t, s), "with two threads")
		s.exec(t, "set threads = 1")
	})
}

func martRows(t *testing.T, s *stand) []map[string]map[string]string {
	t.Helper()
	return []map[string]map[string]string{s.rows(t, "fct_opportunity"), s.rows(t, "fct_lead")}
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
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input) {
		rows := landCompany(t, in)
		base := look(t, s, in.Settings, rows)
		twice := changed(rows, func(rows []record) []record {
			again := make([]record, len(rows))
			for i, row := range rows {
				rows[i], again[i] = maps.Clone(row), maps.Clone(row)
				rows[i]["_file"], rows[i]["_load_id"] = "file.csv", "load"
				again[i]["_file"], again[i]["_load_id"] = "later.csv", "load 2"
			}
			return slices.Concat(rows, again)
		})
		equalViews(t, base, look(t, s, in.Settings, twice), slices.DeleteFunc(reports(), isDataQuality)...)
		require.Empty(t, s.brokenChecks(t, twice))
	})
}

func isDataQuality(name string) bool { return name == "rpt_data_quality" }

// TestIDsMeanNothing renames every record, so that the order of ids turns round. Ids break ties
// between deals of one account that were won on one day; so every deal has an account of its own.
func TestIDsMeanNothing(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input) {
		rows := landCompany(t, in)
		for i, o := range rows["opportunity"] {
			if o["account_id"] != nil {
				o["account_id"] = fmt.Sprintf("account %03d", i)
			}
		}
		base := look(t, s, in.Settings, rows)
		renamed := changed(rows, func(rows []record) []record {
			for i, row := range rows {
				row = maps.Clone(row)
				for _, column := range []string{"opportunity_id", "lead_id", "account_id", "owner_id", "campaign_id", "line_id"} {
					if id, ok := row[column].(string); ok {
						row[column] = turned(id)
					}
				}
				rows[i] = row
			}
			return rows
		})
		equalViews(t, base, look(t, s, in.Settings, renamed), reports()...)
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
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input) {
		like := slices.IndexFunc(oracle.Deals(in), func(d oracle.Deal) bool {
			return d.Exclusion == "" && d.CreatedOn != nil && d.OutcomeDate != nil && *d.OutcomeDate >= *d.CreatedOn
		})
		require.GreaterOrEqual(t, like, 0, "nobody decided anything")
		rows := landCompany(t, in)
		base := look(t, s, in.Settings, rows)
		more := maps.Clone(rows)
		extra := maps.Clone(rows["opportunity"][like])
		extra["opportunity_id"] = "extra"
		more["opportunity"] = append(slices.Clone(rows["opportunity"]), extra)
		after := look(t, s, in.Settings, more)

		require.NotEqual(t, base["rpt_win_rate"], after["rpt_win_rate"])
		segment := oracle.Deals(in)[like].SegmentName
		for _, name := range []string{"rpt_win_rate", "rpt_win_curve", "rpt_sales_cycle", "rpt_funnel", "rpt_stage_conversion"} {
			isTouched := func(_ string, row map[string]string) bool {
				return row["segment"] == segment || row["segment"] == oracle.AllSegments
			}
			maps.DeleteFunc(base[name], isTouched)
			maps.DeleteFunc(after[name], isTouched)
			require.Equal(t, base[name], after[name], name)
		}
	})
}

// TestPartsOfASegmentAddUp moves half of a segment's records to a new segment: the two add up to
// what the segment was, and no other segment notices.
func TestPartsOfASegmentAddUp(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input) {
		whole, part := in.Settings.Segments[0], "the other half"
		rows := landCompany(t, in)
		base := look(t, s, in.Settings, rows)
		settings := in.Settings
		settings.Segments = append(slices.Clone(settings.Segments), part)
		after := look(t, s, settings, changed(rows, func(rows []record) []record {
			for i, row := range rows {
				if i%2 == 0 && row["go_to_market"] == whole {
					rows[i] = maps.Clone(row)
					rows[i]["go_to_market"] = part
				}
			}
			return rows
		}))
		require.NotEmpty(t, s.query(t, "select 1 from rpt_win_rate where segment = 'the other half' and created_count > 0"))
		for name, columns := range additive() {
			requireSums(t, name, columns, base[name], after[name], whole, part)
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
			"entered_count", "entered_strict_count", "converted_count", "value", "rejected_count", "pending_count",
			"lost_count", "no_lead_count",
		},
		"rpt_stage_conversion": {
			"reached_count", "strict_count", "skipped_count", "regressed_count", "reopened_count", "converted_count",
			"dropped_count", "still_here_count",
		},
	}
}

// requireSums compares a report before and after a segment lost a part to a new one.
func requireSums(
	t *testing.T, name string, columns []string, before, after map[string]map[string]string, whole, part string,
) {
	t.Helper()
	require.NotEmpty(t, before, name)
	for key, row := range before {
		for _, column := range columns {
			sum := number(t, after[key][column])
			if row["segment"] == whole {
				sum += number(t, after[part+strings.TrimPrefix(key, whole)][column])
			}
			require.InDelta(t, number(t, row[column]), sum, 1e-6, "%s, %s of %s", name, column, key)
		}
	}
}

// number reads a count or an amount; nothing counts nothing.
func number(t *testing.T, cell string) float64 {
	t.Helper()
	if cell == "" {
		return 0
	}
	n, err := strconv.ParseFloat(cell, 64)
	require.NoError(t, err)
	return n
}
