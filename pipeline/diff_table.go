package pipeline

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/publish"
)

// movedTable is a temporary table with the rows of a published table that moved: change, the columns
// o0, o1, … of the old row, and n0, n1, … of the new one.
type movedTable struct {
	name    string
	key     []string
	columns []tableColumn // that both runs have
}

type tableColumn struct {
	name, kind string // the type as DuckDB writes it
}

// relation is the name of the temporary table.
func (t movedTable) relation() string { return quoted("moved " + t.name) }

// at gives the position of a column, or -1.
func (t movedTable) at(name string) int {
	return slices.IndexFunc(t.columns, func(c tableColumn) bool { return c.name == name })
}

// table compares one table; false if both runs have the same rows.
func (d *differ) table(ctx context.Context, name string) (TableDiff, bool, error) {
	diff := TableDiff{Name: name}
	oldPath, oldSum, hadIt := tableFile(d.Old, name)
	newPath, newSum, hasIt := tableFile(d.New, name)
	switch {
	case !hadIt:
		diff.Note = "only the new run has it"
		return diff, true, nil
	case !hasIt:
		diff.Note = "only the old run has it"
		return diff, true, nil
	case oldSum == newSum:
		return diff, false, nil
	}
	t, note, err := d.shape(ctx, name, oldPath, newPath)
	diff.Note = note
	if err != nil || t.name == "" {
		return diff, err == nil, err
	}
	if _, err := d.conn.ExecContext(ctx, t.statement(oldPath, newPath)); err != nil {
		return diff, false, err
	}
	counts := "select count(*) filter (change = 'added'), count(*) filter (change = 'removed'), count(*) filter (change = 'changed') from " + t.relation()
	if err := d.conn.QueryRowContext(ctx, counts).Scan(&diff.Added, &diff.Removed, &diff.Changed); err != nil {
		return diff, false, err
	}
	if isFact(name) {
		d.facts = append(d.facts, t)
		diff.Columns, err = d.columnCounts(ctx, t)
		if err != nil {
			return diff, false, err
		}
	}
	if diff.Rows, err = d.rows(ctx, t, "true", d.Limit); err != nil {
		return diff, false, err
	}
	if !isFact(name) {
		err = d.explain(ctx, t, diff.Rows)
	}
	return diff, diff.Added+diff.Removed+diff.Changed > 0 || note != "", err
}

// shape finds the key and the common columns. A table without a name cannot be compared; the note says
// why.
func (d *differ) shape(ctx context.Context, name, oldPath, newPath string) (t movedTable, note string, err error) {
	before, err := d.describe(ctx, oldPath)
	if err != nil {
		return t, "", err
	}
	after, err := d.describe(ctx, newPath)
	if err != nil {
		return t, "", err
	}
	oldKey, err := d.key(ctx, name, oldPath)
	if err != nil {
		return t, "", err
	}
	newKey, err := d.key(ctx, name, newPath)
	if err != nil {
		return t, "", err
	}
	if len(newKey) == 0 || !slices.Equal(oldKey, newKey) || !hasAll(before, newKey) || !hasAll(after, newKey) {
		return t, fmt.Sprintf("rows cannot be compared: the unique key was %s and is %s", strings.Join(oldKey, ", "), strings.Join(newKey, ", ")), nil
	}
	var notes []string
	for _, c := range after {
		i := slices.IndexFunc(before, func(b tableColumn) bool { return b.name == c.name })
		if i < 0 {
			notes = append(notes, "new column "+c.name)
			continue
		}
		if before[i].kind != c.kind {
			c.kind = "VARCHAR"
		}
		t.columns = append(t.columns, c)
	}
	for _, b := range before {
		if !slices.ContainsFunc(after, func(c tableColumn) bool { return b.name == c.name }) {
			notes = append(notes, "the column "+b.name+" is gone")
		}
	}
	t.name, t.key = name, newKey
	return t, strings.Join(notes, "; "), nil
}

func hasAll(columns []tableColumn, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		return !slices.ContainsFunc(columns, func(c tableColumn) bool { return c.name == name })
	})
}

