package publish

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAReaderAlwaysSeesAnIntactRun(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day1)
	var done atomic.Bool
	var reads atomic.Int64
	var readers sync.WaitGroup
	failures := make(chan error, 2)
	for range 2 {
		readers.Go(func() {
			d, err := Open(root, ReadOnly())
			for err == nil && !done.Load() {
				var run Run
				if run, err = d.Latest(); err == nil {
					err = run.Verify(t.Context())
				}
				reads.Add(1)
			}
			failures <- err
		})
	}
	start, err := time.Parse(time.DateOnly, day2)
	require.NoError(t, err)
	var publishErr error
	for i := range 50 {
		_, err := nightly(root, start.AddDate(0, 0, i).Format(time.DateOnly))
		publishErr = errors.Join(publishErr, err)
	}
	done.Store(true)
	readers.Wait()
	close(failures)
	require.NoError(t, publishErr)
	for err := range failures {
		require.NoError(t, err)
	}
	require.Greater(t, reads.Load(), int64(50))
}
