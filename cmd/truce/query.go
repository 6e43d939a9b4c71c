package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/publish"
	"truce/pipeline/query"
)

// queryOptions are the flags of truce query.
type queryOptions struct {
	file   string
	run    string
	format string
	rows   int
	out    string

	timeout time.Duration
}

func (a *app) queryCommand() *cobra.Command {
	var o queryOptions
	cmd := &cobra.Command{
		Use:   "query [SQL]",
		Short: "Ask SQL over the newest published run",
		Long: `Ask one SELECT over the newest published run, or over another one with --run. It reads
only, needs no lock and works while a run is under way. Without SQL it lists the tables with their
columns; - reads the SQL from standard input. Without a configuration, --drop is enough.

Tables are the reports (rpt_win_rate, …), the records behind them (fct_opportunity, fct_lead) and
the refused rows (quarantine). Files and settings are out of reach of the SQL.

EXIT STATUS
  0  answered
  1  the statement needed more time or memory than it may have
  2  wrong usage or config, SQL that is wrong or not allowed, or an unknown --run
  4  nothing is published, or the published run is not intact
  143  interrupted`,
		Example: `  truce query "select segment, win_rate from rpt_win_rate
    where period_grain = 'all' and breakdown = 'none'"
  truce query -f deals.sql --out deals.parquet`,
		Args: func(cmd *cobra.Command, args []string) error { return atMostOne(cmd, args, "SQL; put it in quotes") },
		RunE: func(cmd *cobra.Command, args []string) error { return a.query(cmd, args, o) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.file, "file", "f", "", "read the SQL from this file")
	flags.StringVar(&o.run, "run", "", "ask this published run instead of the newest")
	flags.StringVar(&o.format, "format", "", "table, csv, json, markdown or parquet\n(default: table, or what the name of --out ends in)")
	flags.IntVar(&o.rows, "rows", 0, "give at most this many rows\n(default: 100000 as table or markdown, else all)")
	flags.DurationVar(&o.timeout, "timeout", 10*time.Minute, "give up after this long; 0 is never")
	flags.StringVarP(&o.out, "out", "o", "", "write to this file instead of standard output")
	return cmd
}

// atMostOne refuses a second argument.
func atMostOne(cmd *cobra.Command, args []string, what string) error {
	if len(args) > 1 {
		return usageError{fmt.Errorf("%s takes one %s; see %s --help", cmd.CommandPath(), what, cmd.CommandPath())}
	}
	return nil
}

func (a *app) query(cmd *cobra.Command, args []string, o queryOptions) error {
	text, err := a.statement(args, o.file)
	if err != nil {
		return err
	}
	format, err := a.formatOf(o)
	if err != nil {
		return err
	}
	c, err := a.loadForReading(cmd)
	if err != nil {
		return err
	}
	run, err := publishedRun(c.Paths.Drop, o.run)
	if err != nil {
		return err
	}
	session, err := openSession(cmd.Context(), c, run, rowCap(o.rows, format), o.timeout)
	if err != nil {
		return queryError(err)
	}
	defer func() { _ = session.Close() }() // it was only read
	if text == "" {
		if o.out != "" {
			return usageError{errors.New("--out needs SQL to answer; without SQL the tables are listed on standard output")}
		}
		return a.describe(cmd.Context(), session, run, format)
	}
	return a.answer(cmd.Context(), session, text, format, o.out)
}

// openSession opens the sandbox over a run with the limits of the configuration.
func openSession(ctx context.Context, c *config.Config, run publish.Run, rows int, timeout time.Duration) (*query.Session, error) {
	return query.Open(ctx, query.Options{
		RunDir: run.Dir, MemoryLimit: c.Engine.MemoryLimit, Threads: c.Engine.Threads, MaxRows: rows, Timeout: timeout,
	})
}

// rowCap gives the cap of rows: what is asked for, else one for formats that people read.
func rowCap(asked int, format query.Format) int {
	switch {
	case asked != 0:
		return asked
	case format == query.FormatTable || format == query.FormatMarkdown:
		return query.DefaultMaxRows
	}
	return -1
}

// statement gives the SQL from the argument, the file or standard input; empty if there is none.
func (a *app) statement(args []string, file string) (string, error) {
	switch {
	case len(args) == 1 && file != "":
		return "", usageError{errors.New("give the SQL as an argument or with -f, not both")}
	case file != "" && file != "-":
		text, err := os.ReadFile(file)
		if err != nil {
			return "", usageError{fmt.Errorf("-f: %w; name a file that holds one SELECT", err)}
		}
		return a.nonBlank(string(text), file)
	case file == "-" || (len(args) == 1 && args[0] == "-"):
		text, err := io.ReadAll(a.in)
		if err != nil {
			return "", fmt.Errorf("read the SQL from standard input: %w", err)
		}
		return a.nonBlank(string(text), "standard input")
	case len(args) == 1:
		return a.nonBlank(args[0], "the argument")
	}
	return "", nil
}

func (a *app) nonBlank(text, from string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", usageError{fmt.Errorf("%s holds no SQL; write one SELECT", from)}
	}
	return text, nil
}

