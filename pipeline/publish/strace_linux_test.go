package publish

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// exhaustive makes the injection tests try every error at every call instead of a sample of them.
const exhaustive = "PUBLISH_TEST_EXHAUSTIVE"

const tracedCalls = "openat,read,write,fsync,fchmod,close,fstat,newfstatat,getdents64,mkdirat,unlinkat,rename,renameat,renameat2"

// call is one system call of the child's main thread on the drop.
type call struct {
	name     string
	text     string // arguments and result, file descriptors with their paths
	nth      int    // among the thread's calls of this name, from 1, as strace counts
	injected bool
}

func (c call) changes() bool {
	switch c.name {
	case "write", "fsync", "fchmod", "mkdirat", "unlinkat", "rename", "renameat", "renameat2":
		return true
	default:
		return c.name == "openat" && strings.Contains(c.text, "O_CREAT")
	}
}

// outcome is how a traced child ended.
type outcome struct {
	calls  []call
	exit   int
	killed bool
	stderr string
}

// injections are the traced calls that strace tampered with.
func (o outcome) injections() int {
	return len(slices.DeleteFunc(slices.Clone(o.calls), func(c call) bool { return !c.injected }))
}

// traced runs the child under strace, with an injection such as "fsync:error=EIO:when=3" or none.
func traced(t *testing.T, root, injection string, env ...string) outcome {
	t.Helper()
	log := filepath.Join(t.TempDir(), "trace")
	args := []string{"strace", "-f", "-y", "-s", "0", "-o", log, "-e", "trace=" + tracedCalls}
	if injection != "" {
		args = append(args, "-e", "inject="+injection)
	}
	if !strings.Contains(injection, "signal=") {
		args = append(args, "--seccomp-bpf") // faster, but strace then delivers no injected signals
	}
	cmd := child(t, root, args...)
	cmd.Env = append(cmd.Env, env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	out := outcome{calls: parseTrace(string(text), root), exit: cmd.ProcessState.ExitCode(), stderr: stderr.String()}
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	out.killed = status.Signaled() && status.Signal() == syscall.SIGKILL
	return out
}

var traceLine = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)

// parseTrace gives the calls that name the drop, made by the one thread that makes them.
func parseTrace(text, root string) []call {
	seen := map[string]int{}
	var calls []call
	for line := range strings.Lines(text) {
		part := traceLine.FindStringSubmatch(strings.TrimSpace(line))
		if part == nil {
			continue
		}
		key := part[1] + part[2]
		seen[key]++
		if strings.Contains(part[3], root) {
			calls = append(calls, call{
				name: part[2], text: strings.ReplaceAll(part[3], root, "DROP"), nth: seen[key],
				injected: strings.Contains(part[3], "(INJECTED)"),
			})
		}
	}
	return calls
}

// reference gives the calls of an undisturbed publication, or skips where strace cannot work.
func reference(t *testing.T, env ...string) []call {
	t.Helper()
	if testing.Short() {
		t.Skip("hundreds of traced processes are not short")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed: apt-get install strace")
	}
	if out, err := exec.CommandContext(t.Context(), "strace", "-f", "-o", "/dev/null", "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %s", out)
	}
	out := traced(t, crashedNight(t), "", env...)
	require.Zero(t, out.exit, out.stderr)
	require.Greater(t, len(out.calls), 100)
	return out.calls
}

// crashedNight is a drop with one run and with left-overs of a night that crashed.
func crashedNight(t *testing.T) string {
	t.Helper()
	root := oldNight(t)
	left := filepath.Join(root, stagingFolder, "nightly-2026-02-28T0230")
	require.NoError(t, os.Mkdir(left, 0o750))
	require.NoError(t, os.WriteFile(filepath.Join(left, "half.parquet"), []byte("PAR1"), 0o600))
	return root
}

func TestKillAtEachSystemCall(t *testing.T) {
	t.Parallel()
	for _, c := range reference(t) {
		// A kill before a call that changes nothing leaves what the kill before the next change leaves.
		if !c.changes() && os.Getenv(exhaustive) == "" {
			continue
		}
		t.Run(fmt.Sprintf("%s %d", c.name, c.nth), func(t *testing.T) {
			t.Parallel()
			root := crashedNight(t)
			old := tree(t, filepath.Join(root, runsFolder, run1))
			out := traced(t, root, fmt.Sprintf("%s:signal=SIGKILL:when=%d", c.name, c.nth))
			require.True(t, out.killed, "exit %d: %s", out.exit, out.stderr)
			requirePromises(t, root, run1, run2)
			requireConvergence(t, root, old)
		})
	}
}

