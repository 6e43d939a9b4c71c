package main

import (
	"fmt"

	"truce/pipeline"
)

// processReport is what truce check --json says about a process and the deals of the samples that
// follow it.
type processReport struct {
	Pipeline  string        `json:"pipeline"` // empty for the process of all pipelines that are not listed
	Deals     int64         `json:"deals"`
	Pipelines []string      `json:"pipelines"` // of its deals, as they name them
	Unclaimed []stageReport `json:"unclaimed"` // stages of its undecided deals that belong to no step
}

type stageReport struct {
	Stage string `json:"stage"`
	Deals int64  `json:"deals"`
}

func newProcessReports(processes []pipeline.SampledProcess) []processReport {
	var reports []processReport
	for _, p := range processes {
		r := processReport{Pipeline: p.Pipeline, Deals: p.Deals, Pipelines: append([]string{}, p.Named...), Unclaimed: []stageReport{}}
		for _, stage := range p.Unclaimed {
			r.Unclaimed = append(r.Unclaimed, stageReport(stage))
		}
		reports = append(reports, r)
	}
	return reports
}

// processes says how many deals follow each process, and which of their stages belong to no step. With
// one process that knows all stages there is nothing to say.
func (r *sampleReport) processes(width int) string {
	if len(r.Processes) == 0 || len(r.Processes) == 1 && len(r.Processes[0].Unclaimed) == 0 {
		return ""
	}
	rows := [][]string{{"  process of", "deals", "stages that no step claims"}}
	for _, p := range r.Processes {
		name := p.Pipeline
		switch {
		case name == "" && len(r.Processes) == 1:
			name = "all deals"
		case name == "":
			name = "other deals"
		}
		var stages []string
		for _, stage := range p.Unclaimed {
			named := stage.Stage
			if named == "" {
				named = "(empty)"
			}
			stages = append(stages, fmt.Sprintf("%s (%d)", named, stage.Deals))
		}
		rows = append(rows, []string{"  " + name, fmt.Sprint(p.Deals), few(stages, mostLeftOut)})
	}
	text := "\n" + table(rows, width, 1)
	if other := r.Processes[0]; len(r.Processes) > 1 && len(other.Pipelines) > 0 {
		text += item("other deals are in the "+pipelinesOf(other.Pipelines), "  ", width)
	}
	return text
}

func pipelinesOf(names []string) string {
	if len(names) == 1 {
		return "pipeline " + names[0]
	}
	return "pipelines " + few(names, mostLeftOut)
}
