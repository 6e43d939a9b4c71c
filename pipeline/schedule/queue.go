package schedule

import (
	"fmt"
	"time"
)

const (
	// punctual is how late a slot may be noticed without being missed: one sleep of the loop and
	// time to spare.
	punctual = 2 * time.Minute
	// tolerated is how far the clock may be put back before the loop looks at slots again that it
	// has already seen. Corrections of a good clock are far smaller, a clock that was wrong is
	// usually wrong by more.
	tolerated = time.Hour
	// listed is how many missed slots of one gap are noted one by one.
	listed = 100
)

// queue holds the slots of one job that are due and not yet started.
type queue struct {
	job     Job
	seen    time.Time // the wall up to which slots have been looked at
	pending []Slot    // in order; at most one unless catch-up is all
}

type missedSlot struct {
	slot   Slot
	reason string
}

func newQueue(job Job, now time.Time) *queue {
	if job.CatchUp == "" {
		job.CatchUp = CatchUpLatest
	}
	return &queue{job: job, seen: reached(now.Add(-job.Delay()), job.Spec.zone)}
}

// resume looks at every slot again that came after the last one that is known.
func (q *queue) resume(last Slot) {
	if last.Zone.String() == q.job.Spec.zone.String() {
		q.seen = last.wall()
		return
	}
	q.seen = reached(last.At, q.job.Spec.zone)
}

// observe takes note of the slots that became due since the last look, and gives those that will
// not be started.
func (q *queue) observe(now time.Time, running bool) []missedSlot {
	limit := reached(now.Add(-q.job.Delay()), q.job.Spec.zone)
	if q.seen.After(limit) {
		// What was begun while the clock was ahead is not begun again: the recorder knows it.
		if q.seen.Sub(limit) > tolerated {
			q.seen = limit
		}
		return nil
	}
	due, more := q.job.Spec.newestSlots(q.job.Name, q.seen, limit, listed)
	earlier := ""
	if more {
		earlier = fmt.Sprintf("; so was every earlier slot after %s", q.seen.Format(wallLayout))
	}
	q.seen = limit
	var missed []missedSlot
	for _, slot := range due {
		missed = append(missed, q.add(slot, now, running)...)
	}
	if more && len(missed) > 0 {
		missed[0].reason += earlier
	}
	return missed
}

func (q *queue) add(slot Slot, now time.Time, running bool) []missedSlot {
	if q.job.CatchUp == CatchUpSkip {
		if running {
			return []missedSlot{{slot, "the run before it was still going on"}}
		}
		if late := now.Sub(slot.At.Add(q.job.Delay())); late > punctual {
			return []missedSlot{{slot, fmt.Sprintf("nothing was running the schedule when it was due, %s ago", late.Truncate(time.Second))}}
		}
	}
	room := 1
	if q.job.CatchUp == CatchUpAll {
		room = MaxCatchUp
	}
	q.pending = append(q.pending, slot)
	var missed []missedSlot
	for ; len(q.pending) > room; q.pending = q.pending[1:] {
		missed = append(missed, missedSlot{q.pending[0], "a newer slot took its place: " + q.pending[room].Key()})
	}
	return missed
}

// expire gives the slots that have become too old to be started.
func (q *queue) expire(now time.Time) []missedSlot {
	if q.job.CatchUp != CatchUpLatest {
		return nil
	}
	var missed []missedSlot
	for ; len(q.pending) > 0 && now.Sub(q.pending[0].At) > Deadline; q.pending = q.pending[1:] {
		missed = append(missed, missedSlot{q.pending[0], fmt.Sprintf("it was noticed more than %s late", Deadline)})
	}
	return missed
}
