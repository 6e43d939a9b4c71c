package load

import (
	"errors"
	"fmt"
	"os"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"truce/pipeline/entity"
)

// rowGroupRows is about how many rows a row group gets before the next one starts.
const rowGroupRows = 120_000

// tableColumn is one column of a Parquet file.
type tableColumn struct {
	name       string
	kind       entity.Type
	required   bool // never null
	dictionary bool // values repeat
	counted    bool // its different values are counted, if there are few
}

// values are the values of one column for some rows. Only the slice of its type is used, and holds
// the values that are not null.
type values struct {
	texts  []parquet.ByteArray
	longs  []int64 // integers, decimals, rates and timestamps
	days   []int32
	bools  []bool
	levels []int16 // 1 for a value, 0 for a null, one for each row; not used if the column is required
}

// table writes one Parquet file.
type table struct {
	columns      []tableColumn
	dictionaries []*dictionary  // by column; nil for those without
	counts       []*valueCounts // by column; nil for those that are not counted
	filled       []int64        // rows with a value by column
	out          *os.File
	writer       *file.Writer
	group        file.BufferedRowGroupWriter
	inGroup      int
	perGroup     int // rows of a row group, about
	rows         int64
}

// createTable starts a new file, which must not exist.
func createTable(path string, columns []tableColumn) (*table, error) {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return nil, fmt.Errorf("create a part of the landing: %w", err)
	}
	t := &table{
		columns: columns, dictionaries: make([]*dictionary, len(columns)), counts: make([]*valueCounts, len(columns)),
		filled: make([]int64, len(columns)), out: out, perGroup: rowGroupRows,
	}
	options := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Zstd), parquet.WithCompressionLevel(1),
		parquet.WithDictionaryDefault(false), parquet.WithBatchSize(4096),
		// Above what a dictionary may hold, so that the library never drops one half-way.
		parquet.WithDictionaryPageSizeLimit(64 << 20), parquet.WithDataPageSize(1 << 20),
	}
	nodes := make(schema.FieldList, len(columns))
	for i, c := range columns {
		if nodes[i], err = c.node(); err != nil {
			return nil, errors.Join(fmt.Errorf("column %s: %w", c.name, err), out.Close())
		}
		if c.kind != entity.Text && c.kind != entity.Boolean {
			// Numbers and times in any order: as small as zstd makes them, and quicker to write and to read.
			options = append(options, parquet.WithEncodingFor(c.name, parquet.Encodings.DeltaBinaryPacked),
				parquet.WithCompressionFor(c.name, compress.Codecs.Uncompressed))
		}
		if c.dictionary {
			options = append(options, parquet.WithDictionaryFor(c.name, true))
			t.dictionaries[i] = newDictionary()
		}
		if c.counted {
			t.counts[i] = newValueCounts()
		}
	}
	root, err := schema.NewGroupNode("schema", parquet.Repetitions.Required, nodes, -1)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lay out %s: %w", path, err), out.Close())
	}
	t.writer, err = file.NewParquetWriterWithError(sink{out}, root,
		file.WithWriterProps(parquet.NewWriterProperties(options...)))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", path, err), out.Close())
	}
	return t, nil
}

// sink hides the file's Close from the Parquet writer, so that the table closes it and sees the error.
type sink struct{ out *os.File }

func (s sink) Write(b []byte) (int, error) { return s.out.Write(b) }

func (c tableColumn) node() (schema.Node, error) {
	var logical schema.LogicalType = schema.NoLogicalType{}
	physical := parquet.Types.Int64
	switch c.kind {
	case entity.Text:
		logical, physical = schema.StringLogicalType{}, parquet.Types.ByteArray
	case entity.Decimal:
		logical = schema.NewDecimalLogicalType(maxDigits, 2)
	case entity.Rate:
		logical = schema.NewDecimalLogicalType(maxDigits, 8)
	case entity.Boolean:
		physical = parquet.Types.Boolean
	case entity.Date:
		logical, physical = schema.DateLogicalType{}, parquet.Types.Int32
	case entity.Timestamp:
		logical = schema.NewTimestampLogicalType(false, schema.TimeUnitMicros)
	}
	repetition := parquet.Repetitions.Optional
	if c.required {
		repetition = parquet.Repetitions.Required
	}
	return schema.NewPrimitiveNodeLogical(c.name, repetition, logical, physical, 0, -1)
}

// begin makes room for rows, in a new row group if the last one is full.
func (t *table) begin() error {
	full := t.group == nil || t.inGroup >= t.perGroup
	for _, d := range t.dictionaries {
		full = full || d != nil && d.full()
	}
	if !full {
		return nil
	}
	if err := t.endGroup(); err != nil {
		return err
	}
	group, err := t.writer.AppendBufferedRowGroupChecked()
	if err != nil {
		return fmt.Errorf("write %s: %w", t.out.Name(), err)
	}
	t.group, t.inGroup = group, 0
	return nil
}

// endGroup writes the columns with dictionaries, which waited for all values of the row group.
func (t *table) endGroup() error {
	if t.group == nil {
		return nil
	}
	for i, d := range t.dictionaries {
		if d == nil {
			continue
		}
		if counts := t.counts[i]; counts != nil {
			counts.addDictionary(d)
		}
		chunk, err := t.group.Column(i)
		if err == nil {
			err = d.write(chunk.(*file.ByteArrayColumnChunkWriter))
		}
		if err != nil {
			return fmt.Errorf("write column %s of %s: %w", t.columns[i].name, t.out.Name(), err)
		}
	}
	t.group = nil
	return nil
}

// write adds the values of some rows to one column.
func (t *table) write(column int, v *values) error {
	t.filled[column] += int64(len(v.texts) + len(v.longs) + len(v.days) + len(v.bools))
	levels := v.levels
	if t.columns[column].required {
		levels = nil
	}
	if d := t.dictionaries[column]; d != nil {
		d.add(v.texts, levels)
		return nil
	}
	if counts := t.counts[column]; counts != nil {
		counts.add(v.texts)
	}
	chunk, err := t.group.Column(column)
	if err != nil {
		return fmt.Errorf("write %s: %w", t.out.Name(), err)
	}
	switch w := chunk.(type) {
	case *file.ByteArrayColumnChunkWriter:
		_, err = w.WriteBatch(v.texts, levels, nil)
	case *file.Int64ColumnChunkWriter:
		_, err = w.WriteBatch(v.longs, levels, nil)
	case *file.Int32ColumnChunkWriter:
		_, err = w.WriteBatch(v.days, levels, nil)
	case *file.BooleanColumnChunkWriter:
		_, err = w.WriteBatch(v.bools, levels, nil)
	}
	if err != nil {
		return fmt.Errorf("write column %s of %s: %w", t.columns[column].name, t.out.Name(), err)
	}
	return nil
}

// finish says that every column got this many rows.
func (t *table) finish(rows int) {
	t.inGroup += rows
	t.rows += int64(rows)
}

// close completes the file.
func (t *table) close() error {
	if err := errors.Join(t.endGroup(), t.writer.Close(), t.out.Close()); err != nil {
		return fmt.Errorf("complete %s: %w", t.out.Name(), err)
	}
	return nil
}

// abandon closes the file and removes it.
func (t *table) abandon() {
	_ = t.out.Close()
	_ = os.Remove(t.out.Name())
}
