package pipeline_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures"
	"truce/pipeline"
	"truce/pipeline/history"
	"truce/pipeline/publish"
)

const crashAsOf = "2026-06-30"

// Whatever ends the real program, and whenever: the drop shows the old run or the new one, complete,
// and the next run repairs what is left.
func TestTheProgramCanBeEndedAtAnyMoment(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it builds the binary and runs it many times")
	}
	binary := filepath.Join(t.TempDir(), "truce")
	built, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/truce").CombinedOutput()
	require.NoError(t, err, string(built))
	t.Run("killed", func(t *testing.T) { killedAnywhere(t, newProgram(t, binary)) })
	t.Run("terminated while it waits for a file", func(t *testing.T) {
		p := newProgram(t, binary)
		fresh := p.addDeal(1)
		now := time.Now()
		require.NoError(t, os.Chtimes(fresh, now, now))
		terminated(t, p, filepath.Join(p.state, "history", "*.json"))
	})
	t.Run("terminated while it builds the models", func(t *testing.T) {
		p := newProgram(t, binary)
		p.addDeal(1)
		terminated(t, p, filepath.Join(p.drop, ".staging", "*", "*.parquet"))
	})
}

// program is the real binary on the exports of a fictional company.
type program struct {
	*site
	binary string
	folder string
}

func newProgram(t *testing.T, binary string) program {
	t.Helper()
	folder := t.TempDir()
	_, err := fixtures.Generate(folder, fixtures.Options{Seed: 31, Opportunities: 1500, Leads: 1500, Compact: true})
	require.NoError(t, err)
	for _, pattern := range []string{"crm/*.csv", "finance/*.csv"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		require.NoError(t, err)
		for _, file := range files {
			settle(t, file, 0)
		}
	}
	return program{newSite(t, filepath.Join(folder, "truce.yaml")), binary, folder}
}

// addDeal adds an export with one more deal.
func (p program) addDeal(n int) string {
	p.t.Helper()
	lines := bytes.SplitAfter(read(p.t, filepath.Join(p.folder, "crm", "Opportunity.csv")), []byte("\n"))
	id, rest, ok := bytes.Cut(lines[1], []byte(","))
	require.True(p.t, ok, "%s", id)
	path := filepath.Join(p.folder, "crm", fmt.Sprintf("Opportunity%d.csv", n))
	write(p.t, path, fmt.Appendf(lines[0], "\"006Zz%010d\",%s", n, rest))
	return path
}

// command gives a run of the binary that has not started.
func (p program) command() *exec.Cmd {
	cmd := exec.CommandContext(p.t.Context(), p.binary, "run", "--config", p.config, "--state", p.state, "--drop", p.drop, "--as-of", crashAsOf)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	return cmd
}

func (p program) finish() {
	p.t.Helper()
	out, err := p.command().CombinedOutput()
	require.NoError(p.t, err, string(out))
}

// published gives the current run and how many deals it knows. Every other run that is visible must
// be complete too.
func (p program) published() (publish.Run, int) {
	p.t.Helper()
	current := p.latest()
	require.NotNil(p.t, current)
	visible, err := os.ReadDir(filepath.Join(p.drop, "runs"))
	require.NoError(p.t, err)
	drop, err := publish.Open(p.drop, publish.ReadOnly())
	require.NoError(p.t, err)
	for _, entry := range visible {
		run, err := drop.Run(entry.Name())
		require.NoError(p.t, err)
		require.NoError(p.t, run.Verify(p.t.Context()))
	}
	return *current, len(open(p.t, *current).rows(p.t, "fct_opportunity", "true"))
}

func killedAnywhere(t *testing.T, p program) {
	t.Helper()
	started := time.Now()
	p.finish()
	whole := time.Since(started)
	before, deals := p.published()
	const kills = 8
	random := rand.New(rand.NewPCG(3, 4))
	for n := range kills {
		p.addDeal(n)
		cmd := p.command()
		require.NoError(t, cmd.Start())
		time.Sleep(time.Duration((float64(n) + random.Float64()) / kills * 1.1 * float64(whole)))
		_ = cmd.Process.Kill() // it may have ended by itself
		_ = cmd.Wait()
		after, known := p.published()
		if after.ID == before.ID {
			require.Equal(t, deals, known, "the old run has changed")
			continue
		}
		require.Equal(t, 1500+n+1, known, "the new run must have every deal that was exported")
		before, deals = after, known
	}
	p.finish()
	_, known := p.published()
	require.Equal(t, 1500+kills, known)
	left, err := os.ReadDir(filepath.Join(p.drop, ".staging"))
	require.NoError(t, err)
	require.Empty(t, left, "the last run removes what killed ones left")
	p.requireLastSucceeded()
	p.finish()
	again, _ := p.published()
	last := p.latest()
	require.Equal(t, last.ID, again.ID)
}

// requireLastSucceeded looks whether the history closes the books on every killed run.
func (p program) requireLastSucceeded() {
	p.t.Helper()
	log, err := history.Open(filepath.Join(p.state, "history"))
	require.NoError(p.t, err)
	runs, err := log.Runs(0)
	require.NoError(p.t, err)
	require.True(p.t, runs[0].State.Succeeded(), runs[0].Message)
	for _, run := range runs {
		require.NotEqual(p.t, history.Running, run.State)
	}
}

// terminated sends SIGTERM as soon as a file of that name is there.
func terminated(t *testing.T, p program, pattern string) {
	t.Helper()
	cmd := p.command()
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool {
		found, err := filepath.Glob(pattern)
		return err == nil && len(found) > 0
	}, 30*time.Second, time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	_ = cmd.Wait()
	require.Equal(t, pipeline.ExitInterrupted, cmd.ProcessState.ExitCode(), said.String())
	require.Nil(t, p.latest(), "an interrupted run publishes nothing")
	p.requireLast(history.Interrupted)
	p.finish()
	_, deals := p.published()
	require.Equal(t, 1501, deals)
}
