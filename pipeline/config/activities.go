package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/config/nearest"
)

// activities checks that every activity is meant for steps of the process.
func (v *validator) activities() {
	var steps, seen []string
	for _, p := range v.config.Processes() {
		for _, step := range p.Process {
			steps = append(steps, step.Step)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v.config.Activities)) {
		key, folded := "activities."+name, strings.ToLower(name)
		list := v.config.Activities[name]
		switch {
		case strings.TrimSpace(name) == "" || strings.TrimSpace(name) != name:
			v.failKey(key, fmt.Sprintf("%q is no activity", name), "write the campaign type or the kind of activity without blanks around it")
		case folded == "unmapped":
			v.failKey(key, fmt.Sprintf("the name %q is reserved", name), "activities that are not listed are unmapped")
		case slices.Contains(seen, folded):
			v.failKey(key, fmt.Sprintf("%q is listed twice; case does not matter", name), "keep one of the two")
		case len(list) == 0:
			v.fail(key, "no step is listed", "list the steps that the activity is meant for")
		}
		seen = append(seen, folded)
		for i, step := range list {
			if !slices.Contains(steps, step) {
				v.fail(fmt.Sprintf("%s[%d]", key, i), fmt.Sprintf("no process has a step %q", step), nearest.Hint(step, steps))
			}
		}
	}
}
