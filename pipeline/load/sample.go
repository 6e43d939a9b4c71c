package load

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"truce/pipeline/entity"
)

// Range is the first and the last moment of a date or timestamp column, UTC; dates are midnights.
type Range struct{ First, Last time.Time }

// ranges gives by field the first and the last moment of the rows that the parser holds.
func (p *parser) ranges() map[string]Range {
	out := map[string]Range{}
	for _, i := range p.plan.formatted() {
		c, v := &p.columns[i], &p.batch.columns[i]
		switch {
		case len(v.days) > 0:
			out[c.field.Name] = Range{dayTime(slices.Min(v.days)), dayTime(slices.Max(v.days))}
		case c.date != nil && len(v.longs) > 0:
			out[c.field.Name] = Range{microTime(slices.Min(v.longs)), microTime(slices.Max(v.longs))}
		}
	}
	return out
}

// rows gives the rows that the parser holds, with the plan's columns.
func (p *parser) rows() [][]any {
	b := &p.batch
	out := make([][]any, b.rows)
	for row := range out {
		out[row] = make([]any, len(p.columns))
	}
	filler := newPartWriter(p.plan, Target{}, 0, 0)
	for i, c := range p.columns {
		v, present := filler.values(i, b, &p.arena, 0), 0
		for row := range out {
			if v.levels[row] == 1 {
				out[row][i] = v.value(c.field.Type, present)
				present++
			}
		}
	}
	return out
}

// value gives the n-th value that is not null as Inspection.Rows has it.
func (v *values) value(kind entity.Type, n int) any {
	switch kind {
	case entity.Text:
		return string(v.texts[n])
	case entity.Boolean:
		return v.bools[n]
	case entity.Date:
		return dayTime(v.days[n])
	case entity.Timestamp:
		return microTime(v.longs[n])
	case entity.Decimal:
		return decimalText(v.longs[n], 2)
	case entity.Rate:
		return decimalText(v.longs[n], 8)
	}
	return v.longs[n]
}

func dayTime(day int32) time.Time { return time.Unix(int64(day)*daySeconds, 0).UTC() }

func microTime(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// decimalText writes a number of units of the last of so many decimals.
func decimalText(units int64, decimals int) string {
	sign := ""
	if units < 0 {
		sign, units = "-", -units
	}
	digits := fmt.Sprintf("%0*d", decimals+1, units)
	at := len(digits) - decimals
	return strings.Join([]string{sign, digits[:at], ".", digits[at:]}, "")
}
