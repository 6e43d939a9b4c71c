package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

const root = "../.."

// TestConfigurationPageIsValid decodes every configuration that the documents show.
func TestConfigurationPageIsValid(t *testing.T) {
	t.Parallel()
	fence := regexp.MustCompile("(?s)```yaml\n(company:.*?)```")
	pages := []string{"README.md", "docs/configuration.md"}
	sources, err := filepath.Glob(filepath.Join(root, "docs", "sources", "[a-z]*.md"))
	require.NoError(t, err)
	require.NotEmpty(t, sources)
	for _, page := range sources {
		pages = append(pages, filepath.Join("docs", "sources", filepath.Base(page)))
	}
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		blocks := fence.FindAllSubmatch(text, -1)
		require.NotEmpty(t, blocks, page)
		for _, block := range blocks {
			_, err := config.Decode(filepath.Join(root, page), block[1])
			require.NoError(t, err)
		}
	}
}

// TestGeneratedDocumentsAreCurrent fails when make docs would change something.
func TestGeneratedDocumentsAreCurrent(t *testing.T) {
	t.Parallel()
	for page, args := range map[string][]string{
		"docs/metrics.md":        {"models", "docs"},
		"docs/truce.schema.json": {"check", "--schema"},
	} {
		committed, err := os.ReadFile(filepath.Join(root, page))
		require.NoError(t, err)
		var out, errOut bytes.Buffer
		require.Zero(t, run(t.Context(), args, strings.NewReader(""), &out, &errOut), errOut.String())
		require.Equal(t, string(committed), out.String(), "%s is out of date: make docs", page)
	}
}

// TestLinksLeadSomewhere follows every relative link of the documents.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	decisions, err := filepath.Glob(filepath.Join(root, "docs", "adr", "*.md"))
	require.NoError(t, err)
	sources, err := filepath.Glob(filepath.Join(root, "docs", "sources", "*.md"))
	require.NoError(t, err)
	pages = slices.Concat(pages, decisions, sources, []string{filepath.Join(root, "README.md"), filepath.Join(root, "CHANGELOG.md")})
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, found := range link.FindAllSubmatch(text, -1) {
			target := filepath.Join(filepath.Dir(page), string(found[1]))
			_, err := os.Stat(target)
			require.NoError(t, err, "%s links to %s", page, found[1])
		}
	}
}
