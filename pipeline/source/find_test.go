package source

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// put writes files below a folder, an hour old so that they count as finished.
func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	hourAgo := time.Now().Add(-time.Hour)
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		require.NoError(t, os.Chtimes(path, hourAgo, hourAgo))
	}
}

func zipped(t *testing.T, members ...[2]string) string {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for _, m := range members {
		member, err := w.Create(m[0])
		require.NoError(t, err)
		_, err = io.WriteString(member, m[1])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return packed.String()
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return packed.String()
}

func preset(t *testing.T, name string) Preset {
	t.Helper()
	p, err := LookupPreset(name)
	require.NoError(t, err)
	return p
}

// find looks with the real defaults but never waits.
func find(t *testing.T, src config.Source, presetName string) (Found, error) {
	t.Helper()
	noWait := func(context.Context, time.Duration) error { return nil }
	return Finder{Wait: noWait}.Find(t.Context(), src, preset(t, presetName), time.Now())
}

// files are the found files as "name: entity".
func files(found Found) []string {
	var list []string
	for _, f := range found.Files {
		list = append(list, f.Name+": "+f.Entity)
	}
	return list
}

func extracts(patterns map[string]string) map[string]config.Extract {
	all := map[string]config.Extract{}
	for entity, pattern := range patterns {
		all[entity] = config.Extract{Files: strings.Fields(pattern)}
	}
	return all
}

func TestFindByPatterns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"Deals-2026.csv": "x", "old/deals-2025.CSV": "x", "2026/leads.csv": "x", "2025/leads.csv": "x",
		"notes.txt": "x", ".hidden.csv": "x", ".snapshot/deals-1.csv": "x", "~$deals-2.csv": "x",
		"deals-3.csv.part": "x", "deals-4.csv.filepart": "x",
	})
	found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{
		"opportunity": "deals-*", "lead": "2026/*.csv",
	})}, "generic")
	require.NoError(t, err)
	require.Equal(t, []string{"2026/leads.csv: lead", "Deals-2026.csv: opportunity", "old/deals-2025.CSV: opportunity"}, files(found))
	require.Equal(t, []string{".hidden.csv", "2025/leads.csv", "deals-3.csv.part", "deals-4.csv.filepart", "notes.txt", "~$deals-2.csv"}, found.Ignored)
	require.Empty(t, found.Growing)

	f := found.Files[1]
	require.Equal(t, "crm", f.Source)
	require.Equal(t, filepath.Join(dir, "Deals-2026.csv"), f.Path)
	require.Equal(t, int64(1), f.Size)
	require.WithinDuration(t, time.Now().Add(-time.Hour), f.ModTime, time.Minute)
	require.Nil(t, f.Date)
}

func TestFindGenericNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"opportunity.csv": "x", "Opportunities_2026-11-22.csv": "x", "opportunity.csv.gz": "x", "lead.csv": "x",
		"leads-1.csv": "x", "lead.gz": "x", "account.csv": "x", "lead.zip": zipped(t, [2]string{"part1.csv", "x"}, [2]string{"readme.md", "x"}),
		"all.zip": zipped(t, [2]string{"export/lead.csv", "x"}, [2]string{"other.csv", "x"}, [2]string{"__MACOSX/lead.csv", "x"}),
	})
	found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"opportunity": "", "lead": ""})}, "generic")
	require.NoError(t, err)
	require.Equal(t, []string{
		"Opportunities_2026-11-22.csv: opportunity", "all.zip!export/lead.csv: lead", "lead.csv: lead", "lead.gz: lead",
		"lead.zip!part1.csv: lead", "leads-1.csv: lead", "opportunity.csv: opportunity", "opportunity.csv.gz: opportunity",
	}, files(found))
	require.Equal(t, []string{"account.csv", "all.zip!__MACOSX/lead.csv", "all.zip!other.csv", "lead.zip!readme.md"}, found.Ignored)
}

