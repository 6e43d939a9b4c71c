package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	mavenConfig = "../docs/examples/maven.yaml"
	mavenAsOf   = "2017-12-31"
)

func TestMaven(t *testing.T) {
	t.Parallel()
	reference(t, "maven")
	run, page := open(t, newSite(t, mavenConfig).run(mavenAsOf).Report), readExpected(t)
	t.Run("tables", func(t *testing.T) { mavenTables(t, run, page) })
	t.Run("prose", func(t *testing.T) { mavenProse(t, run, page) })
	t.Run("win curve", func(t *testing.T) { mavenWinCurve(t, run, page) })
	t.Run("known answers", func(t *testing.T) { mavenKnownAnswers(t, run) })
}

// expected is the page of reference values, without the line breaks of its prose.
type expected struct {
	t    *testing.T
	text string
}

func readExpected(t *testing.T) expected {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(reference(t, "."), "EXPECTED.md"))
	require.NoError(t, err)
	return expected{t, string(text)}
}

// table gives the rows of the first table below a heading, by the names of its columns.
func (e expected) table(heading string) []map[string]string {
	e.t.Helper()
	_, text, ok := strings.Cut(e.text, heading+"\n")
	require.True(e.t, ok, "there is no heading %q", heading)
	var columns []string
	var table []map[string]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			if columns != nil {
				break
			}
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		switch {
		case columns == nil:
			columns = cells
		case strings.Trim(line, "|-:") != "":
			require.Len(e.t, cells, len(columns))
			row := map[string]string{}
			for i, cell := range cells {
				row[columns[i]] = cell
			}
			table = append(table, row)
		}
	}
	require.NotEmpty(e.t, table, heading)
	return table
}

// figures gives what the groups of a pattern match in the prose, with a line break as a blank.
func (e expected) figures(pattern string) []string {
	e.t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(strings.ReplaceAll(e.text, "\n", " "))
	require.NotNil(e.t, found, "%q is not on the page", pattern)
	return found[1:]
}

// requirePrinted compares a number with a printed one, to the digits that are printed.
func requirePrinted(t *testing.T, printed, got, what string) {
	t.Helper()
	printed = strings.ReplaceAll(printed, ",", "")
	if printed == "" {
		require.Empty(t, got, what)
		return
	}
	number, err := strconv.ParseFloat(got, 64)
	require.NoError(t, err, what)
	_, decimals, _ := strings.Cut(printed, ".")
	require.Equal(t, printed, strconv.FormatFloat(number, 'f', len(decimals), 64), what)
}

// requireSame compares a number with a printed one that is exact, such as a median.
func requireSame(t *testing.T, printed, got, what string) {
	t.Helper()
	want, err := strconv.ParseFloat(printed, 64)
	require.NoError(t, err, what)
	number, err := strconv.ParseFloat(got, 64)
	require.NoError(t, err, what)
	require.InDelta(t, want, number, 1e-9, what)
}

// requireSegment compares one row of a reference table with the reports, where condition names the
// same deals. A table of closed deals says nothing about open ones.
func requireSegment(t *testing.T, run reports, want map[string]string, condition string, closedOnly bool) {
	t.Helper()
	what := want["segment"] + " where " + condition
	rate := run.one(t, "win_rate", condition)
	requirePrinted(t, want["won"], rate["won_count"], what)
	requirePrinted(t, want["lost"], rate["lost_count"], what)
	requirePrinted(t, want["win rate"], rate["win_rate"], what)
	requirePrinted(t, want["won amount"], rate["won_value"], what)
	if !closedOnly {
		requirePrinted(t, want["open"], rate["open_count"], what)
		requirePrinted(t, want["rows"], rate["created_count"], what)
	}
	cycle := run.one(t, "sales_cycle", condition+" and anchor = 'created' and outcome = 'won'")
	requirePrinted(t, want["won cycles n"], cycle["measured_count"], what)
	requirePrinted(t, want["mean days"], cycle["mean_days"], what)
	requireSame(t, want["median days"], cycle["median_days"], what)
	require.Equal(t, "0", cycle["negative_count"], what)
}

// allOf is the condition of a row over all periods.
func allOf(segment, breakdown, value string) string {
	return fmt.Sprintf("segment = %s and period_grain = 'all' and breakdown = %s and breakdown_value = %s",
		quote(segment), quote(breakdown), quote(value))
}

