package source

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/fixtures/nobody"
	"truce/pipeline/config"
)

func TestNoPermission(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{
		"plain/lead.csv": "x", "archive/lead.zip": zipped(t, [2]string{"lead.csv", "x"}), "folder/sub/lead.csv": "x", "top/lead.csv": "x",
	})
	for folder := dir; folder != os.TempDir(); folder = filepath.Dir(folder) {
		require.NoError(t, os.Chmod(folder, 0o755))
	}
	for _, shut := range []string{"plain/lead.csv", "archive/lead.zip", "folder/sub", "top"} {
		require.NoError(t, os.Chmod(filepath.Join(dir, shut), 0))
		t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, shut), 0o700) })
	}
	for folder, says := range map[string]string{
		"plain":   "lead.csv cannot be read: permission denied; give the user",
		"archive": "lead.zip cannot be read: permission denied",
		"folder":  "sub cannot be read: permission denied",
		"top":     "top cannot be read: permission denied; check the path of source crm",
	} {
		src := config.Source{Name: "crm", Path: filepath.Join(dir, folder), Extracts: extracts(map[string]string{"lead": ""})}
		var err error
		nobody.Do(func() { _, err = find(t, src, "generic") })
		requireRefused(t, err, says)
	}
	f := File{Path: filepath.Join(dir, "plain", "lead.csv"), Name: "lead.csv"}
	var err error
	nobody.Do(func() { _, _, err = f.Open("") })
	requireRefused(t, err, "lead.csv cannot be read: permission denied")
}
