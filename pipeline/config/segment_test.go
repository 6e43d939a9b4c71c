package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSegmentsAreChecked(t *testing.T) {
	t.Parallel()
	requireProblems(t, minimal[1:], []mistake{
		{"segments_as_of: ancor", `5:17: segments_as_of: unknown value "ancor"; did you mean "anchor"?`},
		{`segments: [{name: A, where: x = 1, strategy: " Land"}]`, `5:46: segments[0].strategy: " Land" has blanks around it or control characters; remove them`},
		{`segments: [{name: A, where: x = 1, motion: "a\tb"}]`, `5:44: segments[0].motion: "a\tb" has blanks around it or control characters; remove them`},
		{`segments: [{name: A, where: x = 1, number_owner: " "}]`, `5:50: segments[0].number_owner: " " has blanks around it or control characters; remove them`},
	})
}

func TestSegmentsAreAsOfNowUnlessAsked(t *testing.T) {
	t.Parallel()
	c := decode(t, minimal)
	require.False(t, c.AnchorsSegments())
	hash := c.Hash()
	require.Equal(t, hash, decode(t, minimal+"segments_as_of: now\n").Hash())
	anchored := decode(t, minimal+"segments_as_of: anchor\n")
	require.True(t, anchored.AnchorsSegments())
	require.NotEqual(t, hash, anchored.Hash())
	require.NotEqual(t, decode(t, minimal+"segments: [{name: A, where: x = 1}]\n").Hash(),
		decode(t, minimal+"segments: [{name: A, where: x = 1, motion: Field}]\n").Hash(), "reports show it")
}
