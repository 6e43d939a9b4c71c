package pipeline

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/landing"
	"truce/pipeline/model"
	"truce/pipeline/source"
)

// isReplay tells whether the run shows what was known at a time of the past. It is published beside the
// others and does not become the current run.
func (r *run) isReplay() bool { return !r.KnownAt.IsZero() }

// checkFreshness refuses extracts that are older than the configuration allows.
func (r *run) checkFreshness(branches []landing.Branch) error {
	if r.isReplay() {
		return nil // a replay of the past is as old as it is
	}
	var problems []string
	for _, name := range sortedKeys(r.Config.Checks.Freshness) {
		limit, err := time.ParseDuration(r.Config.Checks.Freshness[name])
		if err != nil {
			return fmt.Errorf("checks.freshness.%s: %w", name, err)
		}
		var newest time.Time
		for _, b := range branches {
			if b.File.Entity == name && b.File.EffectiveAt.After(newest) {
				newest = b.File.EffectiveAt
			}
		}
		switch age := r.Now().Sub(newest); {
		case newest.IsZero():
			problems = append(problems, fmt.Sprintf("checks.freshness: there is no file of %s at all", name))
		case age > limit:
			problems = append(problems, fmt.Sprintf("checks.freshness: the newest file of %s is from %s, %s ago; more than %s is stale; look whether the export ran",
				name, newest.UTC().Format(time.DateTime), age.Truncate(time.Minute), limit))
		}
	}
	if len(problems) > 0 {
		return &InputError{Problems: problems}
	}
	return nil
}

// inputChecks gives the outcome of the checks on what was loaded.
func (r *run) inputChecks(v *view) []engine.CheckResult {
	quarantine := engine.CheckResult{Name: "check_quarantine", Severity: model.Block}
	identity := engine.CheckResult{Name: "check_file_records", Severity: model.Block}
	for _, b := range v.branches {
		c := b.File.Counts
		identity.Checked++
		if err := c.Check(); err != nil {
			identity.Failed++
			identity.Example = b.File.Source + "/" + b.File.Name + ": " + err.Error()
		}
		if !b.IsCurrent || !v.present[b.File.Identity()] {
			continue // a file that was replaced or taken away cannot be mended any more
		}
		quarantine.Checked++
		if refusesTooMuch(c.Loaded, c.Quarantined, r.Config.Checks.Quarantine) {
			quarantine.Failed++
			quarantine.Example = fmt.Sprintf("%s/%s: %d of %d rows were refused; truce quarantine lists them",
				b.File.Source, b.File.Name, c.Quarantined, c.Loaded+c.Quarantined)
		}
	}
	if quarantine.Failed == 0 {
		quarantine.Failed, quarantine.Example = unreadExtract(v)
	}
	if quarantine.Checked == 0 {
		quarantine.Skipped = "no file of the newest scan is visible"
	}
	return append(driftChecks(v.branches), identity, quarantine, snapshotSizes(v.branches))
}

// inputCheckNames names the checks on what was loaded: they are made of any view, also of an empty one.
func inputCheckNames() []string {
	var names []string
	for _, c := range new(run).inputChecks(new(view)) {
		names = append(names, c.Name)
	}
	return names
}

// refusesTooMuch tells whether more rows of a file were refused than the configuration allows.
func refusesTooMuch(loaded, refused int64, limit config.QuarantineLimit) bool {
	return refused > limit.Rows && float64(refused) > limit.Rate*float64(loaded+refused)
}

// unreadExtract says which extract gave no row at all although its files have some: it must not pass
// for one that says that there is nothing, however short it is.
func unreadExtract(v *view) (failed int64, example string) {
	loaded, refused := map[string]int64{}, map[string]int64{}
	for _, b := range v.branches {
		extract := b.File.Source + "/" + b.File.Entity
		if b.IsCurrent {
			loaded[extract] += b.File.Counts.Loaded
		}
		if b.IsCurrent && v.present[b.File.Identity()] {
			refused[extract] += b.File.Counts.Quarantined
		}
	}
	for _, extract := range slices.Sorted(maps.Keys(refused)) {
		if refused[extract] > 0 && loaded[extract] == 0 {
			failed++
			example = fmt.Sprintf("%s: none of %d rows could be read; truce quarantine lists them", extract, refused[extract])
		}
	}
	return failed, example
}

// Limits of a complete export: it is suspicious below this share of the ones before, unless those
// were so small that a few records make the difference.
const (
	leastShare = 0.7
	leastUsual = 20
)

// snapshotSizes compares the current complete export of each extract with the median of the older
// ones.
func snapshotSizes(branches []landing.Branch) engine.CheckResult {
	result := engine.CheckResult{Name: "check_snapshot_size", Severity: model.Block}
	current, older := map[string]int64{}, map[string]map[string]int64{}
	for _, b := range branches {
		key := b.File.Source + "/" + b.File.Entity
		rows := b.File.Counts.Loaded + b.File.Counts.Quarantined
		if b.IsCurrent {
			current[key] += rows
			continue
		}
		if older[key] == nil {
			older[key] = map[string]int64{}
		}
		older[key][b.File.EffectiveAt.UTC().Format(time.DateOnly)] += rows
	}
	for _, key := range sortedKeys(older) {
		sizes := slices.Sorted(maps.Values(older[key]))
		usual := sizes[len(sizes)/2]
		result.Checked++
		if usual >= leastUsual && float64(current[key]) < leastShare*float64(usual) {
			result.Failed++
			result.Example = fmt.Sprintf("%s: the newest complete export has %d rows where %d are usual; the rest would count as deleted",
				key, current[key], usual)
		}
	}
	if result.Checked == 0 {
		result.Skipped = "no complete export to compare with"
	}
	return result
}

// noFile says that a configured extract has no file.
func noFile(extract, folder string, ignored, growing int) string {
	return fmt.Sprintf("no file of the extract %s in %s; %d files match no pattern, %d are still being written; "+
		"check extracts.%s.files of the source and whether the export ran", extract, folder, ignored, growing, extract)
}

// patternProblem gives the place in the configuration of patterns that cannot be used.
func patternProblem(c *config.Config, index int, pattern *source.PatternError) config.Problem {
	return c.Problem(fmt.Sprintf("sources[%d].extracts.%s.files", index, pattern.Entities[0]), pattern.Reason, pattern.Hint)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
