package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/engine"
	"truce/pipeline/landing"
	"truce/pipeline/model"
)

// The newest delivery of an extract is compared with so many before it, if there are a few.
const (
	fewestDeliveries = 3
	mostDeliveries   = 20
)

// Small deliveries swing: those of fewer rows say nothing of what is usual.
const fewestRows = 50

// A delivery is unusual if it is so many times as large as the largest before it, or as small as the
// smallest; and if the share of empty cells of a column is so far beyond all shares before it.
const (
	unusualTimes = 3
	unusualShift = 0.2
)

// delivery is what one load brought of an extract.
type delivery struct {
	files []landing.File
	rows  int64 // loaded and refused
}

// deliveries gives those of each extract, named source/entity, in the order in which they landed.
func deliveries(branches []landing.Branch) map[string][]delivery {
	all, last := map[string][]delivery{}, map[string]string{}
	for _, b := range branches { // in the order of their loads
		extract := b.File.Source + "/" + b.File.Entity
		if last[extract] != b.LoadID {
			all[extract], last[extract] = append(all[extract], delivery{}), b.LoadID
		}
		d := &all[extract][len(all[extract])-1]
		d.files = append(d.files, b.File)
		d.rows += b.File.Counts.Loaded + b.File.Counts.Quarantined
	}
	return all
}

// driftChecks compares the newest delivery of each extract with those before it.
func driftChecks(branches []landing.Branch) []engine.CheckResult {
	columns := engine.CheckResult{Name: "check_new_columns", Severity: model.Warn, Skipped: "no extract was delivered more than once"}
	nulls := engine.CheckResult{Name: "check_null_rates", Severity: model.Warn, Skipped: "there are too few deliveries to compare with"}
	volume := engine.CheckResult{Name: "check_volume", Severity: model.Warn, Skipped: "there are too few deliveries to compare with"}
	all := deliveries(branches)
	for _, extract := range sortedKeys(all) {
		now, before := all[extract][len(all[extract])-1], all[extract][:len(all[extract])-1]
		newColumns(&columns, now, before)
		before = before[max(0, len(before)-mostDeliveries):]
		nullRates(&nulls, extract, now, before)
		unusualVolume(&volume, extract, now, before)
	}
	return []engine.CheckResult{columns, nulls, volume}
}

// count adds something that was looked at.
func count(c *engine.CheckResult, isBroken bool, example string) {
	c.Skipped = ""
	c.Checked++
	if isBroken {
		c.Failed++
		if c.Example == "" {
			c.Example = example
		}
	}
}

// newColumns looks for headers that no delivery had before.
func newColumns(c *engine.CheckResult, now delivery, before []delivery) {
	if len(before) == 0 {
		return
	}
	known := map[string]bool{}
	for _, d := range before {
		for _, file := range d.files {
			for _, header := range headers(file) {
				known[header] = true
			}
		}
	}
	for _, file := range now.files {
		for _, header := range headers(file) {
			reads := "it is read"
			if slices.Contains(file.Unmapped, header) {
				reads = "nothing reads it"
			}
			count(c, !known[header], fmt.Sprintf("column %q of %s/%s, which no delivery had before; %s", header, file.Source, file.Name, reads))
			known[header] = true
		}
	}
}

// headers gives the columns that a file has, by their headers.
func headers(file landing.File) []string {
	list := slices.Clone(file.Unmapped)
	for _, column := range file.Columns {
		if column.Mapped && column.Header != "" {
			list = append(list, strings.Split(column.Header, " / ")...)
		}
	}
	return list
}

// nullRates looks for columns of which the share of empty cells lies far beyond what it was before. A
// column that is gone is empty.
func nullRates(c *engine.CheckResult, extract string, now delivery, before []delivery) {
	cells, ok := now.emptyCells()
	if !ok {
		return
	}
	usual := map[string][]float64{}
	for _, d := range before {
		older, ok := d.emptyCells()
		if !ok {
			continue
		}
		for field, empty := range older {
			usual[field] = append(usual[field], float64(empty)/float64(d.held()))
		}
	}
	for _, field := range sortedKeys(usual) {
		if len(usual[field]) < fewestDeliveries {
			continue
		}
		empty, isThere := cells[field]
		if !isThere {
			empty = now.held()
		}
		share, least, most := float64(empty)/float64(now.held()), slices.Min(usual[field]), slices.Max(usual[field])
		count(c, share > most+unusualShift || share < least-unusualShift, fmt.Sprintf(
			"%s of %s, empty in %.0f %% of %d rows, and before in %.0f to %.0f %%", field, extract, 100*share, now.held(), 100*least, 100*most))
	}
}

// held is how many rows a delivery holds.
func (d delivery) held() int64 {
	var rows int64
	for _, file := range d.files {
		rows += file.Rows
	}
	return rows
}

// emptyCells counts the empty cells of each field that a delivery has a column for; not ok if it is small, or
// landed before cells were counted.
func (d delivery) emptyCells() (cells map[string]int64, ok bool) {
	cells = map[string]int64{}
	for _, file := range d.files {
		for _, column := range file.Columns {
			if column.Filled == nil {
				return nil, false
			}
			if column.Mapped {
				cells[column.Name] = d.held()
			}
		}
	}
	for _, file := range d.files {
		for _, column := range file.Columns {
			if _, has := cells[column.Name]; has {
				cells[column.Name] -= *column.Filled
			}
		}
	}
	return cells, d.held() >= fewestRows
}

// unusualVolume looks whether far more or far fewer rows came than in any delivery before.
func unusualVolume(c *engine.CheckResult, extract string, now delivery, before []delivery) {
	if len(before) < fewestDeliveries {
		return
	}
	least, most := before[0].rows, before[0].rows
	for _, d := range before {
		least, most = min(least, d.rows), max(most, d.rows)
	}
	isUnusual := max(most, now.rows) >= fewestRows && (now.rows > unusualTimes*most || now.rows*unusualTimes < least)
	count(c, isUnusual, fmt.Sprintf("%s: %d rows, and %d to %d in the last %d deliveries", extract, now.rows, least, most, len(before)))
}
