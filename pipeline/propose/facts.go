package propose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"truce/pipeline/source"
)

const mostDeals = 2_000_000 // that are told apart; beyond, rows are counted

// facts are what the rows of all deals say together.
type facts struct {
	deals     Deals
	rows      int64
	deleted   int64
	flagged   int64 // deals whose outcome flags tell
	stages    map[string]*stageFacts
	pipelines map[string]map[string]*stageFacts // stages by pipeline; the first ones
	lastDay   time.Time                         // of a creation or an outcome
	undated   int64                             // decided deals without a close date
	unvalued  int64                             // won deals without an amount, or with zero
	measured  int64                             // decided deals with both dates
	future    int64                             // created after tomorrow
	negative  int64                             // of these, closed before they were created
	createds  map[time.Time]int64
	seen      map[uint64]outcome // by deal, as long as there are not too many
}

// stageFacts are what the deals in a stage say.
type stageFacts struct {
	deals, won, lost      int64
	probability, weighted float64 // sum, and number of deals that have one
}

// readFacts reads the deals once more, now that their columns are known.
func (s *sight) readFacts(ctx context.Context, d *draft, tried []Tried) (*facts, error) {
	f := &facts{
		stages: map[string]*stageFacts{}, pipelines: map[string]map[string]*stageFacts{},
		createds: map[time.Time]int64{}, seen: map[uint64]outcome{},
	}
	for _, one := range tried {
		src := d.source(one.Source)
		if one.Entity != "opportunity" || one.Refused != nil || src == nil {
			continue
		}
		if err := s.readDeals(ctx, f, d, src, one); err != nil {
			return nil, fmt.Errorf("read the deals of %s: %w", one.Name, err)
		}
	}
	return f, nil
}

func (d *draft) source(name string) *draftSource {
	for _, src := range d.sources {
		if src.name == name {
			return src
		}
	}
	return nil
}

// eachRow calls do with the cells of each record of a file that was tried.
func eachRow(ctx context.Context, one Tried, do func(cells []string)) error {
	in, _, err := one.File.Open(one.Encoding)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	text := &records{in: in, size: headerLimit}
	if err := text.fill(); err != nil {
		return err
	}
	text.open(one.Result.Delimiter)
	width, apart := -1, int64(0)
	if format, err := one.File.Format(); err == nil && format == source.JSONLines {
		apart = 1 // the header is no line of such a file
	}
	for n := 0; ; n++ {
		cells, err := text.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errCrooked):
			continue
		case err != nil:
			return err
		case n%4096 == 0 && ctx.Err() != nil:
			return ctx.Err()
		case width < 0:
			width = len(cells)
		case len(cells) == width && !one.SetAside[text.line()-apart]:
			do(cells)
		}
	}
}

// places gives where the fields of a file stand.
func places(one Tried) map[string]int {
	index := map[string]int{}
	for _, c := range one.Result.Columns {
		if c.Mapped && c.Index >= 0 {
			index[c.Field] = c.Index
		}
	}
	return index
}

// several gives where those fields of a file stand of which the first cell that says something counts.
func several(one Tried) map[string][]int {
	index := map[string][]int{}
	for _, c := range one.Result.Columns {
		if len(c.Places) > 0 {
			index[c.Field] = c.Places
		}
	}
	return index
}

// forget takes back an earlier row of the same deal.
func (f *facts) forget(key uint64) {
	was, ok := f.seen[key]
	if !ok {
		return
	}
	f.rows--
	delete(f.seen, key)
	switch was {
	case outcomeWon:
		f.deals.Won--
	case outcomeLost:
		f.deals.Lost--
	default:
		f.deals.Open--
	}
}

// decide counts the dates of a decided deal.
func (f *facts) decide(created, closed time.Time) {
	switch {
	case closed.IsZero():
		f.undated++
	case !created.IsZero():
		f.measured++
		f.negative += int64(btoi(closed.Before(created)))
	}
	f.see(closed)
}

func (f *facts) see(day time.Time) {
	if day.After(f.lastDay) {
		f.lastDay = day
	}
}
