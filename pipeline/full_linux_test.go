package pipeline_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"truce/pipeline"
	"truce/pipeline/publish"
)

// A share that fills up while the reports are written keeps its old run, and the run says so.
func TestAFullShare(t *testing.T) {
	t.Parallel()
	mount := t.TempDir()
	if err := unix.Mount("tmpfs", mount, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	// Programs that other tests start at this moment may have inherited a file on it: detach it.
	t.Cleanup(func() { require.NoError(t, unix.Unmount(mount, unix.MNT_DETACH)) })
	c := newCRM(t, "delta", "")
	c.drop = filepath.Join(mount, "drop")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-01,2024-02-01,100"))
	_, first := c.night()
	published := contents(t, first.Report.Dir)

	c.export("deals.csv", 1, dealFile("1,Lost,2024-01-01,2024-02-01,100"))
	for _, free := range []uint64{0, 2, 8} {
		ballast := fillUp(t, mount, free)
		_, err := c.try(nightAsOf)
		require.Error(t, err)
		var failed *publish.Error
		require.ErrorAs(t, err, &failed, "%d pages free", free)
		require.Equal(t, pipeline.ExitPublish, pipeline.ExitCode(err))
		require.ErrorContains(t, err, "free space on the share")
		require.Equal(t, first.Report.ID, c.latest().ID)
		require.Equal(t, published, contents(t, first.Report.Dir))
		require.NoError(t, os.Remove(ballast))
	}
	counts, second := c.night()
	require.Equal(t, "1 created, 0 won, 1 lost, 0 excluded, 0.00", counts)
	require.Equal(t, second.Report.ID, c.latest().ID)
}

// fillUp leaves so many free pages on a file system.
func fillUp(t *testing.T, mount string, free uint64) string {
	t.Helper()
	var space unix.Statfs_t
	require.NoError(t, unix.Statfs(mount, &space))
	path := filepath.Join(mount, "ballast")
	require.NoError(t, os.WriteFile(path, make([]byte, (space.Bavail-free)*uint64(space.Bsize)), 0o600))
	return path
}
