package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/history"
	"truce/pipeline/publish"
	"truce/pipeline/schedule"
)

func TestFewOrNoDeals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lines []string
		want  string
	}{
		"header only":               {nil, "0 created, 0 won, 0 lost, 0 excluded, 0.00"},
		"one deal":                  {[]string{"1,Won,2024-01-01,2024-02-01,100"}, "1 created, 1 won, 0 lost, 0 excluded, 100.00"},
		"one deal without any date": {[]string{"1,Won,,,"}, "1 created, 1 won, 0 lost, 0 excluded, 0.00"},
		"one deal and defects":      {[]string{",Won,2024-01-01,2024-02-01,100", "2,Won,yesterday,,", "3,Won,2024-01-01,2024-02-01,100"}, "1 created, 1 won, 0 lost, 0 excluded, 100.00"},
		"only deals of the future":  {[]string{"1,New,2025-01-01,,100"}, "0 created, 0 won, 0 lost, 1 excluded, 0.00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCRM(t, "delta", "")
			c.export("deals.csv", 0, dealFile(test.lines...))
			counts, outcome := c.night()
			require.Equal(t, test.want, counts)
			if len(test.lines) == 0 {
				require.NotEmpty(t, outcome.Warnings, "a file without rows is worth a warning")
			}
		})
	}
}

func TestTooManyDefectsBlock(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
	_, first := c.night()
	c.export("deals.csv", 1, dealFile(strings.Split(strings.Repeat(",Won,2024-01-01,2024-02-01,100\n", 25), "\n")[:25]...))
	_, err := c.try(nightAsOf)
	var blocked *pipeline.BlockedError
	require.ErrorAs(t, err, &blocked)
	require.ErrorContains(t, err, "check_quarantine")
	require.ErrorContains(t, err, "crm/deals.csv: 25 of 25 rows were refused")
	require.Equal(t, pipeline.ExitBlocked, pipeline.ExitCode(err))
	require.Equal(t, first.Report.ID, c.latest().ID)
	c.requireLast(history.Blocked)

	o := c.options(nightAsOf)
	o.Accept = map[string]string{"check_quarantine": "the export tool was broken"}
	outcome, err := pipeline.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, []publish.Acceptance{{Check: "check_quarantine", Reason: "the export tool was broken"}}, outcome.Report.Manifest.Accepted)
}

// requireLast looks at what the history says about the newest run.
func (s *site) requireLast(want history.State) {
	s.t.Helper()
	log, err := history.Open(filepath.Join(s.state, "history"))
	require.NoError(s.t, err)
	runs, err := log.Runs(1)
	require.NoError(s.t, err)
	require.Len(s.t, runs, 1)
	require.Equal(s.t, want, runs[0].State, runs[0].Message)
}

