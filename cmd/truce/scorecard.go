package main

import (
	"context"

	"truce/pipeline/query"
)

// scorecardSQL gives the headlines of every segment over all time, All last.
const scorecardSQL = `
select
    w.segment,
    w.won_count as won,
    w.lost_count as lost,
    w.open_count as open,
    cast(round(100 * w.win_rate, 1) as decimal(6, 1)) as "win %",
    cast(round(100 * w.cohort_win_rate, 1) as decimal(6, 1)) as "cohort %",
    cast(round(s.median_days, 1) as decimal(9, 1)) as "cycle d",
    cast(round(w.won_value, 0) as bigint) as "won value",
    cast(round(c.total_cost, 0) as bigint) as cost,
    cast(round(c.cost_of_sale_ratio, 2) as decimal(9, 2)) as "cost/won"
from rpt_win_rate as w
left join rpt_sales_cycle as s
    on s.segment = w.segment
    and s.period_grain = 'all'
    and s.breakdown = 'none'
    and s.anchor = 'created'
    and s.outcome = 'won'
left join rpt_cost_of_sale as c on c.segment = w.segment and c.period_grain = 'all'
where w.period_grain = 'all' and w.breakdown = 'none'
order by case when w.segment = 'All' then 1 else 0 end, w.segment`

// printScorecard prints the headlines of every segment of a published run.
func (a *app) printScorecard(ctx context.Context, folder string) (err error) {
	session, err := query.Open(ctx, query.Options{RunDir: folder})
	if err != nil {
		return err
	}
	defer func() { _ = session.Close() }() // it was only read
	result, err := session.Query(ctx, scorecardSQL)
	if err != nil {
		return err
	}
	return query.Write(a.out, result, query.FormatTable, 100)
}
