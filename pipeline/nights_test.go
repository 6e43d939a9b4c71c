package pipeline_test

import (
	"fmt"
	"io/fs"
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

const nightAsOf = "2024-06-30"

// crm is a site with one folder of exports that a test changes from night to night.
type crm struct {
	*site
	folder string
}

// newCRM gives a site whose source has a mode, such as snapshot. More is added to its extract.
func newCRM(t *testing.T, mode, more string) crm {
	t.Helper()
	dir := t.TempDir()
	c := crm{newSite(t, filepath.Join(dir, "truce.yaml")), filepath.Join(dir, "crm")}
	c.configure(fmt.Sprintf(`sources:
  - name: crm
    path: ./crm
    mode: %s
    extracts:
      opportunity:
        files: "deals*"
        columns: {opportunity_id: id, stage: stage, created_at: created, close_date: closed, amount: amount}
%s`, mode, more))
	return c
}

// configure writes the configuration.
func (c crm) configure(sources string) {
	c.t.Helper()
	write(c.t, c.config, []byte(sources+`
stages: {won: [Won], lost: [Lost]}
segments: [{name: Large, where: "amount >= 1000"}]
reports: {duckdb: false}
`))
}

// dealFile is an export: a header and lines.
func dealFile(lines ...string) []byte {
	return []byte("id,stage,created,closed,amount\n" + strings.Join(append(lines, ""), "\n"))
}

// export puts a file into the folder that was finished so many days after the first one.
func (c crm) export(name string, days int, content []byte) {
	c.t.Helper()
	path := filepath.Join(c.folder, name)
	write(c.t, path, content)
	settle(c.t, path, days)
}

// night runs and gives the counts of all deals: created, won, lost, excluded, and the value won.
func (c crm) night() (string, pipeline.Outcome) {
	c.t.Helper()
	outcome := c.run(nightAsOf)
	r := open(c.t, outcome.Report).one(c.t, "win_rate", allOf("All", "none", ""))
	return fmt.Sprintf("%s created, %s won, %s lost, %s excluded, %s", r["created_count"], r["won_count"],
		r["lost_count"], r["excluded_count"], r["won_value"]), outcome
}

// contents gives every file below a folder with its time and bytes.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		files[path] = fmt.Sprint(info.ModTime(), info.Mode(), string(read(t, path)))
		return err
	}))
	return files
}

func TestTheSameFilesAgainChangeNothing(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100", "2,Lost,2024-01-01,2024-02-01,50", "3,New,2024-01-01,,1000"))
	counts, first := c.night()
	require.Equal(t, "3 created, 1 won, 1 lost, 0 excluded, 100.00", counts)
	require.Equal(t, history.Published, first.State)
	state, drop := contents(t, filepath.Join(c.state, "landing")), contents(t, c.drop)

	_, again := c.night()
	require.Equal(t, history.Identical, again.State)
	require.Equal(t, first.Report.ID, again.Report.ID)
	require.Equal(t, pipeline.LoadSummary{Known: 1}, again.Loaded)
	require.Equal(t, drop, contents(t, c.drop))

	// The same content under another name says nothing new.
	c.export("deals-copy.csv", 1, read(t, filepath.Join(c.folder, "deals.csv")))
	_, again = c.night()
	require.Zero(t, again.Loaded.Files)
	require.Equal(t, history.Identical, again.State)
	require.Equal(t, drop, contents(t, c.drop))
	require.Equal(t, state, contents(t, filepath.Join(c.state, "landing")))
}

func TestAChangedFileIsANewRevision(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100", "2,New,2024-01-01,,50"))
	_, first := c.night()
	published := contents(t, first.Report.Dir)
	landed := contents(t, filepath.Join(c.state, "landing"))

	c.export("deals.csv", 1, dealFile("2,Lost,2024-01-01,2024-03-01,50"))
	counts, second := c.night()
	require.Equal(t, "2 created, 1 won, 1 lost, 0 excluded, 100.00", counts, "a delta keeps the deals that it does not name")
	require.Equal(t, "manual-2024-06-30-r2", second.Report.ID)
	require.Equal(t, second.Report.ID, c.latest().ID)
	require.Equal(t, published, contents(t, first.Report.Dir), "what was published never changes")
	for path, content := range landed {
		require.Equal(t, content, contents(t, filepath.Dir(path))[path], "what has landed never changes")
	}
}

func TestAFileThatGoesBackToWhatItWas(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	before, after := dealFile("1,New,2024-01-01,,100"), dealFile("1,Won,2024-01-01,2024-02-01,100")
	var seen []string
	for day, content := range [][]byte{before, after, before} {
		c.export("deals.csv", day, content)
		counts, _ := c.night()
		seen = append(seen, counts)
	}
	require.Equal(t, []string{
		"1 created, 0 won, 0 lost, 0 excluded, 0.00",
		"1 created, 1 won, 0 lost, 0 excluded, 100.00",
		"1 created, 0 won, 0 lost, 0 excluded, 0.00",
	}, seen)
}

func TestAMappingChangeLandsAnew(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, []byte("id,stage,created,closed,amount,net\n1,Won,2024-01-01,2024-02-01,100,90\n"))
	original := read(t, c.config)
	counts, _ := c.night()
	require.Equal(t, "1 created, 1 won, 0 lost, 0 excluded, 100.00", counts)
	write(t, c.config, []byte(strings.Replace(string(original), "amount: amount", "amount: net", 1)))
	counts, outcome := c.night()
	require.Equal(t, "1 created, 1 won, 0 lost, 0 excluded, 90.00", counts)
	require.Equal(t, int64(1), outcome.Loaded.Files)
	write(t, c.config, original)
	counts, _ = c.night()
	require.Equal(t, "1 created, 1 won, 0 lost, 0 excluded, 100.00", counts)
}

