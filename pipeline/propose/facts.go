package propose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"truce/pipeline/source"
)

const mostDeals = 2_000_000 // that are told apart; beyond, rows are counted

// facts are what the rows of all deals say together.
type facts struct {
	deals    Deals
	rows     int64
	deleted  int64
	flagged  int64 // deals whose outcome flags tell
	stages   map[string]*stageFacts
	lastDay  time.Time // of a creation or an outcome
	undated  int64     // decided deals without a close date
	unvalued int64     // won deals without an amount, or with zero
	measured int64     // decided deals with both dates
	future   int64     // created after tomorrow
	negative int64     // of these, closed before they were created
	createds map[time.Time]int64
	seen     map[uint64]outcome // by deal, as long as there are not too many
}

// stageFacts are what the deals in a stage say.
type stageFacts struct {
	deals, won, lost      int64
	probability, weighted float64 // sum, and number of deals that have one
}

// reader reads the deals of one file as the draft understands them.
type reader struct {
	facts     *facts
	draft     *draft
	extract   *draftExtract
	preset    source.Preset
	export    source.Export
	index     map[string]int
	several   map[string][]int // of the fields that are read from several columns
	formats   map[string]string
	known     map[string]string // status words
	won, lost map[string]bool
	listed    map[string]listedStage
	now       time.Time
}

// readFacts reads the deals once more, now that their columns are known.
func (s *sight) readFacts(ctx context.Context, d *draft, tried []Tried) (*facts, error) {
	f := &facts{stages: map[string]*stageFacts{}, createds: map[time.Time]int64{}, seen: map[uint64]outcome{}}
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

func (s *sight) readDeals(ctx context.Context, f *facts, d *draft, src *draftSource, one Tried) error {
	r, err := newReader(f, d, src, one)
	if err != nil {
		return err
	}
	r.listed, r.now = s.listed, s.options.Now
	return eachRow(ctx, one, r.add)
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

func newReader(f *facts, d *draft, src *draftSource, one Tried) (*reader, error) {
	preset, err := source.LookupPreset(src.preset)
	if err != nil {
		return nil, err
	}
	r := &reader{
		facts: f, draft: d, extract: src.extract("opportunity"), preset: preset,
		index: places(one), several: several(one), formats: one.Result.Formats, known: map[string]string{}, won: map[string]bool{}, lost: map[string]bool{},
	}
	if r.extract == nil {
		r.extract = &draftExtract{}
	}
	if exports := preset.Entities["opportunity"]; one.File.Export < len(exports) {
		r.export = exports[one.File.Export]
	}
	for _, words := range []map[string]string{r.export.Values["status"], r.extract.values["status"]} {
		for word, meaning := range words {
			r.known[word] = meaning
		}
	}
	won, lost := d.won, d.lost
	if len(won)+len(lost) == 0 {
		won, lost = preset.Stages.Won, preset.Stages.Lost
	}
	for _, name := range won {
		r.won[name] = true
	}
	for _, name := range lost {
		r.lost[name] = true
	}
	return r, nil
}

// cell gives what a field says, "" if nothing.
func (r *reader) cell(cells []string, field string) string {
	i, ok := r.index[field]
	if !ok {
		return ""
	}
	places := r.several[field]
	if places == nil {
		places = []int{i}
	}
	for _, place := range places {
		cell := strings.TrimSpace(cells[place])
		if cell != "" && !isBroken(cell) && (!isNullWord(cell) || field == "stage" || field == "status") {
			return cell
		}
	}
	return ""
}

// add counts one deal.
func (r *reader) add(cells []string) {
	key := r.cell(cells, "opportunity_id")
	if key == "" || isBroken(key) {
		return
	}
	f := r.facts
	f.rows++
	f.forget(xxh3.HashString(key))
	if deleted, _ := readFlag(r.cell(cells, "is_deleted")); deleted {
		f.deleted++
		return
	}
	result, flagged := r.outcome(cells)
	f.flagged += int64(btoi(flagged))
	if name := r.cell(cells, "stage"); name != "" {
		stage := f.stages[name]
		if stage == nil {
			stage = &stageFacts{}
			f.stages[name] = stage
		}
		stage.deals++
		stage.won += int64(btoi(result == outcomeWon))
		stage.lost += int64(btoi(result == outcomeLost))
		var percent float64
		text := strings.Replace(strings.Trim(r.cell(cells, "probability"), "% "), ",", ".", 1)
		if _, err := fmt.Sscanf(text, "%g", &percent); err == nil {
			stage.probability, stage.weighted = stage.probability+percent, stage.weighted+1
		}
	}
	created := r.day(cells, "created_at")
	if !created.IsZero() && len(f.createds) < 400 {
		f.createds[created]++
	}
	f.see(created)
	f.future += int64(btoi(created.After(r.now.AddDate(0, 0, 1))))
	if len(f.seen) < mostDeals {
		f.seen[xxh3.HashString(key)] = result
	}
	switch result {
	case outcomeWon:
		f.deals.Won++
		amount := strings.Trim(r.cell(cells, "amount"), "0.,€$£ ")
		f.unvalued += int64(btoi(amount == ""))
	case outcomeLost:
		f.deals.Lost++
	default:
		f.deals.Open++
		return
	}
	f.decide(created, r.day(cells, "close_date"))
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

// outcome says how a deal ended, as the models will: by flags, else by its status, else by its stage.
func (r *reader) outcome(cells []string) (result outcome, flagged bool) {
	_, hasClosed := r.index["is_closed"]
	_, hasWon := r.index["is_won"]
	if hasClosed && hasWon {
		closed, isClosed := readFlag(r.cell(cells, "is_closed"))
		won, isWon := readFlag(r.cell(cells, "is_won"))
		isClosed, isWon = isClosed || r.preset.BlankFalse, isWon || r.preset.BlankFalse
		switch {
		case isWon && isClosed && !closed:
			return outcomeOpen, true
		case isWon && isClosed && won:
			return outcomeWon, true
		case isWon && isClosed:
			return outcomeLost, true
		}
	}
	status := r.cell(cells, "status")
	if _, has := r.index["status"]; !has {
		status = firstOf(r.extract.constants["status"], r.export.Constants["status"])
	}
	if word, ok := r.known[status]; ok {
		status = word
	}
	switch strings.ToLower(status) {
	case "won":
		return outcomeWon, false
	case "lost":
		return outcomeLost, false
	case "open":
		return outcomeOpen, false
	}
	switch stage := r.cell(cells, "stage"); {
	case r.won[stage]:
		return outcomeWon, false
	case r.lost[stage]:
		return outcomeLost, false
	default:
		return r.listed[stage].ending(), false
	}
}

// day gives the day that a field says; zero if it says none.
func (r *reader) day(cells []string, field string) time.Time {
	day, order, ok := readDate(r.cell(cells, field))
	if !ok {
		return time.Time{}
	}
	isDay := r.formats[field] == "date:dmy" || firstOf(r.extract.dateOrder, r.preset.DateOrder) == "dmy"
	if order == eitherOrder && isDay {
		return time.Date(day.Year(), time.Month(day.Day()), int(day.Month()), 0, 0, 0, 0, time.UTC)
	}
	return day
}
