package source

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

func TestFindGrowing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		age     time.Duration // of the file when it is found
		during  func(path string) error
		growing bool
		waits   time.Duration
	}{
		"finished":                        {time.Hour, nil, false, 0},
		"fresh and left alone":            {500 * time.Millisecond, nil, false, 1500 * time.Millisecond},
		"in the future and left alone":    {-time.Hour, nil, false, 2 * time.Second},
		"fresh and longer":                {0, func(path string) error { return os.WriteFile(path, []byte("id\n1\n"), 0o600) }, true, 2 * time.Second},
		"in the future and touched":       {-time.Hour, func(path string) error { return os.Chtimes(path, time.Now(), time.Now()) }, true, 2 * time.Second},
		"renamed by its transfer program": {0, os.Remove, true, 2 * time.Second},
	} {
		for _, file := range []string{"lead.csv", "export.zip"} {
			t.Run(name+" "+file, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				put(t, dir, map[string]string{"lead.csv": "id\n", "export.zip": zipped(t, [2]string{"lead-1.csv", "x"})})
				path := filepath.Join(dir, file)
				now := time.Now().Truncate(time.Second)
				require.NoError(t, os.Chtimes(path, now, now.Add(-c.age)))
				waited := time.Duration(0)
				finder := Finder{Wait: func(_ context.Context, d time.Duration) error {
					waited += d
					if c.during != nil {
						return c.during(path)
					}
					return nil
				}}
				src := config.Source{Name: "crm", Path: dir, Extracts: extracts(map[string]string{"lead": ""})}
				found, err := finder.Find(t.Context(), src, preset(t, "generic"), now)
				require.NoError(t, err)
				require.Equal(t, c.waits, waited)
				if c.growing {
					require.Equal(t, []string{file}, found.Growing)
					require.Len(t, found.Files, 1)
				} else {
					require.Empty(t, found.Growing)
					require.Len(t, found.Files, 2)
				}
			})
		}
	}
}

func TestFindStopsWhenCancelled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, map[string]string{"lead.csv": "x"})
	require.NoError(t, os.Chtimes(filepath.Join(dir, "lead.csv"), time.Now(), time.Now()))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("stop"))
	_, err := Find(ctx, config.Source{Name: "crm", Path: dir}, preset(t, "salesforce"), time.Now())
	require.ErrorIs(t, err, context.Canceled)
}
