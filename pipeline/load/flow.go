package load

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// errUnsettled says that a cell needs a format that was not decided when parsing began.
var errUnsettled = errors.New("a format is not settled")

// block is a piece of the file on its way from the reader to a parser.
type block struct {
	data    []byte
	last    bool
	in, out chan baton
}

// baton is what is known about the file up to a block, handed on from block to block in their order.
// Whoever holds it is the only one to touch the run's tally.
type baton struct {
	tail     []byte // the beginning of a record that the blocks so far do not decide
	skipping bool   // the last line is given up and goes on
	lines    int64  // so far
	records  int64  // so far, without header, blank lines and comments
	footers  []footer
}

// run is one pass over a file with settled formats.
type run struct {
	head    *head
	to      Target
	tune    tuning
	tally   tally
	parsers []*parser
	parts   []*partWriter
	hashes  []keyHashes // by worker
}

// tally is what the blocks so far add up to.
type tally struct {
	counts     Counts
	rows       int64 // that the loaded records became
	quarantine *quarantine
	newest     int64
	dated      bool
	pointSeen  []bool // by column
}

// execute reads the blocks and lets the workers parse and write them.
func (r *run) execute(ctx context.Context, reader *blockReader) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	blocks := make(chan block)
	var wg sync.WaitGroup
	for n := range r.parsers {
		wg.Go(func() {
			if err := r.work(ctx, n, blocks, reader); err != nil {
				cancel(err)
			}
		})
	}
	if err := r.feed(ctx, blocks, reader); err != nil {
		cancel(err)
	}
	close(blocks)
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// feed cuts the file into blocks and hands them out in order.
func (r *run) feed(ctx context.Context, blocks chan<- block, reader *blockReader) error {
	in := make(chan baton, 1)
	in <- baton{lines: r.head.lines}
	for data, last := r.head.data, r.head.last; ; {
		b := block{data: data, last: last, in: in, out: make(chan baton, 1)}
		select {
		case blocks <- b:
		case <-ctx.Done():
			return nil
		}
		if last {
			return nil
		}
		in = b.out
		var err error
		if data, last, err = reader.next(); err != nil {
			return err
		}
	}
}

// work parses blocks before it is known whether they begin where a record does. Once the block
// before is settled it is known; a block that does not is parsed again together with the tail.
func (r *run) work(ctx context.Context, n int, blocks <-chan block, reader *blockReader) error {
	p, part := r.parsers[n], r.parts[n]
	for b := range blocks {
		p.parse(b.data, b.last, false, false)
		var before baton
		select {
		case before = <-b.in:
		case <-ctx.Done():
			return nil
		}
		data := b.data
		if footing := len(before.footers) > 0; len(before.tail) > 0 || before.skipping || footing {
			data = slices.Concat(before.tail, b.data)
			p.parse(data, b.last, before.skipping, footing)
		}
		after, err := r.settle(p, data, before, b.last)
		if err != nil {
			return err
		}
		b.out <- after
		if err := part.write(&p.batch, &p.arena, before.lines, before.records); err != nil {
			return err
		}
		r.hashes[n].add(p.batch.hashes)
		reader.release(b.data)
	}
	if ctx.Err() != nil {
		return nil
	}
	return part.close()
}

// settle takes the results of a block into the tally and gives what the next block needs to know.
func (r *run) settle(p *parser, data []byte, before baton, last bool) (baton, error) {
	after := baton{
		tail: slices.Clone(data[p.consumed:]), skipping: p.skipping,
		lines: before.lines + p.lines, records: before.records + p.records,
	}
	queue := append(before.footers, p.footers.carry(before.lines, before.records)...)
	replayed := 0
	switch {
	case p.ordinary:
		replayed = len(before.footers)
	case len(queue) > maxFooters:
		replayed = len(queue) - maxFooters
	}
	for _, f := range queue[:replayed] {
		p.replay(f, before.lines, before.records)
	}
	after.footers = queue[replayed:]
	c := &r.tally.counts
	if last {
		c.Ignored += int64(len(after.footers))
	}
	if p.stop != nil {
		return after, r.stopped(p.stop, before.lines)
	}
	c.Records += p.records + p.blank + p.ignored
	c.Blank += p.blank
	c.Ignored += p.ignored + p.left
	c.Quarantined += int64(len(p.refused))
	c.Loaded += p.batch.records
	r.tally.rows += int64(p.batch.rows)
	slices.SortStableFunc(p.refused, func(a, b refusal) int { return int(a.line - b.line) })
	for i, column := range p.columns {
		if n := column.number; n != nil && n.pointSeen {
			r.tally.pointSeen[i] = true
		}
	}
	if b := &p.batch; b.dated && (!r.tally.dated || b.newest > r.tally.newest) {
		r.tally.newest, r.tally.dated = b.newest, true
	}
	return after, r.tally.quarantine.add(p.refused, before.lines)
}

// stopped says why a row ends the load.
func (r *run) stopped(at *refusal, lines int64) error {
	if at.rule == unsettled {
		return errUnsettled
	}
	return r.head.plan.columns[at.column].contradiction(at.line + lines + 1)
}
