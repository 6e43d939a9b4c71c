package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"truce/pipeline/engine"
	"truce/pipeline/model"
)

// Status is what became of a check.
type Status string

// The outcomes of a check.
const (
	Passed   Status = "passed"
	Failed   Status = "failed"
	Warned   Status = "warned"
	Skipped  Status = "skipped"
	Accepted Status = "accepted"
)

// Result is one check with its outcome.
type Result struct {
	Name   string
	Status Status
	Detail string // for a person: what was found, where, and for a skipped check why
}

// Verdict is what the checks say together.
type Verdict struct {
	Results []Result // by name
}

// Decide turns the outcomes of checks into a verdict. Accept holds the reasons of accepted checks by
// name; a name that no check has is an error, because it is a mistake. Strict makes warnings fail.
func Decide(outcomes []engine.CheckResult, accept map[string]string, strict bool) (Verdict, error) {
	var v Verdict
	names := map[string]bool{}
	for _, outcome := range outcomes {
		r := judge(outcome, strict)
		names[r.Name] = true
		if reason, ok := accept[r.Name]; ok && r.Status == Failed {
			r.Status, r.Detail = Accepted, r.Detail+"; accepted: "+reason
		}
		v.Results = append(v.Results, r)
	}
	for _, name := range slices.Sorted(maps.Keys(accept)) {
		if !names[name] {
			return v, fmt.Errorf("--accept %s: there is no such check; truce models list shows them", name)
		}
	}
	slices.SortFunc(v.Results, func(a, b Result) int { return cmp.Compare(a.Name, b.Name) })
	return v, nil
}

func judge(c engine.CheckResult, strict bool) Result {
	r := Result{Name: c.Name}
	switch {
	case c.Skipped != "":
		r.Status, r.Detail = Skipped, c.Skipped
		return r
	case c.Err != nil:
		r.Status, r.Detail = Failed, "the check itself failed: "+c.Err.Error()
		return r
	case c.Checked == 0:
		r.Status, r.Detail = Failed, "it saw nothing to check"
		return r
	case c.Failed == 0:
		r.Status, r.Detail = Passed, fmt.Sprintf("%d looked at", c.Checked)
		return r
	}
	r.Status = Failed
	if c.Severity == model.Warn && !strict {
		r.Status = Warned
	}
	r.Detail = fmt.Sprintf("%d of %d fail", c.Failed, c.Checked)
	if c.Example != "" {
		r.Detail += ", such as " + c.Example
	}
	return r
}

// With gives the results that have the status.
func (v Verdict) With(status Status) []Result {
	var found []Result
	for _, r := range v.Results {
		if r.Status == status {
			found = append(found, r)
		}
	}
	return found
}
