package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTableAlignsAndWrapsTheLastColumn(t *testing.T) {
	t.Parallel()
	got := table([][]string{
		{"n", "name", "meaning"},
		{"1", "a", "one two three four five six seven"},
		{"200", "Größe", "x"},
	}, 34, 0)
	require.Equal(t, strings.Join([]string{
		"  n  name   meaning",
		"  1  a      one two three four",
		"            five six seven",
		"200  Größe  x",
		"",
	}, "\n"), got)
}

func TestTableWithoutHeader(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a  b\n", table([][]string{{"", ""}, {"a", "b"}}, 80))
}

func TestWrapKeepsLongWords(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"a", "abcdefgh", "b c"}, wrap("a abcdefgh b c", 4))
	require.Equal(t, []string{""}, wrap("", 4))
}

func TestPrintableNeverSteersTheTerminal(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a\ufffd[31mb c\ufffdd", printable("a\x1b[31mb\nc\u202ed"))
}

func TestWriteFileLeavesTheOldOneAfterAFailure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "out.csv")
	require.NoError(t, os.WriteFile(name, []byte("old"), 0o600))
	broken := errors.New("broken")
	err := writeFile(name, func(out io.Writer) error {
		_, err := out.Write([]byte("new"))
		return errors.Join(err, broken)
	})
	require.ErrorIs(t, err, broken)
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, "old", string(content))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1, "the draft is removed")
}
