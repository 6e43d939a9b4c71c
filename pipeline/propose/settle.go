package propose

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// settleKey takes another column that no two deals share for the id, where no header says one: best
// the name of the deal.
func (k *knowledge) settleKey(r *reading) {
	if r.columns["opportunity_id"] != nil || r.table.rows == 0 {
		return
	}
	isKey := func(c *column, least float64) bool {
		return c != nil && c.uniqueness() >= least && c.filled*100 >= r.table.rows*95 && c.dates+c.points+c.commas+c.mails == 0
	}
	key := r.columns["name"]
	if !isKey(key, 0.9) {
		key = nil
		for _, c := range r.table.columns {
			taken := false
			for _, other := range r.columns {
				taken = taken || other == c
			}
			if !taken && isKey(c, 1) && c.distinct() > 1 {
				key = c
				break
			}
		}
	}
	if account := r.columns["account_id"]; key == nil && isKey(account, 1) && account.distinct() > 1 {
		key = account
	}
	if key == nil {
		return
	}
	r.columns["opportunity_id"] = key
	r.ask("opportunity_id", "no header says an id; "+quoted(key.header)+" is taken for it. Rows that share it count as one deal.")
}

// settleOutcome decides which columns of a table of deals say how a deal ended: flags, a status, a
// stage, or a date of winning that every row has.
func (k *knowledge) settleOutcome(r *reading) {
	stage, status := r.columns["stage"], r.columns["status"]
	won, closed := r.columns["is_won"], r.columns["is_closed"]
	switch {
	case won != nil && closed != nil:
		r.decides = true
		delete(r.columns, "status") // the flags rule
		if stage == nil && status != nil {
			r.columns["stage"] = status
		}
	case k.isStatus(status):
		r.decides = true
	case k.isStatus(stage) && status == nil:
		delete(r.columns, "stage")
		r.columns["status"], r.decides = stage, true
	case status != nil && k.decides(status) && (stage == nil || !k.decides(stage)):
		r.columns["stage"], r.decides = status, true
		delete(r.columns, "status")
	case stage != nil && k.decides(stage):
		r.decides = true
		delete(r.columns, "status")
	case won != nil:
		k.wonFlag(r, won)
	case isFlag(status):
		delete(r.columns, "status")
		k.wonFlag(r, status)
	case isFlag(stage):
		delete(r.columns, "stage")
		k.wonFlag(r, stage)
	case stage == nil && status == nil && certain(r.columns["probability"]) != nil:
		r.columns["status"], r.values, r.decides = r.columns["probability"], certain(r.columns["probability"]), true
		r.ask("status", "no column says how a deal ended; a probability of 100 % is read as won, and one of 0 as lost.")
	default:
		k.noOutcome(r)
	}
	if r.columns["is_closed"] == nil || r.columns["is_won"] == nil {
		delete(r.columns, "is_closed")
		delete(r.columns, "is_won")
	}
	if r.columns["status"] != nil {
		r.values = k.statusWords(r, r.values)
	}
	r.missing = nil
	k.complete(r)
	if r.constants["status"] != "" {
		r.missing = slices.DeleteFunc(r.missing, func(f string) bool { return f == r.entity.AnyOf[0][0] })
	}
}

// certain says which probabilities mean won and lost, nil if the column does not have both.
func certain(c *column) map[string]string {
	if c == nil || c.values == nil {
		return nil
	}
	numbers, top := map[string]float64{}, 1.0
	for value := range c.values {
		n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.Replace(value, ",", ".", 1), "%")), 64)
		if err == nil {
			numbers[value] = n
		}
		if n > 1 {
			top = 100
		}
	}
	words := map[string]string{}
	hasWon, hasLost := false, false
	for value, n := range numbers {
		switch n {
		case top:
			words[value], hasWon = "won", true
		case 0:
			words[value], hasLost = "lost", true
		}
	}
	if !hasWon || !hasLost {
		return nil
	}
	return words
}

