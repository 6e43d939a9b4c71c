package pipeline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
	"truce/pipeline/landing"
	"truce/pipeline/publish"
)

// Refusals are the rows that were refused. They hold no value of any cell.
type Refusals struct {
	Total   int64
	Summary []RefusalCount // by source, entity, file and rule
	Rows    []Refusal      // by source, file and line; the first of them where a limit was given
}

// RefusalCount counts the rows of one file that broke one rule.
type RefusalCount struct {
	Source    string `json:"source"`
	Entity    string `json:"entity"`
	File      string `json:"file"`
	Rule      string `json:"rule"`
	Rows      int64  `json:"rows"`
	FirstLine int64  `json:"first_line"`
}

// Refusal is one refused row.
type Refusal struct {
	Source  string `json:"source"`
	Entity  string `json:"entity"`
	File    string `json:"file"`
	Line    int64  `json:"line"`   // physical line of the file; the header is usually line 1
	Column  string `json:"column"` // empty where the row as a whole is wrong
	Rule    string `json:"rule"`
	Reason  string `json:"reason"`
	KeyHash string `json:"key_hash"`
}

// LandedRefusals reads the refused rows of all loads that have landed by now, whether a run
// published them or not. It needs no lock. Without any load the second value is false. A limit of
// zero or less gives all rows.
func LandedRefusals(ctx context.Context, c *config.Config, now time.Time, limit int) (Refusals, bool, error) {
	log, err := landing.OpenReadOnly(LandingDir(c))
	if err != nil {
		return Refusals{}, false, err
	}
	loads, err := log.Loads(now)
	if err != nil || len(loads) == 0 {
		return Refusals{}, false, err
	}
	var files []engine.QuarantineFile
	for _, contract := range entity.All() {
		for _, b := range landing.Branches(loads, contract.Name, log.Dir) {
			if b.File.Quarantine != "" {
				files = append(files, engine.QuarantineFile{
					Path: filepath.Join(log.Dir(b.LoadID), b.File.Quarantine), Source: b.File.Source, LoadID: b.LoadID,
				})
			}
		}
	}
	bySource := map[string][]string{}
	for _, f := range files {
		bySource[f.Source] = append(bySource[f.Source], literal(literalGlob(f.Path)))
	}
	var selects []string
	for _, name := range sortedKeys(bySource) {
		selects = append(selects, fmt.Sprintf("select %s as source, * from read_parquet([%s])", literal(name), strings.Join(bySource[name], ", ")))
	}
	if len(selects) == 0 {
		return Refusals{}, true, nil
	}
	refusals, err := readRefusals(ctx, strings.Join(selects, " union all by name "), limit)
	return refusals, true, err
}

// PublishedRefusals reads the refused rows of a published run. A limit of zero or less gives all.
func PublishedRefusals(ctx context.Context, run publish.Run, limit int) (Refusals, error) {
	file := filepath.Join(run.Dir, "quarantine.parquet")
	return readRefusals(ctx, "select * from read_parquet("+literal(literalGlob(file))+")", limit)
}

// readRefusals reads rows from a relation with the columns of quarantine.parquet.
func readRefusals(ctx context.Context, relation string, limit int) (found Refusals, err error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return found, fmt.Errorf("open duckdb for the quarantine: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// the text is built from paths and names of our own; DuckDB binds no parameter as a file name
	rows, err := db.QueryContext(ctx, `select source, entity, file, rule, count(*), min(line) from (`+relation+`)
		group by all order by source, file, count(*) desc, rule`)
	if err != nil {
		return found, fmt.Errorf("read the quarantine: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	for rows.Next() {
		var c RefusalCount
		if err := rows.Scan(&c.Source, &c.Entity, &c.File, &c.Rule, &c.Rows, &c.FirstLine); err != nil {
			return found, fmt.Errorf("read the quarantine: %w", err)
		}
		found.Summary = append(found.Summary, c)
		found.Total += c.Rows
	}
	if err := rows.Err(); err != nil {
		return found, fmt.Errorf("read the quarantine: %w", err)
	}
	found.Rows, err = readRows(ctx, db, relation, limit)
	return found, err
}

func readRows(ctx context.Context, db *sql.DB, relation string, limit int) ([]Refusal, error) {
	text := `select source, entity, file, line, "column", rule, reason, key_hash from (` + relation + `)
		order by source, file, line, "column", rule`
	if limit > 0 {
		text += fmt.Sprintf(" limit %d", limit)
	}
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("read the quarantine: %w", err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	var found []Refusal
	for rows.Next() {
		var r Refusal
		if err := rows.Scan(&r.Source, &r.Entity, &r.File, &r.Line, &r.Column, &r.Rule, &r.Reason, &r.KeyHash); err != nil {
			return nil, fmt.Errorf("read the quarantine: %w", err)
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// literalGlob writes a path so that read_parquet, which expands patterns, reads exactly that file.
func literalGlob(path string) string {
	return strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path)
}
