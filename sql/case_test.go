package sql_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/model"
)

// A case is a folder cases/<model>/<case>:
//
//	case.yaml              as_of; missing: entities and entity.fields that nobody exports; where: a
//	                       condition on the rows to compare; config: a configuration
//	given_<relation>.csv   rows of a relation; columns that are not given are NULL
//	expect.csv             all rows of the model for which the condition holds, with the columns to
//	                       compare; a cell =1/3 is computed
//
// Relations that are not given are built by their models from what is given; the landing is empty.
// In CSV files an empty cell is NULL, '' is the empty text, and lines that start with # are comments.

// emptyText is the cell that stands for the empty text.
const emptyText = "''"

func TestCases(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("cases/*/*")
	require.NoError(t, err)
	require.NotEmpty(t, folders)
	shared := newWorkshop(t)
	for _, folder := range folders {
		name := filepath.Base(filepath.Dir(folder))
		t.Run(name+"/"+filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			b := newBench(t, shared, folder)
			m, ok := b.graph.Model(name)
			require.True(t, ok, "there is no model %s", name)
			b.build(name)
			b.compare(name, filepath.Join(folder, "expect.csv"))
			b.hasShape(m)
		})
	}
}

// columnsOf gives the columns that the model's header promises.
func columnsOf(m *model.Model) []string {
	if m.Kind == model.Check {
		return []string{"checked_count", "failed_count", "example"}
	}
	names := make([]string, len(m.Columns))
	for i, c := range m.Columns {
		names[i] = c.Name
	}
	return names
}

// hasShape requires that the model gives the columns of its header in their order and one row per
// unique key. A staging model may give the landing's other columns too.
func (b *bench) hasShape(m *model.Model) {
	b.t.Helper()
	var given []string
	for _, row := range b.query("select column_name from (describe " + m.Name + ")") {
		given = append(given, row[0])
	}
	promised := columnsOf(m)
	if m.Kind == model.Staging {
		require.Subset(b.t, given, promised, "columns of %s", m.Name)
	} else {
		require.Equal(b.t, strings.Join(promised, " "), strings.Join(given, " "), "columns of %s", m.Name)
	}
	if m.Kind == model.Check {
		require.Len(b.t, b.query("select * from "+m.Name), 1, "a check gives one row")
		return
	}
	key := strings.Join(m.UniqueKey, ", ")
	twice := b.query(fmt.Sprintf("select %s from %s group by %s having count(*) > 1", key, m.Name, key))
	require.Empty(b.t, twice, "rows of %s with the same %s", m.Name, key)
}

// compare compares the columns that expect.csv has. Rows are matched by the model's unique key
// where expect.csv has it, else by all cells from left to right.
func (b *bench) compare(name, file string) {
	b.t.Helper()
	m, _ := b.graph.Model(name)
	header, expected := readCSV(b.t, file)
	if m.Kind != model.Staging {
		require.Subset(b.t, columnsOf(m), header, "%s: columns that %s does not have", file, name)
	}
	text := fmt.Sprintf("select %s from %s", strings.Join(header, ", "), name)
	if b.where != "" {
		text += " where " + b.where
	}
	actual := b.query(text)
	for _, row := range expected {
		for c, cell := range row {
			if expression, ok := strings.CutPrefix(cell, "="); ok {
				row[c] = b.query("select cast(" + expression + " as double)")[0][0]
			}
		}
	}
	if found := differences(m, header, expected, actual); len(found) > 0 {
		b.t.Fatalf("%s:\n%s\n%s gives:\n%s", file, strings.Join(found, "\n"), name, render(header, actual))
	}
}

// differences says for each row and column where the model does not give what is expected.
func differences(m *model.Model, header []string, expected, actual [][]string) []string {
	var keys []int
	for _, column := range m.UniqueKey {
		if i := slices.Index(header, column); i >= 0 {
			keys = append(keys, i)
		}
	}
	if len(keys) < len(m.UniqueKey) || len(keys) == 0 {
		return differencesInOrder(header, expected, actual)
	}
	keyOf := func(row []string) string {
		var parts []string
		for _, i := range keys {
			parts = append(parts, row[i])
		}
		return strings.Join(parts, " | ")
	}
	rest := map[string][]string{}
	for _, row := range actual {
		rest[keyOf(row)] = row
	}
	var found []string
	for _, row := range expected {
		got, ok := rest[keyOf(row)]
		if !ok {
			found = append(found, "no row "+keyOf(row))
			continue
		}
		delete(rest, keyOf(row))
		found = append(found, cellDifferences(keyOf(row), header, row, got)...)
	}
	for key := range rest {
		found = append(found, "unexpected row "+key)
	}
	slices.Sort(found)
	return found
}

func differencesInOrder(header []string, expected, actual [][]string) []string {
	sortRows(expected)
	sortRows(actual)
	if len(expected) != len(actual) {
		return []string{fmt.Sprintf("%d rows instead of %d", len(actual), len(expected))}
	}
	var found []string
	for i, row := range expected {
		found = append(found, cellDifferences(fmt.Sprintf("row %d", i+1), header, row, actual[i])...)
	}
	return found
}

func cellDifferences(key string, header, expected, actual []string) []string {
	var found []string
	for c, column := range header {
		if !same(expected[c], actual[c]) {
			found = append(found, fmt.Sprintf("%s: %s is %q instead of %q", key, column, actual[c], expected[c]))
		}
	}
	return found
}

func readCSV(t *testing.T, file string) (header []string, rows [][]string) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	reader := csv.NewReader(f)
	reader.Comment = '#'
	all, err := reader.ReadAll()
	require.NoError(t, err, "%s", file)
	require.NotEmpty(t, all, "%s has no header", file)
	return all[0], all[1:]
}

// sortRows orders rows by their cells from left to right. Numbers are compared as numbers, so that
// 0.5 and 0.50 meet.
func sortRows(rows [][]string) {
	slices.SortFunc(rows, func(a, b []string) int {
		return slices.CompareFunc(a, b, func(x, y string) int {
			if same(x, y) {
				return 0
			}
			return strings.Compare(x, y)
		})
	})
}

// same tells whether two cells hold the same: the same text, or numbers within 1e-9 of each other.
func same(a, b string) bool {
	if a == b {
		return true
	}
	x, err := strconv.ParseFloat(a, 64)
	if err != nil {
		return false
	}
	y, err := strconv.ParseFloat(b, 64)
	return err == nil && !math.IsInf(x-y, 0) && math.Abs(x-y) <= 1e-9*max(1, math.Abs(x), math.Abs(y))
}

func render(header []string, rows [][]string) string {
	lines := []string{strings.Join(header, ",")}
	for _, row := range rows {
		lines = append(lines, strings.Join(row, ","))
	}
	return strings.Join(lines, "\n")
}
