package pipeline_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/publish"
	"truce/pipeline/query"
)

// tracing is one query of docs/tracing.md: it lists the records behind a column of a report.
type tracing struct {
	report, column, query string
}

// documented reads the queries of a page.
func documented(t *testing.T, page string) []tracing {
	t.Helper()
	text := string(read(t, page))
	section := regexp.MustCompile("(?s)\n### (\\w+)\\.(\\w+)\n.*?```sql\n(.*?)```")
	var found []tracing
	for _, match := range section.FindAllStringSubmatch(text, -1) {
		found = append(found, tracing{match[1], match[2], match[3]})
	}
	require.Len(t, found, strings.Count(text, "\n### "), "a section without a query")
	require.Equal(t, len(found), strings.Count(text, "```sql"), "a query without a section")
	return found
}

// cell is one row of a report without a breakdown.
type cell struct{ segment, grain, start, step string }

// condition finds the cell's row in its report.
func (c cell) condition(report string) string {
	condition := fmt.Sprintf("segment = %s and period_grain = %s", quote(c.segment), quote(c.grain))
	if c.start != "" {
		condition += " and period_start = date " + quote(c.start)
	}
	switch report {
	case "win_rate", "lead_followup":
		condition += " and breakdown = 'none'"
	case "sales_cycle":
		condition += " and breakdown = 'none' and anchor = 'created' and outcome = 'won'"
	case "funnel":
		condition += " and step = " + quote(c.step)
	case "sourcing":
		condition += " and origin = 'marketing'"
	case "lead_quality":
		condition += " and breakdown = 'none' and source = 'Web' and campaign = 'unknown'"
	case "win_loss_reasons":
		condition += " and outcome = 'lost' and reason = 'Not recorded' and competitor = 'Not recorded' and furthest_step = 'None'"
	}
	return condition
}

// at changes the query as its page says, so that it asks for the cell.
func (q tracing) at(t *testing.T, c cell) string {
	t.Helper()
	text := strings.ReplaceAll(q.query, "'SQL'", quote(c.step))
	require.Equal(t, 1, strings.Count(text, "segment = 'SMB'"), q)
	segment := "${1}segment = " + quote(c.segment)
	if c.segment == "All" {
		segment = "true"
	}
	text = regexp.MustCompile(`(\w*)segment = 'SMB'`).ReplaceAllString(text, segment)
	period := "date_trunc('" + c.grain + "', $1) = date '" + c.start + "'"
	if c.grain == "all" {
		period = "true"
		if strings.HasPrefix(q.column, "cohort") {
			period = "is_cohort_mature"
		}
	}
	return regexp.MustCompile(`date_trunc\('quarter', (\w+)\) = date '2026-04-01'`).ReplaceAllString(text, period)
}

// whole says how the parts make the number.
func (q tracing) whole() string {
	switch q.column {
	case "mean_days":
		return "avg(part)"
	case "median_days", "median_cycle_days":
		return "median(part)"
	}
	return "sum(part)"
}

// Every number can be traced to its records, by the query that the page gives.
func requireTraceable(t *testing.T, run publish.Run) {
	t.Helper()
	session, err := query.Open(t.Context(), query.Options{RunDir: run.Dir, Threads: 1, TempDir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, session.Close()) }()
	published := open(t, run)
	for _, q := range documented(t, "../docs/tracing.md") {
		filled := 0
		for _, c := range cells(t, published, q) {
			row := published.one(t, q.report, c.condition(q.report))
			want, isThere := row[q.column]
			if !isThere {
				continue // NULL: there is nothing to add up, or not every record has it
			}
			got := sumOf(t, session, q.whole(), q.at(t, c))
			require.InDelta(t, number(t, want), number(t, got), 1e-9, "%s.%s of %+v", q.report, q.column, c)
			if number(t, want) != 0 {
				filled++
			}
		}
		require.NotZero(t, filled, "%s.%s is never anything but zero", q.report, q.column)
	}
}

// cells gives the cells of the report that are traced.
func cells(t *testing.T, published reports, q tracing) []cell {
	t.Helper()
	periods := []cell{{grain: "all"}}
	if strings.Contains(q.query, "date_trunc") {
		periods = append(periods, cell{grain: "quarter", start: "2026-04-01"}, cell{grain: "year", start: "2025-01-01"})
	}
	steps := []row{{"step": "Lead"}}
	if strings.Contains(q.query, "'SQL'") {
		steps = published.ask(t, "select distinct step from ("+published.table("funnel")+")")
	}
	var found []cell
	for _, segment := range []string{"All", "SMB"} {
		for _, c := range periods {
			for _, step := range steps {
				c.segment, c.step = segment, step["step"]
				found = append(found, c)
			}
		}
	}
	return found
}

// sumOf adds up the parts of the records that a query lists.
func sumOf(t *testing.T, session *query.Session, whole, text string) string {
	t.Helper()
	result, err := session.Query(t.Context(), fmt.Sprintf("select cast(coalesce(%s, 0) as varchar) from (%s)", whole, text))
	require.NoError(t, err, text)
	defer func() { require.NoError(t, result.Close()) }()
	require.True(t, result.Next())
	sum, isText := result.Row()[0].(string)
	require.True(t, isText)
	require.NoError(t, result.Err())
	return sum
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return n
}
