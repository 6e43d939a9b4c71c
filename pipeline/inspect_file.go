package pipeline

import (
	"errors"
	"io"
	"time"

	"truce/pipeline/load"
	"truce/pipeline/source"
)

// InspectedFile tells how one file would be read.
type InspectedFile struct {
	Name, Entity string // Name is what reports call the file
	Size         int64  // bytes on disk
	Date         *time.Time
	Encoding     source.Encoding
	Text         load.Inspection
	Rows         RowEstimate
	Problems     []string // why the file would be refused, or keep the run from publishing: all reasons
	isSampled    bool     // Text has the rows of the sample
}

// Precision says how sure a count of rows is.
type Precision string

// The precisions of a RowEstimate.
const (
	Exact   Precision = "exact"    // the sample was the whole file
	About   Precision = "about"    // from the size of the file
	AtLeast Precision = "at_least" // of a compressed or converted file, whose text may be of any size
)

// RowEstimate says how many rows a file has, good and bad ones, without header and blank lines.
type RowEstimate struct {
	Rows      int64     `json:"rows"`
	Precision Precision `json:"precision"`
}

// estimateRows concludes from a sample, for which this many bytes of text were read, on the file.
func estimateRows(file source.File, sample load.Inspection, read int64, encoding source.Encoding) RowEstimate {
	rows := sample.Counts.Loaded + sample.Counts.Quarantined
	switch {
	case sample.Whole || read == 0:
		return RowEstimate{Rows: rows, Precision: Exact}
	case !file.IsPlain():
		return RowEstimate{Rows: rows, Precision: AtLeast}
	}
	text := float64(file.Size)
	if encoding == source.UTF16LE || encoding == source.UTF16BE {
		text /= 2 // most letters of an export take one byte in UTF-8 and two in UTF-16
	}
	return RowEstimate{Rows: int64(float64(rows) * text / float64(read)), Precision: About}
}

// opener opens a file for a look and counts what is read of its text.
type opener struct {
	file     source.File
	encoding string // declared
	first    source.Encoding
	text     *source.Text
	read     int64
}

func (o *opener) open() (io.ReadCloser, error) {
	reader, detected, err := o.file.Open(o.encoding)
	if err != nil {
		return nil, err
	}
	o.first, o.read = detected, 0
	o.text, _ = reader.(*source.Text)
	return &countingReader{ReadCloser: reader, read: &o.read}, nil
}

// detected gives the encoding as far as it is known from what was read.
func (o *opener) detected() source.Encoding {
	if o.text != nil {
		return o.text.Encoding()
	}
	return o.first
}

type countingReader struct {
	io.ReadCloser
	read *int64
}

func (r *countingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	*r.read += int64(n)
	return n, err
}

// withoutName gives the text of a refusal for a place that names the file already.
func withoutName(err error) string {
	var file *source.RefusedError
	if !errors.As(err, &file) {
		return err.Error()
	}
	nameless := *file
	nameless.Name = "the file"
	return nameless.Error()
}
