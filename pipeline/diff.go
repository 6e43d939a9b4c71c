package pipeline

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"truce/pipeline/model"
	"truce/pipeline/publish"
)

// DiffOptions says which published runs are compared.
type DiffOptions struct {
	Old, New publish.Run
	Report   string // only this report; empty is all of them
	Limit    int    // rows and records that are named, for each table; zero or less names all
}

// Difference is what moved from one published run to another.
type Difference struct {
	Causes  []string    `json:"causes"`  // what the runs are made of, as far as it differs
	Reports []TableDiff `json:"reports"` // those that differ, by name
	Records []TableDiff `json:"records"` // of the tables with one row per record, those that differ
}

// IsSame tells whether no published number and no record moved.
func (d Difference) IsSame() bool { return len(d.Reports) == 0 && len(d.Records) == 0 }

// TableDiff counts and shows the rows of a table that moved.
type TableDiff struct {
	Name    string       `json:"name"`
	Note    string       `json:"note,omitempty"` // why rows could not be compared, or columns were left out
	Added   int64        `json:"added"`
	Removed int64        `json:"removed"`
	Changed int64        `json:"changed"`
	Columns []ColumnDiff `json:"columns,omitempty"` // of a table of records: those that changed
	Rows    []RowDiff    `json:"rows,omitempty"`    // as many as were asked for
}

// ColumnDiff counts the records in which a column changed.
type ColumnDiff struct {
	Name    string `json:"name"`
	Changed int64  `json:"changed"`
}

// RowDiff is one row that moved.
type RowDiff struct {
	Key     []Cell        `json:"key"`
	Change  string        `json:"change"` // added, removed or changed
	Cells   []CellDiff    `json:"cells,omitempty"`
	Records []RecordsDiff `json:"records,omitempty"` // behind a row of a report
}

// Cell is a value with the name of its column. A nil value is NULL.
type Cell struct {
	Column string  `json:"column"`
	Value  *string `json:"value"`
}

// CellDiff is a value that moved. A nil value is NULL, or that of a row that is not there.
type CellDiff struct {
	Column string  `json:"column"`
	Old    *string `json:"old"`
	New    *string `json:"new"`
}

// RecordsDiff counts and shows the moved records that belong to a row of a report: those of its
// segment, breakdown and period, in the old or in the new run.
type RecordsDiff struct {
	Name  string    `json:"name"` // of the table
	Count int64     `json:"count"`
	Rows  []RowDiff `json:"rows"` // a few
}

// UnknownReportError says that neither run has the report that was asked for.
type UnknownReportError struct {
	Reports []string // those that there are
}

// Error names the reports.
func (e *UnknownReportError) Error() string {
	return "neither run has such a report; there are " + strings.Join(e.Reports, ", ")
}

// differ compares two runs in a database of its own.
type differ struct {
	DiffOptions
	conn  *sql.Conn
	known map[string][]string // unique keys of the models that ship, by name of the file
	facts []movedTable        // with one row per record
}

