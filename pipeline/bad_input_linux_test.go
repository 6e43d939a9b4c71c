package pipeline_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// asNobody runs a function with the rights of another user where the test itself may do everything.
func asNobody(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if os.Geteuid() == 0 {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, and its user with it
			_, _ = unix.SetfsuidRetUid(65534)
			_, _ = unix.SetfsgidRetGid(65534)
		}
		do()
	}()
	<-done
}

// A file that may not be read is said, and the other source does not land alone.
func TestAFileWithoutReadPermission(t *testing.T) {
	t.Parallel()
	c, other := newTwoSources(t, "generic")
	path := filepath.Join(other, "deals.csv")
	write(t, path, dealFile("2,Won,2024-01-01,2024-02-01,1"))
	c.export("deals-more.csv", 1, dealFile("3,Won,2024-01-01,2024-02-01,1"))
	for _, top := range []string{filepath.Dir(c.folder), filepath.Dir(c.state)} {
		require.NoError(t, filepath.Walk(top, func(at string, info os.FileInfo, err error) error {
			if err != nil {
				return err
			}
			return os.Chmod(at, info.Mode().Perm()|0o666|info.Mode().Perm()&0o100/0o100*0o111)
		}))
		for folder := top; folder != os.TempDir() && folder != "/"; folder = filepath.Dir(folder) {
			require.NoError(t, os.Chmod(folder, 0o777))
		}
	}
	require.NoError(t, os.Chmod(path, 0))
	requireRefusal(t, c, func() (err error) {
		asNobody(func() { _, err = c.try(nightAsOf) })
		return err
	}, "deals.csv cannot be read: permission denied; give the user that runs truce the right to read it")
}
