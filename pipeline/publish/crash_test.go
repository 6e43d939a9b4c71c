//go:build unix

package publish

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	childDrop = "PUBLISH_TEST_DROP" // makes the test binary one night's publication on this drop
	childDay  = "PUBLISH_TEST_DAY"
	childDie  = "PUBLISH_TEST_DIE"    // the point at which the child kills itself
	childKeep = "PUBLISH_TEST_RETAIN" // makes the child remove old runs afterwards
)

// TestMain lets the test binary be the process that is killed in the middle of a publication.
func TestMain(m *testing.M) {
	drop := os.Getenv(childDrop)
	if drop == "" {
		os.Exit(m.Run())
	}
	// One thread makes every system call, so that a trace is in order and calls can be counted.
	runtime.LockOSThread()
	die := os.Getenv(childDie)
	_, err := nightly(drop, os.Getenv(childDay), withHook(func(point string) {
		if point == die {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // the signal arrives before anything else is done
		}
	}))
	if err == nil && os.Getenv(childKeep) != "" {
		err = retainOne(drop)
	}
	os.Exit(exitCode(err))
}

// retainOne removes every run but the current one.
func retainOne(root string) error {
	d, err := Open(root, WithSleep(noWait))
	if err == nil {
		_, err = d.Retain(1, time.Now().AddDate(5, 0, 0))
	}
	return err
}

// child is the command that publishes the second day on a drop that holds the first.
func child(t *testing.T, root string, wrap ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	argv := append(wrap, self)
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), childDrop+"="+root, childDay+"="+day2)
	return cmd
}

// oldNight gives a drop that holds the first day.
func oldNight(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	publishDay(t, root, day1)
	return root
}

// requireConvergence checks P4 and P5: the next run ends where an undisturbed one would have ended.
func requireConvergence(t *testing.T, root string, old map[string]string) {
	t.Helper()
	publishDay(t, root, day2)
	requirePromises(t, root, run2)
	latest, err := open(t, root, ReadOnly()).Latest()
	require.NoError(t, err)
	for name, text := range reports(day2) {
		require.Equal(t, string(text), tree(t, latest.Dir)[name])
	}
	require.Empty(t, tree(t, filepath.Join(root, stagingFolder)), "P4: no left-overs")
	entries, err := os.ReadDir(filepath.Join(root, runsFolder))
	require.NoError(t, err)
	require.Len(t, entries, 2, "P4: one run for each slot")
	require.Equal(t, old, tree(t, filepath.Join(root, runsFolder, run1)), "P5")
}

func TestKillAtEachPoint(t *testing.T) {
	t.Parallel()
	for _, point := range points(t) {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			root := oldNight(t)
			old := tree(t, filepath.Join(root, runsFolder, run1))
			cmd := child(t, root)
			cmd.Env = append(cmd.Env, childDie+"="+point)
			var exit *exec.ExitError
			require.ErrorAs(t, cmd.Run(), &exit)
			require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal(), "the child was killed")
			requirePromises(t, root, run1, run2)
			requireConvergence(t, root, old)
		})
	}
}