// formatOf settles the format, and refuses what would not be readable where it goes.
func (a *app) formatOf(o queryOptions) (query.Format, error) {
	name := o.format
	switch {
	case a.json && name != "" && name != "json":
		return "", usageError{fmt.Errorf("--json and --format %s exclude each other; use one of them", name)}
	case a.json:
		name = "json"
	case name == "":
		name = formatByName(o.out)
	}
	format, err := query.ParseFormat(name)
	if err != nil {
		return "", usageError{fmt.Errorf("--format: %w", err)}
	}
	if o.rows < 0 {
		return "", usageError{fmt.Errorf("--rows %d: give 1 or more, or leave it out", o.rows)}
	}
	file, isFile := a.out.(*os.File)
	if format == query.FormatParquet && o.out == "" && isFile && term.IsTerminal(int(file.Fd())) {
		return "", usageError{errors.New("parquet is not for a terminal; add --out FILE or redirect the output")}
	}
	return format, nil
}

func formatByName(file string) string {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".csv":
		return "csv"
	case ".json":
		return "json"
	case ".md":
		return "markdown"
	case ".parquet":
		return "parquet"
	}
	return "table"
}

// answer runs the statement and writes its rows.
func (a *app) answer(ctx context.Context, session *query.Session, text string, format query.Format, file string) (err error) {
	result, err := session.Query(ctx, text)
	if err != nil {
		return queryError(err)
	}
	defer func() { err = errors.Join(err, result.Close()) }()
	if file == "" {
		err = query.Write(a.out, result, format, widthOf(a.out))
	} else {
		err = writeFile(file, func(out io.Writer) error { return query.Write(out, result, format, plainWidth) })
	}
	if err == nil && result.Truncated && (format != query.FormatTable || file != "") {
		_, _ = fmt.Fprintf(a.err, "warning: there are more rows than the first %d; raise --rows or narrow the query\n", result.Rows)
	}
	return queryError(err)
}

// queryError gives an error of a statement its exit code.
func queryError(err error) error {
	for _, theirs := range []error{query.ErrRefused, query.ErrUnknownTable, query.ErrStatement} {
		if errors.Is(err, theirs) {
			return usageError{err}
		}
	}
	if errors.Is(err, query.ErrRun) {
		return exitError{err, pipeline.ExitInput}
	}
	return err
}

// writeFile writes a file under another name and renames it when it is complete, so that a failure
// leaves what was there. What is no regular file, such as /dev/stdout, is written as it is.
func writeFile(name string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return usageError{fmt.Errorf("--out: %w; name a file", err)}
		}
		return errors.Join(write(file), file.Close())
	}
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return usageError{fmt.Errorf("--out: %w; name a file in a folder that is there and writable", err)}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}()
	if err := errors.Join(write(file), file.Chmod(0o640), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), name)
}
