package duckdb

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"truce/pipeline/engine"
	"truce/pipeline/entity"
)

// landingSelect gives the relation of one entity: the parts of every file, with the file's lineage
// as constants. An entity without rows is there too.
func landingSelect(l engine.Landing) string {
	var selects []string
	for _, file := range l.Files {
		if len(file.Parts) > 0 {
			selects = append(selects, landingFileSelect(l, file))
		}
	}
	if len(selects) == 0 {
		return emptyLanding(l)
	}
	return strings.Join(selects, " union all ")
}

func landingFileSelect(l engine.Landing, file engine.LandingFile) string {
	var columns []string
	for _, field := range l.Columns {
		expression := fmt.Sprintf("cast(null as %s)", field.Type.SQL())
		if slices.Contains(file.Columns, field.Name) {
			expression = fmt.Sprintf("try_cast(%s as %s)", identifier(field.Name), field.Type.SQL())
		}
		columns = append(columns, expression+" as "+identifier(field.Name))
	}
	columns = append(columns,
		literal(file.Source)+" as _source",
		literal(file.LoadID)+" as _load_id",
		timestamp(file.EffectiveAt)+" as _effective_at",
		timestamp(file.LandedAt)+" as _landed_at",
		literal(file.Name)+" as _file",
		"cast(_line as bigint) as _line",
		fmt.Sprintf("%t as _is_current, %t as _may_repeat, %t as _replaces_month", file.IsCurrent, file.MayRepeat, file.ReplacesMonth),
	)
	from := strings.TrimPrefix(readParquet(file.Parts...), "select * ")
	return "select " + strings.Join(columns, ", ") + " " + from
}

func emptyLanding(l engine.Landing) string {
	var columns []string
	for _, field := range slices.Concat(l.Columns, entity.Lineage(), engine.LandingFlags()) {
		columns = append(columns, fmt.Sprintf("cast(null as %s) as %s", field.Type.SQL(), identifier(field.Name)))
	}
	return "select " + strings.Join(columns, ", ") + " where false"
}

func timestamp(t time.Time) string {
	return "timestamp '" + t.UTC().Format("2006-01-02 15:04:05.000000") + "'"
}
