package convert

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
)

// Limits of a Parquet file. A page is the unit of compression, about 1 MiB in most files.
const (
	maxPage    = 64 << 20
	batchRows  = 4096
	readBuffer = 64 << 10
)

// parquetRows gives the rows of a Parquet file.
type parquetRows struct {
	limit   *budget
	records pqarrow.RecordReader
	columns []column
	rows    int64 // left to give
	batch   arrow.RecordBatch
	at      int // row of the batch
	started bool
	cells   [][]byte
}

// column is a column of a Parquet file that is read.
type column struct {
	name  string
	leaf  int // its number among the columns of the file
	write writer
}

// Parquet starts to read a Parquet file of so many bytes. Columns of lists, structures and bytes that
// are no text are left out. Rows are read as they are asked for, a few thousand at once.
func Parquet(in io.ReaderAt, size int64) (*Reader, error) {
	var rows *parquetRows
	limit := newBudget(maxMemory)
	err := guard(func() (err error) {
		rows, err = openParquet(in, size, limit)
		return err
	})
	if err != nil {
		return nil, limit.explain(err)
	}
	return &Reader{lines: rows}, nil
}

func openParquet(in io.ReaderAt, size int64, limit *budget) (*parquetRows, error) {
	properties := parquet.NewReaderProperties(limit)
	properties.BufferedStreamEnabled, properties.BufferSize = true, readBuffer
	properties.MaxCompressedPageSize, properties.MaxUncompressedPageSize = maxPage, maxPage
	if err := refuseEncrypted(in, size); err != nil {
		return nil, err
	}
	opened, err := file.NewParquetReader(io.NewSectionReader(in, 0, size), file.WithReadProps(properties))
	if err != nil {
		return nil, err
	}
	if err := refuseParquet(opened); err != nil {
		return nil, err
	}
	reader, err := pqarrow.NewFileReader(opened, pqarrow.ArrowReadProperties{BatchSize: batchRows}, limit)
	if err != nil {
		return nil, err
	}
	rows := &parquetRows{limit: limit, rows: opened.NumRows(), columns: flatColumns(reader)}
	if len(rows.columns) == 0 {
		return nil, &UnreadableError{Reason: "has no column that a table can hold", Hint: "export its columns flat"}
	}
	var leaves []int
	for _, c := range rows.columns {
		leaves = append(leaves, c.leaf)
	}
	rows.cells = make([][]byte, len(leaves))
	rows.records, err = reader.GetRecordReader(context.Background(), leaves, nil)
	return rows, err
}

// refuseEncrypted refuses a file of which even the list of columns is encrypted.
func refuseEncrypted(in io.ReaderAt, size int64) error {
	var end [4]byte
	if size < int64(len(end)) {
		return io.ErrUnexpectedEOF
	}
	if _, err := in.ReadAt(end[:], size-int64(len(end))); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(end[:]) == "PARE" {
		return encrypted()
	}
	return nil
}

func encrypted() error {
	return &UnreadableError{Reason: "is encrypted", Hint: "export it without encryption"}
}

// refuseParquet refuses what cannot be read safely: the decoder of Brotli writes beyond its memory on
// damaged input.
func refuseParquet(opened *file.Reader) error {
	meta := opened.MetaData()
	if meta.IsSetEncryptionAlgorithm() {
		return encrypted()
	}
	if n := meta.Schema.NumColumns(); n > maxColumns {
		return &UnreadableError{Reason: fmt.Sprintf("has %d columns, more than %d", n, maxColumns), Hint: "export fewer"}
	}
	var rows int64
	for i := range opened.NumRowGroups() {
		group := meta.RowGroup(i)
		if group.NumRows() < 0 {
			return errors.New("a part of it has less than no rows")
		}
		rows += group.NumRows()
		for n := range group.NumColumns() {
			chunk, err := group.ColumnChunk(n)
			if err != nil {
				return err
			}
			if chunk.Compression() == compress.Codecs.Brotli {
				return &UnreadableError{
					Reason: "is compressed with Brotli, which is not supported", Hint: "export it with zstd, snappy or gzip",
				}
			}
		}
	}
	if rows != opened.NumRows() {
		return fmt.Errorf("its parts have %d rows together, and it says that it has %d", rows, opened.NumRows())
	}
	return nil
}

// flatColumns lists the columns that hold one value a row, of a type that can be written as text.
func flatColumns(reader *pqarrow.FileReader) []column {
	var columns []column
	leaves := reader.ParquetReader().MetaData().Schema
	for _, field := range reader.Manifest.Fields {
		if !field.IsLeaf() || field.ColIndex < 0 || field.LevelInfo.RepLevel > 0 {
			continue
		}
		if write := writerFor(field.Field.Type, leaves.Column(field.ColIndex)); write != nil {
			columns = append(columns, column{name: field.Field.Name, leaf: field.ColIndex, write: write})
		}
	}
	return columns
}

// next appends the header, and then the rows of the next batch one by one.
func (p *parquetRows) next(out []byte) ([]byte, error) {
	if !p.started {
		p.started = true
		for i, c := range p.columns {
			p.cells[i] = []byte(c.name)
		}
		return appendLine(out, p.cells), nil
	}
	if p.batch == nil || int64(p.at) == p.batch.NumRows() {
		if err := p.limit.explain(guard(p.nextBatch)); err != nil {
			return out, err
		}
	}
	for i, c := range p.columns {
		p.cells[i] = p.cells[i][:0]
		if values := p.batch.Column(i); values.IsValid(p.at) {
			p.cells[i] = c.write(p.cells[i], values, p.at)
		}
	}
	p.at++
	return appendLine(out, p.cells), nil
}

// nextBatch reads on. The end is told only if all rows that the file says it has were given.
func (p *parquetRows) nextBatch() error {
	p.batch, p.at = nil, 0
	if p.rows == 0 {
		return io.EOF
	}
	if !p.records.Next() {
		return ended(errors.Join(p.records.Err(), io.ErrUnexpectedEOF))
	}
	batch := p.records.RecordBatch()
	if batch.NumRows() == 0 || batch.NumRows() > p.rows || int(batch.NumCols()) != len(p.columns) {
		return errors.New("it has other rows than it says")
	}
	p.batch = batch
	p.rows -= batch.NumRows()
	return nil
}

func (p *parquetRows) close() error {
	p.records.Release()
	return nil
}
