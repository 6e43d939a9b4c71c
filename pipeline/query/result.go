package query

import (
	"database/sql"
	"fmt"
)

// pageSize is how many rows leave DuckDB at a time.
const pageSize = 8192

// Column is a column of a result or of a table.
type Column struct {
	Name string
	// Type is DuckDB's name of the type, as in DECIMAL(18,2).
	Type string
	// Comment says what the column means; results have none.
	Comment string
}

// Result is the rows of one statement, in its order. It lives until Close, the end of its session or the deadline
// of the context that Query was given.
//
//	for r.Next() { use(r.Row()) }
//	err := r.Err()
type Result struct {
	// Columns are named uniquely: DuckDB renames the second of two equal names.
	Columns []Column
	// Rows is how many rows there are to read.
	Rows int64
	// Truncated says that the statement has more rows than the session's cap, and that the rest is left out.
	Truncated bool

	kinds      []kind
	nestedJSON bool // nested values as JSON, not as DuckDB's text
	fetch      func(query string, args ...any) (*sql.Rows, error)
	finish     func() error
	explain    func(error) error
	table      string
	page       [][]any
	at         int   // in page
	read       int64 // rows fetched
	err        error
}

// Next moves to the next row and says whether there is one. After false, Err tells whether the rows came to an end
// or a failure.
func (r *Result) Next() bool {
	if r.err != nil {
		return false
	}
	r.at++
	if r.at < len(r.page) {
		return true
	}
	if r.read >= r.Rows {
		return false
	}
	r.err = r.nextPage()
	return r.err == nil && len(r.page) > 0
}

// Row is the current row; the slice is the caller's to keep. Values are nil, bool, int64, uint64, *big.Int (HUGEINT),
// duckdb.Decimal, float32, float64, string, []byte or time.Time (in UTC). Times of day, intervals, identifiers and nested
// values are text.
func (r *Result) Row() []any { return r.page[r.at] }

// Err is the error that ended Next, if any.
func (r *Result) Err() error { return r.err }

// Close releases the result. It may be called twice.
func (r *Result) Close() error {
	if r.finish == nil {
		return nil
	}
	finish := r.finish
	r.finish, r.page, r.read, r.at = nil, nil, r.Rows, 0
	return finish()
}

// rewind starts over, so that a format can look at the rows before it writes them.
func (r *Result) rewind() { r.page, r.at, r.read = nil, -1, 0 }

func (r *Result) nextPage() error {
	until := min(r.read+pageSize, r.Rows)
	rows, err := r.fetch("select "+r.projection()+" from "+r.table+
		" where rowid >= ? and rowid < ? order by rowid", r.read, until)
	if err != nil {
		return r.explain(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	r.page, r.at = r.page[:0:0], 0
	for rows.Next() {
		values := make([]any, len(r.Columns))
		targets := make([]any, len(values))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return r.explain(err)
		}
		for i := range values {
			values[i] = widen(values[i])
		}
		r.page = append(r.page, values)
	}
	if err := rows.Err(); err != nil {
		return r.explain(err)
	}
	if int64(len(r.page)) != until-r.read {
		return fmt.Errorf("read %d rows of a result where %d were expected", len(r.page), until-r.read)
	}
	r.read = until
	return nil
}
