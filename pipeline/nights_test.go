package pipeline_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/engine/duckdb"
	"truce/pipeline/history"
	"truce/pipeline/publish"
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
			c.export(fmt.Sprintf("deals-2024-06-%02d.csv", day), 30-day, content)
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

// Where files are kept, how they came and on how many threads they are read changes no byte. Whether tables are
// kept in memory or in files changes none either, but for how the words of a mart are numbered in its file.
func TestTwoSitesPublishTheSameBytes(t *testing.T) {
	t.Parallel()
	s := newSite(t, filepath.Join(fixtureFolder, "truce.yaml"))
	small := s.run("2026-06-30").Report
	var large []publish.Run
	for threads := 1; threads <= 2; threads++ {
		other := newSite(t, s.config)
		other.now = other.now.AddDate(0, 3, 0)
		o := other.options("2026-06-30")
		o.Config.Engine.Threads = threads
		o.Engine = duckdb.Engine{MemoryLimit: "512MB", Threads: threads, SmallRun: -1}
		outcome, err := pipeline.Run(t.Context(), o)
		require.NoError(t, err)
		large = append(large, outcome.Report)
	}
	for _, file := range small.Manifest.Files {
		if filepath.Ext(file.Name) != ".parquet" {
			continue
		}
		one := read(t, filepath.Join(large[0].Dir, file.Name))
		require.True(t, bytes.Equal(one, read(t, filepath.Join(large[1].Dir, file.Name))), file.Name)
		if file.Name == "fct_opportunity.parquet" {
			rows := open(t, small).rows(t, "fct_opportunity", "true")
			require.NotEmpty(t, rows)
			require.Equal(t, rows, open(t, large[0]).rows(t, "fct_opportunity", "true"))
			continue
		}
		require.True(t, bytes.Equal(one, read(t, filepath.Join(small.Dir, file.Name))), file.Name)
	}
	require.Equal(t, small.Manifest.Fingerprint, large[0].Manifest.Fingerprint)
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
