package load

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Inspection tells how a file would be read, from its header and its first rows.
type Inspection struct {
	Delimiter     byte
	DelimiterName string // comma, semicolon, tab or pipe, as the configuration writes it
	HeaderLine    int64
	Headers       []string
	Columns       []ColumnMap
	Unmapped      []string          // headers that nothing names
	Formats       map[string]string // by field: what is declared, remembered or settled by the sample
	// Problems are the reasons for which the file would be refused, all of them.
	Problems []*RefusedError
	Warnings []string
	Whole    bool             // the sample is the whole file
	Counts   Counts           // of the sample
	Rules    map[string]int64 // rows of the sample that would be quarantined, by rule
	Ranges   map[string]Range // of the sample's dates and timestamps, by field; without those that have none
	// Rows are the sample's rows, each with a value for each of Columns: nil, a string, an int64, a
	// decimal as a string such as 12.34, a bool, or a time.Time in UTC. Only InspectRows fills them.
	Rows [][]any
}

// Inspect reads the header and a sample of a file, about 1 MiB, and tells how it would be read. A
// file that would be refused is no error here: the problems are listed.
func Inspect(ctx context.Context, open func() (io.ReadCloser, error), x Extract) (Inspection, error) {
	return inspectFile(ctx, open, x, false)
}

// InspectRows does what Inspect does, and gives the sample's rows too.
func InspectRows(ctx context.Context, open func() (io.ReadCloser, error), x Extract) (Inspection, error) {
	return inspectFile(ctx, open, x, true)
}

func inspectFile(ctx context.Context, open func() (io.ReadCloser, error), x Extract, withRows bool) (Inspection, error) {
	in, err := open()
	if err != nil {
		return Inspection{}, err
	}
	tune := defaultTuning()
	tune.block = 1 << 20
	out, err := inspect(ctx, in, &x, tune, withRows)
	if closeErr := in.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("close the file: %w", closeErr)
	}
	return out, err
}

func inspect(ctx context.Context, in io.Reader, x *Extract, tune tuning, withRows bool) (Inspection, error) {
	var out Inspection
	reader := newBlockReader(in, tune.block, tune.reach, 1, nil)
	h, err := readHead(reader, x, tune)
	if err != nil {
		return out, out.add(err)
	}
	p := h.plan
	out = Inspection{
		Delimiter: h.dialect.Delimiter, DelimiterName: delimiterName(h.dialect.Delimiter), HeaderLine: h.line,
		Headers: p.headers, Columns: p.maps(), Unmapped: p.unmapped(), Whole: h.last, Formats: map[string]string{},
	}
	out.Problems, out.Warnings = p.problems(h.line)
	s := newSurvey(p)
	if err := s.read(ctx, h.data, h.last, h.lines, h.dialect, nil); err != nil {
		return out, err
	}
	for n, i := range s.columns {
		if refused := s.decideAlone(&p.columns[i], s.seen[n]); refused != nil {
			out.Problems = append(out.Problems, refused)
		}
	}
	for n, i := range s.columns {
		c := &p.columns[i]
		if s.seen[n][ambiguous] == 0 || c.decision().standing != undecided {
			continue
		}
		switch refused := s.decideTogether(c, s.seen[n][ambiguous]); {
		case refused == nil:
		case h.last:
			out.Problems = append(out.Problems, refused)
		default:
			out.Warnings = append(out.Warnings, fmt.Sprintf("the first rows do not settle the format of column %q", c.header))
		}
	}
	out.describe(p)
	out.sample(h, withRows)
	return out, nil
}

// add lists a refusal and gives any other error back.
func (i *Inspection) add(err error) error {
	var refused *RefusedError
	if errors.As(err, &refused) {
		i.Problems = append(i.Problems, refused)
		return nil
	}
	return err
}

// describe lists the formats of the columns that have one.
func (i *Inspection) describe(p *plan) {
	for _, at := range p.formatted() {
		c := &p.columns[at]
		if c.decision().standing != undecided {
			i.Formats[c.field.Name] = c.format()
		}
	}
}

// sample counts what would become of the first rows.
func (i *Inspection) sample(h *head, withRows bool) {
	parser := newParser(h.plan, h.dialect)
	parser.parse(h.data, h.last, false, false)
	i.Counts, i.Rules = h.counts, map[string]int64{}
	for _, r := range parser.refused {
		if r.rule != contradicts && r.rule != unsettled {
			i.Rules[r.rule.name()]++
		}
	}
	i.Ranges = parser.ranges()
	if withRows {
		i.Rows = parser.rows()
	}
	i.Counts.Records += parser.records + parser.blank + parser.ignored
	i.Counts.Blank += parser.blank
	i.Counts.Ignored += parser.ignored + parser.left + int64(len(parser.footers.queue))
	i.Counts.Quarantined = int64(len(parser.refused))
	i.Counts.Loaded = parser.batch.records
	if i.Whole && i.Counts.Loaded+i.Counts.Quarantined == 0 {
		i.Warnings = append(i.Warnings, "the file has a header and no rows")
	}
}
