package propose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/config"
)

// text writes the configuration.
func (d *draft) text(dir string) string {
	w := &writer{}
	w.comment(0, "Written by truce init from the files in "+dir+". What was assumed is marked QUESTION: correct it, "+
		"or remove the mark. All settings: docs/configuration.md")
	w.setting(0, "company", scalar(d.company, false), d.remarks)
	w.setting(0, "timezone", d.timezone, d.remarks)
	w.setting(0, "currency", d.currency, d.remarks)
	w.line(0, "")
	w.noted(0, "paths: {state: ./var, drop: ./drop}", "what was read; what is published")
	w.line(0, "")
	w.line(0, "sources:")
	for _, src := range d.sources {
		w.source(src)
	}
	w.sections(d)
	return w.String()
}

// sections writes what follows the sources.
func (w *writer) sections(d *draft) {
	if len(d.segments)+len(d.segmentIdeas) > 0 {
		w.line(0, "")
		w.remarks(0, "segments", d.remarks)
	}
	if len(d.segments) > 0 {
		w.line(0, "segments:")
		for _, s := range d.segments {
			w.line(2, fmt.Sprintf("- {name: %s, where: %s}", scalar(s.Name, true), scalar(s.Where, true)))
		}
	} else if len(d.segmentIdeas) > 0 {
		w.line(0, "# segments:                         # such as these; without any, all deals are one")
		for _, idea := range d.segmentIdeas {
			w.line(0, "#   "+idea)
		}
	}
	if len(d.breakdowns) > 0 {
		w.line(0, "")
		w.list(0, "breakdowns", d.breakdowns)
	}
	if len(d.won)+len(d.lost) > 0 || hasRemark(d.remarks, "stages") {
		w.line(0, "")
		w.remarks(0, "stages", d.remarks)
		w.outcomes(d)
	}
	if len(d.process) > 0 || hasRemark(d.remarks, "process") {
		w.line(0, "")
		w.remarks(0, "process", d.remarks)
		w.process(0, d.process)
	}
	w.pipelines(d)
	w.leadProcess(d)
	w.costs(d)
	if d.quarantine != nil {
		w.line(0, "")
		w.remarks(0, "checks", d.remarks)
		w.line(0, "checks:")
		w.line(2, fmt.Sprintf("quarantine: {rate: %v, rows: %d}", d.quarantine.Rate, d.quarantine.Rows))
	}
}

func (w *writer) outcomes(d *draft) {
	if len(d.won)+len(d.lost) == 0 {
		return
	}
	w.line(0, "stages:")
	if len(d.won) > 0 {
		w.list(2, "won", d.won)
	}
	if len(d.lost) > 0 {
		w.list(2, "lost", d.lost)
	}
}

func (w *writer) process(indent int, steps []config.Step) {
	if len(steps) == 0 {
		return
	}
	w.line(indent, "process:")
	for _, step := range steps {
		names := make([]string, len(step.Stages))
		for i, name := range step.Stages {
			names[i] = scalar(name, true)
		}
		w.line(indent+2, fmt.Sprintf("- {step: %s, stages: [%s]}", scalar(step.Step, true), strings.Join(names, ", ")))
	}
}

func (w *writer) pipelines(d *draft) {
	if len(d.pipelines) == 0 {
		return
	}
	w.line(0, "")
	w.remarks(0, "pipelines", d.remarks)
	w.line(0, "pipelines:")
	for _, p := range d.pipelines {
		w.line(2, "- pipeline: "+scalar(p.Pipeline, true))
		w.process(4, p.Process)
	}
}

func (w *writer) leadProcess(d *draft) {
	p := d.leadProcess
	if len(p.MQL)+len(p.Accepted)+len(p.Rejected)+len(p.Recycled) == 0 {
		return
	}
	w.line(0, "")
	w.remarks(0, "lead_process", d.remarks)
	w.line(0, "lead_process:")
	for _, list := range []struct {
		key   string
		names []string
	}{{"mql", p.MQL}, {"accepted", p.Accepted}, {"rejected", p.Rejected}, {"recycled", p.Recycled}} {
		if len(list.names) > 0 {
			w.list(2, list.key, list.names)
		}
	}
}

func (w *writer) costs(d *draft) {
	if len(d.costs.Marketing)+len(d.costs.Sales) == 0 {
		return
	}
	w.line(0, "")
	w.remarks(0, "costs", d.remarks)
	w.line(0, "costs:")
	w.line(2, "categories:")
	if len(d.costs.Marketing) > 0 {
		w.list(4, "marketing", d.costs.Marketing)
	}
	if len(d.costs.Sales) > 0 {
		w.list(4, "sales", d.costs.Sales)
	}
}

