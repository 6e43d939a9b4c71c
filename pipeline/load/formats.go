package load

import (
	"fmt"
	"strings"
)

// decide sets the formats of the columns as far as the file settles them. It asks for a look at the
// whole file if some cells need a format that nothing seen so far settles. Of several contradictions
// it reports the one that comes first in the file, as parsing would.
func (s *survey) decide() (needsMore bool, err error) {
	var worst *RefusedError
	for n, i := range s.columns {
		if refused := s.decideAlone(&s.plan.columns[i], s.seen[n]); refused != nil && (worst == nil || refused.Line < worst.Line) {
			worst = refused
		}
	}
	if worst != nil {
		return false, worst
	}
	for n, i := range s.columns {
		c := &s.plan.columns[i]
		if s.seen[n][ambiguous] == 0 || c.decision().standing != undecided {
			continue
		}
		if !s.whole {
			return true, nil
		}
		if refused := s.decideTogether(c, s.seen[n][ambiguous]); refused != nil {
			return false, refused
		}
	}
	return false, nil
}

// decideAlone decides by what an earlier file settled, or else by the column's own cells.
func (s *survey) decideAlone(c *column, seen sightings) *RefusedError {
	one, other := seen[forFirst], seen[forSecond]
	switch c.remembered(s.plan.extract) {
	case forFirst:
		c.settle(forFirst, decision{standing: byEarlierFile})
		if other > 0 {
			return c.contradiction(other)
		}
		return nil
	case forSecond:
		c.settle(forSecond, decision{standing: byEarlierFile})
		if one > 0 {
			return c.contradiction(one)
		}
		return nil
	}
	switch {
	case one > 0 && (other == 0 || one < other):
		c.settle(forFirst, decision{standing: byFile, line: one})
	case other > 0:
		c.settle(forSecond, decision{standing: byFile, line: other})
	}
	if one > 0 && other > 0 {
		return c.contradiction(max(one, other))
	}
	return nil
}

// decideTogether decides by the other columns of the file: whoever wrote them wrote this one too.
func (s *survey) decideTogether(c *column, line int64) *RefusedError {
	said := silent
	for _, i := range s.columns {
		other := &s.plan.columns[i]
		if (other.date != nil) != (c.date != nil) || other.decision().standing != byFile {
			continue
		}
		if said != silent && said != other.says() {
			return c.ambiguity(line)
		}
		said = other.says()
	}
	if said == silent {
		return c.ambiguity(line)
	}
	c.settle(said, decision{standing: byOtherColumn})
	return nil
}

func (c *column) decision() decision {
	if c.date != nil {
		return c.date.decision
	}
	return c.number.decision
}

// says tells which format a decided column has.
func (c *column) says() evidence {
	if c.date != nil && c.date.order == orderMDY || c.number != nil && c.number.comma {
		return forSecond
	}
	return forFirst
}

// weigh tells what a trimmed, non-empty cell says about the format.
func (c *column) weigh(text []byte) evidence {
	if c.date != nil {
		return c.date.evidence(text)
	}
	return c.number.evidence(text)
}

// conflict tells whether a trimmed, non-empty cell contradicts the column's format, or needs one that
// is not decided; otherwise it answers accepted.
func (c *column) conflict(text []byte) rule {
	says, d := c.weigh(text), c.decision()
	switch {
	case says == silent || d.declared():
	case d.standing != undecided:
		if says != ambiguous && says != c.says() {
			return contradicts
		}
	case c.number != nil && says == forFirst:
		c.number.pointSeen = true
	default:
		return unsettled
	}
	return accepted
}

func (c *column) settle(says evidence, d decision) {
	if c.date != nil {
		c.date.decision, c.date.order = d, orderDMY
		if says == forSecond {
			c.date.order = orderMDY
		}
		return
	}
	c.number.decision, c.number.comma = d, says == forSecond
}

// format writes a decided format as Result.Formats does.
func (c *column) format() string {
	if c.date != nil {
		return "date:" + c.date.order.String()
	}
	return "decimal:" + c.number.sign()
}

// remembered gives the format that an earlier file settled; silent means none.
func (c *column) remembered(x *Extract) evidence {
	kind, word, _ := strings.Cut(x.Remembered[c.field.Name], ":")
	if kind != map[bool]string{true: "date", false: "decimal"}[c.date != nil] {
		return silent
	}
	switch word {
	case "dmy", "point":
		return forFirst
	case "mdy", "comma":
		return forSecond
	}
	return silent
}

// setting names the key of the configuration that declares the format, and its values.
func (c *column) setting() (key string, values []string) {
	if c.date != nil {
		return "date_order", []string{"dmy", "mdy", "ymd"}
	}
	return "decimal", []string{"point", "comma"}
}

// contradiction says that a line has another format than the one that was decided.
func (c *column) contradiction(line int64) *RefusedError {
	what := "the decimal sign"
	if c.date != nil {
		what = "the order of day and month"
	}
	against := "what an earlier file of this extract settled"
	switch d := c.decision(); d.standing {
	case byFile:
		against = fmt.Sprintf("line %d", d.line)
	case byOtherColumn:
		against = "the other columns of the file"
	}
	key, words := c.setting()
	return &RefusedError{
		Line:   line,
		Reason: fmt.Sprintf("column %q contradicts %s in %s", c.header, against, what),
		Hint: fmt.Sprintf("correct the export, or set %s to %s for the extract, and what does not fit is quarantined",
			key, strings.Join(words, " or ")),
	}
}

// ambiguity says that nothing settles the format of a column.
func (c *column) ambiguity(line int64) *RefusedError {
	what := "whether a point or a comma is the decimal sign"
	if c.date != nil {
		what = "whether the day or the month comes first"
	}
	key, words := c.setting()
	return &RefusedError{
		Line:   line,
		Reason: fmt.Sprintf("nothing in the file settles %s in column %q", what, c.header),
		Hint:   fmt.Sprintf("set %s to %s for the extract", key, strings.Join(words, " or ")),
	}
}

// formatted lists the columns that come from the text and have a format.
func (p *plan) formatted() []int {
	var list []int
	for i, c := range p.columns {
		if (c.origin == fromCell || c.origin == fromColumns) && (c.date != nil || c.number != nil) {
			list = append(list, i)
		}
	}
	return list
}

// formats lists what this file settled and no earlier one, to be remembered. Some numbers showed
// their decimal point only after the formats were decided.
func (p *plan) formats(pointSeen []bool) map[string]string {
	out := map[string]string{}
	for _, i := range p.formatted() {
		c := &p.columns[i]
		standing := c.decision().standing
		if standing == byFile || standing == byOtherColumn || standing == undecided && pointSeen[i] {
			out[c.field.Name] = c.format()
		}
	}
	return out
}
