package landing

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// nights commits one load with one file for each day.
func nights(t *testing.T, l *Log, from, to int) {
	t.Helper()
	for day := from; day <= to; day++ {
		s := begin(t, l, night(day))
		require.NoError(t, s.Commit(Load{Files: []File{write(t, s, string(rune('a'+day))+".csv", int64(day))}}))
	}
}

// packing prepares a pack of the only bundle; in place of its rows the part names the sources.
func packing(t *testing.T, l *Log, most int) (*PackStaging, Pack) {
	t.Helper()
	bundles, err := l.Bundles(most)
	require.NoError(t, err)
	require.Len(t, bundles, 1)
	s, err := l.BeginPack(night(20).Add(time.Duration(bundles[0].Rows) * time.Hour))
	require.NoError(t, err)
	var rows strings.Builder
	for _, source := range bundles[0].Sources {
		_, err := os.Stat(source.Path)
		require.NoError(t, err, "a source of the bundle")
		rows.WriteString(filepath.Base(source.Path) + "\n")
	}
	pack := bundles[0].Pack
	pack.Part = Part{Name: "opportunity.parquet", Rows: bundles[0].Rows}
	require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), pack.Part.Name), []byte(rows.String()), 0o666))
	return s, pack
}

// places tells for each branch the folder of its rows, loads or packs, and their number there.
func places(t *testing.T, l *Log) (folders []string, numbers []int64) {
	t.Helper()
	for _, b := range Branches(loads(t, l, night(28)), "opportunity", l.Dir) {
		require.Len(t, b.Parts, 1)
		require.FileExists(t, b.Parts[0])
		folders = append(folders, filepath.Base(filepath.Dir(filepath.Dir(b.Parts[0]))))
		numbers = append(numbers, b.Number)
	}
	return folders, numbers
}

func packFolders(t *testing.T, l *Log) []string {
	t.Helper()
	entries, err := os.ReadDir(l.packs())
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func TestPackTakesTheSmallFilesOfManyLoads(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	nights(t, l, 1, 3)
	bundles, err := l.Bundles(3)
	require.NoError(t, err)
	require.Empty(t, bundles, "three files are not more than three")
	before := loads(t, l, night(2))

	s, pack := packing(t, l, 2)
	require.NoError(t, s.Commit(pack))
	require.NoError(t, l.Tidy())
	folders, numbers := places(t, l)
	require.Equal(t, []string{"packs", "packs", "packs"}, folders)
	require.Equal(t, []int64{1, 2, 3}, numbers)
	for _, load := range before {
		left, err := os.ReadDir(l.Dir(load.ID))
		require.NoError(t, err)
		require.Len(t, left, 1, "the part is gone, load.json stays")
	}
	after := loads(t, l, night(2))
	require.Len(t, after, 2, "what was known on the second day")
	require.Equal(t, before[0].Files, after[0].Files)
	bundles, err = l.Bundles(0)
	require.NoError(t, err)
	require.Empty(t, bundles, "nothing is left to pack")
}

func TestSmallPacksArePackedAgain(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	nights(t, l, 1, 2)
	s, pack := packing(t, l, 1)
	require.NoError(t, s.Commit(pack))
	require.NoError(t, l.Tidy())
	first := packFolders(t, l)
	nights(t, l, 3, 4)
	s, pack = packing(t, l, 1)
	require.Len(t, pack.Branches, 4)
	require.NoError(t, s.Commit(pack))
	require.Len(t, packFolders(t, l), 2)
	require.NoError(t, l.Tidy())
	require.Len(t, packFolders(t, l), 1)
	require.NotEqual(t, first, packFolders(t, l))
	_, numbers := places(t, l)
	require.Equal(t, []int64{1, 2, 3, 4}, numbers)
}

func TestBundlesLeaveAlone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(f *File){
		"large files":   func(f *File) { f.Parts[0].Size = smallFile },
		"other columns": func(f *File) { f.Columns = []Column{{Name: f.Name, Type: "text"}} },
		"other types":   func(f *File) { f.Columns = []Column{{Name: "site", Type: f.Name}} },
		"other entities": func(f *File) {
			f.Entity = f.Name
		},
		"files without rows": func(f *File) { f.Parts, f.Rows, f.Counts = nil, 0, Counts{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			for day := 1; day <= 3; day++ {
				s := begin(t, l, night(day))
				f := write(t, s, string(rune('a'+day))+".csv", 1)
				path := filepath.Join(s.Dir(), f.Parts[0].Name)
				change(&f)
				if name == "large files" {
					require.NoError(t, os.Truncate(path, smallFile))
				}
				require.NoError(t, s.Commit(Load{Files: []File{f}}))
			}
			bundles, err := l.Bundles(1)
			require.NoError(t, err)
			require.Empty(t, bundles)
		})
	}
}

