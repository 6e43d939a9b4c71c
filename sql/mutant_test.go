package sql_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/fixtures/mutate"
	"truce/pipeline/model"
)

// trial is one case of a model, ready to run its mutants.
type trial struct {
	bench    *bench
	model    *model.Model
	probe    probe
	header   []string
	expected [][]string
}

func newTrial(t *testing.T, w *workshop, folder, name string) *trial {
	t.Helper()
	b := newBench(t, w, folder)
	m, ok := b.graph.Model(name)
	require.True(t, ok, "there is no model %s", name)
	b.build(name)
	x := &trial{bench: b, model: m, probe: newProbe(t, b.conn, m.SQL, b.where)}
	x.header, x.expected = readCSV(t, filepath.Join(folder, "expect.csv"))
	for _, row := range x.expected {
		for c, cell := range row {
			if expression, ok := strings.CutPrefix(cell, "="); ok {
				row[c] = b.query("select cast(" + expression + " as double)")[0][0]
			}
		}
	}
	require.False(t, x.notices(&suspect{Mutant: mutate.Mutant{SQL: m.SQL}}), "%s fails before anything is changed", folder)
	return x
}

// notices tells whether the case fails with a mutant: it cannot be computed, has two rows of one key, or gives
// something else than is expected. Where it does not, it also looks at what the case does not expect.
func (x *trial) notices(s *suspect) bool {
	rows, err := x.probe.rows(x.bench.t, s.SQL)
	if err != nil {
		return true
	}
	keys := map[string]bool{}
	var kept [][]string
	for _, row := range rows {
		if key := strings.Join(x.probe.pick(row, x.model.UniqueKey), " | "); x.model.Kind != model.Check && keys[key] {
			return true
		} else if keys[key] = true; row[0] == "true" {
			kept = append(kept, x.probe.pick(row, x.header))
		}
	}
	if len(differences(x.model, x.header, x.expected, kept)) > 0 {
		return true
	}
	if s.difference == "" && !x.probe.gives(rows) {
		s.difference = "in the case " + filepath.Base(x.bench.folder)
	}
	return false
}

// probe compares what texts of a model give in a database: numbers without the last digits of those that have
// no end, whatever the order of the rows.
type probe struct {
	conn     *sql.Conn
	names    []string
	columns  string
	original []string
}

func newProbe(t *testing.T, conn *sql.Conn, text, where string) probe {
	t.Helper()
	p := probe{conn: conn, names: []string{""}, columns: "true"}
	if where != "" {
		p.columns = "coalesce(" + where + ", false)"
	}
	described, err := p.strings(t, "select column_name, column_type from (describe "+text+")")
	require.NoError(t, err)
	for _, column := range described {
		p.names = append(p.names, column[0])
		value := column[0]
		if column[1] == "DOUBLE" {
			value = "round(" + value + ", 9) + 0"
		}
		p.columns += fmt.Sprintf(", cast(%s as %s)", value, column[1])
	}
	rows, err := p.rows(t, text)
	require.NoError(t, err)
	p.original = inOrder(rows)
	return p
}

// rows gives the rows of a text of the model; the first cell says whether the case looks at the row.
func (p probe) rows(t *testing.T, text string) ([][]string, error) {
	t.Helper()
	return p.strings(t, "select "+p.columns+" from (\n"+text+"\n)")
}

// strings runs a query, which may fail, and gives its cells as cases write them.
func (p probe) strings(t *testing.T, query string) ([][]string, error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), mutationTimeout)
	defer stop()
	found, err := p.conn.QueryContext(ctx, "select coalesce(nullif(columns(*)::varchar, ''), case when columns(*) is not null then '"+strings.ReplaceAll(emptyText, "'", "''")+"' else '' end) from ("+query+")")
	if err != nil {
		return nil, errors.Join(ctx.Err(), err)
	}
	defer func() { _ = found.Close() }() // what ended the query is in Err
	columns, err := found.Columns()
	require.NoError(t, err)
	var all [][]string
	for found.Next() {
		row, targets := make([]string, len(columns)), make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := found.Scan(targets...); err != nil {
			return nil, errors.Join(ctx.Err(), err)
		}
		all = append(all, row)
	}
	return all, errors.Join(ctx.Err(), found.Err())
}

// pick gives the cells of some columns.
func (p probe) pick(row, columns []string) []string {
	cells := make([]string, len(columns))
	for i, column := range columns {
		cells[i] = row[slices.Index(p.names, column)]
	}
	return cells
}

// gives tells whether rows are those of the model.
func (p probe) gives(rows [][]string) bool { return slices.Equal(inOrder(rows), p.original) }

func inOrder(rows [][]string) []string {
	found := make([]string, len(rows))
	for i, row := range rows {
		found[i] = strings.Join(row, " | ")
	}
	slices.Sort(found)
	return found
}
