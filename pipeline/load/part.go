package load

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/zeebo/xxh3"

	"truce/pipeline/entity"
)

// lineColumn is the column that holds the line on which a row starts.
const lineColumn = "_line"

// partWriter writes the rows of one worker to its own file.
type partWriter struct {
	plan   *plan
	path   string
	table  *table
	filled []values // of the columns that no cell fills, reused
	group  int      // rows of a row group
}

func newPartWriter(p *plan, to Target, n, group int) *partWriter {
	return &partWriter{
		plan: p, group: group, path: filepath.Join(to.Dir, fmt.Sprintf("%s-%d.parquet", to.Prefix, n)),
		filled: make([]values, len(p.columns)),
	}
}

// write adds the rows of a batch. The block began after this many lines and records of the file. The
// first batch decides which columns get a dictionary.
func (w *partWriter) write(b *batch, a *arena, lines, records int64) error {
	if b.rows == 0 {
		return nil
	}
	if w.table == nil {
		table, err := createTable(w.path, w.layout(b))
		if err != nil {
			return err
		}
		table.perGroup = w.group
		w.table = table
	}
	if err := w.table.begin(); err != nil {
		return err
	}
	for i := range w.plan.columns {
		if err := w.table.write(i, w.values(i, b, a, records)); err != nil {
			return err
		}
	}
	for i := range b.lines {
		b.lines[i] += lines + 1
	}
	if err := w.table.write(len(w.plan.columns), &values{longs: b.lines}); err != nil {
		return err
	}
	w.table.finish(b.rows)
	return nil
}

// values gives the values of a column for the rows of a batch.
func (w *partWriter) values(i int, b *batch, a *arena, records int64) *values {
	c := &w.plan.columns[i]
	if c.fromText() {
		return &b.columns[i]
	}
	v := &w.filled[i]
	switch c.origin {
	case fromExtract:
		for len(v.levels) < b.rows {
			v.take(c.field.Type, c.fixed, 0)
		}
		return v.first(b.rows)
	case fromPlace:
		v.reset()
		for n := range b.rows {
			v.texts, v.levels = append(v.texts, w.placeText(c, a, b, n, records)), append(v.levels, 1)
		}
		return v
	}
	for len(v.levels) < b.rows {
		v.levels = append(v.levels, 0)
	}
	return v.first(b.rows)
}

// first gives the first n of values of which all or none are null.
func (v *values) first(n int) *values {
	return &values{
		texts: v.texts[:min(n, len(v.texts))], longs: v.longs[:min(n, len(v.longs))],
		days: v.days[:min(n, len(v.days))], bools: v.bools[:min(n, len(v.bools))], levels: v.levels[:n],
	}
}

// placeText writes the place of a row's record in its file, counted from 1, as a key: a sequence with
// zeros in front, so that its order is the file's, and a # that tells it from an id of the source;
// others with the file's name. Of several rows of one record, the place of the column or of the part follows.
func (w *partWriter) placeText(c *column, a *arena, b *batch, row int, records int64) parquet.ByteArray {
	const digits, columnDigits, longest = 12, 4, 20
	name := w.plan.extract.FileName
	place := b.places[row] + records + 1
	out := a.room(len(name) + 2*longest)
	if c.field.Name == "sequence" {
		out = appendPadded(append(out, '#'), place, digits)
	} else {
		out = strconv.AppendInt(append(append(out, name...), ':'), place, 10)
	}
	if w.plan.spread != nil {
		out = appendPadded(append(out, '.'), int64(b.ordinals[row]), columnDigits)
	}
	return a.keep(out)
}

// appendPadded appends a number with zeros in front.
func appendPadded(out []byte, n int64, digits int) []byte {
	var scratch [20]byte
	number := strconv.AppendInt(scratch[:0], n, 10)
	for range digits - len(number) {
		out = append(out, '0')
	}
	return append(out, number...)
}

// layout gives the columns of the file.
func (w *partWriter) layout(b *batch) []tableColumn {
	columns := make([]tableColumn, 0, len(w.plan.columns)+1)
	for i, c := range w.plan.columns {
		columns = append(columns, tableColumn{
			name: c.field.Name, kind: c.field.Type,
			required:   !c.attribute && (c.field.Key || c.field.Required),
			dictionary: c.origin == fromExtract && c.field.Type == entity.Text || c.fromText() && repeats(&b.columns[i], c),
			counted:    c.isCounted(),
		})
	}
	return append(columns, tableColumn{name: lineColumn, kind: entity.Integer, required: true})
}

// repeats tells from a sample whether the texts of a column repeat, so that a dictionary pays. A
// column that is mostly empty may hold anything later, and gets none.
func repeats(v *values, c column) bool {
	const sample, enough = 4096, 64
	if c.field.Type != entity.Text || c.field.Key {
		return false
	}
	texts := v.texts[:min(len(v.texts), sample)]
	seen := make(map[uint64]struct{}, len(texts))
	for _, text := range texts {
		seen[xxh3.Hash(text)] = struct{}{}
	}
	return len(texts) >= enough && len(seen) <= len(texts)/2
}

// close completes the file, if there is one.
func (w *partWriter) close() error {
	if w.table == nil {
		return nil
	}
	return w.table.close()
}

// part describes the file; a writer that got no rows has none.
func (w *partWriter) part() (Part, bool) {
	if w.table == nil {
		return Part{}, false
	}
	return Part{File: filepath.Base(w.path), Rows: w.table.rows}, true
}

// counts gives the values of each column, nil for those that are not counted.
func (w *partWriter) counts() []*valueCounts {
	if w.table == nil {
		return nil
	}
	return w.table.counts
}

// present gives the rows with a value by column; nil if there are no rows.
func (w *partWriter) present() []int64 {
	if w.table == nil {
		return nil
	}
	return w.table.filled
}

func (w *partWriter) abandon() {
	if w.table != nil {
		w.table.abandon()
	}
}