// Diff compares the published tables of two runs by their unique keys. It needs no lock and writes
// nothing. Values of floating point that differ by less than one part in 10^12 count as equal.
func Diff(ctx context.Context, o DiffOptions) (found Difference, err error) {
	shipped, err := ShippedModels(ctx)
	if err != nil {
		return found, err
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return found, fmt.Errorf("open duckdb to compare: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	d := &differ{DiffOptions: o, known: map[string][]string{}}
	if d.conn, err = db.Conn(ctx); err != nil {
		return found, fmt.Errorf("open duckdb to compare: %w", err)
	}
	defer func() { _ = d.conn.Close() }()
	for _, m := range shipped.Models {
		if m.Published() {
			d.known[m.FileName()] = m.UniqueKey
		}
	}
	names, err := d.names()
	if err != nil {
		return found, err
	}
	found.Causes = causesOf(o.Old.Manifest, o.New.Manifest)
	versions, err := d.versions(ctx, names)
	if err != nil {
		return found, err
	}
	found.Causes = append(found.Causes, versions...)
	for _, name := range names {
		diff, differs, err := d.table(ctx, name)
		if err != nil {
			return found, fmt.Errorf("compare %s: %w", name, err)
		}
		switch {
		case !differs:
		case isFact(name):
			found.Records = append(found.Records, diff)
		default:
			found.Reports = append(found.Reports, diff)
		}
	}
	return found, ctx.Err()
}

// isFact tells whether a file holds one row per record.
func isFact(name string) bool { return strings.HasPrefix(name, string(model.Fact)+"_") }

// names lists the tables of both runs: the records first, because the reports are explained by them.
func (d *differ) names() ([]string, error) {
	var facts, reports []string
	for _, file := range slices.Concat(d.Old.Manifest.Files, d.New.Manifest.Files) {
		name, isTable := strings.CutSuffix(file.Name, ".parquet")
		switch {
		case !isTable || name == "quarantine":
		case isFact(name):
			facts = append(facts, name)
		default:
			reports = append(reports, name)
		}
	}
	slices.Sort(facts)
	slices.Sort(reports)
	facts, reports = slices.Compact(facts), slices.Compact(reports)
	switch {
	case d.Report == "":
		return slices.Concat(facts, reports), nil
	case !slices.Contains(reports, d.Report):
		return nil, &UnknownReportError{Reports: reports}
	}
	return append(facts, d.Report), nil
}

// tableFile gives the file of a table in a run; false if it has none.
func tableFile(run publish.Run, name string) (file string, sum string, ok bool) {
	for _, f := range run.Manifest.Files {
		if f.Name == name+".parquet" {
			return filepath.Join(run.Dir, f.Name), f.SHA256, true
		}
	}
	return "", "", false
}

// causesOf says in which of the things that a run is made of two runs differ.
func causesOf(old, recent publish.Manifest) []string {
	causes := []string{}
	add := func(what, before, after string) {
		if before != after {
			causes = append(causes, what+": "+cmp.Or(before, "none")+" → "+cmp.Or(after, "none"))
		}
	}
	add("as of", old.AsOf, recent.AsOf)
	add("currency", old.Currency, recent.Currency)
	add("time zone", old.Timezone, recent.Timezone)
	add("configuration", short(old.ConfigHash), short(recent.ConfigHash))
	add("program", old.Program.Version+" "+short(old.Program.Commit), recent.Program.Version+" "+short(recent.Program.Commit))
	add("DuckDB", old.Program.DuckDB, recent.Program.DuckDB)
	before, after := map[string]string{}, map[string]string{}
	for _, m := range old.Models {
		before[m.Name] = short(m.SHA256)
	}
	for _, m := range recent.Models {
		after[m.Name] = short(m.SHA256)
	}
	for _, name := range union(sortedKeys(before), sortedKeys(after)) {
		add("your model "+name, before[name], after[name])
	}
	return append(causes, inputCauses(old.Inputs, recent.Inputs)...)
}

// inputCauses counts and names the input files that only one of the runs has.
func inputCauses(old, recent []publish.Input) []string {
	const most = 5
	only := func(a, b []publish.Input) string {
		var names []string
		for _, in := range a {
			same := func(other publish.Input) bool {
				return other.Source == in.Source && other.Entity == in.Entity && other.Hash == in.Hash
			}
			if !slices.ContainsFunc(b, same) {
				names = append(names, in.Source+"/"+in.Name)
			}
		}
		if n := len(names); n > most {
			return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n-most)
		}
		return strings.Join(names, ", ")
	}
	var causes []string
	if names := only(old, recent); names != "" {
		causes = append(causes, "inputs only in the old run: "+names)
	}
	if names := only(recent, old); names != "" {
		causes = append(causes, "inputs only in the new run: "+names)
	}
	return causes
}

func short(hash string) string {
	const enough = 12
	if len(hash) > enough {
		return hash[:enough]
	}
	return hash
}
