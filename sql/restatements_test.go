package sql_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
	"truce/pipeline/model"
	"truce/pipeline/plan"
)

// TestRestatementsAgreeWithAComparisonByHand publishes companies, changes their deals and publishes them
// again some days later. What restatements says of the win rate is compared with both reports and both
// lists of deals, one after the other.
func TestRestatementsAgreeWithAComparisonByHand(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for _, in := range richCompanies(t, 3) {
		in.Settings.OutcomeDateFrom = "close_date"
		s.build(t, in.Settings, landCompany(t, in))
		for _, table := range plan.ComparedTables() {
			s.exec(t, fmt.Sprintf("create or replace table kept_%s as select * from %s", table, published(table)))
		}
		later := in
		later.Settings.AsOf += 5
		later.Opportunities = changedDeals(in)
		rows := landCompany(t, later)
		s.build(t, later.Settings, rows)
		s.compareWithKept(t, in.Settings, later.Settings, rows)
		for _, broken := range s.brokenInvariants(t, rows) {
			require.True(t, strings.HasPrefix(broken, "check_restatements: "), broken)
		}
		want, got := s.restatedByHand(t, in.Settings), s.restatedRows(t)
		require.Greater(t, len(want), 50)
		require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
		for key := range want {
			require.Equal(t, want[key], got[key], key)
		}
	}
}

func published(table string) string {
	if strings.HasPrefix(table, "fct_") {
		return table
	}
	return "rpt_" + table
}

// changedDeals takes deals away, adds one, and changes the others in one way after another.
func changedDeals(in oracle.Input) []oracle.Opportunity {
	var changed []oracle.Opportunity
	shift := func(day *oracle.Day, days oracle.Day) *oracle.Day {
		if day == nil {
			return nil
		}
		moved := *day + days
		return &moved
	}
	for i, o := range in.Opportunities {
		switch i % 9 {
		case 0:
			continue
		case 1:
			o.Segment = in.Settings.Segments[(slices.Index(in.Settings.Segments, o.Segment)+1)%len(in.Settings.Segments)]
		case 2:
			o.CloseDate = shift(o.CloseDate, -40)
		case 3:
			if o.Amount != nil {
				dearer := *o.Amount + 777
				o.Amount = &dearer
			}
		case 4:
			isWon := o.IsWon == nil || !*o.IsWon
			o.IsClosed, o.IsWon, o.Status = &isWon, &isWon, ""
		case 5:
			o.CreatedOn = shift(o.CreatedOn, -35)
		case 6:
			o.IsDeleted = !o.IsDeleted
		case 7:
			o.CloseDate, o.Segment = shift(o.CloseDate, -3), in.Settings.Segments[0]
		}
		changed = append(changed, o)
	}
	added := changed[0]
	added.OpportunityID = "added"
	return append(changed, added)
}

// compareWithKept builds restatements with what was kept as the predecessor.
func (s *stand) compareWithKept(t *testing.T, before, now oracle.Settings, rows landed) {
	t.Helper()
	facts := companyFacts(now.AsOf, rows)
	facts.Predecessor = &plan.Predecessor{
		Run: "before", AsOf: companyFacts(before.AsOf, nil).AsOf, Breakdowns: before.Breakdowns,
		Causes: map[string]string{}, Tables: map[string]plan.Table{},
	}
	for _, table := range plan.ComparedTables() {
		facts.Predecessor.Causes[table] = plan.CauseData
		var columns []string
		for _, c := range s.query(t, "select column_name from (describe kept_"+table+")") {
			columns = append(columns, c["column_name"])
		}
		facts.Predecessor.Tables[table] = plan.Table{Columns: columns}
	}
	relations, err := plan.Relations(companyConfig(t, now), facts)
	require.NoError(t, err)
	for _, r := range relations {
		table, isPrevious := strings.CutPrefix(r.Name, "previous_")
		switch {
		case isPrevious:
			var names []string
			for _, c := range r.Columns {
				names = append(names, c.Name)
			}
			list := strings.Join(names, ", ")
			s.exec(t, fmt.Sprintf("insert into %s (%s) select %s from kept_%s", r.Name, list, list, table))
		case slices.Contains([]string{"config_predecessor", "config_previous_breakdowns", "config_restated_metrics"}, r.Name):
			s.write(t, r)
		}
	}
	for _, m := range s.graph.Models {
		if m.Kind != model.Check && strings.Contains(m.Name, "_restate") {
			s.exec(t, fmt.Sprintf("create or replace table %s as %s", m.Name, m.SQL))
		}
	}
}

// restatedRows gives the restatements of the win rate by their key.
func (s *stand) restatedRows(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, r := range s.query(t, "select * from rpt_restatements where report = 'win_rate' and metric in ('won_count', 'lost_count', 'won_value', 'win_rate', 'created_count')") {
		key := strings.Join([]string{r["metric"], r["segment"], r["period_grain"], r["period_start"], r["breakdown"], r["breakdown_value"]}, "|")
		require.NotContains(t, found, key)
		found[key] = fmt.Sprint(number(r["old_value"]), " → ", number(r["new_value"]), ": ", r["added_count"], " ", r["reopened_count"], " ",
			r["redated_count"], " ", r["revalued_count"], " ", r["resegmented_count"], " ", r["deleted_count"])
	}
	return found
}

