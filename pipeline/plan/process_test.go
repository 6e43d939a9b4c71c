package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// processes are a default process of two steps, one of a single step, and none.
func processes() *config.Config {
	return &config.Config{
		Stages:  config.Stages{Won: []string{"Won"}, Lost: []string{"Lost"}},
		Process: []config.Step{{Step: "Demo", Stages: []string{"Demo"}}, {Step: "Offer", Stages: []string{"Proposal", "Won"}}},
		Pipelines: []config.Pipeline{
			{Pipeline: "Renewals", Stages: config.Stages{Won: []string{"Renewed"}}, Process: []config.Step{{Step: "Offer", Stages: []string{"Proposal", "Won"}}}},
			{Pipeline: "Partner"},
		},
	}
}

func rowsOf(r engine.Relation) [][]any {
	var rows [][]any
	return append(rows, r.Rows...)
}

func TestFunnelLeavesOutWhatNothingSays(t *testing.T) {
	t.Parallel()
	r := funnelSteps(processes(), Facts{Mapped: map[string]map[string]bool{"lead": {"accepted_at": true, "opportunity_id": true}}})
	require.Equal(t, [][]any{
		{"", 1, "Lead", true, 3, false},
		{"", 2, "MQL", false, 3, false},
		{"", 3, "SAL", true, 4, false},
		{"", 4, "SQL", true, 5, false},
		{"", 5, "Demo", true, 6, false},
		{"", 6, "Offer", true, 7, true},
		{"", 7, "Won", true, nil, false},
		{"Renewals", 5, "Offer", true, 6, true},
		{"Renewals", 6, "Won", true, nil, false},
		{"Partner", 5, "Won", true, nil, false},
	}, rowsOf(r))
}

func TestStagesMeanWhatTheirProcessSays(t *testing.T) {
	t.Parallel()
	require.Equal(t, [][]any{
		{"", "Won", 1000, "won"},
		{"", "Lost", 1001, "lost"},
		{"", "Demo", 1, "open"},
		{"", "Proposal", 2, "open"}, // Won ends a deal
		{"Renewals", "Renewed", 1000, "won"},
		{"Renewals", "Proposal", 1, "open"},
		{"Renewals", "Won", 1, "open"}, // here it does not
		{"Partner", "Won", 1000, "won"},
		{"Partner", "Lost", 1001, "lost"},
	}, rowsOf(stages(processes())))
}

func TestSpansGoUpToTheLongestProcess(t *testing.T) {
	t.Parallel()
	require.Equal(t, [][]any{{0, 1, 1}, {0, 2, 1}, {0, 2, 2}, {1, 2, 2}}, rowsOf(stepSpans(processes())))
	require.Empty(t, rowsOf(stepSpans(&config.Config{})))
}

func TestOnlyListedPipelinesAreLookedFor(t *testing.T) {
	t.Parallel()
	require.Equal(t, [][]any{{"Renewals", 1}, {"Partner", 0}}, rowsOf(pipelines(processes())))
	require.Empty(t, rowsOf(pipelines(&config.Config{Process: []config.Step{{Step: "Demo"}}})))
}

func TestActivitiesAreMeantForStepsOfEveryProcess(t *testing.T) {
	t.Parallel()
	c := processes()
	c.Activities = map[string]config.Strings{"Webinar": {"Offer"}}
	require.Equal(t, [][]any{
		{1, "Webinar", "webinar", "", 1, "Demo", false},
		{1, "Webinar", "webinar", "", 2, "Offer", true},
		{1, "Webinar", "webinar", "Renewals", 1, "Offer", true},
		{2, "Unmapped", nil, "", 1, "Demo", false},
		{2, "Unmapped", nil, "", 2, "Offer", false},
		{2, "Unmapped", nil, "Renewals", 1, "Offer", false},
	}, rowsOf(activities(c)))
}