func TestSnapshotsCountWhatIsMissingAsDeleted(t *testing.T) {
	t.Parallel()
	for _, names := range [][2]string{{"deals.csv", "deals.csv"}, {"deals-2024-07-01.csv", "deals-2024-07-02.csv"}} {
		t.Run(names[1], func(t *testing.T) {
			t.Parallel()
			c := newCRM(t, "snapshot", "")
			c.export(names[0], 0, dealFile("1,Won,2024-01-01,2024-02-01,100", "2,Won,2024-01-01,2024-02-01,50"))
			counts, _ := c.night()
			require.Equal(t, "2 created, 2 won, 0 lost, 0 excluded, 150.00", counts)
			c.export(names[1], 1, dealFile("2,Won,2024-01-01,2024-02-01,50", "3,New,2024-01-01,,10"))
			counts, outcome := c.night()
			require.Equal(t, "2 created, 1 won, 0 lost, 1 excluded, 50.00", counts)
			deleted := open(t, outcome.Report).one(t, "fct_opportunity", "opportunity_id = '1'")
			require.Equal(t, "deleted", deleted["exclusion"])
		})
	}
}

func TestAnOlderExportThatArrivesLateLoses(t *testing.T) {
	t.Parallel()
	for name, export := range map[string]func(c crm, day int, content []byte){
		"by the date in its name": func(c crm, day int, content []byte) {
			c.export(fmt.Sprintf("deals-2024-07-%02d.csv", day), 30-day, content)
		},
		"by its own date": func(c crm, day int, content []byte) {
			c.export(fmt.Sprintf("deals%d.csv", 9-day), day, content)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCRM(t, "delta", "")
			export(c, 5, dealFile("1,Won,2024-01-01,2024-02-01,100"))
			_, _ = c.night()
			export(c, 3, dealFile("1,New,2024-01-01,,10", "2,Lost,2024-01-01,2024-02-01,5"))
			counts, _ := c.night()
			require.Equal(t, "2 created, 1 won, 1 lost, 0 excluded, 100.00", counts)
			export(c, 7, dealFile("1,Lost,2024-01-01,2024-03-01,100"))
			counts, _ = c.night()
			require.Equal(t, "2 created, 0 won, 2 lost, 0 excluded, 0.00", counts)
		})
	}
}

// Where files are kept, how they came and on how many threads they are read changes no byte.
func TestTwoSitesPublishTheSameBytes(t *testing.T) {
	t.Parallel()
	s := newSite(t, filepath.Join(fixtureFolder, "truce.yaml"))
	one := s.run("2026-06-30").Report
	other := newSite(t, s.config)
	other.now = other.now.AddDate(0, 3, 0)
	o := other.options("2026-06-30")
	o.Config.Engine.Threads = 2
	outcome, err := pipeline.Run(t.Context(), o)
	require.NoError(t, err)
	for _, file := range one.Manifest.Files {
		if filepath.Ext(file.Name) == ".parquet" {
			same := string(read(t, filepath.Join(one.Dir, file.Name))) == string(read(t, filepath.Join(outcome.Report.Dir, file.Name)))
			require.True(t, same, file.Name)
		}
	}
	require.Equal(t, one.Manifest.Fingerprint, outcome.Report.Manifest.Fingerprint)
}

func TestFewOrNoDeals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lines []string
		want  string
	}{
		"header only":               {nil, "0 created, 0 won, 0 lost, 0 excluded, 0.00"},
		"one deal":                  {[]string{"1,Won,2024-01-01,2024-02-01,100"}, "1 created, 1 won, 0 lost, 0 excluded, 100.00"},
		"one deal without any date": {[]string{"1,Won,,,"}, "1 created, 1 won, 0 lost, 0 excluded, 0.00"},
		"only defects":              {[]string{",Won,2024-01-01,2024-02-01,100", "2,Won,yesterday,,"}, "0 created, 0 won, 0 lost, 0 excluded, 0.00"},
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

// Two systems may use one id for one file name and line; the deal is still one deal.
func TestTwoSourcesWithTheSameRecord(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	source := "  - {name: %s, path: ./%s, extracts: {opportunity: {files: deals.csv, columns: {opportunity_id: id, stage: stage, " +
		"created_at: created, close_date: closed, amount: amount}}}}\n"
	c.configure("sources:\n" + fmt.Sprintf(source, "one", "crm") + fmt.Sprintf(source, "two", "other"))
	c.export("deals.csv", 0, dealFile("1,New,2024-01-01,,100", "2,New,2024-01-01,,7"))
	other := filepath.Join(filepath.Dir(c.folder), "other", "deals.csv")
	write(t, other, dealFile("1,Won,2024-01-01,2024-02-01,100", "3,New,2024-01-01,,7"))
	settle(t, other, 1)
	counts, _ := c.night()
	require.Equal(t, "3 created, 1 won, 0 lost, 0 excluded, 100.00", counts, "the newer file says that the deal was won")
}

func TestAReplayOfThePastDoesNotBecomeTheCurrentRun(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
	_, _ = c.night()
	known := c.now
	c.export("deals.csv", 1, dealFile("1,Lost,2024-01-01,2024-02-01,100"))
	_, second := c.night()
	o := c.options(nightAsOf)
	o.KnownAt = known
	replay, err := pipeline.Run(t.Context(), o)
	require.NoError(t, err)
	require.Equal(t, "1", open(t, replay.Report).one(t, "win_rate", allOf("All", "none", ""))["won_count"], "what was known then")
	require.Equal(t, second.Report.ID, c.latest().ID)
	counts, _ := c.night()
	require.Equal(t, "1 created, 0 won, 1 lost, 0 excluded, 0.00", counts)
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
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0) //nolint:gosec // the test's own file
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
