package sql_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// badInput names, for everything that is wrong with an extract and never repaired, the report that shows it. Of
// each there are two cases of the same name and with the same rows: one of that report, and one of data_quality.
func badInput() map[string]string {
	return map[string]string{
		"a_cost_for_an_unknown_segment":                "rpt_cost_of_sale",
		"a_quota_with_overlapping_dates":               "rpt_quota_attainment",
		"splits_that_miss_100_percent":                 "rpt_quota_attainment",
		"a_programme_without_control":                  "rpt_program_impact",
		"a_stage_that_no_step_claims":                  "rpt_stage_conversion",
		"a_holiday_calendar_that_ends_before_the_data": "rpt_lead_followup",
	}
}

// TestBadInputIsReportedAndVisible requires that both cases of each are about the same rows; TestCases builds
// them.
func TestBadInputIsReportedAndVisible(t *testing.T) {
	t.Parallel()
	for name, report := range badInput() {
		shown, reported := filepath.Join("cases", report, name), filepath.Join("cases", "rpt_data_quality", name)
		for _, folder := range []string{shown, reported} {
			_, rows := readCSV(t, filepath.Join(folder, "expect.csv"))
			require.NotEmpty(t, rows, "%s expects no row", folder)
		}
		require.Equal(t, givenRows(t, shown), givenRows(t, reported), "%s: the two cases are about different rows", name)
	}
}

// givenRows gives the text of what a case gives, by file.
func givenRows(t *testing.T, folder string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "given_*.csv"))
	require.NoError(t, err)
	texts := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		texts[filepath.Base(path)] = string(text)
	}
	return texts
}
