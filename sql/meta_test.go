package sql_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/model"
	models "truce/sql"
)

func TestEveryModelHasACase(t *testing.T) {
	t.Parallel()
	for _, m := range writtenModels(t) {
		require.NotEmpty(t, m.Grain, "%s has no grain", m.Name)
		folders := casesOf(t, m.Name)
		require.NotEmpty(t, folders, "%s has no case; add one as cases/%s/<case>", m.Name, m.Name)
		if m.Kind != model.Check {
			require.NotEmpty(t, m.UniqueKey, "%s has no unique key", m.Name)
			continue
		}
		failed := filled(t, folders, "failed_count")
		require.Contains(t, failed, "0", "%s has no case in which it holds", m.Name)
		require.Greater(t, len(failed), 1, "%s has no case in which it fails", m.Name)
	}
}

func TestEveryCaseNamesAModel(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("cases")
	require.NoError(t, err)
	var names []string
	for _, m := range writtenModels(t) {
		names = append(names, m.Name)
	}
	for _, entry := range entries {
		require.Contains(t, names, entry.Name(), "cases/%s: there is no such model", entry.Name())
		for _, folder := range casesOf(t, entry.Name()) {
			require.FileExists(t, filepath.Join(folder, "case.yaml"))
			_, rows := readCSV(t, filepath.Join(folder, "expect.csv"))
			require.NotEmpty(t, rows, "%s expects no row", folder)
		}
	}
}

// TestEveryPublishedColumnIsFilled requires that some case expects a value in every column of every
// report and mart.
func TestEveryPublishedColumnIsFilled(t *testing.T) {
	t.Parallel()
	for _, m := range writtenModels(t) {
		if !m.Published() {
			continue
		}
		for _, column := range m.Columns {
			require.NotEmpty(t, filled(t, casesOf(t, m.Name), column.Name), "%s.%s has no value in any case", m.Name, column.Name)
		}
	}
}

func writtenModels(t *testing.T) []*model.Model {
	t.Helper()
	written, err := model.Read(models.Files)
	require.NoError(t, err)
	require.NotEmpty(t, written)
	return written
}

func casesOf(t *testing.T, name string) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join("cases", name, "*"))
	require.NoError(t, err)
	return folders
}

// filled gives the different values, other than NULL, that the cases expect in a column.
func filled(t *testing.T, folders []string, column string) []string {
	t.Helper()
	var values []string
	for _, folder := range folders {
		header, rows := readCSV(t, filepath.Join(folder, "expect.csv"))
		i := slices.Index(header, column)
		if i < 0 {
			continue
		}
		for _, row := range rows {
			if row[i] != "" && !slices.Contains(values, row[i]) {
				values = append(values, row[i])
			}
		}
	}
	return values
}
