package schedule

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const holderEnv = "SCHEDULE_TEST_HOLD_LOCK"

// TestMain lets the test binary be the other process: it holds a lock until it is killed.
func TestMain(m *testing.M) {
	if state := os.Getenv(holderEnv); state != "" {
		os.Exit(hold(state))
	}
	os.Exit(m.Run())
}

func hold(state string) int {
	lock, err := TryLock(state, "truce run")
	if err != nil {
		_, _ = fmt.Fprintln(os.Stdout, err)
		return 1
	}
	_, _ = fmt.Fprintln(os.Stdout, "held")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := lock.Unlock(); err != nil {
		return 1
	}
	return 0
}

// startHolder gives a process that holds the lock, and its standard input, whose end frees it.
func startHolder(t *testing.T, state string) (*exec.Cmd, io.WriteCloser) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), holderEnv+"="+state)
	stdin, err := child.StdinPipe()
	require.NoError(t, err)
	stdout, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "held\n", line)
	return child, stdin
}

func TestLockNamesItsHolder(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	child, stdin := startHolder(t, state)
	_, err := TryLock(state, "truce schedule")
	require.ErrorIs(t, err, ErrLocked)
	var locked *LockedError
	require.ErrorAs(t, err, &locked)
	require.NotNil(t, locked.Holder)
	require.Equal(t, child.Process.Pid, locked.Holder.PID)
	require.Equal(t, "truce run", locked.Holder.Command)
	require.WithinDuration(t, time.Now(), locked.Holder.Since, time.Minute)
	require.ErrorContains(t, err, fmt.Sprintf("pid %d", child.Process.Pid))
	require.True(t, transient(fmt.Errorf("run: %w", err)))

	require.NoError(t, stdin.Close())
	require.NoError(t, child.Wait())
	require.NoFileExists(t, filepath.Join(state, holderFile))
	lock, err := TryLock(state, "truce run")
	require.NoError(t, err)
	require.NoError(t, lock.Unlock())
}

func TestKillingTheHolderFreesTheLock(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	child, _ := startHolder(t, state)
	_, err := TryLock(state, "truce run")
	require.ErrorIs(t, err, ErrLocked)

	waited := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		lock, err := WaitLock(ctx, state, "truce run --wait")
		if err == nil {
			err = lock.Unlock()
		}
		waited <- err
	}()
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())
	require.NoError(t, <-waited)
}

func TestLockDoesNotNameADeadHolder(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	child, _ := startHolder(t, state)
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())
	require.FileExists(t, filepath.Join(state, holderFile))
	require.Nil(t, readHolder(state))
}

func TestWaitLockEndsWithItsContext(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	lock, err := TryLock(state, "truce run")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = WaitLock(ctx, state, "truce backfill")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, lock.Unlock())
	require.NoError(t, lock.Unlock())
}

func TestLockNeedsAWritableFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := TryLock(filepath.Join(file, "state"), "truce run")
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrLocked)
}
