package pipeline_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/publish"
	"truce/pipeline/query"
)

// promisingCompany reads a company whose fiscal year begins in February, with everything that a
// scorecard shows.
const promisingCompany = `sources:
  - name: crm
    path: ./crm
    extracts:
      opportunity:
        files: deals.csv
        columns: {opportunity_id: id, owner_id: owner, account_id: account, stage: stage, created_at: created, close_date: closed, amount: amount, lead_source: source}
        attributes: {market: {type: text}}
      lead:
        files: leads.csv
        columns: {lead_id: id, created_at: created, mql_at: mql, converted_at: converted, opportunity_id: deal}
        attributes: {market: {type: text}}
      activity: {files: calls.csv, columns: {activity_id: id, kind: kind, lead_id: lead, happened_at: at}}
      owner: {files: people.csv, columns: {owner_id: id, team: team}}
      opportunity_split: {files: splits.csv, columns: {opportunity_id: deal, owner_id: owner, share: share}}
      quota: {files: quotas.csv, columns: {subject_kind: kind, subject_id: team, segment: segment, start_date: from, end_date: to, amount: amount}}
      cost: {files: costs.csv, columns: {month: month, amount: amount, category: category, segment: segment}}
timezone: UTC
currency: EUR
fiscal_year_starts: 2
cohort_days: 15
stages: {won: [Won], lost: [Lost]}
sourcing: {marketing: [Web], sales: [Cold]}
lead_sla: {respond_within: 8h, business_hours: {days: mon-fri, from: "09:00", to: "17:00"}}
segments: [{name: SMB, where: "market = 'SMB'", strategy: Volume, motion: Inbound, number_owner: Vera}]
targets:
  - {metric: lead_count, segment: SMB, quarter: 2026-Q1, value: 5}
  - {metric: mql_count, segment: SMB, quarter: 2026-Q1, value: 3}
  - {metric: sql_rate, segment: SMB, quarter: 2026-Q1, value: 0.25}
  - {metric: sla_rate, segment: SMB, quarter: 2026-Q1, value: 0.75}
  - {metric: win_rate, segment: SMB, quarter: 2026-Q1, value: 0.6}
  - {metric: won_value, segment: SMB, quarter: 2026-Q1, value: 500}
reports: {duckdb: false}
`

// promising gives the company's run.
func promising(t *testing.T) publish.Run {
	t.Helper()
	folder := t.TempDir()
	s := newSite(t, filepath.Join(folder, "truce.yaml"))
	write(t, s.config, []byte(promisingCompany))
	for name, lines := range map[string][]string{
		"deals.csv": {
			"id,owner,account,stage,created,closed,amount,source,market",
			"d1,u1,a1,Won,2025-12-01,2026-01-15,100,Web,SMB",
			"d2,u2,a1,Lost,2025-12-10,2026-01-20,50,Cold,SMB",
			"d3,u1,a2,Won,2026-02-01,2026-03-13,300,Web,SMB",
			"d4,u2,a3,Won,2026-02-11,2026-02-26,200,Cold,SMB",
			"d5,u2,a3,Lost,2026-02-20,2026-04-01,80,Cold,SMB",
			"d6,u1,a2,Open,2026-05-02,2026-06-30,150,Web,SMB",
			"d7,u2,a4,Won,2026-02-05,2026-04-30,1000,Cold,Other",
		},
		"leads.csv": {
			"id,created,mql,converted,deal,market",
			"l1,2025-12-01 10:00,,2025-12-01 11:00,d1,SMB",
			"l2,2026-02-02 09:30,,2026-02-02 10:00,d3,SMB",
			"l3,2026-02-10 10:00,2026-02-12 10:00,,,SMB",
			"l4,2026-02-16 10:00,,,,SMB",
			"l5,2026-03-02 10:00,2026-03-02 10:00,,,SMB",
			"l6,2026-02-03 10:00,2026-02-03 10:00,,,Other",
			"l7,2026-05-04 10:00,2026-05-05 10:00,,,SMB",
		},
		"calls.csv": {
			"id,kind,lead,at",
			"c3,call,l3,2026-02-10 11:00", "c4,email,l4,2026-02-18 10:00", "c6,call,l6,2026-02-03 10:30", "c7,call,l7,2026-05-04 10:30",
		},
		"people.csv": {"id,team", "u1,North", "u2,North"},
		"splits.csv": {"deal,owner,share", "d3,u1,60", "d3,u2,20"},
		"quotas.csv": {"kind,team,segment,from,to,amount", "team,North,SMB,2026-02-01,2026-04-30,500"},
		"costs.csv":  {"month,amount,category,segment", "2026-02-01,120,Ads,SMB"},
	} {
		write(t, filepath.Join(folder, "crm", name), fileOf(lines...))
	}
	return s.run("2026-05-15").Report
}

