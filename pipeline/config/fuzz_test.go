package config_test

import (
	"errors"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// FuzzDecode looks for files that crash the decoder, that give an error without a place, or a
// configuration beside one.
func FuzzDecode(f *testing.F) {
	full, err := os.ReadFile("testdata/full.yaml")
	require.NoError(f, err)
	f.Add(full)
	for _, text := range []string{
		minimal, "sources: [{name: a, path: x, extracts: {cost: {files: a.csv}}}]", "a: &a [*a]", "? a : b", "<<: {}", "!!x y",
		"jobs: {n: {cron: TZ=UTC}}", "company: |\n  a\n  b\n", "---\n...\n---\n", "%YAML 1.2\n", "{", "a:\n\t- b", "\uFEFF", "a: 'b", "- - - x",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Decode("truce.yaml", data)
		if err == nil {
			require.NotEmpty(t, c.Hash())
			return
		}
		require.Nil(t, c)
		var wrong *config.Error
		if !errors.As(err, &wrong) {
			t.Fatalf("%v is no config error", err)
		}
		require.NotEmpty(t, wrong.Problems)
		for _, p := range wrong.Problems {
			require.Positive(t, p.Line)
			require.Positive(t, p.Column)
			require.NotEmpty(t, p.Message)
		}
	})
}
