package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"truce/pipeline/model"
)

// The models that tell in which segments records were, and the prefix of those with what rules look at.
const (
	opportunitySegments = "stg_opportunity_segments"
	leadSegments        = "stg_lead_segments"
	historyPrefix       = "stg_segment_"
)

// SegmentModels names the models that tell in which segments records were.
func SegmentModels() []string { return []string{opportunitySegments, leadSegments} }

// segmentVersions gives the staging models of the segments in which deals and leads were. They are
// empty unless segments are as of the anchor.
func (k *classifier) segmentVersions() ([]*model.Model, error) {
	var texts []namedText
	if k.config.AnchorsSegments() {
		read := map[string]map[string]bool{}
		deals := k.changing("opportunity", k.dealSegments, k.readBySegments(".where"), read)
		leads := k.changing("lead", k.leadSegments, k.readBySegments(".where for leads", ".lead_where"), read)
		for _, name := range slices.Sorted(maps.Keys(read)) {
			texts = append(texts, k.history(name, slices.Sorted(maps.Keys(read[name]))))
		}
		texts = append(texts, deals, leads)
	} else {
		texts = []namedText{neverMoved("opportunity"), neverMoved("lead")}
	}
	models := make([]*model.Model, len(texts))
	for i, text := range texts {
		m, err := model.Parse(text.name, text.sql)
		if err != nil {
			return nil, err
		}
		m.Generated = true
		models[i] = m
	}
	return models, nil
}

// namedText is the text of a model with its name.
type namedText struct{ name, sql string }

// readBySegments gives the qualified columns that the rules of segments read, by the ends of their keys.
func (k *classifier) readBySegments(ends ...string) []string {
	columns := map[string]bool{}
	for i := range k.config.Segments {
		for _, end := range ends {
			for _, column := range k.reads[fmt.Sprintf("segments[%d]%s", i, end)] {
				columns[column] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(columns))
}

func segmentsModel(record string) string {
	if record == "lead" {
		return leadSegments
	}
	return opportunitySegments
}

func segmentsHeader(record, holds string) string {
	return fmt.Sprintf(`/*
description: >-
    The segments in which every %[1]s was whose versions, or those of what rules look at, differ. %[2]s
grain: one row per %[1]s and time in which nothing that rules look at changed
unique_key: [%[1]s_id, starts_on]
version: 1
columns:
    %[1]s_id: the CRM's id of the %[1]s
    starts_on: first local day that ends like this; 1900-01-01 for the first
    ends_before: first local day that ends otherwise; 2200-01-01 for the last
    segment: first segment whose rule held, else Unassigned
    segment_order: place of the segment in the configuration
*/
`, record, holds)
}

// neverMoved gives the model for segments that are as records are now.
func neverMoved(record string) namedText {
	return namedText{segmentsModel(record), segmentsHeader(record, "Empty: segments are as records are now.") + fmt.Sprintf(`select
    cast(null as varchar) as %s_id,
    cast(null as date) as starts_on,
    cast(null as date) as ends_before,
    cast(null as varchar) as segment,
    cast(null as integer) as segment_order
from config_run
where false
`, record)}
}

// changing gives the model that evaluates the rules of segments whenever a record, its account or its
// owner became another. It adds what it needs to know of each entity to read.
func (k *classifier) changing(record string, rules, columns []string, read map[string]map[string]bool) namedText {
	want := func(name, column string) {
		if read[name] == nil {
			read[name] = map[string]bool{}
		}
		read[name][column] = true
	}
	want(record, record+"_id")
	for _, column := range columns {
		alias, name, _ := strings.Cut(column, ".")
		want(alias, name)
		if alias != record { // what joins the two
			want(alias, alias+"_id")
			want(record, alias+"_id")
		}
	}
	starts, ends := []string{record + "._starts_on"}, []string{record + "._ends_before"}
	var joins strings.Builder
	// both start and end with the calendar, so that each day of a record meets one of the other's
	for _, alias := range []string{"account", "owner"} {
		if !slices.ContainsFunc(columns, func(column string) bool { return strings.HasPrefix(column, alias+".") }) {
			continue
		}
		id := record + "." + alias + "_id"
		if alias == "account" {
			fmt.Fprintf(&joins, "left join stg_accounts as buyer on buyer.lookup_id = %s\n", id)
			id = "buyer.account_id"
		}
		fmt.Fprintf(&joins, `left join %[1]s as %[2]s
    on %[2]s.%[2]s_id = %[3]s
    and %[2]s._starts_on < %[4]s
    and %[2]s._ends_before > %[5]s
`, historyPrefix+plural(alias), alias, id, among("least", ends), among("greatest", starts))
		starts, ends = append(starts, alias+"._starts_on"), append(ends, alias+"._ends_before")
	}
	text := segmentsHeader(record, "Before its first version everything was as that one says.") + fmt.Sprintf(`select
    %s.%s_id,
    %s as starts_on,
    %s as ends_before,
    %s
from %s as %s
%swhere %s > date '1900-01-01' or %s < date '2200-01-01'
`, record, record, among("greatest", starts), among("least", ends), strings.Join(k.segmentColumns(rules), ",\n    "),
		historyPrefix+plural(record), record, joins.String(), among("greatest", starts), among("least", ends))
	return namedText{segmentsModel(record), text}
}

// among calls greatest or least, which want two arguments and ignore NULL.
func among(function string, arguments []string) string {
	if len(arguments) == 1 {
		return arguments[0]
	}
	return function + "(" + strings.Join(arguments, ", ") + ")"
}