// A refused file keeps every other file of the run from landing too.
func TestRefusedFilesLandNothing(t *testing.T) {
	t.Parallel()
	good := dealFile("1,Won,2024-01-01,2024-02-01,100")
	for name, test := range map[string]struct {
		file    string
		content func(t *testing.T) []byte
		says    string
	}{
		"truncated gzip": {"deals.csv.gz", func(t *testing.T) []byte {
			packed := zipped(t, []byte(string(good)+strings.Repeat("2,New,2024-01-01,,1\n", 5000)))
			return packed[:len(packed)-20]
		}, "bad/deals.csv.gz"},
		"truncated zip": {"deals.zip", func(t *testing.T) []byte {
			packed := archive(t, map[string][]byte{"deals.csv": good})
			return packed[:len(packed)-20]
		}, "deals.zip"},
		"empty":            {"deals.csv", func(*testing.T) []byte { return nil }, "bad/deals.csv"},
		"a missing column": {"deals.csv", func(*testing.T) []byte { return []byte("id,stag\n1,Won\n") }, "stage"},
		"ambiguous dates": {"deals.csv", func(*testing.T) []byte {
			return dealFile("1,Won,03/04/2024,05/06/2024,1")
		}, "date_order"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCRM(t, "delta", "")
			c.configure(`sources:
  - {name: good, path: ./crm, extracts: {opportunity: {files: "deals*", columns: {opportunity_id: id, stage: stage}}}}
  - name: bad
    path: ./other
    extracts:
      opportunity: {files: "deals*", columns: {opportunity_id: id, stage: stage, created_at: created, close_date: closed, amount: amount}}
`)
			c.export("deals.csv", 0, good)
			path := filepath.Join(filepath.Dir(c.folder), "other", test.file)
			write(t, path, test.content(t))
			_, err := c.try(nightAsOf)
			var input *pipeline.InputError
			require.ErrorAs(t, err, &input)
			require.ErrorContains(t, err, test.says)
			require.Equal(t, pipeline.ExitInput, pipeline.ExitCode(err))
			require.Nil(t, c.latest())
			c.requireLast(history.Refused)
			requireNothingLanded(t, c.state)

			require.NoError(t, os.Remove(path))
			write(t, filepath.Join(filepath.Dir(path), "deals.csv"), dealFile("2,Lost,2024-01-01,2024-02-01,1"))
			counts, _ := c.night()
			require.Equal(t, "2 created, 1 won, 1 lost, 0 excluded, 100.00", counts, "the next run loads both")
		})
	}
}

func requireNothingLanded(t *testing.T, state string) {
	t.Helper()
	require.Empty(t, contents(t, filepath.Join(state, "landing")))
}

func TestAMissingExportIsSaid(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	require.NoError(t, os.MkdirAll(c.folder, 0o750))
	_, err := c.try(nightAsOf)
	var input *pipeline.InputError
	require.ErrorAs(t, err, &input)
	require.ErrorContains(t, err, "no file of the extract opportunity")
	require.NoError(t, os.Remove(c.folder))
	_, err = c.try(nightAsOf)
	require.ErrorAs(t, err, &input)
	require.ErrorContains(t, err, "does not exist")
}

func TestAHeldLockKeepsOthersOut(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
	require.NoError(t, os.MkdirAll(c.state, 0o750))
	lock, err := schedule.TryLock(c.state, "truce schedule")
	require.NoError(t, err)
	_, err = c.try(nightAsOf)
	require.ErrorIs(t, err, schedule.ErrLocked)
	require.Equal(t, pipeline.ExitLocked, pipeline.ExitCode(err))
	require.Nil(t, c.latest())
	require.NoError(t, lock.Unlock())
	_, _ = c.night()
}

// A part of a complete export that is still being written is not a sign that its records were deleted.
func TestAHalfWrittenSnapshotIsRefused(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "snapshot", "")
	c.export("deals-a.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
	c.export("deals-b.csv", 0, dealFile("2,Won,2024-01-01,2024-02-01,50"))
	_, first := c.night()
	c.export("deals-a.csv", 1, dealFile("1,Won,2024-01-01,2024-02-01,110"))
	stop := grow(t, filepath.Join(c.folder, "deals-b.csv"))
	o := c.options(nightAsOf)
	o.Now = time.Now
	_, err := pipeline.Run(t.Context(), o)
	stop()
	var input *pipeline.InputError
	require.ErrorAs(t, err, &input)
	require.ErrorContains(t, err, "deals-b.csv is still being written")
	require.Equal(t, first.Report.ID, c.latest().ID)
}

// grow keeps adding to a file until the function is called.
func grow(t *testing.T, path string) (stop func()) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = file.WriteString("3,New,2024-01-01,,1\n")
	require.NoError(t, err)
	done, ended := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-done:
				ended <- file.Close()
				return
			case <-time.After(20 * time.Millisecond):
				_, _ = file.WriteString("4,New,2024-01-01,,1\n") // a failure would show as a finished file
			}
		}
	}()
	return func() {
		close(done)
		require.NoError(t, <-ended)
	}
}
