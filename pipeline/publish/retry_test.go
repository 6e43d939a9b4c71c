package publish

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestABusyPointerIsRetriedFiveTimesWithin60Seconds(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{syscall.EBUSY, syscall.EACCES, syscall.EPERM, syscall.ETXTBSY} {
		var waited time.Duration
		d := &Drop{sleep: func(_ context.Context, pause time.Duration) error { waited += pause; return nil }}
		attempts := 0
		err := d.retry(t.Context(), func() error { attempts++; return &os.LinkError{Op: "rename", Err: cause} })
		require.ErrorIs(t, err, cause)
		require.Equal(t, 6, attempts)
		require.LessOrEqual(t, waited, 60*time.Second)
		require.Greater(t, waited, 30*time.Second)

		attempts = 0
		require.NoError(t, d.retry(t.Context(), func() error {
			if attempts++; attempts < 6 {
				return cause
			}
			return nil
		}), "the fifth retry helps")
	}
	d := &Drop{sleep: func(context.Context, time.Duration) error { panic("a full disk is not waited for") }}
	require.ErrorIs(t, d.retry(t.Context(), func() error { return syscall.ENOSPC }), syscall.ENOSPC)
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, wait(ctx, time.Hour), context.Canceled)
	require.NoError(t, wait(t.Context(), time.Microsecond))
}

func TestARenameWhoseAnswerWasLostHasHappened(t *testing.T) {
	t.Parallel()
	target := filepath.Join(t.TempDir(), manifestFile)
	lost := &os.LinkError{Op: "rename", Err: syscall.ENOENT}
	require.ErrorIs(t, settled(lost, target, hashText([]byte("ours"))), syscall.ENOENT)
	require.NoError(t, os.WriteFile(target, []byte("theirs"), 0o600))
	require.ErrorIs(t, settled(lost, target, hashText([]byte("ours"))), syscall.ENOENT)
	require.NoError(t, settled(lost, target, hashText([]byte("theirs"))))
}

func TestRenameNeverReplaces(t *testing.T) {
	t.Parallel()
	for name, rename := range map[string]func(from, to string) error{"kernel": renameNoReplace, "fallback": renameUnlessThere} {
		dir := t.TempDir()
		from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
		require.NoError(t, os.Mkdir(from, 0o750))
		require.NoError(t, os.Mkdir(to, 0o750)) // a plain rename would replace an empty folder
		require.ErrorIs(t, rename(from, to), os.ErrExist, name)
		require.NoError(t, os.Remove(to))
		require.NoError(t, rename(from, to), name)
		require.NoDirExists(t, from)
	}
}

func TestABrokenReadBackPutsThePointerBack(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	publishDay(t, root, day1)
	d := open(t, root, withHook(func(point string) {
		if point == "pointer synced" {
			spoil(t, filepath.Join(root, runsFolder, run2, "win_rate.csv"))
		}
	}))
	_, err := stage(t, d, day2).Publish(t.Context(), manifestOf(day2), countLines)
	require.ErrorIs(t, err, ErrBroken)
	latest, err := d.Latest()
	require.NoError(t, err)
	require.Equal(t, run1, latest.ID)
}

func TestErrorSaysWhatWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	err := fail("seal", "/mnt/gtm/x", &os.PathError{Op: "fsync", Path: "/mnt/gtm/x", Err: syscall.ENOSPC})
	require.EqualError(t, err, "publish: seal /mnt/gtm/x: fsync: no space left on device; free space on the share, then run again")
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.Equal(t, err, fail("outer", "/", err))
	require.NoError(t, fail("seal", "/", nil))
}
