package publish

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	day1 = "2026-03-01"
	day2 = "2026-03-02"
	run1 = "nightly-2026-03-01T0230-r1"
	run2 = "nightly-2026-03-02T0230-r1"
)

func TestPublishMakesACompleteRunAndPointsAtIt(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "share", "drop")
	at := time.Date(2026, 3, 2, 1, 31, 0, 123456789, time.UTC)
	p := publishDay(t, root, day1, WithClock(func() time.Time { return at }))

	require.True(t, p.IsLatest)
	require.Equal(t, DurabilityFsync, p.Durability)
	require.Equal(t, run1, p.Run.ID)
	m := p.Run.Manifest
	require.Equal(t, at.Truncate(time.Microsecond), m.PublishedAt)
	require.Equal(t, DurabilityFsync, m.Durability)
	require.Len(t, m.Files, 3)
	require.Equal(t, "sales_cycle.csv", m.Files[0].Name)
	require.EqualValues(t, 500, *m.Files[0].Rows)
	require.EqualValues(t, 500*14, m.Files[0].Size)
	require.Nil(t, m.Files[1].Rows, "a page has no rows")

	latest, err := open(t, root).Latest()
	require.NoError(t, err)
	require.Equal(t, p.Run, latest)
	require.NoError(t, latest.Verify(t.Context()))
	for name, text := range reports(day1) {
		require.Equal(t, string(text), tree(t, latest.Dir)[name])
	}
	require.Empty(t, tree(t, filepath.Join(root, stagingFolder)))
}

func TestModesDoNotDependOnWhoWroteTheFile(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("windows has no such modes")
	}
	root := filepath.Join(t.TempDir(), "drop")
	publishDay(t, root, day1)
	require.NoError(t, filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		want := os.FileMode(fileMode)
		if entry.IsDir() {
			want = folderMode
		}
		require.Equal(t, want, info.Mode().Perm(), path)
		return nil
	}))
}

func TestManifestIsDeterministic(t *testing.T) {
	t.Parallel()
	clock := WithClock(func() time.Time { return time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("CET", 3600)) })
	a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	publishDay(t, a, day1, clock)
	publishDay(t, b, day1, clock)
	require.Equal(t, tree(t, a), tree(t, b))

	text := tree(t, a)[filepath.Join(runsFolder, run1, manifestFile)]
	require.True(t, strings.HasSuffix(text, "}\n"))
	require.Contains(t, text, `"published_at": "2026-03-01T23:00:00Z"`)
	require.Contains(t, text, `"warnings": []`)
	require.Less(t, strings.Index(text, `"slot"`), strings.Index(text, `"files"`))
}

func TestPointerFormat(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	p := publishDay(t, root, day1)
	var at map[string]string
	require.NoError(t, json.Unmarshal([]byte(tree(t, root)[pointerFile]), &at))
	require.Equal(t, map[string]string{
		"run": run1, "manifest": "runs/" + run1 + "/manifest.json", "sha256": p.Run.ManifestHash,
		"published_at": p.Run.Manifest.PublishedAt.Format(time.RFC3339Nano),
	}, at)
}

func TestTheSameInputsPublishNothing(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day1)
	before := tree(t, root)
	publishDay(t, root, day1)
	require.Equal(t, before, tree(t, root))
}

func TestChangedInputsPublishARevisionAndLeaveTheFirstAlone(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	first := publishDay(t, root, day1)
	before := tree(t, first.Run.Dir)
	d := open(t, root)
	m := manifestOf(day1)
	m.Fingerprint = "late file"
	_, same, err := d.Same(m.Slot, m.Fingerprint)
	require.NoError(t, err)
	require.False(t, same)
	p, err := stage(t, d, day1).Publish(t.Context(), m, countLines)
	require.NoError(t, err)
	require.Equal(t, "nightly-2026-03-01T0230-r2", p.Run.ID)
	require.Equal(t, before, tree(t, first.Run.Dir), "P5")
	requirePromises(t, root, p.Run.ID)

	_, same, err = d.Same(m.Slot, manifestOf(day1).Fingerprint)
	require.NoError(t, err)
	require.False(t, same, "only the newest revision counts")
	_, same, err = d.Same(m.Slot, m.Fingerprint)
	require.NoError(t, err)
	require.True(t, same)
}

func TestABrokenRevisionIsNotTheSame(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	p := publishDay(t, root, day1)
	spoil(t, filepath.Join(p.Run.Dir, "win_rate.csv"))
	d := open(t, root)
	_, same, err := d.Same(slotOf(day1), p.Run.Manifest.Fingerprint)
	require.NoError(t, err)
	require.False(t, same)
	again := publishDay(t, root, day1)
	require.Equal(t, 2, again.Run.Manifest.Revision)
}

func TestAnEmptyFingerprintIsNeverTheSame(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d := open(t, root)
	m := manifestOf(day1)
	m.Fingerprint = ""
	_, err := stage(t, d, day1).Publish(t.Context(), m, nil)
	require.NoError(t, err)
	_, same, err := d.Same(m.Slot, "")
	require.NoError(t, err)
	require.False(t, same)
}

