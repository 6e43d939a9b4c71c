package propose

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"truce/pipeline/config"
	"truce/pipeline/spelling"
)

const (
	mostSteps     = 15
	mostPipelines = 12 // that are told apart; a column of more values is something else
)

var leadingNumber = regexp.MustCompile(`^\s*([0-9]{1,2})\s*[-.):_ ]`)

// processes proposes the open stages as the steps of one process, and of a further one for each
// pipeline that stands apart.
func (s *sight) processes(d *draft, open []string, f *facts) {
	main, apart := f.apart(open)
	rest := slices.DeleteFunc(slices.Clone(open), func(name string) bool { return f.isOnlyIn(apart, name) })
	steps, question := s.steps(main, rest, f.stages)
	d.process = steps
	if question != "" {
		d.ask("process", question)
	}
	d.pipelines = nil
	others := quoted(main)
	if main == "" {
		others = "deals without a pipeline"
	}
	for _, name := range apart {
		steps, question := s.steps(name, standing(open, f.pipelines[name]), f.pipelines[name])
		d.pipelines = append(d.pipelines, config.Pipeline{Pipeline: name, Process: steps})
		reason := "most stages of " + quoted(name) + " are not those of " + others + ", so it gets a process of its own"
		if question != "" {
			reason += ": " + question
		}
		d.ask("pipelines", strings.TrimSuffix(reason, ".")+".")
	}
}

// apart gives the pipelines whose deals follow a process of their own, the one with the most deals
// first: most stages in which they go on are none of the main pipeline's. That is the one with the most
// deals; deals without a pipeline follow it.
func (f *facts) apart(open []string) (main string, apart []string) {
	if len(f.pipelines) == 0 || len(f.pipelines) > mostPipelines {
		return "", nil
	}
	size := func(name string) int64 {
		deals := int64(0)
		for _, stage := range f.pipelines[name] {
			deals += stage.deals
		}
		return deals
	}
	names := slices.SortedFunc(maps.Keys(f.pipelines), func(a, b string) int {
		return cmp.Or(cmp.Compare(size(b), size(a)), cmp.Compare(a, b))
	})
	shared := map[string]bool{}
	for _, name := range standing(open, f.pipelines[names[0]], f.pipelines[""]) {
		shared[spelling.Skeleton(name)] = true
	}
	for _, name := range names[1:] {
		own := standing(open, f.pipelines[name])
		foreign := slices.DeleteFunc(slices.Clone(own), func(stage string) bool { return shared[spelling.Skeleton(stage)] })
		if name != "" && len(foreign)*2 > len(own) {
			apart = append(apart, name)
		}
	}
	return names[0], apart
}

// standing gives those of the stages in which there are deals.
func standing(open []string, places ...map[string]*stageFacts) []string {
	var names []string
	for _, name := range open {
		if slices.ContainsFunc(places, func(stages map[string]*stageFacts) bool { return stages[name] != nil }) {
			names = append(names, name)
		}
	}
	return names
}

// isOnlyIn tells whether all deals in a stage are in some of the pipelines.
func (f *facts) isOnlyIn(pipelines []string, name string) bool {
	if f.stages[name] == nil {
		return false
	}
	others := f.stages[name].deals
	for _, pipeline := range pipelines {
		if stage := f.pipelines[pipeline][name]; stage != nil {
			others -= stage.deals
		}
	}
	return others == 0
}

// steps proposes the open stages of a pipeline as the steps of its process, in the order that the CRM's
// own list, probabilities, numbers in their names or the names themselves suggest, with what to ask.
func (s *sight) steps(pipeline string, open []string, seen map[string]*stageFacts) (steps []config.Step, question string) {
	groups := map[string][]string{}
	var order []string
	for _, name := range open {
		key := spelling.Skeleton(name)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], name)
	}
	switch {
	case len(order) == 0:
		return nil, ""
	case len(order) > mostSteps:
		return nil, fmt.Sprintf("there are %d open stages, too many to guess their order. List those that both teams share, in order.", len(order))
	}
	far, why := s.progress(pipeline, open, seen)
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(far[groups[a][0]], far[groups[b][0]]) })
	for _, key := range order {
		names := groups[key]
		steps = append(steps, config.Step{Step: s.stepName(pipeline, steps, names[0]), Stages: names})
	}
	if len(order) == 1 {
		return steps, ""
	}
	return steps, "are these the steps, in this order? It follows " + why + "."
}

// progress tells how far each stage is, and from what that is known: the first of several ways that
// knows it for all of them.
func (s *sight) progress(pipeline string, open []string, seen map[string]*stageFacts) (far map[string]float64, why string) {
	if far = s.byList(pipeline, open); far != nil {
		return far, "the CRM's own list of stages"
	}
	if far = byProbability(open, seen); far != nil {
		return far, "the probabilities of the deals in them"
	}
	if far = byNumber(open); far != nil {
		return far, "the numbers in their names"
	}
	far = map[string]float64{}
	for _, name := range open {
		if far[name] = float64(s.know.words.outcomes.placeOf(name)); far[name] < 0 {
			far[name] = 3.5 // amid the others
		}
	}
	return far, "their names alone"
}

// byList takes the places of stages from the CRM's own table; nil if it lacks one.
func (s *sight) byList(pipeline string, open []string) map[string]float64 {
	far := map[string]float64{}
	for _, name := range open {
		l, ok := s.listed.find(pipeline, name)
		if !ok {
			return nil
		}
		far[name] = l.place
	}
	return far
}

// byProbability takes the mean probabilities of the deals in each stage; nil if they do not tell the
// stages apart.
func byProbability(open []string, seen map[string]*stageFacts) map[string]float64 {
	far, different := map[string]float64{}, map[float64]bool{}
	for _, name := range open {
		stage := seen[name]
		if stage == nil || stage.weighted == 0 {
			return nil
		}
		far[name] = stage.probability / stage.weighted
		different[far[name]] = true
	}
	if len(different)*3 < len(open)*2 || len(open) < 2 {
		return nil
	}
	return far
}

// byNumber takes the numbers with which the names of stages start, if most do; the others stand beside
// the process, such as on hold.
func byNumber(open []string) map[string]float64 {
	far, numbered := map[string]float64{}, 0
	for _, name := range open {
		far[name] = 1000
		if m := leadingNumber.FindStringSubmatch(name); m != nil {
			if n, err := strconv.Atoi(m[1]); err == nil {
				far[name] = float64(n)
				numbered++
			}
		}
	}
	if numbered*2 <= len(open) {
		return nil
	}
	return far
}

// stepName gives a name that a step may have: the label that people know, if no other step has it; those
// of the funnel's own steps are taken.
func (s *sight) stepName(pipeline string, steps []config.Step, stage string) string {
	listed, _ := s.listed.find(pipeline, stage)
	label := strings.TrimSpace(listed.label)
	isTaken := slices.ContainsFunc(steps, func(step config.Step) bool { return strings.EqualFold(step.Step, label) })
	if label != "" && !isTaken {
		stage = label
	}
	switch strings.ToLower(stage) {
	case "lead", "mql", "sal", "sql", "won":
		return stage + " stage"
	}
	return stage
}
