package history

import (
	"fmt"
	"time"
)

// Freshness says how old the newest report is.
type Freshness struct {
	// Stale is true if there is no report or if it is older than allowed.
	Stale bool
	// Last is the run that the newest report came from; nil if there is none.
	Last *Run
	// Age is the time since that run ended.
	Age time.Duration
	// Message is one line for a person.
	Message string
}

// Staleness looks for the newest run that succeeded and says whether it ended longer than maxAge
// ago; zero or less allows any age, but not that there is none. A backfill does not count: it
// renews an old report, not the current one.
func Staleness(runs []Run, now time.Time, maxAge time.Duration) Freshness {
	var last *Run
	for _, run := range runs {
		if run.State.Succeeded() && run.Trigger != Backfill && (last == nil || run.EndedAt.After(last.EndedAt)) {
			last = &run
		}
	}
	if last == nil {
		return Freshness{Stale: true, Message: "no run has published a report yet"}
	}
	age := max(now.Sub(last.EndedAt), 0)
	fresh := Freshness{Last: last, Age: age, Stale: maxAge > 0 && age > maxAge}
	ended := last.EndedAt.Format(time.RFC3339)
	fresh.Message = fmt.Sprintf("the last successful run ended %s ago, at %s", age.Truncate(time.Second), ended)
	if fresh.Stale {
		fresh.Message += fmt.Sprintf("; more than %s is too old", maxAge)
	}
	return fresh
}