func TestKillDuringRetention(t *testing.T) {
	t.Parallel()
	calls := reference(t, childKeep+"=1")
	retired := slices.IndexFunc(calls, func(c call) bool { return c.name == "renameat2" && strings.Contains(c.text, `"DROP/runs/`+run1) })
	require.Positive(t, retired)
	for _, c := range calls[retired:] {
		if !c.changes() && c.name != "openat" {
			continue
		}
		t.Run(fmt.Sprintf("%s %d", c.name, c.nth), func(t *testing.T) {
			t.Parallel()
			root := crashedNight(t)
			out := traced(t, root, fmt.Sprintf("%s:signal=SIGKILL:when=%d", c.name, c.nth), childKeep+"=1")
			require.True(t, out.killed, "exit %d: %s", out.exit, out.stderr)
			requirePromises(t, root, run2)
			publishDay(t, root, day2)
			require.NoError(t, retainOne(root))
			requirePromises(t, root, run2)
			require.NoDirExists(t, filepath.Join(root, runsFolder, run1))
			require.Empty(t, tree(t, filepath.Join(root, stagingFolder)))
		})
	}
}

// errorsFor gives what to inject into a call: all errors into those that write, and a sample into
// those that read or clean up.
func errorsFor(i int, c call) []string {
	all := []string{"ENOSPC", "EIO", "EACCES", "EBUSY", "EROFS"}
	reading := []string{"EIO", "EACCES", "EBUSY"}
	switch {
	case os.Getenv(exhaustive) != "":
		return all
	case c.name == "unlinkat":
		return []string{"EBUSY", "EROFS"}
	case c.changes():
		return all
	case c.name == "openat":
		return reading[i%3 : i%3+1]
	case i%3 == 0:
		return reading[i/3%3 : i/3%3+1]
	default:
		return nil
	}
}

// mayPass says that one failure of the call is no failure of the publication: renames are tried
// again, the standard library tries removing twice and looks at the target of a rename without
// need, and a folder that was only read loses nothing when closing it fails.
func (c call) mayPass() bool {
	switch c.name {
	case "rename", "renameat", "renameat2", "unlinkat":
		return true
	case "newfstatat":
		return strings.Contains(c.text, `"DROP/latest.json"`)
	case "close":
		path, _, _ := strings.Cut(c.text, ">")
		return strings.HasSuffix(path, stagingFolder) || filepath.Ext(path) == ""
	default:
		return false
	}
}

func TestErrorAtEachSystemCall(t *testing.T) {
	t.Parallel()
	for i, c := range reference(t) {
		for _, errno := range errorsFor(i, c) {
			t.Run(fmt.Sprintf("%s %d %s", c.name, c.nth, errno), func(t *testing.T) {
				t.Parallel()
				requireFailure(t, c, errno, false)
			})
			if c.mayPass() && c.changes() {
				t.Run(fmt.Sprintf("%s from %d on %s", c.name, c.nth, errno), func(t *testing.T) {
					t.Parallel()
					requireFailure(t, c, errno, true)
				})
			}
		}
	}
}

// requireFailure injects an error once, or from then on, and checks the promises and the exit code.
func requireFailure(t *testing.T, c call, errno string, lasting bool) {
	t.Helper()
	root := crashedNight(t)
	old := tree(t, filepath.Join(root, runsFolder, run1))
	when := fmt.Sprint(c.nth)
	if lasting {
		when += "+"
	}
	out := traced(t, root, fmt.Sprintf("%s:error=%s:when=%s", c.name, errno, when))
	require.Positive(t, out.injections(), "the error reached the publication")
	require.False(t, out.killed)
	requirePromises(t, root, run1, run2)
	switch {
	case out.exit == 0 && c.mayPass() && !lasting:
		requirePromises(t, root, run2)
	default:
		require.Equal(t, 6, out.exit, "an injected error fails the publication: %s %s\n%s", c.name, c.text, out.stderr)
	}
	requireConvergence(t, root, old)
}
