package history

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRunsNewestFirst(t *testing.T) {
	t.Parallel()
	l := open(t)
	for day := 20; day < 26; day++ {
		require.NoError(t, begin(t, l, scheduled(day)).Finish(Outcome{State: Identical}))
	}
	begin(t, l, Run{Trigger: Manual})
	all := runs(t, l, 0)
	require.Len(t, all, 7)
	require.Equal(t, Manual, all[0].Trigger)
	for i := 1; i < len(all); i++ {
		require.True(t, all[i].StartedAt.Before(all[i-1].StartedAt))
	}
	require.Equal(t, all[:3], runs(t, l, 3))
}

func TestLastSlotIsTheNewestSlotNotTheNewestRecord(t *testing.T) {
	t.Parallel()
	l := open(t)
	begin(t, l, scheduled(23))
	require.NoError(t, l.Missed(scheduled(22), "a newer slot took its place"))
	other := scheduled(27)
	other.Job = "hourly"
	begin(t, l, other)
	last, found, err := l.LastSlot("nightly")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, scheduled(23).Slot, last.Slot)
	require.NoError(t, l.Missed(scheduled(24), "late"))
	last, _, err = l.LastSlot("nightly")
	require.NoError(t, err)
	require.Equal(t, scheduled(24).Slot, last.Slot)
	require.Equal(t, Missed, last.State)
	require.Equal(t, "late", last.Message)
	require.NotZero(t, last.EndedAt)
}

func TestForeignAndTornFilesAreReported(t *testing.T) {
	t.Parallel()
	l := open(t)
	begin(t, l, scheduled(20))
	torn := begin(t, l, scheduled(21)).Run()
	future := begin(t, l, scheduled(22)).Run()
	moved := begin(t, l, scheduled(23)).Run()

	text, err := os.ReadFile(l.path(torn.ID))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(l.path(torn.ID), text[:len(text)/2], 0o600))
	future.Format = format + 1
	text, err = json.Marshal(future)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(l.path(future.ID), text, 0o600))
	require.NoError(t, os.Rename(l.path(moved.ID), l.path("copy of a record")))
	for name, content := range map[string]string{
		"empty.json": "", "null.json": "null", "list.json": "[1, 2]", "other.json": `{"name": "truce"}`, "notes.txt": "hello",
		"huge.json": `{"message": "` + strings.Repeat("x", largest) + `"}`, ".DS_Store": "hidden", draft + "1": "{",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(l.dir, name), []byte(content), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(l.dir, "folder.json"), 0o750))
	require.NoError(t, os.Symlink(l.path(torn.ID), filepath.Join(l.dir, "link.json")))

	page, err := l.Read(0)
	require.NoError(t, err)
	require.Len(t, page.Runs, 1)
	require.Len(t, page.Warnings, 11)
	for _, warning := range page.Warnings {
		require.Contains(t, warning.String(), l.dir)
		require.NotEmpty(t, warning.Problem)
	}
	only, err := l.Runs(0)
	require.NoError(t, err)
	require.Equal(t, page.Runs, only)

	// The torn record still holds its slot; one of another slot does not.
	_, err = l.Begin(scheduled(21))
	require.ErrorIs(t, err, ErrSlotTaken)
	begin(t, l, scheduled(24))
}

func TestReadOfAFolderThatIsGone(t *testing.T) {
	t.Parallel()
	l := open(t)
	require.NoError(t, os.RemoveAll(l.dir))
	_, err := l.Runs(0)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = l.Begin(scheduled(20))
	require.Error(t, err)
}
