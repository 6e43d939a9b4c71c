package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"truce/pipeline"
	"truce/pipeline/config"
)

// app is what every command shares: the streams and the flags that all of them have.
type app struct {
	in       io.Reader
	out, err io.Writer
	config   string
	state    string
	drop     string
	json     bool
}

// usageError says that the command line is wrong.
type usageError struct{ error }

// exitError carries an exit code that no error of the pipeline has.
type exitError struct {
	error
	code int
}

// run runs the command line and gives the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	a := &app{in: in, out: out, err: errOut}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	if text := err.Error(); text != "" {
		_, _ = fmt.Fprintln(errOut, "truce: "+text) // there is nowhere left to report a failure to report
	}
	return exitCode(err)
}

// exitCode is the one place where errors become exit codes.
func exitCode(err error) int {
	var usage usageError
	var exit exitError
	switch {
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &usage):
		return pipeline.ExitConfig
	}
	return pipeline.ExitCode(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "truce",
		Short: "One set of funnel numbers that sales and marketing both sign",
		Long: `Truce loads CRM exports, computes win rate, sales-cycle length, cost of sale and the funnel
between marketing and sales for each go-to-market segment, and publishes them as Parquet files
and a DuckDB database on a drive.

EXIT STATUS
  0  done; a run was published, or is identical to the published one
  1  internal error             4  an input is missing, refused or stale
  2  wrong usage or config      5  another run holds the lock
  3  a check failed             6  publishing failed
  124  timed out                143  interrupted`,
		Example:       "  truce run --config truce.yaml",
		Args:          noArguments,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	flags := root.PersistentFlags()
	flags.StringVarP(&a.config, "config", "c", "truce.yaml", "configuration file")
	flags.StringVar(&a.state, "state", "", "state folder, instead of paths.state")
	flags.StringVar(&a.drop, "drop", "", "drop folder, instead of paths.drop")
	flags.BoolVar(&a.json, "json", false, "print JSON, where there is something to read")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		a.initCommand(), a.checkCommand(), a.runCommand(), a.scheduleCommand(), a.backfillCommand(), a.statusCommand(), a.queryCommand(), a.quarantineCommand(), a.diffCommand(), a.modelsCommand(),
		a.fixturesCommand(), a.versionCommand(),
	)
	return root
}

// noArguments refuses arguments that a command does not take.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("%s takes no argument %q; see %s --help", cmd.CommandPath(), args[0], cmd.CommandPath())}
	}
	return nil
}

// load reads the configuration and applies the flags that override its paths.
func (a *app) load() (*config.Config, error) {
	c, err := config.Load(a.config)
	if err != nil {
		if known := (*config.Error)(nil); errors.As(err, &known) {
			return nil, err
		}
		return nil, usageError{err}
	}
	return c, c.Apply(config.Overrides{State: a.state, Drop: a.drop})
}

// print writes to the output of the command.
func (a *app) print(format string, args ...any) error {
	_, err := fmt.Fprintf(a.out, format, args...)
	return err
}
