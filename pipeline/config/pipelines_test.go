package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

const twoPipelines = `stages: {won: [Won], lost: [Lost]}
process: [{step: Demo}, {step: Offer, stages: [Proposal]}]
pipelines:
  - pipeline: 4711
    stages: {won: [Renewed], lost: [Cancelled]}
    process: [{step: Notice, stages: [Proposal]}, {step: Offer}]
  - {pipeline: Partner, process: [{step: Demo}]}
  - pipeline: Resale
`

// Pipelines may share stages and steps; what ends their deals is their own, else what ends all others.
func TestEachPipelineHasItsProcess(t *testing.T) {
	t.Parallel()
	c, err := config.Decode("truce.yaml", []byte(minimal[1:]+twoPipelines))
	require.NoError(t, err)
	ends := config.Stages{Won: []string{"Won"}, Lost: []string{"Lost"}}
	require.Equal(t, []config.Pipeline{
		{Stages: ends, Process: []config.Step{{Step: "Demo", Stages: []string{"Demo"}}, {Step: "Offer", Stages: []string{"Proposal"}}}},
		{Pipeline: "4711", Stages: config.Stages{Won: []string{"Renewed"}, Lost: []string{"Cancelled"}}, Process: []config.Step{
			{Step: "Notice", Stages: []string{"Proposal"}}, {Step: "Offer", Stages: []string{"Offer"}},
		}},
		{Pipeline: "Partner", Stages: ends, Process: []config.Step{{Step: "Demo", Stages: []string{"Demo"}}}},
		{Pipeline: "Resale", Stages: ends},
	}, c.Processes())
	require.True(t, c.HasProcess())
}

func TestAProcessOfAnyPipelineIsOne(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"cohort_days: 90\n":                                            false,
		"pipelines: [{pipeline: Renewals}]\n":                          false,
		"pipelines: [{pipeline: Renewals, process: [{step: Notice}]}]": true,
		"process: [{step: Demo}]\n":                                    true,
	} {
		c, err := config.Decode("truce.yaml", []byte(minimal[1:]+text))
		require.NoError(t, err)
		require.Equal(t, want, c.HasProcess(), text)
	}
}

func TestPipelinesAreChecked(t *testing.T) {
	t.Parallel()
	requireProblems(t, minimal[1:], []mistake{
		{"pipelines: [{process: [{step: A}]}]", "5:13: pipelines[0].pipeline: the name is missing; give each pipeline a name"},
		{`pipelines: [{pipeline: " R"}]`, `5:24: pipelines[0].pipeline: " R" has blanks around it or control characters; remove them`},
		{"pipelines: [{pipeline: R}, {pipeline: S}, {pipeline: R}]", `5:54: pipelines[2].pipeline: the name "R" is taken by another pipeline; give each pipeline its own name`},
		{"pipelines: [{pipeline: R, steps: [{step: A}]}]", "5:27: pipelines[0].steps: unknown key; valid are pipeline, process, stages"},
		{"pipelines: [{pipeline: R, process: [{step: A, stages: [X]}, {step: B, stages: [X]}]}]", `5:80: pipelines[0].process[1].stages[0]: stage "X" belongs to step "A" already; keep it in one step`},
		{"pipelines: [{pipeline: R, process: [{step: A, stages: [X]}, {step: a, stages: [Y]}]}]", `5:68: pipelines[0].process[1].step: the name "a" is taken by another step; give each step its own name`},
		{"pipelines: [{pipeline: R, stages: {won: [X], lost: [X]}}]", `5:53: pipelines[0].stages.lost[0]: "X" is listed as won too; keep one of the two`},
		{"pipelines: [{pipeline: R, stages: {won: [X]}}]", `5:35: pipelines[0].stages: only one of won and lost is listed, so that deals could not end in the other; list both, or leave stages out`},
		{"pipelines: [{pipeline: R, stages: {won: [X], lost: [Y]}, process: [{step: A, stages: [X]}]}]", `5:87: pipelines[0].process[0].stages[0]: stage "X" ends a deal by stages; leave it out of the process; Won follows the last step by itself`},
		{"stages: {won: [X]}\npipelines: [{pipeline: R, process: [{step: A, stages: [X]}]}]", `6:56: pipelines[0].process[0].stages[0]: stage "X" ends a deal by stages; leave it out of the process; Won follows the last step by itself`},
		{"process: [{step: Demo}]\npipelines: [{pipeline: R, process: [{step: Notice}]}]\nactivities: {Webinar: Notic}", `7:23: activities.Webinar[0]: no process has a step "Notic"; did you mean "Notice"?`},
	})
}
