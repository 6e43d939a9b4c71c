package load

import (
	"database/sql"
	"math"
	"os"
	"path/filepath"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2" // the driver
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"truce/pipeline/entity"
)

// What DuckDB reads from a file are the numbers and days that were written, whatever lies between them.
func TestTableOfNumbers(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("duckdb", "")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	dir := t.TempDir()
	extremes := []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	// DuckDB knows no days outside of these.
	days := rapid.OneOf(rapid.Int32Range(-40_000, 60_000), rapid.SampledFrom([]int32{-2147483646, 0, 2147483646}))
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "part.parquet")
		defer func() { _ = os.Remove(path) }()
		table, err := createTable(path, []tableColumn{
			{name: "number", kind: entity.Integer}, {name: "day", kind: entity.Date}, {name: "_line", kind: entity.Integer, required: true},
		})
		require.NoError(t, err)
		table.perGroup = rapid.IntRange(1, 3000).Draw(t, "rows of a group")
		var numbers []sql.NullInt64
		var dates []sql.NullInt32
		for range rapid.IntRange(0, 6).Draw(t, "batches") {
			var number, day, line values
			for range rapid.IntRange(1, 400).Draw(t, "rows") {
				n := sql.NullInt64{Valid: rapid.IntRange(0, 4).Draw(t, "known") > 0}
				d := sql.NullInt32{Valid: n.Valid}
				if n.Valid {
					n.Int64 = rapid.OneOf(rapid.Int64(), rapid.SampledFrom(extremes)).Draw(t, "number")
					d.Int32 = days.Draw(t, "day")
					number.longs, day.days = append(number.longs, n.Int64), append(day.days, d.Int32)
				}
				numbers, dates = append(numbers, n), append(dates, d)
				level := map[bool]int16{true: 1}[n.Valid]
				number.levels, day.levels = append(number.levels, level), append(day.levels, level)
				line.longs = append(line.longs, int64(len(numbers)))
			}
			require.NoError(t, table.begin())
			require.NoError(t, table.write(0, &number))
			require.NoError(t, table.write(1, &day))
			require.NoError(t, table.write(2, &line))
			table.finish(len(line.longs))
		}
		require.NoError(t, table.close())

		rows, err := db.QueryContext(t.Context(), "select number, day - date '1970-01-01' from read_parquet('"+path+"') order by _line")
		require.NoError(t, err)
		defer func() { require.NoError(t, rows.Close()) }()
		var gotNumbers []sql.NullInt64
		var gotDates []sql.NullInt32
		for rows.Next() {
			var n sql.NullInt64
			var d sql.NullInt32
			require.NoError(t, rows.Scan(&n, &d))
			gotNumbers, gotDates = append(gotNumbers, n), append(gotDates, d)
		}
		require.NoError(t, rows.Err())
		require.Equal(t, numbers, gotNumbers)
		require.Equal(t, dates, gotDates)
	})
}