// isFlag tells whether a column of outcomes holds nothing but yes and no.
func isFlag(c *column) bool {
	return c != nil && c.filled > 0 && c.flags == c.filled && len(c.values) == 2
}

// isStatus tells whether the words of a column say won, lost or open, and nothing else.
func (k *knowledge) isStatus(c *column) bool {
	if c == nil || c.values == nil || !k.decides(c) || len(c.values) > 12 {
		return false
	}
	of, _ := k.words.outcomes.amid(maps.Keys(c.values))
	for value := range c.values {
		if of(value) == outcomeOpen && !k.words.outcomes.isGenericOpen(value) && !isNullWord(value) && !isBroken(value) &&
			!strings.EqualFold(value, c.header) { // a header that stands in the file once more
			return false
		}
	}
	return true
}

// statusWords says which words of a status mean won, lost and open, where they are others.
func (k *knowledge) statusWords(r *reading, known map[string]string) map[string]string {
	c := r.columns["status"]
	words := map[string]string{}
	of, weak := k.words.outcomes.amid(maps.Keys(c.values))
	for value := range c.values {
		if known[value] != "" {
			words[value] = known[value]
			continue
		}
		meaning := of(value)
		if weak && meaning == outcomeWon {
			r.ask("status", quoted(value)+" is read as won, because no other status says so.")
		}
		if isNullWord(value) || isBroken(value) || strings.EqualFold(value, meaning.String()) {
			continue
		}
		words[value] = meaning.String()
	}
	return words
}

// wonFlag makes a status of a column that only says whether a deal is won. What is not won is lost
// where no stage says more, and open where stages do.
func (k *knowledge) wonFlag(r *reading, won *column) {
	r.columns["status"], r.values, r.decides = won, map[string]string{}, true
	r.wonOnly = r.columns["stage"] != nil
	for value := range won.values {
		yes, _ := readFlag(value)
		switch {
		case yes:
			r.values[value] = "won"
		case r.columns["stage"] == nil:
			r.values[value] = "lost"
			r.ask("status", "column "+quoted(won.header)+" says whether a deal is won. "+quoted(value)+
				" is read as lost; if it also means deals that still go on, remove that word.")
		default:
			r.values[value] = "unknown"
		}
	}
}

// noOutcome looks for a sign that all deals of the table ended the same way.
func (k *knowledge) noOutcome(r *reading) {
	name := wordsOf(baseName(r.table.file.Name))
	closing := r.columns["close_date"]
	allWon := closing != nil && k.words.outcomes.Won.hasAny(closing.words) && closing.filled == r.table.rows
	switch {
	case allWon:
		r.constants = map[string]string{"status": "won"}
		r.ask("constants", "every row has "+quoted(closing.header)+" and no column says another outcome: all rows are read as won deals.")
	case r.columns["stage"] == nil && r.columns["status"] == nil && k.words.outcomes.Won.hasAny(name):
		r.constants = map[string]string{"status": "won"}
		r.ask("constants", "the name of the file says won and no column says another outcome: all rows are read as won deals.")
	case r.columns["stage"] == nil && r.columns["status"] == nil && k.words.outcomes.Lost.hasAny(name):
		r.constants = map[string]string{"status": "lost"}
		r.ask("constants", "the name of the file says lost and no column says another outcome: all rows are read as lost deals.")
	}
	if r.constants != nil {
		r.decides = true
		delete(r.columns, "status")
		return
	}
	if r.columns["stage"] == nil && r.columns["status"] != nil {
		r.columns["stage"] = r.columns["status"]
	}
	delete(r.columns, "status")
	if stage := r.columns["stage"]; stage != nil {
		r.ask("stage", "no value of column "+quoted(stage.header)+
			" says won or lost, so every deal is open. Name the stages that end a deal under stages.")
	}
}

// ask notes a question about a field or a setting.
func (r *reading) ask(about, text string) {
	r.questions = append(r.questions, remark{about: about, text: text, question: true})
}
