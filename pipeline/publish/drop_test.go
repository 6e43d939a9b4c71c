package publish

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOpenRefusesLinkedFolders(t *testing.T) {
	t.Parallel()
	for _, name := range []string{runsFolder, stagingFolder} {
		root, elsewhere := t.TempDir(), t.TempDir()
		require.NoError(t, os.Symlink(elsewhere, filepath.Join(root, name)))
		_, err := Open(root)
		require.ErrorIs(t, err, ErrBroken)
	}
}

func TestOpenResolvesALinkToTheDropItself(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	link := filepath.Join(t.TempDir(), "drop")
	require.NoError(t, os.Symlink(root, link))
	publishDay(t, link, day1)
	requirePromises(t, root, run1)
}

func TestReadOnlyCreatesAndChangesNothing(t *testing.T) {
	t.Parallel()
	_, err := Open(filepath.Join(t.TempDir(), "none"), ReadOnly())
	require.ErrorIs(t, err, os.ErrNotExist)

	root := t.TempDir()
	d := open(t, root, ReadOnly())
	_, err = d.Latest()
	require.ErrorIs(t, err, ErrNoRun)
	runs, err := d.Runs()
	require.NoError(t, err)
	require.Empty(t, runs)
	_, err = d.Stage("x")
	require.Error(t, err)
	_, err = d.Repair(t.Context())
	require.Error(t, err)
	_, err = d.Retain(1, time.Now())
	require.Error(t, err)
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestStageIsEmptyAndRemovesLeftOvers(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	left := filepath.Join(root, stagingFolder, "old", "deep")
	require.NoError(t, os.MkdirAll(left, 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(left, "half.parquet"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(root, stagingFolder, "latest.json.tmp"), nil, 0o600))
	s, err := open(t, root).Stage(slotOf(day1))
	require.NoError(t, err)
	require.Equal(t, filepath.Join(root, stagingFolder, "nightly-2026-03-01T0230"), s.Dir())
	entries, err := os.ReadDir(filepath.Join(root, stagingFolder))
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.NoError(t, s.Discard())
	require.NoDirExists(t, s.Dir())
}

func TestRunsAreOldestFirstAndLeaveOutWhatIsNoRun(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day2)
	publishDay(t, root, day1)
	publishDay(t, root, "2026-03-03")
	runs := filepath.Join(root, runsFolder)
	require.NoError(t, os.Mkdir(filepath.Join(runs, "Thumbs"), 0o750))
	require.NoError(t, os.Mkdir(filepath.Join(runs, "half-r1"), 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(runs, ".DS_Store"), nil, 0o600))
	require.NoError(t, os.Symlink(filepath.Join(runs, run1), filepath.Join(runs, "linked-r1")))
	got, err := open(t, root).Runs()
	require.NoError(t, err)
	var ids []string
	for _, run := range got {
		ids = append(ids, run.ID)
	}
	require.Equal(t, []string{run1, run2, "nightly-2026-03-03T0230-r1"}, ids)
}

func TestRunRefusesWhatIsNotIntact(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	p := publishDay(t, root, day1)
	runs := filepath.Join(root, runsFolder)
	d := open(t, root)
	for _, id := range []string{"nightly-2026-03-09T0230-r1", "../" + run1, "", "/etc"} {
		_, err := d.Run(id)
		require.ErrorIs(t, err, ErrNoRun, id)
	}
	require.NoError(t, os.Symlink(run1, filepath.Join(runs, "linked-r1")))
	_, err := d.Run("linked-r1")
	require.ErrorIs(t, err, ErrBroken)
	require.NoError(t, os.CopyFS(filepath.Join(runs, "copied-r1"), os.DirFS(p.Run.Dir)))
	_, err = d.Run("copied-r1")
	require.ErrorIs(t, err, ErrBroken, "a copy is not the run that its manifest names")
}

func TestVerifySeesEveryChange(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, dir string){
		"a byte":         func(t *testing.T, dir string) { spoil(t, filepath.Join(dir, "win_rate.csv")) },
		"the manifest":   func(t *testing.T, dir string) { spoil(t, filepath.Join(dir, manifestFile)) },
		"a missing file": func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "truce.html"))) },
		"a cut file":     func(t *testing.T, dir string) { require.NoError(t, os.Truncate(filepath.Join(dir, "truce.html"), 2)) },
		"a missing run":  func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(dir)) },
		"a link to a copy": func(t *testing.T, dir string) {
			path := filepath.Join(dir, "truce.html")
			require.NoError(t, os.Rename(path, path+".bak"))
			require.NoError(t, os.Symlink(path+".bak", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := publishDay(t, t.TempDir(), day1)
			require.NoError(t, os.WriteFile(filepath.Join(p.Run.Dir, "desktop.ini"), nil, 0o600))
			require.NoError(t, p.Run.Verify(t.Context()), "what desktops leave behind is no change")
			change(t, p.Run.Dir)
			require.ErrorIs(t, p.Run.Verify(t.Context()), ErrBroken)
		})
	}
}

func TestCopyIsWhatTheManifestSays(t *testing.T) {
	t.Parallel()
	run := publishDay(t, t.TempDir(), day1).Run
	to := t.TempDir()
	require.NoError(t, run.Copy(t.Context(), "win_rate.csv", filepath.Join(to, "copy")))
	original, err := os.ReadFile(filepath.Join(run.Dir, "win_rate.csv"))
	require.NoError(t, err)
	copied, err := os.ReadFile(filepath.Join(to, "copy"))
	require.NoError(t, err)
	require.Equal(t, original, copied)
	require.Error(t, run.Copy(t.Context(), "win_rate.csv", filepath.Join(to, "copy")), "nothing is replaced")
	require.ErrorIs(t, run.Copy(t.Context(), "no such file", filepath.Join(to, "none")), ErrBroken)
	spoil(t, filepath.Join(run.Dir, "win_rate.csv"))
	require.ErrorIs(t, run.Copy(t.Context(), "win_rate.csv", filepath.Join(to, "spoiled")), ErrBroken)
	require.NoError(t, os.Remove(filepath.Join(run.Dir, "win_rate.csv")))
	require.ErrorIs(t, run.Copy(t.Context(), "win_rate.csv", filepath.Join(to, "missing")), ErrBroken)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run.Copy(ctx, "truce.html", filepath.Join(to, "cancelled")), context.Canceled)
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p := publishDay(t, t.TempDir(), day1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, p.Run.Verify(ctx), context.Canceled)
}

func TestManifestsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	good := manifestOf(day1)
	good.Format, good.Run = FormatVersion, run1
	for name, change := range map[string]func(*Manifest){
		"newer format":        func(m *Manifest) { m.Format = FormatVersion + 1 },
		"no format":           func(m *Manifest) { m.Format = 0 },
		"path to the outside": func(m *Manifest) { m.Files = []File{{Name: "../../latest.json"}} },
		"another run":         func(m *Manifest) { m.Run = run2 },
		"no date":             func(m *Manifest) { m.AsOf = "" },
	} {
		m := good
		change(&m)
		text, err := encode(m)
		require.NoError(t, err)
		_, err = decodeManifest(run1, text)
		require.ErrorIs(t, err, ErrBroken, name)
	}
	_, err := decodeManifest(run1, []byte("{"))
	require.ErrorIs(t, err, ErrBroken)
}

func TestCaseDoesNotMakeASlot(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day1)
	revision, err := open(t, root).nextRevision("NIGHTLY@2026-03-01T02:30")
	require.NoError(t, err)
	require.Equal(t, 2, revision)
}
