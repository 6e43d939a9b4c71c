package propose

import (
	"iter"
	"slices"
	"strings"
)

// outcome is what the name of a stage or a status says about a deal.
type outcome uint8

const (
	outcomeOpen   outcome = iota // nothing: it goes on
	outcomeWon                   // it is won
	outcomeLost                  // it is lost
	outcomeUnsure                // words of an end, and others that speak against one
)

// String gives the word that a status has for the outcome.
func (o outcome) String() string { return [...]string{"open", "won", "lost", "open"}[o] }

// of tells what the name of a stage or a status says. A negation before a word of won makes it lost,
// and one before a word of lost makes it open.
func (o *outcomes) of(name string) outcome {
	words := wordsOf(name)
	if len(words) == 0 {
		return outcomeOpen
	}
	won, lost := o.place(o.Won, words), o.place(o.Lost, words)
	if won < 0 && lost < 0 {
		return outcomeOpen
	}
	if o.isUnsure(name, words) {
		return outcomeUnsure
	}
	switch {
	case won >= 0 && o.isDenied(words, won, 2):
		return outcomeLost
	case lost >= 0 && (won < 0 || lost < won):
		if o.isDenied(words, lost, 1) {
			return outcomeOpen
		}
		return outcomeLost
	case won > 0 && words[0] != "closed" && words[0] != "close" && o.Promise.hasAny(words):
		return outcomeUnsure
	}
	return outcomeWon
}

// amid gives what each of the names of one list says beside the others. Where some say lost and none
// says won, such words as closed or customer mean won; weak tells whether that is so.
func (o *outcomes) amid(names iter.Seq[string]) (of func(name string) outcome, weak bool) {
	hasWon, hasLost := false, false
	for name := range names {
		says := o.of(name)
		hasWon = hasWon || says == outcomeWon
		hasLost = hasLost || says == outcomeLost || o.perhaps(name) == outcomeLost
	}
	if hasWon || !hasLost {
		return o.of, false
	}
	return func(name string) outcome {
		if says := o.of(name); says != outcomeOpen {
			return says
		}
		return o.perhaps(name)
	}, true
}

// perhaps tells what a name says if it is nothing but words that may mean won, or denies them.
func (o *outcomes) perhaps(name string) outcome {
	words := wordsOf(name)
	place := o.place(o.Perhaps, words)
	switch {
	case place >= 0 && o.isDenied(words, place, 1):
		return outcomeLost
	case slices.ContainsFunc(o.Perhaps, func(p []string) bool { return slices.Equal(p, words) }):
		return outcomeWon
	}
	return outcomeOpen
}

// isUnsure tells whether words speak against an end. As the first words of a name they must stand
// there as they are written: lost contact is none, and lost, contact left is one.
func (o *outcomes) isUnsure(name string, words []string) bool {
	text := strings.ToLower(plain(name))
	return slices.ContainsFunc(o.Unsure, func(p []string) bool {
		i := at(words, p)
		return i > 0 || i == 0 && strings.HasPrefix(text, strings.Join(p, " "))
	})
}

// place gives where the first of the phrases stands in the name, -1 for none.
func (o *outcomes) place(names phrases, words []string) int {
	first := -1
	for _, name := range names {
		if i := at(words, name); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

// isDenied tells whether a word of negation stands right before a place, or within so many words of it.
func (o *outcomes) isDenied(words []string, place, within int) bool {
	return o.Not.hasAny(words[max(0, place-within):max(0, place)])
}

// isGenericOpen tells whether a name only says that a deal goes on.
func (o *outcomes) isGenericOpen(name string) bool {
	words := wordsOf(name)
	return slices.ContainsFunc(o.Open, func(p []string) bool { return slices.Equal(p, words) })
}

// placeOf tells how far a stage is by its name, -1 if its words do not tell.
func (o *outcomes) placeOf(name string) int {
	words, place := wordsOf(name), -1
	for i, level := range o.Places {
		if level.hasAny(words) {
			place = i
		}
	}
	return place
}

// leadStep gives the step of the funnel that the name of a lead's status means, "" for none.
func (o *outcomes) leadStep(name string) string {
	words := wordsOf(name)
	for _, step := range []string{"rejected", "recycled", "mql", "accepted"} {
		isDenied := step == "accepted" && o.Not.hasAny(words[:min(1, len(words))])
		if o.Leads[step].hasAny(words) && !isDenied {
			return step
		}
	}
	return ""
}
