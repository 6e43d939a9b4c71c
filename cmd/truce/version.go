package main

import (
	"context"
	"encoding/json"
	"runtime/debug"

	"github.com/spf13/cobra"

	"truce/pipeline/engine/duckdb"
	"truce/pipeline/publish"
)

// version is the program's version.
const version = "0.3.0"

// program gives the version, the commit that was built and the version of DuckDB.
func program(ctx context.Context) (publish.Program, error) {
	p := publish.Program{Version: version, Commit: "unknown"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				p.Commit = setting.Value
			}
		}
	}
	var err error
	p.DuckDB, err = duckdb.Version(ctx)
	return p, err
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of Truce and of DuckDB",
		Long:    "Print the version of Truce, the commit it was built from, and the version of DuckDB.\n\nEXIT STATUS\n  0  always, unless DuckDB cannot be opened (1)",
		Example: "  truce version --json",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := program(cmd.Context())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(p)
			}
			return a.print("truce %s (%s), DuckDB %s\n", p.Version, p.Commit, p.DuckDB)
		},
	}
}

// printJSON writes a value as indented JSON.
func (a *app) printJSON(value any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
