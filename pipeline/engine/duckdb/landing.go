package duckdb

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"truce/pipeline/engine"
	"truce/pipeline/entity"
)

// Files are read one by one, with their lineage as constants, if they are few or have many rows. Others
// are read at once: each reading of a file of its own takes memory and time in every query, and looking
// the lineage up takes time for every row.
const (
	fewFiles  = 8 // of one layout
	manyRows  = 100_000
	mostAlone = 32 // of those with many rows
)

// landing gives the statements that make the relation of one entity.
func (s *session) landing(l engine.Landing) ([]string, error) {
	query, shared := landingSelect(l)
	if len(shared) == 0 {
		return []string{s.relation(l.Name(), query)}, nil
	}
	lineage := lineageOf(l, shared)
	path := filepath.Join(s.plan.Work, lineage.Name+".parquet")
	if err := lineage.WriteParquet(path); err != nil {
		return nil, err
	}
	return []string{view(lineage.Name, readParquet(path)), s.relation(l.Name(), query)}, nil
}

// landingSelect gives the relation of one entity, and the files whose lineage it looks up. An entity
// without rows is there too.
func landingSelect(l engine.Landing) (query string, shared []engine.LandingFile) {
	var selects []string
	for _, group := range layouts(l.Files) {
		if len(group) > fewFiles || group[0].Branch > 0 {
			selects = append(selects, sharedSelect(l, group))
			shared = append(shared, group...)
			continue
		}
		for _, file := range group {
			selects = append(selects, landingFileSelect(l, file))
		}
	}
	if len(selects) == 0 {
		return emptyLanding(l), nil
	}
	return strings.Join(selects, " union all "), shared
}

// layouts puts the files together that can be read at once, in the order of the first of each.
func layouts(files []engine.LandingFile) [][]engine.LandingFile {
	var groups [][]engine.LandingFile
	known := map[string]int{}
	alone := 0
	for _, file := range files {
		if len(file.Parts) == 0 {
			continue
		}
		if file.Branch == 0 && file.Rows >= manyRows && alone < mostAlone {
			alone++
			groups = append(groups, []engine.LandingFile{file})
			continue
		}
		key := fmt.Sprint(file.Branch > 0, file.Layout)
		at, ok := known[key]
		if !ok {
			at = len(groups)
			known[key] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], file)
	}
	return groups
}

// landingFileSelect reads one file.
func landingFileSelect(l engine.Landing, file engine.LandingFile) string {
	columns := append(contractColumns(l, file),
		literal(file.Source)+" as _source",
		literal(file.LoadID)+" as _load_id",
		timestamp(file.EffectiveAt)+" as _effective_at",
		timestamp(file.LandedAt)+" as _landed_at",
		literal(file.Name)+" as _file",
		"cast(_line as bigint) as _line",
		fmt.Sprintf("%t as _is_current, %t as _may_repeat, %t as _replaces_month", file.IsCurrent, file.MayRepeat, file.ReplacesMonth),
	)
	from := strings.TrimPrefix(readParquet(file.Parts...), "select * ")
	return "select " + strings.Join(columns, ", ") + " " + from + " as part"
}

// sharedSelect reads files of one layout at once. Where a row is from says its part, and in a pack
// its branch.
func sharedSelect(l engine.Landing, files []engine.LandingFile) string {
	var paths []string
	known := map[string]bool{}
	for _, file := range files {
		for _, part := range file.Parts {
			if !known[part] {
				known[part] = true
				paths = append(paths, literal(globbed(part)))
			}
		}
	}
	columns := append(contractColumns(l, files[0]),
		"lineage._source", "lineage._load_id", "lineage._effective_at", "lineage._landed_at", "lineage._file",
		"cast(part._line as bigint) as _line", "lineage._is_current", "lineage._may_repeat", "lineage._replaces_month",
	)
	on := "lineage._part = part._part"
	if files[0].Branch > 0 {
		on += " and lineage._branch = part._branch"
	}
	return fmt.Sprintf("select %s from read_parquet([%s], filename = '_part') as part join %s as lineage on %s",
		strings.Join(columns, ", "), strings.Join(paths, ", "), identifier(lineageName(l)), on)
}

// contractColumns gives the contract's columns and the attributes as the file has them.
func contractColumns(l engine.Landing, file engine.LandingFile) []string {
	var columns []string
	for _, field := range l.Columns {
		expression := fmt.Sprintf("cast(null as %s)", field.Type.SQL())
		if slices.Contains(file.Columns, field.Name) {
			expression = fmt.Sprintf("try_cast(part.%s as %s)", identifier(field.Name), field.Type.SQL())
		}
		columns = append(columns, expression+" as "+identifier(field.Name))
	}
	return columns
}

func lineageName(l engine.Landing) string { return "lineage_" + l.Entity.Name }

// lineageOf says of every part, or branch of a part, from which file its rows are.
func lineageOf(l engine.Landing, files []engine.LandingFile) engine.Relation {
	r := engine.Relation{Name: lineageName(l), Columns: []engine.Column{
		{Name: "_part", Type: engine.Text},
		{Name: "_branch", Type: engine.BigInteger},
		{Name: "_source", Type: engine.Text},
		{Name: "_load_id", Type: engine.Text},
		{Name: "_effective_at", Type: engine.Timestamp},
		{Name: "_landed_at", Type: engine.Timestamp},
		{Name: "_file", Type: engine.Text},
		{Name: "_is_current", Type: engine.Boolean},
		{Name: "_may_repeat", Type: engine.Boolean},
		{Name: "_replaces_month", Type: engine.Boolean},
	}}
	for _, file := range files {
		for _, part := range file.Parts {
			r.Rows = append(r.Rows, []any{
				part, file.Branch, file.Source, file.LoadID, file.EffectiveAt, file.LandedAt, file.Name,
				file.IsCurrent, file.MayRepeat, file.ReplacesMonth,
			})
		}
	}
	return r
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
