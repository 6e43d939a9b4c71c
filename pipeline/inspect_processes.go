package pipeline

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"truce/pipeline/config"
	"truce/pipeline/config/nearest"
)

// SampledProcess tells which deals of the samples follow a process, and what it does not know of them.
type SampledProcess struct {
	Pipeline string // empty for the process of all pipelines that the configuration does not list
	Deals    int64
	// Named holds the pipelines of the deals, as these name them; a deal may have none.
	Named []string
	// Unclaimed holds the stages of undecided deals that belong to no step, if the process has steps.
	Unclaimed []SampledStage
}

// SampledStage counts the deals in one stage; the stage may be empty.
type SampledStage struct {
	Stage string
	Deals int64
}

// processReport counts the deals of the samples by what the models make of their stages.
const processReport = `/*
description: Deals of the samples by pipeline and stage.
grain: one row per pipeline and stage
unique_key: [pipeline, named, stage, is_claimed]
version: 1
columns:
    pipeline: the pipeline whose process the deals follow
    named: their pipeline
    stage: their stage
    is_claimed: whether they are decided or the stage belongs to a step
*/
with deals as (
    select
        coalesce(p.pipeline, '') as pipeline,
        coalesce(o.pipeline, '') as named,
        coalesce(o.stage, '') as stage,
        coalesce(o.is_closed, false) or coalesce(lower(o.status) in ('won', 'lost'), false) as is_ended
    from stg_opportunities as o
    left join config_pipelines as p on p.pipeline = o.pipeline
    where not o.is_deleted_record
)

select
    d.pipeline,
    d.named,
    d.stage,
    d.is_ended or coalesce(s.state, 0) > 0 as is_claimed,
    count(*) as deal_count
from deals as d
left join int_stages as s on s.pipeline = d.pipeline and s.stage = d.stage
group by d.pipeline, d.named, d.stage, d.is_ended or coalesce(s.state, 0) > 0`

// processes counts the deals of the samples by the process that they follow.
func (s *sampler) processes(ctx context.Context) ([]SampledProcess, error) {
	path, err := s.publish(ctx, s.config, "sampled_processes", processReport)
	if err != nil {
		return nil, err
	}
	all := s.config.Processes()
	found := make([]SampledProcess, len(all))
	for i, p := range all {
		found[i].Pipeline = p.Pipeline
	}
	return found, eachRow(ctx, path, "pipeline, named, stage, is_claimed, deal_count", "stage, named", func(rows *sql.Rows) error {
		var pipeline, named, stage string
		var isClaimed bool
		var deals int64
		if err := rows.Scan(&pipeline, &named, &stage, &isClaimed, &deals); err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(p config.Pipeline) bool { return p.Pipeline == pipeline })
		found[i].add(named, deals)
		if !isClaimed && len(all[i].Process) > 0 {
			found[i].addUnclaimed(stage, deals)
		}
		return nil
	})
}

func (p *SampledProcess) add(named string, deals int64) {
	p.Deals += deals
	if named != "" && !slices.Contains(p.Named, named) {
		p.Named = append(p.Named, named)
		slices.Sort(p.Named)
	}
}

// addUnclaimed counts deals in a stage; rows come in the order of their stages.
func (p *SampledProcess) addUnclaimed(stage string, deals int64) {
	if last := len(p.Unclaimed) - 1; last >= 0 && p.Unclaimed[last].Stage == stage {
		p.Unclaimed[last].Deals += deals
		return
	}
	p.Unclaimed = append(p.Unclaimed, SampledStage{stage, deals})
}

// processWarnings says which listed pipelines no deal of the samples is in.
func (s *SampledSegments) processWarnings(c *config.Config, of string) []string {
	var deals int64
	for _, p := range s.Processes {
		deals += p.Deals
	}
	if deals == 0 || len(s.Processes) != len(c.Pipelines)+1 {
		return nil
	}
	var warnings []string
	for i, p := range c.Pipelines {
		if s.Processes[i+1].Deals > 0 {
			continue
		}
		message := fmt.Sprintf("no deal of %s is in the pipeline %q", of, p.Pipeline)
		hint := "name it as the deals do, and map the field pipeline of the opportunity"
		if named := s.Processes[0].Named; len(named) > 0 {
			hint = nearest.Hint(p.Pipeline, named)
		}
		warnings = append(warnings, c.Problem(fmt.Sprintf("pipelines[%d].pipeline", i), message, hint).String())
	}
	return warnings
}
