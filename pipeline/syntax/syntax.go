// Package syntax gives the syntax tree of SQL as DuckDB's parser reads it, without running or binding
// any of it.
package syntax

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Database is the part of *sql.DB and *sql.Conn that Tree needs.
type Database interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tree gives the document of DuckDB's json_serialize_sql for a text, as valid JSON. A text that is not
// SELECT statements gives a document whose field error is true; an error is the database's.
//
// A number beyond what a double holds, such as 1e400, stands in the tree as the text Infinity.
func Tree(ctx context.Context, db Database, text string) ([]byte, error) {
	var document string
	// Both casts are needed: an untyped parameter is refused, and the driver scans JSON as a map.
	row := db.QueryRowContext(ctx, "select cast(json_serialize_sql(cast(? as varchar)) as varchar)", text)
	if err := row.Scan(&document); err != nil {
		return nil, fmt.Errorf("parse SQL: %w", err)
	}
	// DuckDB writes such numbers bare, which is no JSON. Within a text the quotes would have backslashes.
	return []byte(strings.NewReplacer(
		`"value":Infinity`, `"value":"Infinity"`,
		`"value":-Infinity`, `"value":"-Infinity"`,
	).Replace(document)), nil
}
