package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/entity"
)

// The page about the configuration names every entity with all its fields, the required ones apart.
func TestThePageNamesEveryFieldAndPreset(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/configuration.md")
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(text), "## Entities")
	require.True(t, ok)
	words := regexp.MustCompile(`[a-z_]+`)
	for _, contract := range entity.All() {
		row := regexp.MustCompile("(?m)^\\| `" + contract.Name + "` \\|(.*)\\|(.*)\\|$").FindStringSubmatch(table)
		require.NotNil(t, row, contract.Name)
		for _, field := range contract.Fields {
			required := field.Required
			for _, group := range contract.AnyOf {
				for _, name := range group {
					required = required || name == field.Name
				}
			}
			if required {
				require.Contains(t, row[1], "`"+field.Name+"`", contract.Name)
			} else {
				require.Contains(t, words.FindAllString(row[2], -1), field.Name, contract.Name)
			}
		}
	}
	for _, preset := range config.Presets() {
		require.Contains(t, string(text), "`"+preset+"`")
	}
}
