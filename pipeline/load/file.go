package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"truce/pipeline/lex"
)

// tuning holds sizes that only tests change.
type tuning struct{ block, reach, fieldLimit, recordLimit, rowGroup int }

func defaultTuning() tuning {
	return tuning{
		block: 512 << 10, reach: lex.DefaultFieldLimit,
		fieldLimit: lex.DefaultFieldLimit, recordLimit: lex.DefaultRecordLimit, rowGroup: rowGroupRows,
	}
}

// File loads one file: it reads the text that open gives, which must be UTF-8, and writes its rows
// to parts in the target's folder.
//
// The text is read once, and a second and perhaps third time if the formats of its columns cannot be
// settled otherwise; open must give the same text each time. Progress is told the bytes read since
// the last time, and a negative number when reading starts over; it may be nil, and is called from
// one goroutine at a time.
//
// A file that cannot be trusted gives a RefusedError. On any error nothing of the load is left in
// the target's folder.
func File(
	ctx context.Context, open func() (io.ReadCloser, error), x Extract, to Target, progress func(bytes int64),
) (Result, error) {
	return loadFile(ctx, open, x, to, progress, defaultTuning())
}

func loadFile(
	ctx context.Context, open func() (io.ReadCloser, error), x Extract, to Target, progress func(int64), tune tuning,
) (Result, error) {
	l := &loader{open: open, extract: &x, to: to, progress: progress, tune: tune}
	if l.to.Writers <= 0 {
		l.to.Writers = runtime.GOMAXPROCS(0)
	}
	result, err := l.attempt(ctx, false)
	if errors.Is(err, errUnsettled) {
		result, err = l.attempt(ctx, true)
	}
	if errors.Is(err, errUnsettled) {
		err = fmt.Errorf("%w although the whole file was read; this is a defect of the loader", err)
	}
	return result, err
}

// loader loads one file, in one or more passes over its text.
type loader struct {
	open     func() (io.ReadCloser, error)
	extract  *Extract
	to       Target
	progress func(int64)
	told     int64 // bytes of this pass that progress was told
	tune     tuning
}

// start opens the text and reads its header.
func (l *loader) start() (*head, *blockReader, io.Closer, error) {
	if l.progress != nil && l.told > 0 {
		l.progress(-l.told)
	}
	l.told = 0
	in, err := l.open()
	if err != nil {
		return nil, nil, nil, err
	}
	reader := newBlockReader(in, l.tune.block, l.tune.reach, l.to.Writers+2, func(n int64) {
		l.told += n
		if l.progress != nil {
			l.progress(n)
		}
	})
	h, err := readHead(reader, l.extract, l.tune)
	if err == nil {
		err = h.check()
	}
	if err != nil {
		return nil, nil, nil, errors.Join(err, in.Close())
	}
	return h, reader, in, nil
}

// attempt settles the formats, from the whole text if asked to, and loads.
func (l *loader) attempt(ctx context.Context, whole bool) (Result, error) {
	h, reader, in, err := l.start()
	if err != nil {
		return Result{}, err
	}
	again, err := l.settle(ctx, h, reader, whole)
	if again && err == nil {
		first := h
		if err = in.Close(); err != nil {
			return Result{}, fmt.Errorf("close the file: %w", err)
		}
		if h, reader, in, err = l.start(); err != nil {
			return Result{}, err
		}
		err = h.same(first)
		h.plan = first.plan
	}
	var result Result
	if err == nil {
		result, err = l.load(ctx, h, reader)
	}
	if closeErr := in.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("close the file: %w", closeErr)
	}
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// settle decides the formats of the columns. It tells whether it used up the text for that.
func (l *loader) settle(ctx context.Context, h *head, reader *blockReader, whole bool) (again bool, err error) {
	s := newSurvey(h.plan)
	if len(s.columns) == 0 {
		return false, nil
	}
	for {
		rest := reader
		if !whole {
			rest = nil
		}
		if err := s.read(ctx, slices.Clone(h.data), h.last, h.lines, h.dialect, rest); err != nil {
			return false, err
		}
		needsMore, err := s.decide()
		if !needsMore || err != nil {
			return whole, err
		}
		whole = true
	}
}

// load parses and writes the rows that follow the header.
func (l *loader) load(ctx context.Context, h *head, reader *blockReader) (Result, error) {
	r := &run{head: h, to: l.to, tune: l.tune}
	r.tally = tally{
		counts: h.counts, quarantine: newQuarantine(h.plan, l.to), pointSeen: make([]bool, len(h.plan.columns)),
	}
	for n := range l.to.Writers {
		r.parsers = append(r.parsers, newParser(h.plan, h.dialect))
		r.parts = append(r.parts, newPartWriter(h.plan, l.to, n+1, l.tune.rowGroup))
	}
	r.hashes = make([]keyHashes, l.to.Writers)
	result := Result{Columns: h.plan.maps(), Unmapped: h.plan.unmapped(), Delimiter: h.dialect.Delimiter}
	err := r.execute(ctx, reader)
	if err == nil {
		err = r.complete(&result)
	}
	if err != nil {
		r.abandon()
		return Result{}, err
	}
	return result, nil
}

// complete closes the files and fills the result.
func (r *run) complete(out *Result) error {
	t := &r.tally
	out.Counts, out.Rules = t.counts, t.quarantine.counts
	if err := out.Counts.Check(); err != nil {
		return err
	}
	var written int64
	for _, w := range r.parts {
		for i, rows := range w.present()[:min(len(out.Columns), len(w.present()))] {
			out.Columns[i].Filled += rows
		}
		if part, ok := w.part(); ok {
			out.Parts = append(out.Parts, part)
			written += part.Rows
		}
	}
	out.Rows = t.rows
	if written != t.rows || r.head.plan.spread == nil && t.rows != out.Counts.Loaded {
		return fmt.Errorf("the parts hold %d rows, but %d rows of %d records were parsed; "+
			"this is a defect of the loader, do not trust this load", written, t.rows, out.Counts.Loaded)
	}
	out.Values = r.values()
	var err error
	if out.Quarantine, err = t.quarantine.close(); err != nil {
		return err
	}
	out.Formats = r.head.plan.formats(t.pointSeen)
	out.UniqueKeys = r.uniqueKeys()
	if t.dated {
		newest := time.UnixMicro(t.newest).UTC()
		out.NewestModifiedAt = &newest
	}
	out.Warnings = r.head.plan.warnings
	if out.Counts.Loaded+out.Counts.Quarantined == 0 {
		out.Warnings = append(out.Warnings, "the file has a header and no rows")
	}
	return nil
}

// uniqueKeys tells whether it is proven that no two rows share the key.
func (r *run) uniqueKeys() bool {
	p := r.head.plan
	if len(p.keys) == 0 && !p.placeKey {
		return r.tally.rows <= 1
	}
	return p.placeKey || uniqueKeys(r.hashes)
}

// abandon removes what was written.
func (r *run) abandon() {
	for _, w := range r.parts {
		w.abandon()
	}
	r.tally.quarantine.abandon()
}
