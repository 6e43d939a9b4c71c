package publish

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFolderName(t *testing.T) {
	t.Parallel()
	for slot, want := range map[string]string{
		"nightly@2026-03-29T02:30[Europe/Berlin]": "nightly-2026-03-29T0230",
		"manual@2026-03-29T02:30:15[UTC]":         "manual-2026-03-29T023015",
		"Nachtlauf Köln@2026-03-29T02:30":         "Nachtlauf-K-ln-2026-03-29T0230",
		"../../etc":                               "etc",
		"..":                                      "slot",
		"":                                        "slot",
		"a/b\\c*d?":                               "a-b-c-d",
	} {
		require.Equal(t, want, FolderName(slot), slot)
	}
}

func TestFolderNameIsSafeForEverySlot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		slot := rapid.String().Draw(t, "slot")
		name := FolderName(slot)
		id := formatRunID(name, 7)
		folder, revision, ok := parseRunID(id)
		require.True(t, ok, "%q", id)
		require.Equal(t, name, folder)
		require.Equal(t, 7, revision)
		require.LessOrEqual(t, len(name), maxName+9)
	})
}

func TestLongSlotsStayDistinct(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("job", 40)
	require.NotEqual(t, FolderName(long+"a"), FolderName(long+"b"))
}

func TestParseRunIDRefuses(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"", "a", "a-r0", "a-r01", "a-r", "../x-r1", "x/y-r1", ".x-r1", "-x-r1", "a-r1 ", "a-r1\n"} {
		_, _, ok := parseRunID(id)
		require.False(t, ok, id)
	}
}

func TestFileNamesThatSharesRefuse(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ".hidden", "a.", "a ", "a/b", `a\b`, "a:b", "a*b", "a?b", `a"b`, "a<b", "a|b", "a\nb", "manifest.json", "MANIFEST.JSON", "..", "."} {
		require.Error(t, checkFileName(name), "%q", name)
	}
	for _, name := range []string{"win_rate.parquet", "truce.duckdb", "über uns.html"} {
		require.NoError(t, checkFileName(name), "%q", name)
	}
}
