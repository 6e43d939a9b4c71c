package propose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/load"
	"truce/pipeline/source"
)

const mostRounds = 12 // of trying and mending a draft

// propose drafts a configuration, tries it, mends it until every file is read, and says what it
// learnt.
func (s *sight) propose(ctx context.Context) (*Proposal, error) {
	d := s.draft()
	d.presetFiles()
	d, tried, err := s.mend(ctx, d)
	if err != nil {
		return nil, err
	}
	s.adopt(tried)
	s.currencies(d)
	if err := s.readListed(ctx, tried); err != nil {
		return nil, err
	}
	f, err := s.readFacts(ctx, d, tried)
	if err != nil {
		return nil, err
	}
	s.stages(d, tried, f)
	s.leadStages(d, tried)
	s.costCategories(d, tried)
	s.divide(d)
	// the outcome of a deal may hang on the stages that were just found
	if f, err = s.readFacts(ctx, d, tried); err != nil {
		return nil, err
	}
	s.limits(d, tried)
	s.spellings(d, tried)
	s.oddities(d, f)
	s.oddFiles(tried)
	p := &Proposal{Text: d.text(s.options.Dir), Files: s.report(tried), Questions: []string{}, Findings: s.findings, Deals: f.deals}
	for _, q := range d.questions() {
		if !slices.Contains(p.Questions, q) {
			p.Questions = append(p.Questions, q)
		}
	}
	if old := s.options.Now.AddDate(0, 0, -60); !f.lastDay.IsZero() && f.lastDay.Before(old) {
		p.AsOf = f.lastDay.Format(time.DateOnly)
	}
	if p.Findings == nil {
		p.Findings = []string{}
	}
	_, err = s.decode(p.Text)
	return p, err
}

// adopt notes which columns presets read, now that a trial showed it.
func (s *sight) adopt(tried []Tried) {
	for _, one := range tried {
		for _, r := range s.readings {
			if r.preset == "" || r.table.file.Name != one.Name || r.entity.Name != one.Entity {
				continue
			}
			for _, c := range one.Result.Columns {
				if c.Mapped && c.Index >= 0 && c.Index < len(r.table.columns) {
					r.columns[c.Field] = r.table.columns[c.Index]
				}
			}
		}
	}
}

// decode reads what was written as a run would. A problem there is a defect of this package.
func (s *sight) decode(text string) (*config.Config, error) {
	c, err := config.Decode(s.options.Out, []byte(text))
	if err != nil {
		return nil, fmt.Errorf("the proposed configuration is not valid; this is a defect of truce init: %w", err)
	}
	return c, nil
}

// mend tries a draft until nothing is refused: it settles formats, and leaves out what cannot be read.
// Where a preset turns out not to fit, everything is read by words.
func (s *sight) mend(ctx context.Context, d *draft) (*draft, []Tried, error) {
	for range mostRounds {
		c, err := s.decode(d.text(s.options.Dir))
		if err != nil {
			return nil, nil, err
		}
		tried, problems, err := s.options.Try(ctx, c)
		if err != nil {
			return nil, nil, err
		}
		again, changed, err := s.answerAll(ctx, d, tried)
		if err != nil {
			return nil, nil, err
		}
		if d = again; !changed && !s.leaveUnreadable(d, tried) {
			if len(problems) > 0 {
				return nil, nil, errors.New(strings.Join(problems, "\n"))
			}
			return d, tried, nil
		}
	}
	return nil, nil, errors.New("the files contradict every configuration that was tried; map the columns by hand, see docs/configuration.md")
}

// answerAll mends what files were refused for, until that takes another draft.
func (s *sight) answerAll(ctx context.Context, d *draft, tried []Tried) (again *draft, changed bool, err error) {
	for _, one := range tried {
		if one.Refused == nil {
			continue
		}
		again, mended, err := s.answer(ctx, d, one)
		if changed = changed || mended; err != nil || again != d {
			return again, changed, err
		}
	}
	return d, changed, nil
}

