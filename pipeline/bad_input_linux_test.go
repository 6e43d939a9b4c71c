package pipeline_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/fixtures/nobody"
)

// All files that may not be read are said, and the other source does not land alone.
func TestFilesWithoutReadPermission(t *testing.T) {
	t.Parallel()
	c, other := newTwoSources(t, "generic")
	paths := []string{filepath.Join(other, "deals.csv"), filepath.Join(other, "deals-old.csv")}
	for _, path := range paths {
		write(t, path, dealFile("2,Won,2024-01-01,2024-02-01,1"))
	}
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
	for _, path := range paths {
		require.NoError(t, os.Chmod(path, 0))
	}
	requireRefusal(t, c, func() (err error) {
		nobody.Do(func() { _, err = c.try(nightAsOf) })
		return err
	}, "deals.csv cannot be read: permission denied; give the user that runs truce the right to read it",
		"deals-old.csv cannot be read: permission denied; give the user that runs truce the right to read it")
}
