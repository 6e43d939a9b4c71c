package publish

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRepairDoesNothingToADropInOrder(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	said, err := open(t, root).Repair(t.Context())
	require.NoError(t, err)
	require.Empty(t, said)
	publishDay(t, root, day1)
	before := tree(t, root)
	said, err = open(t, root).Repair(t.Context())
	require.NoError(t, err)
	require.Empty(t, said)
	require.Equal(t, before, tree(t, root))
}

func TestRepairPointsAtTheNewestIntactRun(t *testing.T) {
	t.Parallel()
	for name, try := range map[string]struct {
		damage func(t *testing.T, root string)
		want   string
		says   int
	}{
		"no pointer":    {func(t *testing.T, root string) { require.NoError(t, os.Remove(filepath.Join(root, pointerFile))) }, run2, 1},
		"empty pointer": {func(t *testing.T, root string) { require.NoError(t, os.Truncate(filepath.Join(root, pointerFile), 0)) }, run2, 1},
		"unknown run":   {func(t *testing.T, root string) { write(t, root, `{"run":"x-r1"}`) }, run2, 1},
		"wrong hash": {func(t *testing.T, root string) {
			write(t, root, `{"run":"`+run2+`","manifest":"runs/`+run2+`/manifest.json","sha256":"0"}`)
		}, run2, 1},
		"outside": {func(t *testing.T, root string) { write(t, root, `{"run":"../../etc-r1"}`) }, run2, 1},
		"not moved yet": {func(t *testing.T, root string) {
			require.NoError(t, os.Remove(filepath.Join(root, pointerFile)))
			point(t, root, run1)
		}, run2, 1},
		"newest is broken": {func(t *testing.T, root string) { spoil(t, filepath.Join(root, runsFolder, run2, "truce.html")) }, run1, 2},
		"newest is cut": {func(t *testing.T, root string) {
			require.NoError(t, os.Truncate(filepath.Join(root, runsFolder, run2, "truce.html"), 1))
		}, run1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			publishDay(t, root, day1)
			publishDay(t, root, day2)
			try.damage(t, root)
			d := open(t, root)
			said, err := d.Repair(t.Context())
			require.NoError(t, err)
			require.Len(t, said, try.says)
			require.Contains(t, said[len(said)-1], try.want)
			latest, err := d.Latest()
			require.NoError(t, err)
			require.Equal(t, try.want, latest.ID)
			require.NoError(t, latest.Verify(t.Context()))
		})
	}
}

func TestRepairSaysWhenNoRunIsIntact(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	p := publishDay(t, root, day1)
	require.NoError(t, os.Remove(filepath.Join(p.Run.Dir, manifestFile)))
	d := open(t, root)
	said, err := d.Repair(t.Context())
	require.NoError(t, err)
	require.Len(t, said, 2)
	require.DirExists(t, p.Run.Dir, "P5: a broken run is left alone")
	again := publishDay(t, root, day1)
	require.Equal(t, 2, again.Run.Manifest.Revision)
	require.True(t, again.IsLatest)
}

func TestRetainRemovesOnlyOldRunsThatAreNotCurrent(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	base := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	at := func(day int) Option { return WithClock(func() time.Time { return base.AddDate(0, 0, day) }) }
	publishDay(t, root, "2026-03-01", at(0))
	publishDay(t, root, "2026-03-02", at(1))
	publishDay(t, root, "2026-03-03", at(2))
	publishDay(t, root, "2026-02-01", at(2)) // a backfill of an old day, published lately
	d := open(t, root)

	removed, err := d.Retain(0, base.AddDate(9, 0, 0))
	require.NoError(t, err)
	require.Empty(t, removed, "zero keeps everything")
	removed, err = d.Retain(1, base.AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Empty(t, removed, "exactly one day is not more than one")
	removed, err = d.Retain(1, base.AddDate(0, 0, 2))
	require.NoError(t, err)
	require.Equal(t, []string{"nightly-2026-03-01T0230-r1"}, removed)
	requirePromises(t, root, "nightly-2026-03-03T0230-r1")
	removed, err = d.Retain(1, base.AddDate(1, 0, 0))
	require.NoError(t, err)
	require.Equal(t, []string{"nightly-2026-02-01T0230-r1", "nightly-2026-03-02T0230-r1"}, removed)
	requirePromises(t, root, "nightly-2026-03-03T0230-r1")
	require.Empty(t, tree(t, filepath.Join(root, stagingFolder)))
}

func TestRetainKeepsEverythingWithoutAPointer(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day1)
	publishDay(t, root, day2)
	require.NoError(t, os.Remove(filepath.Join(root, pointerFile)))
	removed, err := open(t, root).Retain(1, time.Now().AddDate(5, 0, 0))
	require.NoError(t, err)
	require.Empty(t, removed)
	write(t, root, "{")
	_, err = open(t, root).Retain(1, time.Now().AddDate(5, 0, 0))
	require.ErrorIs(t, err, ErrBroken)
	require.DirExists(t, filepath.Join(root, runsFolder, run1))
}

func TestRetainKeepsRunsNewerThanTheCurrent(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day1)
	publishDay(t, root, day2)
	point(t, root, run1)
	removed, err := open(t, root).Retain(1, time.Now().AddDate(5, 0, 0))
	require.NoError(t, err)
	require.Empty(t, removed)
}

func write(t *testing.T, root, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(root, pointerFile), []byte(text), 0o600))
}

func point(t *testing.T, root, id string) {
	t.Helper()
	d := open(t, root)
	run, err := d.Run(id)
	require.NoError(t, err)
	_, err = d.point(t.Context(), run)
	require.NoError(t, err)
}
