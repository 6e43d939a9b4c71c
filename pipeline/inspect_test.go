package pipeline_test

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/config"
)

const header = "id,stage,amount,created_at\n"

// company writes a configuration with one source and the given files, all of them an hour old.
func company(t *testing.T, extra string, files map[string]string) *config.Config {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "crm"), 0o750))
	old := time.Now().Add(-time.Hour)
	for name, text := range files {
		path := filepath.Join(dir, "crm", name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		require.NoError(t, os.Chtimes(path, old, old))
	}
	text := `company: Acme
sources:
  - name: crm
    path: crm
    extracts:
      opportunity: {files: "deals*", columns: {opportunity_id: id, stage: stage, amount: amount, created_at: created_at}}
` + extra
	c, err := config.Decode(filepath.Join(dir, "truce.yaml"), []byte(text))
	require.NoError(t, err)
	return c
}

func deals(n int) string {
	var text strings.Builder
	text.WriteString(header)
	for i := range n {
		fmt.Fprintf(&text, "D%08d,Won,1054.50,2026-01-%02d\n", i, i%28+1)
	}
	return text.String()
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func TestInspectEstimatesRows(t *testing.T) {
	t.Parallel()
	c := company(t, "", map[string]string{
		"deals-big.csv": deals(100_000), "deals-small.csv": deals(3), "deals-zip.csv.gz": packed(t, deals(100_000)),
	})
	seen, err := pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	require.NoError(t, seen.Err())
	files := seen.Sources[0].Files
	require.Len(t, files, 3)
	require.Equal(t, pipeline.About, files[0].Rows.Precision)
	require.InEpsilon(t, 100_000, files[0].Rows.Rows, 0.02)
	require.Equal(t, pipeline.RowEstimate{Rows: 3, Precision: pipeline.Exact}, files[1].Rows)
	require.Equal(t, pipeline.AtLeast, files[2].Rows.Precision)
	require.Positive(t, files[2].Rows.Rows)
	require.Less(t, files[2].Rows.Rows, int64(100_000))
}

func TestInspectReportsAllProblemsOfAllFiles(t *testing.T) {
	t.Parallel()
	whole := packed(t, deals(50))
	c := company(t, "", map[string]string{
		"deals-1.csv": "Id,Phase,amount,created_at\nD1,Won,1,2026-01-01\n", "deals-2.csv.gz": whole[:len(whole)-20], "deals-3.csv": "",
	})
	seen, err := pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	var input *pipeline.InputError
	require.ErrorAs(t, seen.Err(), &input)
	require.Contains(t, input.Error(), "crm/deals-1.csv: the file is refused at line 1: the header has no column for the required field stage")
	require.Contains(t, input.Error(), "crm/deals-2.csv.gz: ")
	require.Contains(t, input.Error(), "crm/deals-3.csv: ")
}

func TestInspectTellsRulesAndPatternsFromInputs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]*config.Config{
		"an unknown column in a rule": company(t, "segments: [{name: A, where: \"colour = 'red'\"}]\n", map[string]string{"deals.csv": deals(1)}),
		"a file of two entities": company(t, "      account: {files: \"deals*\"}\n",
			map[string]string{"deals.csv": deals(1)}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen, err := pipeline.Inspect(t.Context(), c, time.Now())
			require.NoError(t, err)
			var wrong *config.Error
			require.ErrorAs(t, seen.Err(), &wrong)
			require.Equal(t, pipeline.ExitConfig, pipeline.ExitCode(seen.Err()))
			require.Positive(t, wrong.Problems[0].Line)
		})
	}
}

func TestInspectWritesNothing(t *testing.T) {
	t.Parallel()
	c := company(t, "", map[string]string{"deals.csv": deals(5)})
	_, err := pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	require.NoDirExists(t, c.Paths.State)
	require.NoDirExists(t, c.Paths.Drop)
}

func TestInspectMissingInputs(t *testing.T) {
	t.Parallel()
	c := company(t, "", nil)
	seen, err := pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	require.Equal(t, pipeline.ExitInput, pipeline.ExitCode(seen.Err()))
	require.ErrorContains(t, seen.Err(), "no file of the extract opportunity")

	require.NoError(t, os.Remove(filepath.Join(filepath.Dir(c.Path), "crm")))
	seen, err = pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	require.ErrorContains(t, seen.Err(), "does not exist")
}
