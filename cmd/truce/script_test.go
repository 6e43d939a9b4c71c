package main

import (
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"truce/pipeline/schedule"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"truce": main, "holdlock": holdLock})
}

// TestScripts runs the scripts of testdata/script, one per behaviour. Beside the usual commands they
// have: exits N COMMAND ARGS, where the command must exit with N; age, which makes files old, so that they count as
// finished; pack, which compresses a file; shorten, which keeps the first bytes; and await, which
// waits for a file.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "age": age, "pack": pack, "shorten": shorten, "await": await,
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("NO_COLOR", "1")
			return nil
		},
		RequireUniqueNames: true,
	})
}

// exits runs a command and demands an exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%v exited %d, want %d", args[1:], got, want)
	}
}

func age(ts *testscript.TestScript, _ bool, args []string) {
	old := time.Now().Add(-time.Hour)
	for _, name := range args {
		ts.Check(filepath.WalkDir(ts.MkAbs(name), func(path string, _ fs.DirEntry, err error) error {
			return errors.Join(err, os.Chtimes(path, old, old))
		}))
	}
}

func pack(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text, err := os.ReadFile(ts.MkAbs(name))
		ts.Check(err)
		file, err := os.Create(ts.MkAbs(name) + ".gz")
		ts.Check(err)
		packed := gzip.NewWriter(file)
		_, err = packed.Write(text)
		ts.Check(errors.Join(err, packed.Close(), file.Close(), os.Remove(ts.MkAbs(name))))
	}
}

func shorten(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: shorten FILE BYTES")
	}
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	for range 500 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s did not appear", args[0])
}

// holdLock is a program that holds the lock of the state folder that it is given, writes the file
// "held" beside it, and stays until it is killed.
func holdLock() {
	state := os.Args[1]
	if _, err := schedule.TryLock(state, "holdlock"); err != nil {
		os.Exit(1)
	}
	if err := os.WriteFile(filepath.Join(state, "held"), nil, 0o600); err != nil {
		os.Exit(1)
	}
	time.Sleep(time.Minute)
}
