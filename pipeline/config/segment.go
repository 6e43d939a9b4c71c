package config

import (
	"fmt"
	"slices"
	"strings"
)

// What segments_as_of may say.
const (
	SegmentsNow    = "now"    // the newest version of a record decides its segment
	SegmentsAnchor = "anchor" // the version that held on the day by which a metric counts the record does
)

// Segment is one go-to-market segment.
type Segment struct {
	Name      string `yaml:"name" doc:"Name of the segment, unique." required:"true"`
	Where     string `yaml:"where" doc:"Rule over the deal, its account and its owner." required:"true"`
	LeadWhere string `yaml:"lead_where" doc:"Rule over the lead; where, if all its columns exist for leads."`

	Strategy    string `yaml:"strategy" doc:"How the company goes to market in the segment, such as land and expand; reports show it."`
	Motion      string `yaml:"motion" doc:"How the segment is sold to, such as field, inside or partner; reports show it."`
	NumberOwner string `yaml:"number_owner" doc:"Who answers for the segment's number; reports show it."`
}

// AnchorsSegments tells whether records are in the segments in which they were on the day by which a
// metric counts them.
func (c *Config) AnchorsSegments() bool { return c.SegmentsAsOf == SegmentsAnchor }

func (v *validator) segments() {
	for i, segment := range v.config.Segments {
		key := fmt.Sprintf("segments[%d]", i)
		taken := slices.ContainsFunc(v.config.Segments[:i], func(s Segment) bool {
			return strings.EqualFold(s.Name, segment.Name)
		})
		v.properName(key+".name", segment.Name, "segment", taken, []string{"All", "Unassigned"})
		if strings.TrimSpace(segment.Where) == "" {
			v.fail(key+".where", "the rule is missing", "write a condition such as employees < 100")
		}
		v.rule(key+".lead_where", segment.LeadWhere)
		v.phrase(key+".strategy", segment.Strategy)
		v.phrase(key+".motion", segment.Motion)
		v.phrase(key+".number_owner", segment.NumberOwner)
	}
}

// phrase checks words that reports show as they are; none are needed.
func (v *validator) phrase(key, text string) {
	if text != "" && (strings.TrimSpace(text) != text || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })) {
		v.fail(key, fmt.Sprintf("%q has blanks around it or control characters", text), "remove them")
	}
}