// The figures are worked out by hand from the records above.
func TestTheScorecardShowsBothPromises(t *testing.T) {
	t.Parallel()
	run := promising(t)
	row := open(t, run).one(t, "scorecard", "segment = 'SMB' and quarter_label = '2026-Q1'")
	for columns, want := range map[string]string{
		"quarter quarter_end is_complete strategy motion number_owner": "2026-02-01 2026-04-30 true Volume Inbound Vera",
		// l2 to l5; l2 was converted, l3 and l5 were qualified; each has had 15 days
		"lead_count lead_count_target is_lead_count_met": "4 5 false",
		"mql_count mql_count_target is_mql_count_met":    "3 3 true",
		"sql_count sql_rate is_sql_rate_met":             "1 0.25 true",
		// l2 by its conversion and l3 in an hour; l4 after two days, l5 never
		"due_lead_count within_sla_count sla_rate is_sla_rate_met": "4 2 0.5 false",
		// d3, d4 and d5; of d3 80 % are credited
		"won_count lost_count is_win_rate_met":                     "2 1 true",
		"quota_value credited_value quota_attainment is_quota_met": "500.00 440.00 0.88 false",
		"won_value won_value_target is_won_value_met":              "500.00 500.00 true",
		"created_count created_value marketing_created_value":      "3 580.00 300.00",
		// of d3 to d5 only d4 was won within 15 days
		"cohort_count cohort_won_count cohort_win_rate is_cohort_mature": "3 1 0.3333333333333333 true",
		// 40 and 15 days; d3 and d4 won a2 and a3
		"median_cycle_days total_cost cost_of_sale_ratio new_customer_count cac": "27.5 120.00 0.24 2 60.0",
		// before: d1. With leads 1 to 4 leads, 1 to 1/4 decided of each, size 100 to 300: 200 / ln 3 times ln 4, -ln 4, ln 3.
		// Without: from 0 of 1 to 1 of 2 won, of 200 each
		"won_value_before won_value_change leads_effect decided_per_lead_effect decided_effect win_rate_effect deal_size_effect": "100.00 400.00 252.37 -252.37 0.00 200.00 200.00",
		"largest_driver": "leads",
	} {
		require.Equal(t, want, fields(row, strings.Fields(columns)...), columns)
	}
	now := open(t, run).one(t, "scorecard", "segment = 'SMB' and quarter_label = '2026-Q2'")
	require.Equal(t, "false 150.00 no_quota 1", fields(now, "is_complete", "due_pipeline_value", "coverage_state", "lead_count"))
	require.Equal(t, "1500.00", open(t, run).one(t, "scorecard", "segment = 'All' and quarter_label = '2026-Q1'")["won_value"])
	require.Empty(t, open(t, run).rows(t, "data_quality", "kind = 'needs' and subject like 'scorecard%'"))

	traced := traceScorecard(t, run, "true")
	for _, q := range documented(t, "../docs/scorecard.md") {
		require.Positive(t, traced[q.column], "%s is never anything but zero", q.column)
	}
}

// traceScorecard adds up the records behind every number of the rows that meet a condition, by the
// queries of the page, and counts by column how many numbers are not zero.
func traceScorecard(t *testing.T, run publish.Run, condition string) map[string]int {
	t.Helper()
	session, err := query.Open(t.Context(), query.Options{RunDir: run.Dir, Threads: 1, TempDir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, session.Close()) }()
	filled := map[string]int{}
	for _, row := range open(t, run).rows(t, "scorecard", condition) {
		for _, q := range documented(t, "../docs/scorecard.md") {
			want, isThere := row[q.column]
			if !isThere {
				continue // NULL: nobody exports it, or there is nothing to add up
			}
			require.Equal(t, 2, strings.Count(q.query, "'SMB'")+strings.Count(q.query, "'2026-Q2'"), q)
			text := strings.NewReplacer("'SMB'", quote(row["segment"]), "'2026-Q2'", quote(row["quarter_label"])).Replace(q.query)
			got := sumOf(t, session, q.whole(), text)
			require.InDelta(t, number(t, want), number(t, got), 1e-9, "%s of %s in %s", q.column, row["segment"], row["quarter_label"])
			if number(t, want) != 0 {
				filled[q.column]++
			}
		}
	}
	return filled
}
