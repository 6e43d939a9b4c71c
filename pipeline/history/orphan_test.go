package history

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const childEnv = "HISTORY_TEST_BEGIN"

// TestMain lets the test binary be the other process: it begins runs in a folder until it is killed,
// or begins one and waits.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}

func child(dir string) int {
	l, err := Open(dir)
	if err != nil {
		return 1
	}
	entry, err := l.Begin(Run{Trigger: Manual, Job: "child"})
	if err != nil {
		return 1
	}
	_, _ = fmt.Fprintln(os.Stdout, entry.Run().ID)
	for os.Getenv(childEnv+"_BUSY") != "" {
		if err := entry.log.write(entry.run); err != nil {
			return 1
		}
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

func startChild(t *testing.T, dir string, env ...string) (*exec.Cmd, string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(append(os.Environ(), childEnv+"="+dir), env...)
	_, err := command.StdinPipe()
	require.NoError(t, err)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return command, line[:len(line)-1]
}

func TestMarkOrphans(t *testing.T) {
	t.Parallel()
	l := open(t)
	own := begin(t, l, scheduled(20))
	command, id := startChild(t, l.dir)
	now := time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC)

	marked, err := l.MarkOrphans(now)
	require.NoError(t, err)
	require.Empty(t, marked, "both processes are alive")

	require.NoError(t, command.Process.Kill())
	require.Error(t, command.Wait())
	marked, err = l.MarkOrphans(now)
	require.NoError(t, err)
	require.Len(t, marked, 1)
	require.Equal(t, id, marked[0].ID)
	require.Equal(t, Crashed, marked[0].State)
	require.Equal(t, now, marked[0].EndedAt)
	require.Equal(t, 1, marked[0].ExitCode)
	require.Contains(t, marked[0].Message, fmt.Sprint(command.Process.Pid))
	require.Equal(t, marked[0], runs(t, l, 0)[0])

	marked, err = l.MarkOrphans(now)
	require.NoError(t, err)
	require.Empty(t, marked, "once is enough")
	require.NoError(t, own.Finish(Outcome{State: Published}))
}

func TestOrphanWhosePidIsInUseAgain(t *testing.T) {
	t.Parallel()
	self := thisProcess()
	require.False(t, self.gone(self))
	for name, other := range map[string]Holder{
		"an earlier process with this pid": {PID: self.PID, Host: self.Host, Boot: self.Boot, Started: "1"},
		"an earlier boot":                  {PID: self.PID, Host: self.Host, Boot: "another", Started: self.Started},
		"another container":                {PID: self.PID, Host: "another", Boot: self.Boot, Started: self.Started},
		"no process":                       {},
	} {
		require.True(t, other.gone(self), name)
	}
}

func TestMarkOrphansRemovesOldDrafts(t *testing.T) {
	t.Parallel()
	l := open(t)
	now := time.Now()
	for name, age := range map[string]time.Duration{draft + "old": 2 * time.Hour, draft + "young": time.Minute, "notes.txt": 2 * time.Hour} {
		path := filepath.Join(l.dir, name)
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.NoError(t, os.Chtimes(path, now, now.Add(-age)))
	}
	_, err := l.MarkOrphans(now)
	require.NoError(t, err)
	require.NoFileExists(t, filepath.Join(l.dir, draft+"old"))
	require.FileExists(t, filepath.Join(l.dir, draft+"young"))
	require.FileExists(t, filepath.Join(l.dir, "notes.txt"))
}

func TestKillingAWriterTearsNothing(t *testing.T) {
	t.Parallel()
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			l := open(t)
			command, id := startChild(t, l.dir, childEnv+"_BUSY=1")
			time.Sleep(time.Duration(i*7) * time.Millisecond)
			require.NoError(t, command.Process.Kill())
			require.Error(t, command.Wait())
			marked, err := l.MarkOrphans(time.Now())
			require.NoError(t, err)
			require.Len(t, marked, 1)
			require.Equal(t, id, marked[0].ID)
			require.Len(t, runs(t, l, 0), 1)
		})
	}
}