// answer mends what a file was refused for. It gives another draft where the first one is no use.
func (s *sight) answer(ctx context.Context, d *draft, one Tried) (*draft, bool, error) {
	src := d.source(one.Source)
	if src == nil {
		return d, false, fmt.Errorf("%s: %w", one.Name, one.Refused)
	}
	x := src.extract(one.Entity)
	if x == nil {
		x = s.unlisted(src, one)
	}
	var text *load.RefusedError
	if x != nil && errors.As(one.Refused, &text) && s.settleFormat(x, text.Reason+"; "+text.Hint) {
		return d, true, nil
	}
	if src.preset != "generic" {
		s.findings = append(s.findings, fmt.Sprintf("%s looks like %s of the preset %s, but cannot be read as such: %s",
			one.Name, one.Entity, src.preset, reasonOf(one.Refused)))
		return s.withoutPreset(ctx, src.preset)
	}
	if one.Entity == "opportunity" && len(d.allOf("opportunity")) == 1 {
		return d, false, fmt.Errorf("%s: %w", one.Name, one.Refused)
	}
	s.findings = append(s.findings, fmt.Sprintf("%s looks like %s records, but is left out: %s", one.Name, one.Entity, reasonOf(one.Refused)))
	s.readings = slices.DeleteFunc(s.readings, func(r *reading) bool { return x != nil && slices.Contains(x.readings, r) })
	src.extracts = slices.DeleteFunc(src.extracts, func(other *draftExtract) bool { return other == x })
	d.sources = slices.DeleteFunc(d.sources, func(other *draftSource) bool { return len(other.extracts) == 0 })
	return d, true, nil
}

// unlisted adds an extract that the preset found by itself, so that settings can be made for it.
func (s *sight) unlisted(src *draftSource, one Tried) *draftExtract {
	for _, r := range s.readings {
		if r.table.file.Name == one.Name && r.entity.Name == one.Entity {
			x := s.newExtract(r)
			src.extracts = append(src.extracts, x)
			return x
		}
	}
	return nil
}

// withoutPreset reads the tables of a preset by their words instead, and drafts anew.
func (s *sight) withoutPreset(ctx context.Context, preset string) (*draft, bool, error) {
	fits := s.know.fits
	s.know.fits = func(headers []string) []source.Fit {
		return slices.DeleteFunc(fits(headers), func(f source.Fit) bool { return f.Preset == preset })
	}
	s.readings, s.likely = nil, map[*table][]*reading{}
	for _, t := range s.tables {
		s.likely[t] = s.know.understand(t)
	}
	s.choose()
	if err := s.adoptPresets(ctx); err != nil {
		return nil, false, err
	}
	if !slices.ContainsFunc(s.readings, func(r *reading) bool { return r.entity.Name == "opportunity" }) {
		return nil, false, &NothingError{Dir: s.options.Dir, Files: s.report(nil)}
	}
	s.join()
	d := s.draft()
	d.presetFiles()
	return d, true, nil
}

// reasonOf gives what is wrong with a file, without its name.
func reasonOf(err error) string {
	var text *load.RefusedError
	if errors.As(err, &text) {
		return text.Reason
	}
	return err.Error()
}

func (d *draft) allOf(entityName string) []*draftExtract {
	var all []*draftExtract
	for _, src := range d.sources {
		if x := src.extract(entityName); x != nil {
			all = append(all, x)
		}
	}
	return all
}

// presetFiles leaves out the names of files that a preset finds by itself.
func (d *draft) presetFiles() {
	for _, src := range d.sources {
		for _, x := range src.extracts {
			if !slices.ContainsFunc(x.readings, func(r *reading) bool { return !r.found }) {
				x.files = nil
			}
		}
	}
}

// questions lists everything that was assumed.
func (d *draft) questions() []string {
	var all []string
	add := func(where string, remarks []remark) {
		for _, r := range remarks {
			if r.question {
				all = append(all, where+r.about+": "+r.text)
			}
		}
	}
	add("", d.remarks)
	for _, src := range d.sources {
		add(src.name+": ", src.remarks)
		for _, x := range src.extracts {
			add(x.entity.Name+": ", x.remarks)
		}
	}
	return all
}
