package config

import (
	"fmt"
	"slices"
	"strings"
)

// Pipeline is a pipeline of the CRM whose deals follow a process of their own.
type Pipeline struct {
	Pipeline string `yaml:"pipeline" doc:"The pipeline as the deals name it, unique." required:"true"`
	Stages   Stages `yaml:"stages" doc:"Which stages end a deal of the pipeline, both won and lost; those of the other deals if none is listed."`
	Process  []Step `yaml:"process" doc:"The steps of the pipeline, in order; without any its deals follow no process."`
}

// Processes gives what every deal follows: first the process of the deals whose pipeline is not
// listed, which has no name, then that of each listed pipeline. A pipeline without stages has those of
// the first.
func (c *Config) Processes() []Pipeline {
	all := []Pipeline{{Stages: c.Stages, Process: c.Process}}
	for _, p := range c.Pipelines {
		if len(p.Stages.Won) == 0 && len(p.Stages.Lost) == 0 {
			p.Stages = c.Stages
		}
		all = append(all, p)
	}
	return all
}

// HasProcess tells whether any deal follows a process.
func (c *Config) HasProcess() bool {
	return slices.ContainsFunc(c.Processes(), func(p Pipeline) bool { return len(p.Process) > 0 })
}

// normalizeSteps writes out that a step without stages is the stage of its name.
func normalizeSteps(process []Step) {
	for i := range process {
		if len(process[i].Stages) == 0 && process[i].Step != "" {
			process[i].Stages = []string{process[i].Step}
		}
	}
}

// processes checks the process of every deal. Two pipelines may have steps and stages of the same
// name.
func (v *validator) processes() {
	all := v.config.Processes()
	v.stages("stages", v.config.Stages)
	v.process("process", all[0])
	for i, p := range v.config.Pipelines {
		key := fmt.Sprintf("pipelines[%d]", i)
		taken := slices.ContainsFunc(v.config.Pipelines[:i], func(other Pipeline) bool { return other.Pipeline == p.Pipeline })
		v.properName(key+".pipeline", p.Pipeline, "pipeline", taken, nil)
		v.stages(key+".stages", p.Stages)
		if (len(p.Stages.Won) == 0) != (len(p.Stages.Lost) == 0) {
			v.fail(key+".stages", "only one of won and lost is listed, so that deals could not end in the other", "list both, or leave stages out")
		}
		v.process(key+".process", all[i+1])
	}
}

func (v *validator) stages(key string, stages Stages) {
	v.names(key+".won", stages.Won)
	v.names(key+".lost", stages.Lost)
	for i, stage := range stages.Lost {
		if slices.Contains(stages.Won, stage) {
			v.fail(fmt.Sprintf("%s.lost[%d]", key, i), fmt.Sprintf("%q is listed as won too", stage), "keep one of the two")
		}
	}
}

// process refuses a stage that means two things in one pipeline.
func (v *validator) process(key string, p Pipeline) {
	steps := make(map[string]string)
	for i, step := range p.Process {
		key := fmt.Sprintf("%s[%d]", key, i)
		taken := slices.ContainsFunc(p.Process[:i], func(s Step) bool { return strings.EqualFold(s.Step, step.Step) })
		v.properName(key+".step", step.Step, "step", taken, []string{"Lead", "MQL", "SAL", "SQL", "Won", "None"})
		v.names(key+".stages", step.Stages)
		for j, stage := range step.Stages {
			if other, ok := steps[stage]; ok && other != step.Step {
				v.fail(fmt.Sprintf("%s.stages[%d]", key, j), fmt.Sprintf("stage %q belongs to step %q already", stage, other), "keep it in one step")
			}
			if slices.Contains(p.Stages.Won, stage) || slices.Contains(p.Stages.Lost, stage) {
				v.fail(fmt.Sprintf("%s.stages[%d]", key, j), fmt.Sprintf("stage %q ends a deal by stages", stage), "leave it out of the process; Won follows the last step by itself")
			}
			steps[stage] = step.Step
		}
	}
}
