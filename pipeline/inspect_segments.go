package pipeline

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/plan"
)

// SampledSegments tells into which segments the records of the samples fall.
type SampledSegments struct {
	Whole    bool // the samples are all rows of all files
	Segments []SampledSegment
	// Processes tells of the default process first, then of that of each listed pipeline.
	Processes []SampledProcess
	// Deleted and Excluded count the deals that no report will count: those that the CRM deleted or
	// that a newer export lacks, and those for which the rule under exclude holds.
	Deleted, Excluded int64
}

// SampledSegment counts the records of one segment; the last one is for those that no rule takes.
type SampledSegment struct {
	Name         string
	Deals, Leads int64
	// Taken counts the records of an empty segment for which its rule holds, but an earlier one too.
	Taken int64
	// TakenBy names the segments that take those records.
	TakenBy []string
}

// SampleSegments classifies the samples of an inspection whose rules are in order, by the models that a
// run uses. Accounts and owners are joined as far as the samples have them. It uses a temporary folder.
func SampleSegments(ctx context.Context, e engine.Engine, c *config.Config, seen Inspection, now time.Time) (SampledSegments, error) {
	dir, err := os.MkdirTemp("", "truce-check-")
	if err != nil {
		return SampledSegments{}, fmt.Errorf("make a folder for the samples: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s := &sampler{engine: e, config: withPresetStages(c), dir: dir, facts: plan.Facts{AsOf: engine.DayOf(now)}}
	if err := s.land(seen); err != nil {
		return SampledSegments{}, err
	}
	out := SampledSegments{Whole: seen.isWhole()}
	counts, err := s.count(ctx, c.Segments)
	if err != nil {
		return out, err
	}
	for _, name := range s.names() {
		n := counts[name]
		out.Segments = append(out.Segments, SampledSegment{Name: name, Deals: n.deals, Leads: n.leads})
		out.Deleted += n.deleted
		out.Excluded += n.excluded
	}
	if out.Processes, err = s.processes(ctx); err != nil {
		return out, err
	}
	return out, s.lookBehind(ctx, &out)
}

// isWhole tells whether every sample is its whole file.
func (i Inspection) isWhole() bool {
	for _, src := range i.Sources {
		for _, file := range src.Files {
			if !file.Text.Whole || !file.isSampled {
				return false
			}
		}
	}
	return true
}

// sampler runs models over samples.
type sampler struct {
	engine engine.Engine
	config *config.Config
	dir    string
	facts  plan.Facts
	runs   int
}

// segmentCounts counts the records of one segment.
type segmentCounts struct{ deals, leads, deleted, excluded int64 }

// names gives the segments in their order, and the one for the rest.
func (s *sampler) names() []string {
	var names []string
	for _, segment := range s.config.Segments {
		names = append(names, segment.Name)
	}
	return append(names, plan.Unassigned)
}

// lookBehind finds out which of the empty segments are empty only because earlier ones take their
// records: it puts them first and counts again, until nothing new comes to light.
func (s *sampler) lookBehind(ctx context.Context, out *SampledSegments) error {
	for {
		first, rest := s.emptyFirst(*out)
		if len(first) == 0 || len(rest) == 0 {
			return nil
		}
		counts, err := s.count(ctx, slices.Concat(first, rest))
		if err != nil {
			return err
		}
		found := false
		for _, segment := range first {
			if n := counts[segment.Name]; n.deals+n.leads > 0 {
				found = true
				if err := s.countTaken(ctx, out, segment); err != nil {
					return err
				}
			}
		}
		if !found {
			return nil
		}
	}
}

// emptyFirst gives the segments of which nothing is known to fall into them, and the others.
func (s *sampler) emptyFirst(out SampledSegments) (first, rest []config.Segment) {
	for _, segment := range s.config.Segments {
		if n := out.named(segment.Name); n.Deals+n.Leads+n.Taken == 0 {
			first = append(first, segment)
		} else {
			rest = append(rest, segment)
		}
	}
	return first, rest
}

// countTaken puts one empty segment first: those that take its records have fewer then.
func (s *sampler) countTaken(ctx context.Context, out *SampledSegments, segment config.Segment) error {
	others := slices.DeleteFunc(slices.Clone(s.config.Segments), func(n config.Segment) bool { return n.Name == segment.Name })
	counts, err := s.count(ctx, slices.Concat([]config.Segment{segment}, others))
	if err != nil {
		return err
	}
	taken := out.named(segment.Name)
	taken.Taken = counts[segment.Name].deals + counts[segment.Name].leads
	for _, other := range out.Segments {
		if n := counts[other.Name]; n.deals+n.leads < other.Deals+other.Leads {
			taken.TakenBy = append(taken.TakenBy, other.Name)
		}
	}
	return nil
}

// Warnings says which rules of segments hold for no record of the samples, and which ones change nothing
// because earlier segments take every record for which they hold.
func (s *SampledSegments) Warnings(c *config.Config) []string {
	var records int64
	for _, segment := range s.Segments {
		records += segment.Deals + segment.Leads
	}
	of := "all rows"
	if !s.Whole {
		of = "the first rows of each file"
	}
	var warnings []string
	for i := range c.Segments {
		n := s.named(c.Segments[i].Name)
		if records == 0 || n.Deals+n.Leads > 0 {
			continue
		}
		message := fmt.Sprintf("the rule of %s holds for none of the %d records of %s", n.Name, records, of)
		hint := "compare what it names with the values of the exports, or remove the segment"
		if n.Taken > 0 {
			takers := strings.Join(n.TakenBy, ", ")
			message = fmt.Sprintf("all records for which the rule of %s holds, %d of %d of %s, are in %s already", n.Name, n.Taken, records, of, takers)
			hint = "put the segment before " + takers + ", or remove it"
		}
		warnings = append(warnings, c.Problem(fmt.Sprintf("segments[%d].where", i), message, hint).String())
	}
	return append(warnings, s.processWarnings(c, of)...)
}

// named gives the segment of a name, which is there.
func (s *SampledSegments) named(name string) *SampledSegment {
	return &s.Segments[slices.IndexFunc(s.Segments, func(n SampledSegment) bool { return n.Name == name })]
}

// sampleReport counts what the generated models say.
const sampleReport = `/*
description: Records of the samples by segment.
grain: one row per segment
unique_key: [segment]
version: 1
columns:
    segment: the segment
*/
with records as (
    select segment, 1 as deal, 0 as lead, is_deleted_record, is_excluded_by_rule from stg_classified_opportunities
    union all
    select segment, 0 as deal, 1 as lead, is_deleted_record, is_excluded_by_rule from stg_classified_leads
)

select
    segment,
    count(case when deal = 1 and not is_deleted_record and not is_excluded_by_rule then 1 end) as deal_count,
    count(case when lead = 1 and not is_deleted_record and not is_excluded_by_rule then 1 end) as lead_count,
    count(case when deal = 1 and is_deleted_record then 1 end) as deleted_count,
    count(case when deal = 1 and not is_deleted_record and is_excluded_by_rule then 1 end) as excluded_count
from records
group by segment`

// count classifies the samples by segments in some order.
func (s *sampler) count(ctx context.Context, segments []config.Segment) (map[string]segmentCounts, error) {
	c := *s.config
	c.Segments = segments
	path, err := s.publish(ctx, &c, "sampled_segments", sampleReport)
	if err != nil {
		return nil, err
	}
	counts := map[string]segmentCounts{}
	return counts, eachRow(ctx, path, "segment, deal_count, lead_count, deleted_count, excluded_count", "segment", func(rows *sql.Rows) error {
		var name string
		var n segmentCounts
		if err := rows.Scan(&name, &n.deals, &n.leads, &n.deleted, &n.excluded); err != nil {
			return err
		}
		counts[name] = n
		return nil
	})
}
