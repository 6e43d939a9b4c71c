package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/plan"
)

// mostBehind is how many records are named for one row of a report.
const mostBehind = 5

// explain names the moved records behind each row of a report: those that belong to its segment,
// breakdown and period, as they were or as they are.
func (d *differ) explain(ctx context.Context, report movedTable, rows []RowDiff) error {
	for i := range rows {
		for _, fact := range d.facts {
			where, ok := belongs(fact, rows[i].Key)
			if !ok {
				continue
			}
			behind := RecordsDiff{Name: fact.name}
			if err := d.conn.QueryRowContext(ctx, "select count(*) from "+fact.relation()+" where "+where).Scan(&behind.Count); err != nil {
				return fmt.Errorf("look for the records behind %s: %w", report.name, err)
			}
			if behind.Count == 0 {
				continue
			}
			var err error
			if behind.Rows, err = d.rows(ctx, fact, where, mostBehind); err != nil {
				return fmt.Errorf("look for the records behind %s: %w", report.name, err)
			}
			rows[i].Records = append(rows[i].Records, behind)
		}
	}
	return nil
}

// belongs gives the condition for the records that a row of a report counts, as far as its key tells it.
// A report without a segment counts other things than records.
func belongs(fact movedTable, key []Cell) (where string, ok bool) {
	values := map[string]string{}
	for _, cell := range key {
		if cell.Value != nil {
			values[cell.Column] = *cell.Value
		}
	}
	segment, ok := values["segment"]
	if !ok {
		return "", false
	}
	conditions := []string{"true"}
	if segment != "All" {
		conditions = append(conditions, either(fact, literal(segment), "segment", "created_segment"))
	}
	if value, isBroken := values["breakdown_value"]; isBroken && values["breakdown"] != "none" {
		var columns []string
		for _, c := range fact.columns {
			if strings.HasPrefix(c.name, "breakdown_") {
				columns = append(columns, c.name)
			}
		}
		conditions = append(conditions, either(fact, literal(value), columns...))
	}
	pipeline, inProcess := values["pipeline"]
	if step := values["step"]; inProcess && step != "" && !slices.Contains(plan.LeadSteps(), step) {
		conditions = append(conditions, either(fact, literal(pipeline), "pipeline", "opportunity_pipeline"))
	}
	grain, start := values["period_grain"], values["period_start"]
	if quarter := values["quarter"]; quarter != "" {
		grain, start = "quarter", quarter
	}
	if length := periodLength(grain); length != "" && start != "" {
		conditions = append(conditions, within(fact, start, length))
	}
	return strings.Join(conditions, " and "), true
}

// either holds for records one of whose columns has the value, as it was or as it is.
func either(fact movedTable, value string, columns ...string) string {
	terms := []string{"false"}
	for _, name := range columns {
		if i := fact.at(name); i >= 0 {
			terms = append(terms, fmt.Sprintf("o%d = %s", i, value), fmt.Sprintf("n%d = %s", i, value))
		}
	}
	return "(" + strings.Join(terms, " or ") + ")"
}

// within holds for records with a date in the period.
func within(fact movedTable, start, length string) string {
	from := "try_cast(" + literal(start) + " as date)"
	terms := []string{"false"}
	for i, c := range fact.columns {
		if c.kind != "DATE" {
			continue
		}
		for _, side := range []string{"o", "n"} {
			terms = append(terms, fmt.Sprintf("(%s%d >= %s and %s%d < %s + interval %s)", side, i, from, side, i, from, length))
		}
	}
	return "(" + strings.Join(terms, " or ") + ")"
}

// periodLength gives the length of a period as an interval; empty for all of time.
func periodLength(grain string) string {
	switch grain {
	case "week":
		return "7 days"
	case "month":
		return "1 month"
	case "quarter":
		return "3 months"
	case "year":
		return "12 months"
	}
	return ""
}
