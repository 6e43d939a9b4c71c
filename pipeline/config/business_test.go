package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

func TestThePromiseAndActivitiesAreChecked(t *testing.T) {
	t.Parallel()
	const clock = "write hours and minutes such as 09:00, in quotes"
	requireProblems(t, minimal[1:], []mistake{
		{"lead_sla: {respond_within: soon}", `5:28: lead_sla.respond_within: "soon" is no duration; write hours, minutes and seconds such as 26h or 1h30m`},
		{"lead_sla: {respond_within: 10s}", "5:28: lead_sla.respond_within: 10s is too short; write at least 1m0s"},
		{"lead_sla: {business_hours: {days: mon-fry}}", `5:35: lead_sla.business_hours.days: "mon-fry" is no day of the week; write days such as mon-fri or mon-thu, sat`},
		{`lead_sla: {business_hours: {days: ""}}`, "5:35: lead_sla.business_hours.days: no day is listed; write days such as mon-fri"},
		{`lead_sla: {business_hours: {from: "9"}}`, `5:35: lead_sla.business_hours.from: "9" is no time of day; ` + clock},
		{`lead_sla: {business_hours: {to: "24:01"}}`, `5:33: lead_sla.business_hours.to: "24:01" is no time of day; ` + clock},
		{`lead_sla: {business_hours: {from: "17:00"}}`, "5:28: lead_sla.business_hours.to: 17:00 is not after 17:00; business hours end on the day on which they begin"},
		{"lead_sla: {business_hours: {holidays: none.csv}}", "5:39: lead_sla.business_hours.holidays: there is no file none.csv; name a file with a date YYYY-MM-DD on each line, or with a column date"},
		{"lead_sla: {business_hours: {holidays: .}}", "5:39: lead_sla.business_hours.holidays: . is no list of holidays; name a file with a date YYYY-MM-DD on each line, or with a column date"},
		{"process: [{step: Demo}]\nactivities: {Webinar: Dmo}", `6:23: activities.Webinar[0]: no process has a step "Dmo"; did you mean "Demo"?`},
		{"process: [{step: Demo}]\nactivities: {unmapped: Demo}", `6:14: activities.unmapped: the name "unmapped" is reserved; activities that are not listed are unmapped`},
		{"process: [{step: Demo}]\nactivities: {Webinar: Demo, webinar: Demo}", `6:29: activities.webinar: "webinar" is listed twice; case does not matter; keep one of the two`},
		{"activities: {Webinar: []}", "5:23: activities.Webinar: no step is listed; list the steps that the activity is meant for"},
	})
}

// TestHolidaysAreRead reads a list of dates, and a table with a column date.
func TestHolidaysAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"2026-12-25\n2026-01-01\n\n2026-12-25\n":             {"2026-01-01", "2026-12-25"},
		"\uFEFFname,Date\r\n\"New, Year\",2026-01-01\r\n":    {"2026-01-01"},
		"# Germany\ndate,name\n 2026-05-01 ,Labour Day\n#\n": {"2026-05-01"},
		"2026-01-01,New Year\n2026-05-01,Labour Day\n":       {"2026-01-01", "2026-05-01"},
	} {
		path := filepath.Join(t.TempDir(), "truce.yaml")
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "days.csv"), []byte(text), 0o600))
		c, err := config.Decode(path, []byte(minimal[1:]+"lead_sla: {business_hours: {holidays: days.csv}}\n"))
		require.NoError(t, err)
		require.Equal(t, want, c.LeadSLA.BusinessHours.Closed)
	}
}

func TestBadHolidaysAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "lists no date",
		"date\n":                       "lists no date",
		"2026-01-01\n25.12.2026\n":     `line 2 of`,
		"name,date\nNew Year\n":        "line 2 of",
		"date\n2026-02-30\n":           `"2026-02-30" is no date`,
		"2026-01-01\n\"2026-01-02\n\n": "read the holidays in",
	} {
		path := filepath.Join(t.TempDir(), "truce.yaml")
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(path), "days.csv"), []byte(text), 0o600))
		_, err := config.Decode(path, []byte(minimal[1:]+"lead_sla: {business_hours: {holidays: days.csv}}\n"))
		require.ErrorContains(t, err, want, text)
	}
}

// TestTheHashKnowsTheHolidays changes a holiday, and the name of the file only.
func TestTheHashKnowsTheHolidays(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	hash := func(name, text string) string {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
		c, err := config.Decode(filepath.Join(folder, "truce.yaml"), []byte(minimal[1:]+"lead_sla: {business_hours: {holidays: "+name+"}}\n"))
		require.NoError(t, err)
		return c.Hash()
	}
	first := hash("a.csv", "2026-01-01\n")
	require.Equal(t, first, hash("b.csv", "date\n2026-01-01\n"))
	require.NotEqual(t, first, hash("a.csv", "2026-01-02\n"))
}

func TestWeekdaysGoRoundTheWeek(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][7]bool{ // from Sunday
		"mon-fri":      {false, true, true, true, true, true, false},
		"Fri-mon":      {true, true, false, false, false, true, true},
		"sat, tue":     {false, false, true, false, false, false, true},
		"mon-mon":      {false, true, false, false, false, false, false},
		"sun-thu, sun": {true, true, true, true, true, false, false},
	} {
		open, err := config.BusinessHours{Days: text}.Weekdays()
		require.NoError(t, err)
		require.Equal(t, want, open, text)
	}
}
