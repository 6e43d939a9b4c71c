package duckdb

import (
	"context"
	"database/sql"
	"fmt"

	"truce/pipeline/engine"
	"truce/pipeline/model"
)

// check evaluates every check of the plan.
func (s *session) check(ctx context.Context) []engine.CheckResult {
	var results []engine.CheckResult
	for _, m := range s.plan.Graph.Kind(model.Check) {
		results = append(results, s.checkOne(ctx, m))
	}
	return results
}

func (s *session) checkOne(ctx context.Context, m *model.Model) engine.CheckResult {
	result := engine.CheckResult{Name: m.Name, Severity: m.Severity, Skipped: s.missing(m)}
	if result.Skipped != "" {
		return result
	}
	var checked, failed sql.NullInt64
	var example sql.NullString
	query := "select cast(checked_count as bigint), cast(failed_count as bigint), cast(example as varchar) from (" + m.SQL + ")"
	if err := s.conn.QueryRowContext(ctx, query).Scan(&checked, &failed, &example); err != nil {
		result.Err = fmt.Errorf("evaluate %s: %w", m.Name, err)
		return result
	}
	if !checked.Valid || !failed.Valid {
		result.Err = fmt.Errorf("evaluate %s: it gives no count", m.Name)
	}
	result.Checked, result.Failed, result.Example = checked.Int64, failed.Int64, example.String
	return result
}

// missing names the entities that the check needs and that nobody exports.
func (s *session) missing(m *model.Model) string {
	for _, need := range m.Needs {
		for _, l := range s.plan.Landing {
			if l.Entity.Name == need && len(l.Files) == 0 && !l.IsDerived {
				return "needs: " + need
			}
		}
	}
	return ""
}