// describe gives the columns of a Parquet file.
func (d *differ) describe(ctx context.Context, file string) ([]tableColumn, error) {
	rows, err := d.conn.QueryContext(ctx, "select column_name, column_type from (describe select * from "+parquet(file)+")")
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	var columns []tableColumn
	for rows.Next() {
		var c tableColumn
		if err := rows.Scan(&c.name, &c.kind); err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	return columns, rows.Err()
}

// key gives the unique key that the file names, else that of the model that ships.
func (d *differ) key(ctx context.Context, name, file string) ([]string, error) {
	written, err := d.metadata(ctx, file, "truce.unique_key")
	if err != nil || written != "" {
		return strings.Split(written, ","), err
	}
	return d.known[name+".parquet"], nil
}

// metadata gives what a Parquet file says of itself under a key, or nothing.
func (d *differ) metadata(ctx context.Context, file, key string) (string, error) {
	var value sql.NullString
	err := d.conn.QueryRowContext(ctx, "select max(decode(value)) from parquet_kv_metadata("+
		literal(literalGlob(file))+") where decode(key) = "+literal(key)).Scan(&value)
	return value.String, err
}

// versions says of which tables the definition has another version.
func (d *differ) versions(ctx context.Context, names []string) ([]string, error) {
	var causes []string
	for _, name := range names {
		var found []string
		for _, run := range []publish.Run{d.Old, d.New} {
			file, _, ok := tableFile(run, name)
			if !ok {
				break
			}
			version, err := d.metadata(ctx, file, "truce.version")
			if err != nil {
				return nil, fmt.Errorf("compare %s: %w", name, err)
			}
			found = append(found, version)
		}
		if len(found) == 2 && found[0] != found[1] {
			causes = append(causes, "definition of "+name+": version "+found[0]+" → "+found[1])
		}
	}
	return causes, nil
}

// statement makes the table of the rows that moved.
func (t movedTable) statement(oldPath, newPath string) string {
	var on, differs, columns []string
	for _, k := range t.key {
		on = append(on, fmt.Sprintf("o.%s is not distinct from n.%s", quoted(k), quoted(k)))
	}
	for i, c := range t.columns {
		before, after := "o."+quoted(c.name), "n."+quoted(c.name)
		if c.kind == "VARCHAR" {
			before, after = "cast("+before+" as varchar)", "cast("+after+" as varchar)"
		}
		columns = append(columns, fmt.Sprintf("%s as o%d, %s as n%d", before, i, after, i))
		differs = append(differs, c.differs(before, after))
	}
	return fmt.Sprintf(`create temporary table %s as
		select case when o._there is null then 'added' when n._there is null then 'removed' else 'changed' end as change, %s
		from (select *, true as _there from %s) as o
		full join (select *, true as _there from %s) as n on %s
		where o._there is null or n._there is null or %s`,
		t.relation(), strings.Join(columns, ", "), parquet(oldPath), parquet(newPath), strings.Join(on, " and "), strings.Join(differs, " or "))
}

// differs gives the condition under which two values of the column count as different.
func (c tableColumn) differs(before, after string) string {
	if c.kind != "DOUBLE" {
		return before + " is distinct from " + after
	}
	return fmt.Sprintf("(%s is distinct from %s and not coalesce(abs(%s - %s) <= 1e-12 * greatest(abs(%s), abs(%s)), false))",
		before, after, before, after, before, after)
}

// columnCounts counts in how many changed records each column changed.
func (d *differ) columnCounts(ctx context.Context, t movedTable) ([]ColumnDiff, error) {
	terms, counts, targets := make([]string, len(t.columns)), make([]int64, len(t.columns)), make([]any, len(t.columns))
	for i, c := range t.columns {
		terms[i] = fmt.Sprintf("count(*) filter (change = 'changed' and %s)", c.differs(fmt.Sprintf("o%d", i), fmt.Sprintf("n%d", i)))
		targets[i] = &counts[i]
	}
	if err := d.conn.QueryRowContext(ctx, "select "+strings.Join(terms, ", ")+" from "+t.relation()).Scan(targets...); err != nil {
		return nil, err
	}
	var found []ColumnDiff
	for i, n := range counts {
		if n > 0 {
			found = append(found, ColumnDiff{Name: t.columns[i].name, Changed: n})
		}
	}
	return found, nil
}

// rows reads moved rows in the order of their key. A limit of zero or less gives all.
func (d *differ) rows(ctx context.Context, t movedTable, where string, limit int) ([]RowDiff, error) {
	terms := []string{"change"}
	for i, c := range t.columns {
		terms = append(terms, fmt.Sprintf("cast(o%d as varchar), cast(n%d as varchar), %s", i, i, c.differs(fmt.Sprintf("o%d", i), fmt.Sprintf("n%d", i))))
	}
	order := make([]string, len(t.key))
	for i, k := range t.key {
		order[i] = fmt.Sprintf("coalesce(n%d, o%d) nulls first", t.at(k), t.at(k))
	}
	text := "select " + strings.Join(terms, ", ") + " from " + t.relation() + " where " + where + " order by " + strings.Join(order, ", ")
	if limit > 0 {
		text += fmt.Sprintf(" limit %d", limit)
	}
	rows, err := d.conn.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	var found []RowDiff
	for rows.Next() {
		row, err := t.scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, rows.Err()
}

// scan reads a row: its key, and of a changed one the cells that changed.
func (t movedTable) scan(rows *sql.Rows) (RowDiff, error) {
	before, after := make([]*string, len(t.columns)), make([]*string, len(t.columns))
	differs := make([]bool, len(t.columns))
	var row RowDiff
	targets := []any{&row.Change}
	for i := range t.columns {
		targets = append(targets, &before[i], &after[i], &differs[i])
	}
	if err := rows.Scan(targets...); err != nil {
		return row, err
	}
	shown := after
	if row.Change == "removed" {
		shown = before
	}
	for _, k := range t.key {
		row.Key = append(row.Key, Cell{Column: k, Value: shown[t.at(k)]})
	}
	for i, c := range t.columns {
		if differs[i] && !slices.Contains(t.key, c.name) {
			row.Cells = append(row.Cells, CellDiff{Column: c.name, Old: before[i], New: after[i]})
		}
	}
	return row, nil
}

func parquet(file string) string {
	return "read_parquet(" + literal(literalGlob(file)) + ", hive_partitioning = false)"
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