func TestThePointerNeverMovesBack(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day2)
	p := publishDay(t, root, day1)
	require.False(t, p.IsLatest)
	requirePromises(t, root, run2)
	said, err := open(t, root).Repair(t.Context())
	require.NoError(t, err)
	require.Empty(t, said, "repair agrees with publish about the current run")
	requirePromises(t, root, run2)
}

func TestTiesGoByPublicationEvenWhenTheClockWasSetBack(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	publishDay(t, root, day1, WithClock(func() time.Time { return noon }))
	d := open(t, root, WithClock(func() time.Time { return noon.Add(-time.Hour) }))
	m := manifestOf(day1)
	m.Slot, m.Fingerprint = "manual@2026-03-01T11:00[UTC]", "other"
	p, err := stage(t, d, day1).Publish(t.Context(), m, nil)
	require.NoError(t, err)
	require.True(t, p.IsLatest)
	said, err := d.Repair(t.Context())
	require.NoError(t, err)
	require.Empty(t, said)
	requirePromises(t, root, p.Run.ID)
}

func TestARunCanKeepOutOfTheWay(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day1)
	d := open(t, root)
	m := manifestOf(day2)
	m.KeepsLatest = true
	p, err := stage(t, d, day2).Publish(t.Context(), m, nil)
	require.NoError(t, err)
	require.False(t, p.IsLatest)
	_, err = d.Repair(t.Context())
	require.NoError(t, err)
	requirePromises(t, root, run1)
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	three := int64(3)
	for name, try := range map[string]struct {
		spoil func(t *testing.T, dir string, m *Manifest)
		rows  func(string) (int64, error)
		want  string
	}{
		"a file that was not written":  {spoil: func(_ *testing.T, _ string, m *Manifest) { m.Files = []File{{Name: "funnel.csv"}} }, want: "funnel.csv was not written"},
		"other rows than were written": {spoil: func(_ *testing.T, _ string, m *Manifest) { m.Files = []File{{Name: "win_rate.csv", Rows: &three}} }, want: "should hold 3 rows, read back were 4"},
		"rows that cannot be counted":  {spoil: func(_ *testing.T, _ string, m *Manifest) { m.Files = []File{{Name: "truce.html", Rows: &three}} }, want: "read back were none"},
		"another content":              {spoil: func(_ *testing.T, _ string, m *Manifest) { m.Files = []File{{Name: "truce.html", SHA256: "00"}} }, want: "should have the hash 00"},
		"a file that cannot be read":   {rows: func(string) (int64, error) { return 0, errors.New("bad footer") }, want: "read back the rows: bad footer"},
		"no slot":                      {spoil: func(_ *testing.T, _ string, m *Manifest) { m.Slot = "" }, want: "no slot"},
		"no date":                      {spoil: func(_ *testing.T, _ string, m *Manifest) { m.AsOf = "yesterday" }, want: "as_of"},
		"a folder": {spoil: func(t *testing.T, dir string, _ *Manifest) {
			require.NoError(t, os.Mkdir(filepath.Join(dir, "tmp"), 0o750))
		}, want: "only files are published"},
		"a link": {spoil: func(t *testing.T, dir string, _ *Manifest) {
			require.NoError(t, os.Symlink("/etc/hostname", filepath.Join(dir, "link.csv")))
		}, want: "only files are published"},
		"a manifest of someone else": {spoil: func(t *testing.T, dir string, _ *Manifest) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, manifestFile), []byte("{}"), 0o600))
		}, want: "written by the publication itself"},
		"an empty folder": {spoil: func(t *testing.T, dir string, _ *Manifest) {
			for file := range reports(day2) {
				require.NoError(t, os.Remove(filepath.Join(dir, file)))
			}
		}, want: "no file to publish"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			publishDay(t, root, day1)
			before := tree(t, root)
			s := stage(t, open(t, root), day2)
			m := manifestOf(day2)
			if try.spoil != nil {
				try.spoil(t, s.Dir(), &m)
			}
			rows := countLines
			if try.rows != nil {
				rows = try.rows
			}
			_, err := s.Publish(t.Context(), m, rows)
			require.ErrorContains(t, err, try.want)
			var known *Error
			require.ErrorAs(t, err, &known)
			require.NotEmpty(t, known.Hint)
			require.Equal(t, before, tree(t, root), "nothing was published and the staging is gone")
		})
	}
}

func TestCancelAtEachPointPublishesNothingOrEverything(t *testing.T) {
	t.Parallel()
	for _, point := range points(t) {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			publishDay(t, root, day1)
			before := tree(t, root)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			d := open(t, root, withHook(func(at string) {
				if at == point {
					cancel()
				}
			}))
			p, err := stage(t, d, day2).Publish(ctx, manifestOf(day2), countLines)
			if err != nil {
				require.ErrorIs(t, err, context.Canceled)
				require.Equal(t, before, tree(t, root))
				return
			}
			require.Contains(t, []string{"run visible", "runs synced", "pointer written", "pointer renamed", "pointer synced", "read back"}, point)
			requirePromises(t, root, p.Run.ID)
		})
	}
}

// spoil changes one byte and keeps the size.
func spoil(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	text[0] ^= 1
	require.NoError(t, os.WriteFile(path, text, 0o600))
}