// source writes one source.
func (w *writer) source(src *draftSource) {
	w.line(2, "- name: "+scalar(src.name, false))
	w.line(4, "preset: "+src.preset)
	w.line(4, "path: "+scalar(src.path, false))
	if src.outcomeFrom != "" {
		w.setting(4, "outcome_date_from", src.outcomeFrom, src.remarks)
	}
	var extracts []*draftExtract
	for _, x := range src.extracts {
		if src.preset == "generic" || !x.isEmpty() {
			extracts = append(extracts, x)
		}
	}
	if len(extracts) == 0 {
		return
	}
	w.line(4, "extracts:")
	for _, x := range extracts {
		w.extract(x)
	}
}

// isEmpty tells whether the extract says nothing beyond its preset.
func (x *draftExtract) isEmpty() bool {
	return len(x.files)+len(x.columns)+len(x.attributes)+len(x.nulls)+len(x.constants)+len(x.values)+len(x.spellings) == 0 && !x.serials &&
		x.mode+x.currency+x.dateOrder+x.decimal+x.encoding == ""
}

// extract writes how one entity is read.
func (w *writer) extract(x *draftExtract) {
	var rows int
	for _, r := range x.readings {
		rows += r.table.rows
	}
	about := ""
	if rows > 0 && rows < sampleRows {
		about = counted(rows, "row")
	}
	w.noted(6, x.entity.Name+":", about)
	w.remarks(8, "files", x.remarks)
	switch len(x.files) {
	case 0:
	case 1:
		w.line(8, "files: "+scalar(x.files[0], false))
	default:
		w.list(8, "files", x.files)
	}
	for _, setting := range []struct{ key, value string }{
		{"mode", x.mode}, {"encoding", x.encoding}, {"date_order", x.dateOrder}, {"decimal", x.decimal}, {"currency", x.currency},
	} {
		if setting.value != "" || hasRemark(x.remarks, setting.key) {
			w.setting(8, setting.key, setting.value, x.remarks)
		}
	}
	if x.serials {
		w.setting(8, "excel_serials", "true", x.remarks)
	}
	if len(x.nulls) > 0 {
		w.list(8, "nulls", x.nulls)
	}
	w.columns(x)
	w.constants(x)
	w.values(x)
}

// columns writes the columns in the order of the contract, then the attributes.
func (w *writer) columns(x *draftExtract) {
	if len(x.columns) > 0 {
		w.remarks(8, "columns", x.remarks)
		w.line(8, "columns:")
		for _, f := range x.entity.Fields {
			w.column(x, f.Name)
		}
	}
	if len(x.attributes) > 0 {
		w.noted(8, "attributes:", "further columns, to tell deals apart")
		for _, a := range x.attributes {
			w.line(10, fmt.Sprintf("%s: {from: %s}", a.name, scalar(a.header, true)))
		}
	}
}

// column writes where a field stands, in a comment if it cannot be read from there.
func (w *writer) column(x *draftExtract, field string) {
	header, ok := x.columns[field]
	left, isLeft := x.leftOut[field]
	if ok || isLeft {
		w.remarks(10, field, x.remarks)
	}
	switch {
	case ok:
		w.line(10, field+": "+scalar(header, false))
	case isLeft:
		w.line(10, "# "+field+": "+scalar(left, false))
	}
}

func (w *writer) constants(x *draftExtract) {
	if len(x.constants) == 0 {
		return
	}
	w.remarks(8, "constants", x.remarks)
	var pairs []string
	for _, field := range slices.Sorted(maps.Keys(x.constants)) {
		pairs = append(pairs, field+": "+scalar(x.constants[field], true))
	}
	w.line(8, "constants: {"+strings.Join(pairs, ", ")+"}")
}

func (w *writer) values(x *draftExtract) {
	if len(x.values) > 0 {
		w.line(8, "values:")
		for _, field := range slices.Sorted(maps.Keys(x.values)) {
			w.words(10, field, x.values[field], "")
		}
	}
	if len(x.spellings) > 0 {
		w.remarks(8, "values", x.remarks)
		if len(x.values) == 0 {
			w.line(8, "# values:")
		}
		for _, field := range slices.Sorted(maps.Keys(x.spellings)) {
			w.words(8, field, x.spellings[field], "#   ")
		}
	}
}

// words writes which words are read as which others.
func (w *writer) words(indent int, field string, words map[string]string, prefix string) {
	w.line(indent, prefix+field+":")
	for _, word := range slices.Sorted(maps.Keys(words)) {
		w.line(indent, prefix+"  "+scalar(word, false)+": "+scalar(words[word], false))
	}
}