// A crash between any two steps of packing, and of packing a pack again, leaves every row readable
// from exactly one place; the next night goes on.
func TestCrashAtEveryStepOfPacking(t *testing.T) {
	t.Parallel()
	for steps := 0; ; steps++ {
		dir := t.TempDir()
		l := open(t, dir)
		nights(t, l, 1, 2)
		s, pack := packing(t, l, 1)
		require.NoError(t, s.Commit(pack))
		require.NoError(t, l.Tidy())
		nights(t, l, 3, 4)
		s, pack = packing(t, l, 1)
		all := append(s.steps(&pack), tidySteps(l, pack)...)
		if steps > len(all) {
			require.Greater(t, steps, 9)
			break
		}
		for _, step := range all[:steps] {
			require.NoError(t, step())
		}
		l = open(t, dir)
		left, err := os.ReadDir(l.staging())
		require.NoError(t, err)
		require.Empty(t, left)
		_, numbers := places(t, l)
		if steps < 5 {
			require.Equal(t, []int64{1, 2, 0, 0}, numbers, "after step %d", steps)
		} else {
			require.Equal(t, []int64{1, 2, 3, 4}, numbers, "after step %d", steps)
		}
		nights(t, l, 5, 6)
		s, pack = packing(t, l, 1)
		require.NoError(t, s.Commit(pack))
		require.NoError(t, l.Tidy())
		_, numbers = places(t, l)
		require.Equal(t, []int64{1, 2, 3, 4, 5, 6}, numbers)
		require.Len(t, packFolders(t, l), 1)
	}
}

// tidySteps are what Tidy does, file by file, in some order.
func tidySteps(l *Log, pack Pack) []func() error {
	steps := []func() error{func() error {
		packs, err := l.readPacks()
		return errors.Join(err, os.Rename(l.packDir(packs[0].ID), filepath.Join(l.staging(), packs[0].ID)))
	}}
	for _, b := range pack.Branches {
		steps = append(steps, func() error {
			err := os.Remove(filepath.Join(l.Dir(b.Load), b.Parts[0]))
			if errors.Is(err, os.ErrNotExist) {
				return nil
			}
			return err
		})
	}
	return append(steps, l.Tidy)
}

func TestPackThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(l *Log, pack Pack) error
		says  string
	}{
		"no manifest": {func(l *Log, p Pack) error { return os.Remove(filepath.Join(l.packDir(p.ID), "pack.json")) }, "pack.json"},
		"half manifest": {func(l *Log, p Pack) error {
			return os.Truncate(filepath.Join(l.packDir(p.ID), "pack.json"), 40)
		}, "pack.json"},
		"missing part": {func(l *Log, p Pack) error {
			return os.Remove(filepath.Join(l.packDir(p.ID), "opportunity.parquet"))
		}, "opportunity.parquet"},
		"short part": {func(l *Log, p Pack) error {
			return os.Truncate(filepath.Join(l.packDir(p.ID), "opportunity.parquet"), 3)
		}, "has 3 bytes instead of"},
		"renamed": {func(l *Log, p Pack) error {
			return os.Rename(l.packDir(p.ID), l.packDir(p.ID[:len(p.ID)-8]+"00000000"))
		}, "is the one of pack"},
		"gone":          {func(l *Log, p Pack) error { return os.RemoveAll(l.packDir(p.ID)) }, "b.csv-0.parquet"},
		"other rows":    {func(l *Log, p Pack) error { return editPack(l, p, `"rows": 2`, `"rows": 1`) }, "branches have 2 rows"},
		"a later one":   {func(l *Log, p Pack) error { return editPack(l, p, `"format": 1`, `"format": 2`) }, "format 2"},
		"numbers twice": {func(l *Log, p Pack) error { return editPack(l, p, `"number": 2`, `"number": 1`) }, "named twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			nights(t, l, 1, 2)
			s, pack := packing(t, l, 1)
			require.NoError(t, s.Commit(pack))
			require.NoError(t, l.Tidy())
			packs, err := l.readPacks()
			require.NoError(t, err)
			require.NoError(t, c.spoil(l, packs[0]))
			_, err = l.Loads(night(22))
			require.ErrorContains(t, err, c.says)
			require.ErrorContains(t, err, "restore")
		})
	}
}

func editPack(l *Log, p Pack, old, replacement string) error {
	path := filepath.Join(l.packDir(p.ID), "pack.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), old, replacement, 1)), 0o600)
}

func TestPackCommitRefusesWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(p *Pack)
		says  string
	}{
		"missing part":    {func(p *Pack) { p.Part.Name = "gone.parquet" }, "gone.parquet"},
		"rows":            {func(p *Pack) { p.Part.Rows++ }, "the branches have 3 rows, but the part has 4"},
		"a branch of air": {func(p *Pack) { p.Branches[0].Parts = nil }, "has no part"},
		"number zero":     {func(p *Pack) { p.Branches[0].Number = 0 }, "branch 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			nights(t, l, 1, 2)
			s, pack := packing(t, l, 1)
			c.spoil(&pack)
			require.ErrorContains(t, s.Commit(pack), c.says)
			require.NoError(t, s.Discard())
			folders, _ := places(t, l)
			require.Equal(t, []string{"loads", "loads"}, folders)
			require.Empty(t, packFolders(t, l))
		})
	}
}
