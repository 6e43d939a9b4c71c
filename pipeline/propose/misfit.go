package propose

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/entity"
)

const clearName = 85 // score of a header that says a field without doubt

// leaveMisfits leaves out columns that are called as a date or a number, and hold something else, such
// as high and low under probability.
func (s *sight) leaveMisfits(x *draftExtract, r *reading) {
	for _, f := range x.entity.Fields {
		if r.columns[f.Name] != nil || f.Required || f.Type == entity.Text {
			continue
		}
		words := s.know.words.Entities[x.entity.Name].Fields[f.Name]
		for _, c := range r.table.columns {
			isField := strings.EqualFold(c.header, f.Name)
			isNamed := f.Type != entity.Boolean && !words.Not.hasAny(c.words) && s.know.resemblance(x.entity.Name, words.Words, c.words) >= clearName
			if !isField && (!isNamed || r.takes(c)) || c.filled == 0 || s.know.suits(f, c) > 0 {
				continue
			}
			x.leave(f, c, fmt.Sprintf("column %s cannot be read as %s", quoted(c.header), kindOf(f)))
			break
		}
	}
}

// takes tells whether a field is read from a column.
func (r *reading) takes(c *column) bool {
	return slices.Contains(slices.Collect(maps.Values(r.columns)), c)
}

// kindOf gives a word for the type of a field.
func kindOf(f entity.Field) string {
	switch f.Type {
	case entity.Date, entity.Timestamp:
		return "a date"
	case entity.Boolean:
		return "yes or no"
	}
	return "a number"
}

// leave leaves a column out and says why. A column with the very name of a field is read unless the
// field is said to be empty.
func (x *draftExtract) leave(f entity.Field, c *column, why string) {
	delete(x.columns, f.Name)
	x.leftOut[f.Name] = c.header
	if strings.EqualFold(c.header, f.Name) {
		if x.constants == nil {
			x.constants = map[string]string{}
		}
		x.constants[f.Name] = ""
	}
	var cells []string
	for _, cell := range c.misfits() {
		cells = append(cells, quoted(cell[:min(len(cell), 40)]))
	}
	x.ask(f.Name, fmt.Sprintf("%s (it holds %s), and is left out so that the rows count. Mend the column, or map another one.",
		why, strings.Join(cells, " and ")))
}

// misfits gives a few cells of a column that are neither a number nor a date, else its first ones.
func (c *column) misfits() []string {
	words := slices.DeleteFunc(slices.Sorted(maps.Keys(c.odd)), isNullWord)
	if len(words) == 0 {
		return c.examples
	}
	return words[:min(len(words), 2)]
}

const (
	fewUnreadable  = 5  // rows that may be set aside for the sake of a column
	unreadablePart = 20 // one in so many rows is too many
)

// leaveUnreadable leaves out columns for the sake of which many rows would be set aside, and tells
// whether there were any. What a deal cannot do without stays.
func (s *sight) leaveUnreadable(d *draft, tried []Tried) bool {
	changed := false
	for _, one := range tried {
		src := d.source(one.Source)
		if src == nil || src.preset != "generic" || one.Refused != nil {
			continue
		}
		x := src.extract(one.Entity)
		rows := one.Result.Counts.Loaded + one.Result.Counts.Quarantined
		for _, name := range slices.Sorted(maps.Keys(one.Unreadable)) {
			n := one.Unreadable[name]
			f, ok := one.fieldOf(x, name)
			if !ok || n <= fewUnreadable || n*unreadablePart <= rows {
				continue
			}
			changed = x.leaveRefused(f, one.Name, thousands(n)+" of "+counted(rows, "row")) || changed
		}
	}
	return changed
}

// leaveRefused leaves out the column of a field for the sake of what one file refuses.
func (x *draftExtract) leaveRefused(f entity.Field, file, rows string) bool {
	changed := false
	for _, r := range x.readings {
		if c := r.columns[f.Name]; c != nil && r.table.file.Name == file {
			x.leave(f, c, fmt.Sprintf("%s in column %s cannot be read as %s", rows, quoted(c.header), kindOf(f)))
			changed = true
		}
	}
	for _, r := range x.readings {
		delete(r.columns, f.Name)
	}
	return changed
}

// fieldOf gives a field of an extract that its records can do without.
func (one Tried) fieldOf(x *draftExtract, name string) (entity.Field, bool) {
	if x == nil || x.columns[name] == "" {
		return entity.Field{}, false
	}
	f, ok := x.entity.Field(name)
	isDeciding := slices.ContainsFunc(x.entity.AnyOf, func(group []string) bool { return slices.Contains(group, name) })
	return f, ok && !f.Required && !f.Key && !isDeciding
}
