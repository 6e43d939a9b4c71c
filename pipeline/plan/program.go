package plan

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/model"
	"truce/pipeline/rule"
)

const (
	programDays     = 365  // longest window before and after a programme starts
	tabulatedTo     = 2000 // most degrees of freedom in config_t_quantile
	seriesTo        = 200  // up to here the quantile is solved for, above it is expanded
	normalQuantile  = 1.9599639845400545
	coverage        = 0.95 // share of the distribution between the two quantiles
	bisections      = 60
	programRelation = "stg_program_opportunities"
)

// programs gives config_programs: each programme with the days before and after its start that are
// compared. They are 0 or less for one that has not started by the as-of date.
func programs(c *config.Config, f Facts) (engine.Relation, error) {
	r := engine.Relation{
		Name: "config_programs", Doc: "the programmes in order, with the days before and after their start that are compared",
		Columns: []engine.Column{
			{Name: "program_order", Type: engine.Integer},
			{Name: "program", Type: engine.Text},
			{Name: "starts_on", Type: engine.Date},
			{Name: "window_days", Type: engine.Integer},
			{Name: "is_complete", Type: engine.Boolean},
			{Name: "has_control", Type: engine.Boolean},
		},
	}
	for i, p := range c.Programs {
		start, err := time.Parse(time.DateOnly, p.Starts)
		if err != nil {
			return r, fmt.Errorf("start of the programme %s: %w", p.Name, err)
		}
		days := int(f.AsOf - engine.DayOf(start))
		r.Rows = append(r.Rows, []any{i + 1, p.Name, engine.DayOf(start), min(days, programDays), days >= programDays, p.Control != ""})
	}
	return r, nil
}

// tQuantiles gives config_t_quantile: the 97.5 % points of Student's t distribution. It is empty without
// programmes, which alone need it.
func tQuantiles(c *config.Config) engine.Relation {
	r := engine.Relation{
		Name: "config_t_quantile", Doc: "97.5 % points of Student's t distribution by degrees of freedom",
		Columns: []engine.Column{{Name: "degrees", Type: engine.Integer}, {Name: "quantile", Type: engine.Double}},
	}
	if len(c.Programs) == 0 {
		return r
	}
	for degrees := 1; degrees <= tabulatedTo; degrees++ {
		r.Rows = append(r.Rows, []any{degrees, tQuantile(degrees)})
	}
	return r
}

// tQuantile gives the 97.5 % point of the t distribution, to about ten digits. Source: M. Abramowitz and
// I. Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4 for few degrees of freedom,
// 26.7.5 for many.
func tQuantile(degrees int) float64 {
	n := float64(degrees)
	if degrees > seriesTo {
		x := normalQuantile
		x2 := x * x
		g1 := x * (x2 + 1) / 4
		g2 := x * ((5*x2+16)*x2 + 3) / 96
		g3 := x * (((3*x2+19)*x2+17)*x2 - 15) / 384
		g4 := x * ((((79*x2+776)*x2+1482)*x2-1920)*x2 - 945) / 92160
		return x + g1/n + g2/(n*n) + g3/(n*n*n) + g4/(n*n*n*n)
	}
	low, high := 0.0, math.Pi/2
	for range bisections {
		middle := (low + high) / 2
		if tWithin(middle, degrees) < coverage {
			low = middle
		} else {
			high = middle
		}
	}
	return math.Sqrt(n) * math.Tan((low+high)/2)
}

// tWithin gives the probability that |t| is at most sqrt(degrees) * tan(angle).
func tWithin(angle float64, degrees int) float64 {
	sin, cos := math.Sincos(angle)
	sum, term := 0.0, 1.0
	if degrees%2 == 0 {
		for k := 0; k < degrees/2; k++ {
			sum += term
			term *= cos * cos * float64(2*k+1) / float64(2*k+2)
		}
		return sin * sum
	}
	term = cos
	for k := 0; k < (degrees-1)/2; k++ {
		sum += term
		term *= cos * cos * float64(2*k+2) / float64(2*k+3)
	}
	return 2 / math.Pi * (angle + sin*sum)
}

// programNeeds lists what the report program_impact needs.
func programNeeds(c *config.Config, f Facts) []requirement {
	deal := f.Mapped["opportunity"]
	list := []requirement{
		{len(c.Programs) > 0, "programs", []string{"program_impact"}},
		{deal["owner_id"], "opportunity.owner_id", []string{"program_impact.standard_error"}},
		{deal["amount"], "opportunity.amount", []string{"program_impact.deal_size"}},
		{deal["created_at"], "opportunity.created_at", []string{"program_impact.cycle_log_days"}},
	}
	for i, p := range c.Programs {
		list = append(list, requirement{p.Control != "", fmt.Sprintf("programs[%d].control", i), []string{"program_impact." + p.Name}})
	}
	return list
}

// programs writes the model of the deals that each programme treats or compares with.
func (k *classifier) programs(ctx context.Context) (*model.Model, error) {
	scope := k.opportunityScope()
	var treated, control strings.Builder
	for i, p := range k.config.Programs {
		for _, arm := range []struct {
			name, text string
			cases      *strings.Builder
		}{{"treated", p.Treated, &treated}, {"control", p.Control, &control}} {
			condition, err := k.parse(ctx, fmt.Sprintf("programs[%d].%s", i, arm.name), arm.text, "false", scope)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(arm.cases, "\n            when %d then coalesce(%s, false)", i+1, condition)
		}
	}
	arm := func(cases string) string {
		if cases == "" {
			return "false"
		}
		return "case program.program_order" + cases + "\n            else false\n        end"
	}
	computed := []string{"opportunity.opportunity_id", "program.program", arm(treated.String()) + " as is_treated", arm(control.String()) + " as is_control"}
	text := fmt.Sprintf(`/*
description: >-
    The deals that each programme treats, and those it is compared with, by the rules of the configuration.
    A deal to which both rules apply is treated.
grain: one row per programme and deal
unique_key: [program, opportunity_id]
version: 1
columns:
    opportunity_id: the CRM's id of the deal
    program: the programme
    is_treated: whether the rule under treated holds; else the deal is one to compare with
*/
with arms as (
    select
        %s
    %s
    cross join config_programs as program
)

select
    opportunity_id,
    program,
    is_treated
from arms
where is_treated or is_control
`, strings.Join(computed, ",\n        "), k.from("opportunity", computed, true))
	m, err := model.Parse(programRelation, text)
	if err != nil {
		return nil, err
	}
	m.Generated = true
	return m, nil
}

// opportunityScope is what a rule over deals sees.
func (k *classifier) opportunityScope() rule.Scope {
	return rule.Scope{
		OwnAlias: "opportunity", Own: rule.Columns(k.fields["opportunity"]...),
		Joined: map[string][]rule.Column{
			"account": rule.Columns(k.fields["account"]...), "owner": rule.Columns(k.fields["owner"]...),
		},
	}
}