// number writes a number the same way however the engine wrote it; nothing stays nothing.
func number(text string) string {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return ""
	}
	return strconv.FormatFloat(value, 'g', -1, 64)
}

// restatedByHand compares the rows of closed periods and counts the deals behind each that moved.
func (s *stand) restatedByHand(t *testing.T, before oracle.Settings) map[string]string {
	t.Helper()
	old, recent := s.winRates(t, "kept_win_rate"), s.winRates(t, "rpt_win_rate")
	deals := s.dealPairs(t)
	found := map[string]string{}
	for key := range union(old, recent) {
		parts := strings.Split(key, "|")
		if parts[1] == "all" || !endOf(t, parts[2], parts[1]).Before(dayAfter(before.AsOf)) {
			continue
		}
		for _, metric := range []string{"won_count", "lost_count", "won_value", "win_rate", "created_count"} {
			was, is := number(old[key][metric]), number(recent[key][metric])
			if was == is || metric != "win_rate" && strings.Trim(was+is, "0") == "" || metric == "win_rate" && isNear(was, is) {
				continue
			}
			found[metric+"|"+key] = fmt.Sprint(was, " → ", is, ": ", countMoves(t, deals, before, metric, parts))
		}
	}
	return found
}

func isNear(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))
}

func union(a, b map[string]map[string]string) map[string]bool {
	keys := map[string]bool{}
	for key := range a {
		keys[key] = true
	}
	for key := range b {
		keys[key] = true
	}
	return keys
}

// winRates gives the rows of a win rate by segment, period and breakdown.
func (s *stand) winRates(t *testing.T, table string) map[string]map[string]string {
	t.Helper()
	rows := map[string]map[string]string{}
	for _, r := range s.query(t, "select * from "+table) {
		rows[strings.Join([]string{r["segment"], r["period_grain"], r["period_start"], r["breakdown"], r["breakdown_value"]}, "|")] = r
	}
	return rows
}

// dealPairs gives each deal as it was and as it is.
func (s *stand) dealPairs(t *testing.T) map[string][2]map[string]string {
	t.Helper()
	pairs := map[string][2]map[string]string{}
	for i, table := range []string{"kept_fct_opportunity", "fct_opportunity"} {
		for _, r := range s.query(t, "select * from "+table) {
			pair := pairs[r["opportunity_id"]]
			pair[i] = r
			pairs[r["opportunity_id"]] = pair
		}
	}
	return pairs
}

// countMoves counts what happened to the deals that a number counts in either run.
func countMoves(t *testing.T, deals map[string][2]map[string]string, s oracle.Settings, metric string, cell []string) string {
	t.Helper()
	value := fmt.Sprintf("breakdown_%d", slices.Index(s.Breakdowns, cell[3])+1)
	isIn := func(d map[string]string) bool {
		date := d["outcome_date"]
		switch metric {
		case "won_count", "won_value":
			date = map[bool]string{true: date}[d["outcome"] == "won"]
		case "lost_count":
			date = map[bool]string{true: date}[d["outcome"] == "lost"]
		case "created_count":
			date = d["created_on"]
		}
		of := d[value]
		if of == "" {
			of = "Unknown"
		}
		return d["is_counted"] == "true" && date != "" && (cell[0] == "All" || d["segment"] == cell[0]) && (cell[3] == "none" || of == cell[4]) &&
			date >= cell[2] && date < endOf(t, cell[2], cell[1]).AddDate(0, 0, 1).Format(time.DateOnly)
	}
	var counts [6]int
	for _, pair := range deals {
		a, b := pair[0], pair[1]
		if !isIn(a) && !isIn(b) {
			continue
		}
		differs := func(columns ...string) bool {
			return slices.ContainsFunc(columns, func(c string) bool { return a[c] != b[c] })
		}
		wasThere, isThere, isOutcome := a["is_counted"] == "true", b["is_counted"] == "true", metric != "created_count"
		isReopened := isOutcome && a["outcome"] != "open" && differs("outcome", "is_no_decision")
		for i, holds := range []bool{
			!wasThere,
			wasThere && isThere && isReopened,
			wasThere && isThere && !isReopened && (differs("created_on") || isOutcome && differs("outcome_date")),
			wasThere && isThere && isOutcome && differs("amount"),
			wasThere && isThere && (differs("segment") || cell[3] != "none" && differs(value)),
			!isThere,
		} {
			if holds {
				counts[i]++
			}
		}
	}
	return strings.Trim(fmt.Sprint(counts), "[]")
}

// endOf gives the last day of a period.
func endOf(t *testing.T, start, grain string) time.Time {
	t.Helper()
	first, err := time.Parse(time.DateOnly, start)
	require.NoError(t, err)
	return first.AddDate(0, map[string]int{"month": 1, "quarter": 3, "year": 12}[grain], -1)
}

func dayAfter(day oracle.Day) time.Time { return time.Unix(int64(day+1)*86400, 0).UTC() }
