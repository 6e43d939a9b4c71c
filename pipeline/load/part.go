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
	if c.origin == fromCell {
		return &b.columns[i]
	}
	v := &w.filled[i]
	level := int16(btoi(c.origin != fromNowhere))
	for len(v.levels) < b.rows {
		v.levels = append(v.levels, level)
	}
	out := &values{levels: v.levels[:b.rows]}
	switch c.origin {
	case fromExtract:
		for len(v.texts) < b.rows {
			v.texts = append(v.texts, parquet.ByteArray(c.constant))
		}
		out.texts = v.texts[:b.rows]
	case fromPlace:
		v.texts = v.texts[:0]
		for _, place := range b.places {
			v.texts = append(v.texts, w.placeText(c, a, place+records+1))
		}
		out.texts = v.texts
	}
	return out
}

// placeText writes the place of a record in its file, counted from 1, as a key: in a cost ledger
// with the file's name, elsewhere with zeros in front, so that its order is the file's, and a # that
// tells it from an id of the source.
func (w *partWriter) placeText(c *column, a *arena, place int64) parquet.ByteArray {
	const digits = 12
	name := w.plan.extract.FileName
	out := a.room(len(name) + 1 + 20)
	if c.field.Name == "sequence" {
		var scratch [20]byte
		number := strconv.AppendInt(scratch[:0], place, 10)
		out = append(out, '#')
		for range digits - len(number) {
			out = append(out, '0')
		}
		return a.keep(append(out, number...))
	}
	return a.keep(strconv.AppendInt(append(append(out, name...), ':'), place, 10))
}

// layout gives the columns of the file.
func (w *partWriter) layout(b *batch) []tableColumn {
	columns := make([]tableColumn, 0, len(w.plan.columns)+1)
	for i, c := range w.plan.columns {
		columns = append(columns, tableColumn{
			name: c.field.Name, kind: c.field.Type,
			required:   !c.attribute && (c.field.Key || c.field.Required),
			dictionary: c.origin == fromExtract || c.origin == fromCell && repeats(&b.columns[i], c),
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

func (w *partWriter) abandon() {
	if w.table != nil {
		w.table.abandon()
	}
}
