package source

import (
	"context"
	"fmt"
	"time"
)

const defaultSettle = 2 * time.Second

// settled leaves out the entries that are still growing.
func (f Finder) settled(ctx context.Context, s *search, entries []entry, now time.Time) ([]entry, error) {
	settle := f.Settle
	if settle == 0 {
		settle = defaultSettle
	}
	var pause time.Duration
	for _, at := range entries {
		age := now.Sub(at.info.ModTime())
		if age < 0 {
			age = 0 // the clock of the share is ahead, or somebody copied the time
		}
		pause = max(pause, settle-age)
	}
	if pause == 0 {
		return entries, nil
	}
	wait := f.Wait
	if wait == nil {
		wait = sleep
	}
	if err := wait(ctx, pause); err != nil {
		return nil, fmt.Errorf("wait for files of source %s to be finished: %w", s.src.Name, err)
	}
	var finished []entry
	for _, at := range entries {
		info, err := s.root.Stat(at.name)
		if err != nil || info.Size() != at.info.Size() || !info.ModTime().Equal(at.info.ModTime()) {
			s.found.Growing = append(s.found.Growing, at.name)
			continue
		}
		finished = append(finished, at)
	}
	return finished, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
