package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// exitCode is what the caller of the package makes of an error.
func exitCode(err error) int {
	if known := (*Error)(nil); errors.As(err, &known) {
		fmt.Fprintln(os.Stderr, err)
		return 6
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// reports are the files of every test run.
func reports(day string) map[string][]byte {
	return map[string][]byte{
		"win_rate.csv":    []byte("segment,rate\nSMB,0.5\nEnterprise,0.25\n" + day + ",1\n"),
		"sales_cycle.csv": bytes.Repeat([]byte(day+",12\n"), 500),
		"truce.html":      []byte("<p>" + day + "</p>"),
	}
}

func manifestOf(day string) Manifest {
	return Manifest{
		Slot:        slotOf(day),
		Job:         "nightly",
		AsOf:        day,
		Fingerprint: "inputs of " + day,
		Timezone:    "Europe/Berlin",
	}
}

func slotOf(day string) string { return "nightly@" + day + "T02:30[Europe/Berlin]" }

func noWait(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// nightly does what the pipeline does around this package, in the same order.
func nightly(root, day string, opts ...Option) (Published, error) {
	d, err := Open(root, append([]Option{WithSleep(noWait)}, opts...)...)
	if err != nil {
		return Published{}, err
	}
	ctx := context.Background()
	if _, err := d.Repair(ctx); err != nil {
		return Published{}, err
	}
	m := manifestOf(day)
	if _, same, err := d.Same(m.Slot, m.Fingerprint); same || err != nil {
		return Published{}, err
	}
	s, err := d.Stage(m.Slot)
	if err != nil {
		return Published{}, err
	}
	for name, text := range reports(day) {
		path := filepath.Join(s.Dir(), name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return Published{}, fail("write", path, err)
		}
	}
	return s.Publish(ctx, m, countLines)
}

// countLines is the row count of a CSV file and -1 for every other.
func countLines(path string) (int64, error) {
	if filepath.Ext(path) != ".csv" {
		return -1, nil
	}
	text, err := readText(path)
	return int64(bytes.Count(text, []byte("\n"))), err
}

func open(t *testing.T, root string, opts ...Option) *Drop {
	t.Helper()
	d, err := Open(root, append([]Option{WithSleep(noWait)}, opts...)...)
	require.NoError(t, err)
	return d
}

func publishDay(t *testing.T, root, day string, opts ...Option) Published {
	t.Helper()
	p, err := nightly(root, day, opts...)
	require.NoError(t, err)
	return p
}

// stage fills a staging with the files of a day.
func stage(t *testing.T, d *Drop, day string) *Staging {
	t.Helper()
	s, err := d.Stage(slotOf(day))
	require.NoError(t, err)
	for name, text := range reports(day) {
		require.NoError(t, os.WriteFile(filepath.Join(s.Dir(), name), text, 0o600))
	}
	return s
}

// points gives the points that a publication passes, in order.
func points(t *testing.T) []string {
	t.Helper()
	var passed []string
	d := open(t, t.TempDir(), withHook(func(point string) { passed = append(passed, point) }))
	_, err := stage(t, d, day2).Publish(t.Context(), manifestOf(day2), countLines)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(passed), 10)
	return passed
}

// requirePromises checks P1 and P2: every visible run is intact and the pointer names one of them,
// which is among the allowed. The empty name allows that there is no pointer.
func requirePromises(t *testing.T, root string, allowed ...string) {
	t.Helper()
	d, err := Open(root, ReadOnly())
	require.NoError(t, err)
	entries, err := os.ReadDir(filepath.Join(root, runsFolder))
	if !missing(err) {
		require.NoError(t, err)
	}
	for _, entry := range entries {
		run, err := d.Run(entry.Name())
		require.NoError(t, err, "P1: a visible run is complete")
		require.NoError(t, run.Verify(t.Context()), "P1: a visible run matches its manifest")
	}
	run, err := d.Latest()
	if errors.Is(err, ErrNoRun) {
		require.Contains(t, allowed, "", "P2: there was a current run before")
		return
	}
	require.NoError(t, err, "P2: the pointer names an intact run")
	require.NoError(t, run.Verify(t.Context()), "P2: the pointer names an intact run")
	require.Contains(t, allowed, run.ID, "P2: the old run or the new one")
}

// tree gives the content of every file below a folder, by relative path.
func tree(t *testing.T, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		files[rel] = string(text)
		return err
	}))
	return files
}
