package schedule

import (
	"fmt"
	"hash/fnv"
	"time"
)

// CatchUp says what happens to slots that became due while nothing could be started for them.
type CatchUp string

const (
	// CatchUpLatest runs the newest of them, if it is not older than Deadline.
	CatchUpLatest CatchUp = "latest"
	// CatchUpSkip runs none of them.
	CatchUpSkip CatchUp = "skip"
	// CatchUpAll runs them in order, the newest MaxCatchUp of them.
	CatchUpAll CatchUp = "all"
)

const (
	// Deadline is how late the newest missed slot may still be started under CatchUpLatest.
	Deadline = 20 * time.Hour
	// MaxCatchUp is the greatest number of slots that wait under CatchUpAll.
	MaxCatchUp = 7
)

// ParseCatchUp reads latest, skip or all; empty is latest.
func ParseCatchUp(text string) (CatchUp, error) {
	switch mode := CatchUp(text); mode {
	case "":
		return CatchUpLatest, nil
	case CatchUpLatest, CatchUpSkip, CatchUpAll:
		return mode, nil
	default:
		return "", fmt.Errorf("catch_up %q is unknown; use latest, skip or all", text)
	}
}

// Job is what the loop runs by the clock.
type Job struct {
	// Name is unique among the jobs of a loop.
	Name string
	// Spec says when the job is due.
	Spec Spec
	// CatchUp says what happens to missed slots; empty is CatchUpLatest.
	CatchUp CatchUp
	// Jitter spreads the starts of jobs: each starts late by a part of it that depends on its name.
	Jitter time.Duration
	// Timeout is the greatest duration of one attempt; zero is no limit.
	Timeout time.Duration
}

// Delay is how long after its slot the job starts: the same every night, less than Jitter.
func (j Job) Delay() time.Duration {
	if j.Jitter <= 0 {
		return 0
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(j.Name))
	return time.Duration(hash.Sum64() % uint64(j.Jitter)).Truncate(time.Second)
}

func (j Job) check() error {
	if err := checkJobName(j.Name); err != nil {
		return err
	}
	if j.Spec.schedule == nil {
		return fmt.Errorf("job %s has no cron line", j.Name)
	}
	if _, err := ParseCatchUp(string(j.CatchUp)); err != nil {
		return fmt.Errorf("job %s: %w", j.Name, err)
	}
	if j.Jitter < 0 || j.Timeout < 0 {
		return fmt.Errorf("job %s: jitter and timeout must not be negative", j.Name)
	}
	return nil
}
