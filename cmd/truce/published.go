package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/publish"
)

// loadForReading reads the configuration as load does. Where there is none and --drop names the
// folder, that is enough for someone who only reads what is published.
func (a *app) loadForReading(cmd *cobra.Command) (*config.Config, error) {
	if a.drop == "" || cmd.Flags().Changed("config") || a.hasConfig() {
		return a.load()
	}
	c := &config.Config{Timezone: "UTC", Path: a.config}
	return c, c.Apply(config.Overrides{State: a.state, Drop: a.drop})
}

// hasConfig tells whether the configuration file is there.
func (a *app) hasConfig() bool {
	_, err := os.Stat(a.config)
	return !errors.Is(err, fs.ErrNotExist)
}

// publishedRun gives the run with this id, or the current one for an empty id. Without one, or where
// it is not intact, the exit code is that of a missing input; an unknown id is wrong usage.
func publishedRun(drop, id string) (publish.Run, error) {
	if id == "" {
		run, err := currentRun(drop)
		if errors.Is(err, publish.ErrNoRun) || errors.Is(err, publish.ErrBroken) {
			return run, exitError{err, pipeline.ExitInput}
		}
		return run, err
	}
	folder, err := openDrop(drop)
	if errors.Is(err, publish.ErrNoRun) {
		return publish.Run{}, exitError{err, pipeline.ExitInput}
	}
	if err != nil {
		return publish.Run{}, err
	}
	run, err := folder.Run(id)
	switch {
	case errors.Is(err, publish.ErrNoRun):
		return run, usageError{fmt.Errorf("run %s: %s", id, knownRuns(folder, drop))}
	case errors.Is(err, publish.ErrBroken):
		return run, exitError{err, pipeline.ExitInput}
	}
	return run, err
}

// currentRun gives the run that the drop's pointer names; publish.ErrNoRun if nothing is published,
// publish.ErrBroken if it is not intact.
func currentRun(drop string) (publish.Run, error) {
	folder, err := openDrop(drop)
	if err != nil {
		return publish.Run{}, err
	}
	run, err := folder.Latest()
	if errors.Is(err, publish.ErrNoRun) {
		return run, nothingPublished(drop)
	}
	return run, err
}

// openDrop opens the drop for reading; a folder that is not there holds no run.
func openDrop(drop string) (*publish.Drop, error) {
	folder, err := publish.Open(drop, publish.ReadOnly())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nothingPublished(drop)
	}
	return folder, err
}

func nothingPublished(drop string) error {
	return fmt.Errorf("%w in %s yet; start truce run, or name another folder with --drop", publish.ErrNoRun, drop)
}

// knownRuns names the newest runs of the drop.
func knownRuns(folder *publish.Drop, drop string) string {
	const most = 5
	runs, err := folder.Runs()
	if err != nil || len(runs) == 0 {
		return fmt.Sprintf("there is no such run in %s", drop)
	}
	names := make([]string, 0, most)
	for _, run := range slices.Backward(runs) {
		if len(names) == most {
			break
		}
		names = append(names, run.ID)
	}
	return fmt.Sprintf("there is no such run in %s; the newest are %s", drop, strings.Join(names, ", "))
}
