package main

import (
	"github.com/spf13/cobra"

	"truce/fixtures"
)

// fixturesCommand writes the exports of a fictional company, for the demo and for measurements.
func (a *app) fixturesCommand() *cobra.Command {
	var o fixtures.Options
	cmd := &cobra.Command{
		Use:     "fixtures DIR",
		Short:   "Write the exports of a fictional company into a folder",
		Example: "  truce fixtures /tmp/company --opportunities 3000 --leads 5000",
		Hidden:  true,
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			_, err := fixtures.Generate(args[0], o)
			return err
		},
	}
	flags := cmd.Flags()
	flags.Int64Var(&o.Seed, "seed", 1, "seed of the random numbers")
	flags.IntVar(&o.Opportunities, "opportunities", 0, "number of deals (default 3000)")
	flags.IntVar(&o.Leads, "leads", 0, "number of leads (default 5000)")
	flags.IntVar(&o.StageChanges, "stage-changes", 0, "limit of history rows (default none)")
	flags.IntVar(&o.Months, "months", 0, "months of history (default 18)")
	flags.BoolVar(&o.Defects, "defects", false, "add a few broken rows of each kind")
	flags.BoolVar(&o.Compact, "compact", false, "only the columns that are loaded")
	return cmd
}
