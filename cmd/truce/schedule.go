package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"

	"truce/pipeline"
)

func (a *app) scheduleCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schedule",
		Short: "Run every job at its cron time, until stopped",
		Long: `Run every job of the configuration at its cron time, one run at a time.

A slot runs at most once by itself, through every change of the clock. What became due while
nothing could run is caught up as jobs.NAME.catch_up says. Logs are JSON lines on stderr.

EXIT STATUS
  0    stopped while no run was under way
  2    wrong usage or config
  143  stopped during a run, which published nothing`,
		Example: "  truce schedule --config /etc/truce/truce.yaml",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.schedule(cmd.Context()) },
	}
}

func (a *app) schedule(ctx context.Context) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	options, err := a.options(ctx, c, runOptions{})
	if err != nil {
		return err
	}
	options.Progress = pipeline.Quiet{}
	return pipeline.Serve(ctx, options, slog.New(slog.NewJSONHandler(a.err, nil)))
}
