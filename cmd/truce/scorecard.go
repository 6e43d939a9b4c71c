package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"truce/pipeline/query"
)

const scorecardWidth = 80

// scorecardTable is one table of the scorecard; column gives its columns after the segment.
type scorecardTable struct {
	title   string
	columns []string
}

// scorecardTables gives both promises and the headlines, each narrow enough for a terminal.
func scorecardTables() []scorecardTable {
	quota := fmt.Sprintf("case when quota_value is null then %s else %s end",
		promise("won_value", "won_value_target", "is_won_value_met", inThousands),
		promise("credited_value", "quota_value", "is_quota_met", inThousands))
	return []scorecardTable{
		{"Marketing promised: leads, qualified leads, and leads that are converted", []string{
			promise("lead_count", "lead_count_target", "is_lead_count_met", asCount) + ` as "leads"`,
			promise("mql_count", "mql_count_target", "is_mql_count_met", asCount) + ` as "MQL"`,
			promise("sql_rate", "sql_rate_target", "is_sql_rate_met", inPercent) + ` as "SQL %"`,
		}},
		{"Sales promised: an answer in time, to win, and the quota (else the won value)", []string{
			promise("sla_rate", "sla_rate_target", "is_sla_rate_met", inPercent) + ` as "in time %"`,
			promise("win_rate", "win_rate_target", "is_win_rate_met", inPercent) + ` as "win %"`,
			quota + ` as "value k"`,
		}},
		{"Headlines; the change is that of the won value since the quarter before", []string{
			"won_count as won",
			"lost_count as lost",
			`cast(round(won_value / 1000, 0) as bigint) as "value k"`,
			`cast(round(won_value_change / 1000, 0) as bigint) as "change k"`,
			`coalesce(largest_driver, '') as "because of"`,
			`cast(round(median_cycle_days, 0) as bigint) as "cycle d"`,
			`cast(round(cost_of_sale_ratio, 2) as decimal(18, 2)) as "cost/won"`,
		}},
	}
}

// promise writes the expression of a number beside its target, and whether the target is met. Without
// a target the number stands alone; without the number there is nothing to say.
func promise(actual, target, isMet string, write func(string) string) string {
	return fmt.Sprintf("case when %[1]s is null then '-' else %[4]s || case when %[2]s is null then '' else '/' || %[5]s || "+
		"case when %[3]s then ' met' when not %[3]s then ' missed' else ' open' end end end",
		actual, target, isMet, write(actual), write(target))
}

func asCount(column string) string { return "cast(" + column + " as varchar)" }

func inPercent(column string) string {
	return "cast(cast(round(100 * " + column + ", 1) as decimal(6, 1)) as varchar)"
}

func inThousands(column string) string {
	return "cast(cast(round(" + column + " / 1000, 1) as decimal(15, 1)) as varchar)"
}

// printScorecard prints what both teams promised for the quarter of the as-of date, what came of it,
// and the headlines of a published run.
func (a *app) printScorecard(ctx context.Context, folder string) (err error) {
	session, err := query.Open(ctx, query.Options{RunDir: folder})
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }() // it was only read
	label, err := newestQuarter(ctx, session)
	if err != nil || label == "" {
		return err
	}
	_, _ = fmt.Fprintf(a.out, "\nScorecard %s\nnumber/target; open: too early to judge\n", label)
	for _, table := range scorecardTables() {
		_, _ = fmt.Fprintf(a.out, "\n%s\n", table.title)
		if err := a.printTable(ctx, session, table); err != nil {
			return err
		}
	}
	return nil
}

// printTable prints one table, All last.
func (a *app) printTable(ctx context.Context, session *query.Session, table scorecardTable) (err error) {
	result, err := session.Query(ctx, "select segment, "+strings.Join(table.columns, ", ")+
		" from rpt_scorecard where quarter = (select max(quarter) from rpt_scorecard)"+
		" order by case when segment = 'All' then 1 else 0 end, segment")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, result.Close()) }()
	return query.Write(a.out, result, query.FormatTable, scorecardWidth)
}

// newestQuarter names the quarter of the as-of date; it is empty where nothing ever happened.
func newestQuarter(ctx context.Context, session *query.Session) (label string, err error) {
	result, err := session.Query(ctx, "select max(quarter_label) || ' (' || cast(max(quarter) as varchar) || ' to ' || cast(max(quarter_end) as varchar) || ')'"+
		" || case when bool_and(is_complete) then '' else ', not over yet' end"+
		" from rpt_scorecard where quarter = (select max(quarter) from rpt_scorecard)")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, result.Close()) }()
	if result.Next() {
		label, _ = result.Row()[0].(string)
	}
	return label, result.Err()
}