func mavenTables(t *testing.T, run reports, page expected) {
	t.Helper()
	for _, table := range []struct {
		heading    string
		closedOnly bool
		rows       int
		condition  func(name string) string
	}{
		{"### by regional_office (via sales_teams)", false, 4, func(name string) string { return allOf(name, "none", "") }},
		{"### by manager", false, 7, func(name string) string { return allOf("All", "manager", name) }},
		{"### by sales_agent", false, 31, func(name string) string { return allOf("All", "owner", name) }},
		{"### by account sector (closed deals only)", true, 11, func(name string) string {
			return allOf("All", "account.industry", name)
		}},
		{"### by close quarter (closed deals only)", true, 5, func(name string) string {
			year, quarter, _ := strings.Cut(name, "-Q")
			n, err := strconv.Atoi(quarter)
			require.NoError(t, err)
			return fmt.Sprintf("segment = 'All' and period_grain = 'quarter' and period_start = date '%s-%02d-01' and breakdown = 'none'",
				year, 3*n-2)
		}},
	} {
		t.Run(table.heading, func(t *testing.T) {
			wanted := expected{t, page.text}.table(table.heading)
			require.Len(t, wanted, table.rows)
			for _, want := range wanted {
				if want["segment"] == "(ALL)" {
					requireSegment(t, run, want, allOf("All", "none", ""), table.closedOnly)
					continue
				}
				requireSegment(t, run, want, table.condition(want["segment"]), table.closedOnly)
			}
		})
	}
	require.Empty(t, run.rows(t, "win_rate", "segment = 'Unassigned' and created_count > 0"))
	require.Empty(t, run.rows(t, "quarantine", "true"))
}

func mavenProse(t *testing.T, run reports, page expected) {
	t.Helper()
	lost := page.figures(`Lost cycle: n ([\d,]+), mean ([\d.]+), median (\d+)\.`)
	cycle := run.one(t, "sales_cycle", allOf("All", "none", "")+" and anchor = 'created' and outcome = 'lost'")
	requirePrinted(t, lost[0], cycle["measured_count"], "lost cycles")
	requirePrinted(t, lost[1], cycle["mean_days"], "lost cycles")
	requireSame(t, lost[2], cycle["median_days"], "lost cycles")

	limits := page.figures(`agent (\w+ \w+), (\d+) of (\d+): ([\d.]+) to ([\d.]+); all, ([\d,]+) of ([\d,]+): (0\.\d+) to (0\.\d+)`)
	for _, want := range []struct {
		condition string
		figures   []string
	}{
		{allOf("All", "owner", limits[0]), limits[1:5]},
		{allOf("All", "none", ""), limits[5:]},
	} {
		rate := run.one(t, "win_rate", want.condition)
		requirePrinted(t, want.figures[0], rate["won_count"], want.condition)
		require.Equal(t, "false", rate["is_small"])
		won, err := strconv.Atoi(rate["won_count"])
		require.NoError(t, err)
		lost, err := strconv.Atoi(rate["lost_count"])
		require.NoError(t, err)
		requirePrinted(t, want.figures[1], strconv.Itoa(won+lost), want.condition)
		requirePrinted(t, want.figures[2], rate["win_rate_low"], want.condition)
		requirePrinted(t, want.figures[3], rate["win_rate_high"], want.condition)
	}

	medians := page.figures(`share still open ≤ 0\.5\): All (\d+), Central (\d+) \([^)]*\), East (\d+), West (\d+)`)
	for i, segment := range []string{"All", "Central", "East", "West"} {
		cycle := run.one(t, "sales_cycle", allOf(segment, "none", "")+" and anchor = 'created' and outcome = 'any'")
		requireSame(t, medians[i], cycle["median_days_censored"], segment)
	}
}

func mavenWinCurve(t *testing.T, run reports, page expected) {
	t.Helper()
	curve := page.table("### win curve, all deals with an engage date (n = 8,300), as of 2017-12-31, open deals censored there")
	require.Len(t, curve, 4)
	for _, want := range curve {
		got := run.one(t, "win_curve", "segment = 'All' and day = "+want["day"])
		requirePrinted(t, want["won by day"], got["won_by_day"], want["day"])
		requirePrinted(t, want["lost by day"], got["lost_by_day"], want["day"])
		requirePrinted(t, want["still open"], got["still_open"], want["day"])
	}
	last := page.figures(`No deal closed after day (\d+); ([\d,]+) open deals are older`)
	at := run.one(t, "win_curve", "segment = 'All' and day = "+last[0])
	after := run.one(t, "win_curve", "segment = 'All' and day = 365")
	for _, column := range []string{"won_by_day", "lost_by_day", "still_open"} {
		requireSame(t, at[column], after[column], column)
	}
	next := run.one(t, "win_curve", "segment = 'All' and day = "+last[0]+" + 1")
	requirePrinted(t, last[1], next["at_risk_count"], "open deals that are older")
	first := run.one(t, "win_curve", "segment = 'All' and day = 0")
	requirePrinted(t, page.figures(`\(n = ([\d,]+)\), as of`)[0], first["at_risk_count"], "all deals")
}
