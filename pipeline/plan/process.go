package plan

import (
	"slices"

	"truce/pipeline/config"
	"truce/pipeline/engine"
)

// States of a deal as int_stage_changes counts them: 0 outside the process, 1 and up its steps.
const (
	stateWon  = 1000
	stateLost = 1001
)

// pipelineColumn names the process that a row is about; the text is empty for the one that deals
// follow whose pipeline is not listed.
func pipelineColumn() engine.Column { return engine.Column{Name: "pipeline", Type: engine.Text} }

// pipelines gives config_pipelines. It has no rows where all deals follow one process, so that
// looking for their pipeline costs nothing.
func pipelines(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_pipelines", Doc: "the pipelines whose deals follow a process of their own, with the number of its steps",
		Columns: []engine.Column{pipelineColumn(), {Name: "step_count", Type: engine.Integer}},
	}
	for _, p := range c.Pipelines {
		r.Rows = append(r.Rows, []any{p.Pipeline, len(p.Process)})
	}
	return r
}

// steps gives config_steps.
func steps(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_steps", Doc: "the steps of each process in order, from 1; the pipeline is empty for the default process",
		Columns: []engine.Column{pipelineColumn(), {Name: "step_order", Type: engine.Integer}, {Name: "step", Type: engine.Text}},
	}
	for _, p := range c.Processes() {
		for i, s := range p.Process {
			r.Rows = append(r.Rows, []any{p.Pipeline, i + 1, s.Step})
		}
	}
	return r
}

// stages gives config_stages: what each stage that the configuration names means to the deals of a
// process.
func stages(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_stages", Doc: "the stages that end a deal or belong to a step, with the state that they mean, for each process",
		Columns: []engine.Column{
			pipelineColumn(), {Name: "stage", Type: engine.Text}, {Name: "state", Type: engine.Integer}, {Name: "outcome", Type: engine.Text},
		},
	}
	for _, p := range c.Processes() {
		for _, stage := range p.Stages.Won {
			r.Rows = append(r.Rows, []any{p.Pipeline, stage, stateWon, "won"})
		}
		for _, stage := range p.Stages.Lost {
			r.Rows = append(r.Rows, []any{p.Pipeline, stage, stateLost, "lost"})
		}
		for i, step := range p.Process {
			for _, stage := range step.Stages {
				// a preset's stage may end a deal that the configuration puts into a step; the end wins
				if !slices.Contains(p.Stages.Won, stage) && !slices.Contains(p.Stages.Lost, stage) {
					r.Rows = append(r.Rows, []any{p.Pipeline, stage, i + 1, "open"})
				}
			}
		}
	}
	return r
}

// stepSpans gives config_step_spans: the steps that a deal reaches when it advances from one step
// to a later one, for processes as long as the longest.
func stepSpans(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_step_spans", Doc: "the steps after previous_step up to step, in the longest process",
		Columns: []engine.Column{
			{Name: "previous_step", Type: engine.Integer}, {Name: "step", Type: engine.Integer}, {Name: "step_order", Type: engine.Integer},
		},
	}
	longest := 0
	for _, p := range c.Processes() {
		longest = max(longest, len(p.Process))
	}
	for previous := 0; previous < longest; previous++ {
		for step := previous + 1; step <= longest; step++ {
			for order := previous + 1; order <= step; order++ {
				r.Rows = append(r.Rows, []any{previous, step, order})
			}
		}
	}
	return r
}

// funnelSteps gives config_funnel_steps: from lead to won. All processes share the steps of leads,
// which have no pipeline. A step without a column or a status map is not available; the next step
// skips those.
func funnelSteps(c *config.Config, f Facts) engine.Relation {
	r := engine.Relation{
		Name: "config_funnel_steps",
		Doc:  "the steps of the funnel in order, from 1: Lead, MQL, SAL, SQL, which have no pipeline, then each process and its Won",
		Columns: []engine.Column{
			pipelineColumn(),
			{Name: "stage", Type: engine.Integer},
			{Name: "step", Type: engine.Text},
			{Name: "is_available", Type: engine.Boolean},
			{Name: "next_stage", Type: engine.Integer},
			{Name: "is_next_won", Type: engine.Boolean},
		},
	}
	has := leadSteps(c, f)
	for i, name := range LeadSteps() {
		next := i + 1
		for next < len(has) && !has[next] {
			next++
		}
		// what follows the last of them depends on the pipeline of the deal
		r.Rows = append(r.Rows, []any{"", i + 1, name, has[i], next + 1, false})
	}
	for _, p := range c.Processes() {
		for i, step := range p.Process {
			stage := len(has) + i + 1
			r.Rows = append(r.Rows, []any{p.Pipeline, stage, step.Step, true, stage + 1, i == len(p.Process)-1})
		}
		r.Rows = append(r.Rows, []any{p.Pipeline, len(has) + len(p.Process) + 1, "Won", true, nil, false})
	}
	return r
}

// LeadSteps names the steps of leads before they become deals, which belong to no process.
func LeadSteps() []string { return []string{"Lead", "MQL", "SAL", "SQL"} }