func TestFindWeeklyDataExport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"WE_00D300000000abc_1.ZIP": zipped(t, [2]string{"Opportunity.csv", "one"}, [2]string{"Account.csv", "x"}, [2]string{"UserRole.csv", "x"}),
		"WE_00D300000000abc_2.ZIP": zipped(t, [2]string{"Opportunity.csv", "two"}, [2]string{"OpportunityHistory.csv", "x"}, [2]string{"User.csv", "x"}),
	})
	found, err := find(t, config.Source{Name: "crm", Path: dir}, "salesforce")
	require.NoError(t, err)
	require.Equal(t, []string{
		"WE_00D300000000abc_1.ZIP!Account.csv: account", "WE_00D300000000abc_1.ZIP!Opportunity.csv: opportunity",
		"WE_00D300000000abc_2.ZIP!Opportunity.csv: opportunity", "WE_00D300000000abc_2.ZIP!OpportunityHistory.csv: stage_change",
		"WE_00D300000000abc_2.ZIP!User.csv: owner",
	}, files(found))
	require.Equal(t, []string{"WE_00D300000000abc_1.ZIP!UserRole.csv"}, found.Ignored)
	require.Equal(t, "two", read(t, found.Files[2], ""))

	one, err := find(t, config.Source{Name: "crm", Path: filepath.Join(dir, "WE_00D300000000abc_2.ZIP")}, "salesforce")
	require.NoError(t, err)
	require.Equal(t, files(found)[2:], files(one), "the path is the archive itself")
}

func TestFindDates(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"opportunity-2026-11-22.csv":          "2026-11-22",
		"opportunity_20261122.csv":            "2026-11-22",
		"2026_11_22 Opportunity.csv":          "2026-11-22",
		"opportunity_20261122_2.csv":          "2026-11-22",
		"opportunity-2026-11-22-1.csv":        "2026-11-22",
		"x20261122T023000Z.csv":               "2026-11-22",
		"2026-01-01_2026-11-22.csv":           "2026-11-22",
		"2026-11-22/opportunity.csv":          "2026-11-22",
		"2026-11-21/opportunity-20261122.csv": "2026-11-22",
		"opportunity-2026-13-22.csv":          "",
		"opportunity-2026-02-30.csv":          "",
		"opportunity-123456789.csv":           "",
		"WE_00D20261122000_1.ZIP":             "",
		"opportunity-2026_11-22.csv":          "",
		"opportunity.csv":                     "",
	} {
		got := ""
		if date := dateOf(name); date != nil {
			got = date.Format(time.DateOnly)
			require.Equal(t, time.UTC, date.Location())
		}
		require.Equal(t, want, got, name)
	}
	dir := t.TempDir()
	put(t, dir, map[string]string{"lead-2026-11-22.zip": zipped(t, [2]string{"lead-2020-01-01.csv", "x"})})
	found, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"lead": ""})}, "generic")
	require.NoError(t, err)
	require.Equal(t, "2026-11-22", found.Files[0].Date.Format(time.DateOnly), "a member has its archive's date")
}

