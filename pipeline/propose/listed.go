package propose

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// listedStage is a stage in the CRM's own table of stages.
type listedStage struct {
	label           string
	isClosed, isWon bool
	place           float64
}

// listedStages holds the stages of the CRM's own tables by pipeline and name.
type listedStages map[[2]string]listedStage

// find gives a stage of a pipeline, else one of that name.
func (l listedStages) find(pipeline, name string) (stage listedStage, ok bool) {
	if stage, ok = l[[2]string{pipeline, name}]; !ok {
		stage, ok = l[[2]string{"", name}]
	}
	return stage, ok
}

// ending tells how deals in the stage ended.
func (l listedStage) ending() outcome {
	switch {
	case l.isClosed && l.isWon:
		return outcomeWon
	case l.isClosed:
		return outcomeLost
	}
	return outcomeOpen
}

// readListed reads the CRM's own tables of stages.
func (s *sight) readListed(ctx context.Context, tried []Tried) error {
	s.listed = listedStages{}
	for _, one := range tried {
		if one.Entity != "stage" || one.Refused != nil {
			continue
		}
		index := places(one)
		cell := func(cells []string, field string) string {
			if i, ok := index[field]; ok {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		err := eachRow(ctx, one, func(cells []string) {
			closed, _ := readFlag(cell(cells, "is_closed"))
			won, _ := readFlag(cell(cells, "is_won"))
			place, err := strconv.ParseFloat(cell(cells, "place"), 64)
			if err != nil {
				place = 1000
			}
			stage := listedStage{label: cell(cells, "label"), isClosed: closed, isWon: won, place: place}
			s.listed[[2]string{cell(cells, "pipeline"), cell(cells, "stage")}] = stage
			s.listed[[2]string{"", cell(cells, "stage")}] = stage
		})
		if err != nil {
			return fmt.Errorf("read the stages of %s: %w", one.Name, err)
		}
	}
	return nil
}
