package publish

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func TestAFullShare(t *testing.T) {
	t.Parallel()
	mount := t.TempDir()
	if err := unix.Mount("tmpfs", mount, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, unix.Unmount(mount, 0)) })
	root := filepath.Join(mount, "drop")
	publishDay(t, root, day1)
	old := tree(t, filepath.Join(root, runsFolder, run1))

	ballast := filepath.Join(mount, "ballast")
	fill(t, ballast)
	failures, page := 0, int64(os.Getpagesize())
	for {
		_, err := nightly(root, day2)
		if err == nil {
			break
		}
		failures++
		require.ErrorIs(t, err, syscall.ENOSPC)
		requirePromises(t, root, run1, run2)
		info, err := os.Stat(ballast)
		require.NoError(t, err)
		require.NoError(t, os.Truncate(ballast, info.Size()-page))
	}
	require.GreaterOrEqual(t, failures, 4, "the share was full at several steps")
	requirePromises(t, root, run2)
	requireConvergence(t, root, old)
}

// fill writes until the file system is full.
func fill(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(path)
	require.NoError(t, err)
	page := bytes.Repeat([]byte{1}, os.Getpagesize())
	for err == nil {
		_, err = file.Write(page)
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, file.Close())
}
