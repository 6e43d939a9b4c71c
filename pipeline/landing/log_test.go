package landing

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func night(day int) time.Time { return time.Date(2026, 11, day, 2, 30, 0, 123456000, time.UTC) }

// write puts a part of the given rows into the staging folder and gives the file that names it.
func write(t *testing.T, s *Staging, name string, rows int64) File {
	t.Helper()
	part := strings.ReplaceAll(name, "/", "_") + "-0.parquet"
	require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), part), []byte("rows of "+name), 0o666))
	return File{
		Source: "crm", Entity: "opportunity", Name: name,
		ContentHash: "xxh3:" + name, MappingHash: "m1", EffectiveAt: s.now,
		Counts: Counts{Records: rows + 1, Header: 1, Loaded: rows}, Rows: rows,
		Parts: []Part{{Name: part, Rows: rows}},
	}
}

func begin(t *testing.T, l *Log, now time.Time) *Staging {
	t.Helper()
	s, err := l.Begin(now)
	require.NoError(t, err)
	return s
}

func open(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := Open(dir)
	require.NoError(t, err)
	return l
}

func loads(t *testing.T, l *Log, knownAt time.Time) []Load {
	t.Helper()
	all, err := l.Loads(knownAt)
	require.NoError(t, err)
	return all
}

func TestCommittedLoadIsReadBack(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	s := begin(t, l, night(22))
	file := write(t, s, "a.csv", 3)
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.FixedZone("CET", 3600))
	file.NameDate = &day
	file.Rules = map[string]int64{"date": 1, "amount": 2}
	file.Columns = []Column{{Name: "stage", Type: "text", Header: "Stage <b>", Mapped: true}}
	scan := Scan{Source: "crm", Entity: "opportunity", Mode: Delta, Files: []string{file.Identity()}}
	require.NoError(t, s.Commit(Load{Files: []File{file}, Scans: []Scan{scan}}))

	got := loads(t, l, night(22))
	require.Len(t, got, 1)
	require.Equal(t, s.ID(), got[0].ID)
	require.Equal(t, night(22), got[0].LandedAt)
	require.Equal(t, []Scan{scan}, got[0].Scans)
	require.Equal(t, int64(len("rows of a.csv")), got[0].Files[0].Parts[0].Size)
	require.Equal(t, day.UTC(), *got[0].Files[0].NameDate)
	require.Equal(t, file.Columns, got[0].Files[0].Columns)

	text, err := os.ReadFile(filepath.Join(l.Dir(s.ID()), "load.json"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "{\n  \"format\": 2,\n  \"id\": \""+s.ID()+"\",\n  \"landed_at\": \"2026-11-22T02:30:00.123456Z\",\n"))
	require.Contains(t, string(text), `"Stage <b>"`)
	require.NoDirExists(t, s.Dir())
}

func TestLoadsKnownAtATime(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	for _, day := range []int{23, 21, 22} {
		s := begin(t, l, night(day))
		require.NoError(t, s.Commit(Load{Files: []File{write(t, s, "a.csv", 1)}}))
	}
	require.Empty(t, loads(t, l, night(21).Add(-time.Microsecond)))
	require.Len(t, loads(t, l, night(21)), 1)
	all := loads(t, l, night(30))
	require.Len(t, all, 3)
	require.True(t, slices.IsSortedFunc(all, func(a, b Load) int { return strings.Compare(a.ID, b.ID) }))
	require.Equal(t, night(21), all[0].LandedAt)
}

func TestBeginIsUniqueAndSorted(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	var group sync.WaitGroup
	ids := make([]string, 64)
	for i := range ids {
		group.Go(func() {
			if s, err := l.Begin(night(22)); err == nil {
				ids[i] = s.ID()
			}
		})
	}
	group.Wait()
	slices.Sort(ids)
	require.NotEmpty(t, ids[0])
	require.Len(t, slices.Compact(ids), 64)
	require.Regexp(t, `^20261122T023000\.123456Z-[0-9a-f]{8}$`, ids[0])
	require.Less(t, ids[63], begin(t, l, night(22).Add(time.Microsecond)).ID())
}

func TestModes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state", "landing")
	l := open(t, dir)
	s := begin(t, l, night(22))
	file := write(t, s, "a.csv", 1)
	require.NoError(t, s.Commit(Load{Files: []File{file}}))
	for path, mode := range map[string]os.FileMode{
		dir:           0o750,
		l.loads():     0o750,
		l.staging():   0o750,
		l.Dir(s.ID()): 0o750,
		filepath.Join(l.Dir(s.ID()), "load.json"):        0o640,
		filepath.Join(l.Dir(s.ID()), file.Parts[0].Name): 0o640,
	} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&^mode, "%s is %o", path, info.Mode().Perm())
	}
}

// A crash between any two steps leaves the load invisible or whole, and the next night works.
func TestCrashAtEveryStepOfCommit(t *testing.T) {
	t.Parallel()
	for steps := 0; ; steps++ {
		dir := t.TempDir()
		l := open(t, dir)
		s := begin(t, l, night(22))
		load := Load{Files: []File{write(t, s, "a.csv", 2)}}
		all := s.steps(&load)
		if steps > len(all) {
			require.Greater(t, steps, 5)
			break
		}
		for _, step := range all[:steps] {
			require.NoError(t, step())
		}
		l = open(t, dir)
		left, err := os.ReadDir(l.staging())
		require.NoError(t, err)
		require.Empty(t, left)
		got := loads(t, l, night(22))
		if steps >= len(all)-1 {
			require.Len(t, got, 1, "after step %d", steps)
			require.Equal(t, int64(2), got[0].Files[0].Counts.Loaded)
		} else {
			require.Empty(t, got, "after step %d", steps)
		}
		next := begin(t, l, night(23))
		require.NoError(t, next.Commit(Load{Files: []File{write(t, next, "b.csv", 1)}}))
		require.Len(t, loads(t, l, night(23)), len(got)+1)
	}
}

func TestCommitRefusesWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(load *Load)
		says  string
	}{
		"missing part":       {func(l *Load) { l.Files[0].Parts[0].Name = "gone.parquet" }, "gone.parquet"},
		"wrong size":         {func(l *Load) { l.Files[0].Parts[0].Size = 1 }, "instead of 1"},
		"path out":           {func(l *Load) { l.Files[0].Parts[0].Name = "../x" }, "no plain file name"},
		"part named twice":   {func(l *Load) { l.Files = append(l.Files, l.Files[0]) }, "named twice"},
		"manifest as part":   {func(l *Load) { l.Files[0].Parts[0].Name = "load.json" }, "named twice"},
		"rows do not add up": {func(l *Load) { l.Files[0].Rows++ }, "the parts hold 3 rows, but 4 were loaded"},
		"records lost":       {func(l *Load) { l.Files[0].Counts.Records++ }, "5 physical records"},
		"quarantine lost": {func(l *Load) {
			l.Files[0].Counts.Quarantined++
			l.Files[0].Counts.Records++
		}, "no file holds them"},
		"unknown mode": {func(l *Load) { l.Scans = []Scan{{Mode: "full"}} }, `unknown mode "full"`},
		"foreign id":   {func(l *Load) { l.ID = "x" }, "named x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			s := begin(t, l, night(22))
			load := Load{Files: []File{write(t, s, "a.csv", 3)}}
			c.spoil(&load)
			require.ErrorContains(t, s.Commit(load), c.says)
			require.Empty(t, loads(t, l, night(22)))
			require.NoError(t, s.Discard())
			require.NoDirExists(t, s.Dir())
		})
	}
}

func TestLoadThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(dir string) error
		says  string
	}{
		"no manifest":   {func(dir string) error { return os.Remove(filepath.Join(dir, "load.json")) }, "load.json"},
		"half manifest": {func(dir string) error { return os.Truncate(filepath.Join(dir, "load.json"), 100) }, "load.json"},
		"missing part":  {func(dir string) error { return os.Remove(filepath.Join(dir, "a.csv-0.parquet")) }, "a.csv-0.parquet"},
		"short part":    {func(dir string) error { return os.Truncate(filepath.Join(dir, "a.csv-0.parquet"), 1) }, "a.csv-0.parquet has 1 bytes instead of 13"},
		"short quarantine": {func(dir string) error {
			return os.Truncate(filepath.Join(dir, "a.csv-quarantine.parquet"), 0)
		}, "a.csv-quarantine.parquet has 0 bytes instead of 3"},
		"later format": {func(dir string) error { return edit(dir, `"format": 2`, `"format": 3`) }, "format 3, but this truce reads format 2"},
		"no format":    {func(dir string) error { return edit(dir, `"format": 2,`, ``) }, "format 0"},
		"unknown key":  {func(dir string) error { return edit(dir, `"landed_at"`, `"x": 1, "landed_at"`) }, "unknown field"},
		"copied":       {func(dir string) error { return os.Rename(dir, dir[:len(dir)-8]+"00000000") }, "give the folder its name back"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t, t.TempDir())
			s := begin(t, l, night(22))
			file := write(t, s, "a.csv", 3)
			file.Quarantine, file.Counts.Quarantined, file.Counts.Records = "a.csv-quarantine.parquet", 1, 5
			require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), file.Quarantine), []byte("bad"), 0o666))
			require.NoError(t, s.Commit(Load{Files: []File{file}}))
			require.NoError(t, c.spoil(l.Dir(s.ID())))
			_, err := l.Loads(night(22))
			require.ErrorContains(t, err, c.says)
		})
	}
}

func edit(dir, old, replacement string) error {
	path := filepath.Join(dir, "load.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), old, replacement, 1)), 0o600)
}

func TestCommitRemovesWhatTheLoadDoesNotName(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	s := begin(t, l, night(22))
	require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), "half.parquet"), []byte("half"), 0o666))
	require.NoError(t, s.Commit(Load{Files: []File{write(t, s, "a.csv", 1)}}))
	require.NoFileExists(t, filepath.Join(l.Dir(s.ID()), "half.parquet"))
	require.Error(t, s.Commit(Load{}), "a second time")
	require.NoError(t, s.Discard())
	require.Len(t, loads(t, l, night(22)), 1, "discard after commit")
}

func TestOpenReadOnlyChangesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "landing")
	l, err := OpenReadOnly(dir)
	require.NoError(t, err)
	require.Empty(t, loads(t, l, night(22)))
	require.NoDirExists(t, dir)

	s := begin(t, open(t, dir), night(22))
	_, err = OpenReadOnly(dir)
	require.NoError(t, err)
	require.DirExists(t, s.Dir(), "a load under way")
}

func TestForeignFoldersAreLeftAlone(t *testing.T) {
	t.Parallel()
	l := open(t, t.TempDir())
	require.NoError(t, os.Mkdir(l.Dir("lost+found"), 0o700))
	require.Empty(t, loads(t, l, night(22)))
}
