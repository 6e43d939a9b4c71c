package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

// problems gives what is wrong with a file, one line each, without the file's name.
func problems(t *testing.T, text string) []string {
	t.Helper()
	c, err := config.Decode("truce.yaml", []byte(text))
	require.Nil(t, c, text)
	var wrong *config.Error
	require.ErrorAs(t, err, &wrong, text)
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, len(wrong.Problems))
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "truce.yaml:")
	}
	return lines
}

func TestAllProblemsAreReportedAtOnceInTheOrderOfTheFile(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		`1:11: timezone: unknown time zone "Europe/Berln"; write an IANA name such as Europe/Berlin or UTC`,
		`4:5: sources[0].mod: unknown key; did you mean "mode"?`,
		`5:13: sources[0].preset: unknown value "salesfroce"; did you mean "salesforce"?`,
		`9:19: sources[0].extracts.opportunity.columns.amout: opportunity has no field "amout"; did you mean "amount"?; a further column belongs under attributes`,
		`10:7: sources[0].extracts.opportunty: unknown entity; did you mean "opportunity"?`,
		`11:4: sources[1]: the list has an empty entry; remove it`,
		`13:1: cohort_days: the key is written twice, first in line 12; remove one`,
	}, problems(t, `timezone: Europe/Berln
sources:
  - name: crm
    mod: delta
    preset: salesfroce
    path: x
    extracts:
      opportunity:
        columns: {amout: Amount}
      opportunty: {}
  -
cohort_days: 5
cohort_days: 6
`))
	require.Equal(t, []string{
		"1:11: sources[0].extracts: the preset generic needs extracts; list the entities that the source has, such as opportunity",
		"1:11: sources[0].name: the name is missing; give the source a short name such as crm",
		"1:11: sources[0].path: the path is missing; name a folder",
	}, problems(t, "sources: [{}]"))
}

func TestASyntaxErrorHasItsPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "1:1: the file is empty",
		"# nothing yet\n":               "1:1: the file is empty",
		"---\n":                         "1:1: the file is empty",
		"- a\n":                         "1:1: the file must be a mapping",
		"sources":                       "1:1: the file must be a mapping",
		"company: [a\n":                 "1:10: the file is no valid YAML",
		"company: a\n  b: c\n":          "1:10: the file is no valid YAML",
		"company: a\n\tcurrency: EUR\n": "2:1: the file is no valid YAML",
		"company: \"a\n":                "1:10: the file is no valid YAML",
		minimal + "---\ncompany: B\n":   "7:1: the file holds more than one document",
		"%YAML 1.2\n---\ncompany: a\n":  "1:1: directives such as %YAML are not supported",
		"company: a\nx: \xff\n":         "2:1: the line is not UTF-8",
		"c\x00o\x00m\x00":               "1:1: the line holds a NUL character",
		"company: a\n" + strings.Repeat("[", 1e6): "2:1: the file is nested too deeply",
		strings.Repeat("- ", 1e5):                 "1:1: the line is nested too deeply",
		strings.Repeat("a", 2<<20):                "1:1: the file has 2097152 bytes",
	} {
		require.Contains(t, problems(t, text)[0], want, "%.40s", text)
	}
}

func TestADocumentThatExplodesIsRefused(t *testing.T) {
	t.Parallel()
	bomb := "no_decision_reasons: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		name, below := string(rune('a'+i+1)), string(rune('a'+i))
		if i == 0 {
			below = "a0"
		}
		bomb += name + ": &" + name + " [" + strings.Repeat("*"+below+", ", 9) + "*" + below + "]\n"
	}
	require.Contains(t, strings.Join(problems(t, bomb), "\n"), "nested or repeated too deeply")
	require.Contains(t, strings.Join(problems(t, "a: &a [*a]\n"), "\n"), "nested or repeated too deeply")
	require.Contains(t, strings.Join(problems(t, "paths: &p {<<: *p}\n"), "\n"), "nested or repeated too deeply")
}

func TestLoadSaysWhichFileIsMissing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "truce.yaml")
	_, err := config.Load(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, path)
}

func TestProblemsThatShowLaterHaveTheirPlaceToo(t *testing.T) {
	t.Parallel()
	c, err := config.Decode("truce.yaml", []byte(minimal[1:]+"segments:\n  - name: SMB\n    where: x < 1\n"))
	require.NoError(t, err)
	err = config.NewError(
		c.Problem("segments[0].where", "unknown column x", ""),
		c.Problem("sources[0].extracts.lead.columns", "no lead", "add one"),
		c.Problem("new_business", "later", ""),
	)
	require.EqualError(t, err, `truce.yaml:1:1: new_business: later
truce.yaml:2:5: sources[0].extracts.lead.columns: no lead; add one
truce.yaml:7:12: segments[0].where: unknown column x`)
	require.NoError(t, config.NewError())
}
