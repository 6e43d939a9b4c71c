package plan

import (
	"maps"
	"slices"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// segments gives config_segments: All, the configured segments in order, and Unassigned, with what the
// company says of how it goes to market in each.
func segments(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_segments", Doc: "All, the configured segments in order, and Unassigned",
		Columns: []engine.Column{
			{Name: "segment", Type: engine.Text},
			{Name: "segment_order", Type: engine.Integer},
			{Name: "is_configured", Type: engine.Boolean},
			{Name: "strategy", Type: engine.Text},
			{Name: "motion", Type: engine.Text},
			{Name: "number_owner", Type: engine.Text},
		},
		Rows: [][]any{{"All", 0, false, nil, nil, nil}},
	}
	said := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	for i, s := range c.Segments {
		r.Rows = append(r.Rows, []any{s.Name, i + 1, true, said(s.Strategy), said(s.Motion), said(s.NumberOwner)})
	}
	r.Rows = append(r.Rows, []any{Unassigned, len(c.Segments) + 1, false, nil, nil, nil})
	return r
}

// segmentNeeds says where segments as of the anchor are those of now: nothing is there in two exports.
func segmentNeeds(c *config.Config, f Facts) []requirement {
	files := map[string]int{}
	for _, file := range f.Files {
		switch file.Entity {
		case "opportunity", "account", "owner", "lead":
			files[file.Source+" "+file.Entity]++
		}
	}
	hasVersions := slices.ContainsFunc(slices.Collect(maps.Values(files)), func(n int) bool { return n > 1 })
	return []requirement{{
		!c.AnchorsSegments() || hasVersions, "exports of several days for segments_as_of: anchor", []string{"win_rate.segment"},
	}}
}
