package pipeline_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/history"
)

// planned lists the keys and days of a backfill, as "key as of day".
func planned(t *testing.T, jobs string, o pipeline.BackfillOptions) ([]string, error) {
	t.Helper()
	c, err := config.Decode("truce.yaml", []byte("timezone: Europe/Berlin\nsources: [{name: crm, preset: salesforce, path: ./crm}]\n"+jobs))
	require.NoError(t, err)
	c.Paths.Drop = t.TempDir()
	runs, err := pipeline.PlanBackfill(c, o)
	var found []string
	for _, run := range runs {
		found = append(found, run.Key+" as of "+run.AsOf.Format(time.DateOnly))
	}
	return found, err
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	require.NoError(t, err)
	return at
}

func TestBackfillPlansSlotsAndDays(t *testing.T) {
	t.Parallel()
	const nightly, two = "jobs: {nightly: {cron: '30 2 * * *'}}", "jobs: {nightly: {cron: '30 2 * * *'}, weekly: {cron: '0 23 * * 0', timezone: America/Los_Angeles}}"
	for name, test := range map[string]struct {
		jobs, job, every, from, to, now string
		want                            []string
		wrong                           string
	}{
		"through the change of the clock": {
			nightly, "", "", "2026-03-28", "2026-03-30", "2026-06-01",
			[]string{
				"nightly@2026-03-28T02:30[Europe/Berlin] as of 2026-03-27", "nightly@2026-03-29T02:30[Europe/Berlin] as of 2026-03-28",
				"nightly@2026-03-30T02:30[Europe/Berlin] as of 2026-03-29",
			},
			"",
		},
		"in the zone of the job": {
			two, "weekly", "", "2026-01-04", "2026-01-04", "2026-06-01",
			[]string{"weekly@2026-01-04T23:00[America/Los_Angeles] as of 2026-01-04"},
			"",
		},
		"what is due": {
			nightly, "nightly", "", "2026-01-01", "2026-01-09", "2026-01-02",
			[]string{"nightly@2026-01-01T02:30[Europe/Berlin] as of 2025-12-31", "nightly@2026-01-02T02:30[Europe/Berlin] as of 2026-01-01"},
			"",
		},
		"days": {
			"", "", "day", "2026-01-30", "2026-02-01", "2026-06-01",
			[]string{"manual@2026-01-30 as of 2026-01-30", "manual@2026-01-31 as of 2026-01-31", "manual@2026-02-01 as of 2026-02-01"},
			"",
		},
		"complete days": {
			"", "", "day", "2026-01-30", "2026-02-09", "2026-02-01", []string{"manual@2026-01-30 as of 2026-01-30", "manual@2026-01-31 as of 2026-01-31"}, "",
		},
		"weeks":          {"", "", "week", "2026-01-01", "2026-01-11", "2026-06-01", []string{"manual@2026-01-04 as of 2026-01-04", "manual@2026-01-11 as of 2026-01-11"}, ""},
		"months":         {"", "", "month", "2024-02-01", "2024-03-30", "2026-06-01", []string{"manual@2024-02-29 as of 2024-02-29"}, ""},
		"no job":         {"", "", "", "2026-01-01", "2026-01-02", "2026-06-01", nil, "say which days with --every"},
		"several jobs":   {two, "", "", "2026-01-01", "2026-01-02", "2026-06-01", nil, "say which job with --job: nightly, weekly"},
		"an unknown job": {nightly, "hourly", "", "2026-01-01", "2026-01-02", "2026-06-01", nil, "there is no such job"},
		"the future":     {nightly, "", "", "2027-01-01", "2027-01-02", "2026-06-01", nil, "nothing to run"},
		"too many":       {"", "", "day", "2010-01-01", "2026-01-02", "2026-06-01", nil, "more than 1000 runs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, err := planned(t, test.jobs, pipeline.BackfillOptions{
				Job: test.job, Every: test.every, From: day(t, test.from), To: day(t, test.to), Now: day(t, test.now).Add(12 * time.Hour),
			})
			if test.wrong != "" {
				require.ErrorContains(t, err, test.wrong)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, found)
		})
	}
}

// TestBackfillKeepsTheCurrentRunAndGoesOn stops a backfill in the middle and starts it again.
func TestBackfillKeepsTheCurrentRunAndGoesOn(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	c.export("deals.csv", 0, dealFile("1,Won,2024-01-05,2024-02-10,1500", "2,Lost,2024-01-07,2024-03-01,80"))
	current := c.run(nightAsOf).Report
	o := c.options(nightAsOf)
	plan := func() []pipeline.PlannedRun {
		runs, err := pipeline.PlanBackfill(o.Config, pipeline.BackfillOptions{
			Every: "month", From: day(t, "2024-01-01"), To: day(t, "2024-03-31"), Now: o.Now(),
		})
		require.NoError(t, err)
		return runs
	}
	var states []history.State
	ctx, cancel := context.WithCancel(t.Context())
	err := pipeline.Backfill(ctx, o, plan(), func(_ pipeline.PlannedRun, outcome pipeline.Outcome) {
		states = append(states, outcome.State)
		cancel()
	})
	var stopped *pipeline.BackfillError
	require.ErrorAs(t, err, &stopped)
	require.Equal(t, "manual@2024-02-29", stopped.Key)
	require.Equal(t, 1, stopped.Left)
	require.Equal(t, pipeline.ExitInterrupted, pipeline.ExitCode(err))
	require.Equal(t, []history.State{history.Published}, states)

	runs := plan()
	require.Equal(t, []string{"manual-2024-01-31-r1", "", ""}, []string{runs[0].Published, runs[1].Published, runs[2].Published})
	states = nil
	require.NoError(t, pipeline.Backfill(t.Context(), o, runs, func(_ pipeline.PlannedRun, outcome pipeline.Outcome) {
		states = append(states, outcome.State)
	}))
	require.Equal(t, []history.State{history.Identical, history.Published, history.Published}, states)
	require.Equal(t, current.ID, c.latest().ID)
	log, err := history.Open(pipeline.HistoryDir(o.Config))
	require.NoError(t, err)
	entries, err := log.Runs(1)
	require.NoError(t, err)
	require.Equal(t, history.Backfill, entries[0].Trigger)
}