func TestFindRefusesPatterns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{"deals.csv": "x"})
	for name, c := range map[string]struct {
		patterns map[string]string
		says     string
	}{
		"two entities": {map[string]string{"opportunity": "*.csv", "lead": "deals*"}, "files of lead and opportunity: the patterns of both match deals.csv"},
		"malformed":    {map[string]string{"lead": "deals[.csv"}, `the pattern "deals[.csv" cannot be read`},
		"out":          {map[string]string{"lead": "../*.csv"}, "leaves the source's path"},
		"absolute":     {map[string]string{"lead": "/etc/*"}, "leaves the source's path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(c.patterns)}, "generic")
			var refused *PatternError
			require.ErrorAs(t, err, &refused)
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestFindRefusesFiles(t *testing.T) {
	t.Parallel()
	whole := zipped(t, [2]string{"lead.csv", strings.Repeat("id,created_at\n", 100)})
	for name, c := range map[string]struct {
		files map[string]string
		says  string
	}{
		"truncated archive":            {map[string]string{"a.zip": whole[:len(whole)-10]}, "a.zip is no complete zip archive"},
		"empty archive":                {map[string]string{"a.zip": ""}, "a.zip is no complete zip archive"},
		"member goes up":               {map[string]string{"a.zip": zipped(t, [2]string{"../lead.csv", "x"})}, "a.zip!../lead.csv has a name that leads out"},
		"member goes up as on windows": {map[string]string{"a.zip": zipped(t, [2]string{`x\..\..\lead.csv`, "x"})}, "leads out"},
		"member is absolute":           {map[string]string{"a.zip": zipped(t, [2]string{"/lead.csv", "x"})}, "leads out"},
		"member has a drive":           {map[string]string{"a.zip": zipped(t, [2]string{`C:\lead.csv`, "x"})}, "leads out"},
		"member twice":                 {map[string]string{"a.zip": zipped(t, [2]string{"lead.csv", "x"}, [2]string{"lead.csv", "y"})}, "in the archive twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, dir, c.files)
			_, err := find(t, config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"lead": ""})}, "generic")
			requireRefused(t, err, c.says)
		})
	}
	_, err := find(t, config.Source{Name: "crm", Path: filepath.Join(t.TempDir(), "gone")}, "salesforce")
	requireRefused(t, err, "gone does not exist; correct the path of source crm")
}

func requireRefused(t *testing.T, err error, says string) {
	t.Helper()
	var refused *RefusedError
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, says)
	require.NotEmpty(t, refused.Hint, "what to do")
}

func TestFindTellsAllProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{"a.zip": "no zip", "b.zip": "no zip"})
	_, err := find(t, config.Source{Name: "crm", Path: dir}, "salesforce")
	require.ErrorContains(t, err, "a.zip")
	require.ErrorContains(t, err, "b.zip")
}

func TestFindLinks(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	put(t, outside, map[string]string{"lead.csv": "secret"})
	src := func(dir string) config.Source {
		return config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"lead": "lead*.csv"})}
	}
	for name, link := range map[string][2]string{
		"file outside":            {filepath.Join(outside, "lead.csv"), "lead1.csv"},
		"folder outside":          {outside, "current"},
		"extract that is missing": {"gone.csv", "lead2.csv"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.Symlink(link[0], filepath.Join(dir, link[1])))
			_, err := find(t, src(dir), "generic")
			requireRefused(t, err, link[1])
		})
	}
	t.Run("inside or of no interest", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		put(t, dir, map[string]string{"data/1": "x"})
		require.NoError(t, os.Symlink("data/1", filepath.Join(dir, "lead.csv")))
		require.NoError(t, os.Symlink(filepath.Join(outside, "lead.csv"), filepath.Join(dir, "other")))
		found, err := find(t, src(dir), "generic")
		require.NoError(t, err)
		require.Equal(t, []string{"lead.csv: lead"}, files(found))
		require.Equal(t, "x", read(t, found.Files[0], ""))
		require.Equal(t, []string{"data/1", "other"}, found.Ignored)
	})
	t.Run("exchanged after it was found", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		put(t, dir, map[string]string{"lead.csv": "x"})
		found, err := find(t, src(dir), "generic")
		require.NoError(t, err)
		require.NoError(t, os.Remove(filepath.Join(dir, "lead.csv")))
		require.NoError(t, os.Symlink(filepath.Join(outside, "lead.csv"), filepath.Join(dir, "lead.csv")))
		_, _, err = found.Files[0].Open("")
		requireRefused(t, err, "lead.csv cannot be opened inside the source's folder")
		_, err = found.Files[0].ContentHash()
		requireRefused(t, err, "lead.csv")
	})
}
