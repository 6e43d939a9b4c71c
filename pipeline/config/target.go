package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"truce/pipeline/config/nearest"
)

// Target is what one of the two teams has promised for a quarter.
type Target struct {
	Metric  string `yaml:"metric" doc:"What is promised: of marketing lead_count, mql_count or sql_rate (leads converted of leads created); of sales sla_rate, win_rate or won_value. Quotas come from the extract quota." enum:"lead_count,mql_count,sql_rate,sla_rate,win_rate,won_value" required:"true"`
	Segment string `yaml:"segment" doc:"A configured segment, Unassigned, or All for the whole company." default:"All"`
	Quarter string `yaml:"quarter" doc:"Fiscal quarter such as 2026-Q1: the first of the fiscal year that begins in 2026." required:"true"`
	Value   string `yaml:"value" doc:"What is promised at least: a number of leads, a rate such as 0.25, or an amount in the reporting currency." number:"true" required:"true"`
}

// IsRate tells whether the target is a share between 0 and 1.
func (t Target) IsRate() bool {
	return t.Metric == "sql_rate" || t.Metric == "sla_rate" || t.Metric == "win_rate"
}

var (
	quarterPattern = regexp.MustCompile(`^(?:19|20|21)[0-9]{2}-Q[1-4]$`)
	countPattern   = regexp.MustCompile(`^[0-9]{1,12}$`)
	sharePattern   = regexp.MustCompile(`^(0(\.[0-9]{1,9})?|1(\.0{1,9})?)$`)
	amountPattern  = regexp.MustCompile(`^[0-9]{1,13}(\.[0-9]{1,2})?$`)
)

// QuarterParts gives the year in which the fiscal year of the target's quarter begins, and the number
// of the quarter in it; zero for a quarter that Load refuses.
func (t Target) QuarterParts() (year, quarter int) {
	if !quarterPattern.MatchString(t.Quarter) {
		return 0, 0
	}
	year, _ = strconv.Atoi(t.Quarter[:4])
	return year, int(t.Quarter[6] - '0')
}

func (v *validator) targets() {
	list := v.config.Targets
	for i, target := range list {
		key := fmt.Sprintf("targets[%d]", i)
		if target.Metric == "" {
			v.fail(key+".metric", "the metric is missing", nearest.Hint("", enumOf[Target]("Metric")))
		} else {
			v.targetValue(key+".value", target)
		}
		v.targetSegment(key+".segment", target.Segment)
		if !quarterPattern.MatchString(target.Quarter) {
			v.fail(key+".quarter", fmt.Sprintf("%q is no quarter", target.Quarter), "write the fiscal year and the quarter such as 2026-Q1")
		}
		if slices.ContainsFunc(list[:i], func(t Target) bool {
			return t.Metric == target.Metric && t.Segment == target.Segment && t.Quarter == target.Quarter
		}) {
			v.fail(key, fmt.Sprintf("%s of %s has a target for %s already", target.Metric, target.Segment, target.Quarter), "keep one of the two")
		}
	}
}

func (v *validator) targetSegment(key, name string) {
	valid := []string{"All", "Unassigned"}
	for _, segment := range v.config.Segments {
		valid = append(valid, segment.Name)
	}
	if !slices.Contains(valid, name) {
		v.fail(key, fmt.Sprintf("unknown segment %q", name), nearest.Hint(name, valid))
	}
}

// targetValue checks the value against what the metric is: a count, a share or an amount.
func (v *validator) targetValue(key string, target Target) {
	pattern, hint := countPattern, "write a whole number of 0 or more such as 400"
	switch {
	case target.IsRate():
		pattern, hint = sharePattern, "write a share from 0 to 1 such as 0.25"
	case target.Metric == "won_value":
		pattern, hint = amountPattern, "write an amount of 0 or more with at most 2 decimals such as 250000"
	}
	if !pattern.MatchString(target.Value) {
		v.fail(key, fmt.Sprintf("%q cannot be a target of %s", target.Value, target.Metric), hint)
	}
}
