package plan

import (
	"maps"
	"slices"
	"time"

	"truce/pipeline/engine"
)

// stageHistory is the entity that tells how deals went through their stages.
const stageHistory = "stage_change"

// HasHistory tells whether a run knows how deals went through their stages: from a history that a
// source exports, or from consecutive exports of its deals.
func (f Facts) HasHistory() bool {
	isExported := slices.ContainsFunc(f.Landing, func(l engine.Landing) bool {
		return l.Entity.Name == stageHistory && len(l.Files) > 0
	})
	return isExported || f.DerivesHistory()
}

// DerivesHistory tells whether the history of some source comes from consecutive exports of its deals.
func (f Facts) DerivesHistory() bool { return len(f.exportMoments()) > 0 }

// MarkDerived marks the stage history in the landing where it is derived, so that checks which need
// one look at it.
func (f Facts) MarkDerived() {
	for i, l := range f.Landing {
		f.Landing[i].IsDerived = l.Entity.Name == stageHistory && f.DerivesHistory()
	}
}

// exportMoments gives the effective times of the exports of deals in order, for each source that
// exports no entry of a stage history and whose deals were exported on several days.
func (f Facts) exportMoments() map[string][]time.Time {
	moments, days, exportsHistory := map[string][]time.Time{}, map[string]map[engine.Day]bool{}, map[string]bool{}
	for _, file := range f.Files {
		switch {
		case file.Entity == stageHistory && file.Loaded > 0:
			exportsHistory[file.Source] = true
		case file.Entity == "opportunity":
			at := file.EffectiveAt.UTC()
			moments[file.Source] = append(moments[file.Source], at)
			if days[file.Source] == nil {
				days[file.Source] = map[engine.Day]bool{}
			}
			days[file.Source][engine.DayOf(at)] = true
		}
	}
	maps.DeleteFunc(moments, func(source string, _ []time.Time) bool {
		return exportsHistory[source] || len(days[source]) < 2
	})
	for source, all := range moments {
		slices.SortFunc(all, time.Time.Compare)
		moments[source] = slices.CompactFunc(all, time.Time.Equal)
	}
	return moments
}

// snapshots gives config_snapshots: the exports of deals from which a source's stage history is
// derived. It is empty where every source exports its history, or its deals only once.
func snapshots(f Facts, zone *time.Location) engine.Relation {
	r := engine.Relation{
		Name: "config_snapshots", Doc: "the exports of deals from which the stage history of a source is derived",
		Columns: []engine.Column{
			{Name: "source", Type: engine.Text},
			{Name: "effective_at", Type: engine.Timestamp},
			{Name: "seen_on", Type: engine.Date},
			{Name: "previous_on", Type: engine.Date},
		},
	}
	moments := f.exportMoments()
	for _, source := range slices.Sorted(maps.Keys(moments)) {
		var previous any
		for _, at := range moments[source] {
			day := localDay(at, zone)
			r.Rows = append(r.Rows, []any{source, at, day, previous})
			previous = day
		}
	}
	return r
}

// localDay gives the date of an effective time: midnight is the date in a file's name, which is a
// local date.
func localDay(at time.Time, zone *time.Location) engine.Day {
	if at.Equal(at.Truncate(24 * time.Hour)) {
		return engine.DayOf(at)
	}
	return engine.DayOf(at.In(zone))
}
