package main

import (
	"fmt"
	"strings"

	"truce/pipeline"
)

// sampleReport is what truce check --json says about the segments of the samples.
type sampleReport struct {
	Whole    bool            `json:"whole"` // the samples are all rows of all files
	Segments []sampleSegment `json:"segments"`
	Deleted  int64           `json:"deleted"`  // deals that no report counts
	Excluded int64           `json:"excluded"` // deals that exclude.opportunity leaves out
	// Processes has the default process first, then that of each listed pipeline.
	Processes []processReport `json:"processes"`
}

type sampleSegment struct {
	Name  string `json:"name"`
	Deals int64  `json:"deals"`
	Leads int64  `json:"leads"`
	Note  string `json:"note,omitempty"`
}

// newSampleReport gives nil if the samples have no record at all.
func newSampleReport(s pipeline.SampledSegments) *sampleReport {
	r := &sampleReport{Whole: s.Whole, Deleted: s.Deleted, Excluded: s.Excluded, Processes: newProcessReports(s.Processes)}
	records := s.Deleted + s.Excluded
	for i, seg := range s.Segments {
		records += seg.Deals + seg.Leads
		rest := i == len(s.Segments)-1
		note := ""
		switch {
		case seg.Deals+seg.Leads > 0 || rest:
		case seg.Taken > 0:
			note = fmt.Sprintf("its rule holds for %s, but earlier segments take them all", counted(int(seg.Taken), "record"))
		default:
			note = "its rule holds for none of these records"
		}
		r.Segments = append(r.Segments, sampleSegment{seg.Name, seg.Deals, seg.Leads, note})
	}
	if records == 0 {
		return nil
	}
	return r
}

func (r *sampleReport) text(width int) string {
	var text strings.Builder
	of := "all rows"
	if !r.Whole {
		of = "the first rows of each file"
	}
	text.WriteString("\n" + paragraph("segments of "+of+", without deleted and excluded records", "", width))
	rows := [][]string{{"  segment", "deals", "leads", ""}}
	var deals int64
	for _, seg := range r.Segments {
		deals += seg.Deals
		rows = append(rows, []string{"  " + seg.Name, fmt.Sprint(seg.Deals), fmt.Sprint(seg.Leads), seg.Note})
	}
	text.WriteString(table(rows, width, 1, 2))
	if r.Deleted > 0 {
		text.WriteString(item(counted(int(r.Deleted), "deal")+" deleted in the CRM, or missing in a newer complete export", "  ", width))
	}
	if deals == 0 && r.Deleted+r.Excluded > 0 {
		text.WriteString(item("warning: no deal is left to be counted", "  ", width))
	}
	if r.Excluded > 0 {
		text.WriteString(item(counted(int(r.Excluded), "deal")+" left out by exclude.opportunity", "  ", width))
	}
	text.WriteString(r.processes(width))
	return text.String()
}
