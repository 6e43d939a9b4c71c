package propose

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/zeebo/xxh3"

	"truce/pipeline/source"
)

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
	listed    listedStages
	now       time.Time
}

func (s *sight) readDeals(ctx context.Context, f *facts, d *draft, src *draftSource, one Tried) error {
	r, err := newReader(f, d, src, one)
	if err != nil {
		return err
	}
	r.listed, r.now = s.listed, s.options.Now
	return eachRow(ctx, one, r.add)
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
	r.addStage(cells, result)
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

// addStage counts a deal in its stage, and in the stage of its pipeline.
func (r *reader) addStage(cells []string, result outcome) {
	name, pipeline := r.cell(cells, "stage"), r.cell(cells, "pipeline")
	if name == "" {
		return
	}
	places := []map[string]*stageFacts{r.facts.stages}
	if r.facts.pipelines[pipeline] != nil || len(r.facts.pipelines) <= mostPipelines {
		if r.facts.pipelines[pipeline] == nil {
			r.facts.pipelines[pipeline] = map[string]*stageFacts{}
		}
		places = append(places, r.facts.pipelines[pipeline])
	}
	var percent float64
	text := strings.Replace(strings.Trim(r.cell(cells, "probability"), "% "), ",", ".", 1)
	_, err := fmt.Sscanf(text, "%g", &percent)
	for _, stages := range places {
		stage := stages[name]
		if stage == nil {
			stage = &stageFacts{}
			stages[name] = stage
		}
		stage.deals++
		stage.won += int64(btoi(result == outcomeWon))
		stage.lost += int64(btoi(result == outcomeLost))
		if err == nil {
			stage.probability, stage.weighted = stage.probability+percent, stage.weighted+1
		}
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
		listed, _ := r.listed.find(r.cell(cells, "pipeline"), stage)
		return listed.ending(), false
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
