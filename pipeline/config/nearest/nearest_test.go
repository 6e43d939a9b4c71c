package nearest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config/nearest"
)

func TestHintNamesTheNearest(t *testing.T) {
	t.Parallel()
	valid := []string{"mode", "name", "path", "preset", "outcome_date_from", "extracts"}
	for written, want := range map[string]string{
		"mod":               `did you mean "mode"?`,
		"Mode":              `did you mean "mode"?`,
		"extract":           `did you mean "extracts"?`,
		"outcome_date_form": `did you mean "outcome_date_from"?`,
		"presett":           `did you mean "preset"?`,
		"zzz":               "valid are extracts, mode, name, outcome_date_from, path, preset",
		"":                  "valid are extracts, mode, name, outcome_date_from, path, preset",
	} {
		require.Equal(t, want, nearest.Hint(written, valid), "written %q", written)
	}
	require.Empty(t, nearest.Hint("mode", nil))
}

func TestNameDoesNotGuessWildly(t *testing.T) {
	t.Parallel()
	for _, written := range []string{"a", "xy", "quarter", "ñ"} {
		_, ok := nearest.Name(written, []string{"owner", "team", "b", "product"})
		require.False(t, ok && written != "a", "written %q", written)
	}
	best, ok := nearest.Name("regoin", []string{"region", "regions"})
	require.True(t, ok)
	require.Equal(t, "region", best)
}
