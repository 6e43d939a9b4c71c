package pipeline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
	"truce/pipeline/config"
	"truce/pipeline/engine/duckdb"
)

// sampled inspects a configuration and classifies what it saw.
func sampled(t *testing.T, c *config.Config) (pipeline.Inspection, pipeline.SampledSegments) {
	t.Helper()
	seen, err := pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	require.Empty(t, seen.Config)
	segments, err := pipeline.SampleSegments(t.Context(), duckdb.Engine{Threads: 1}, c, seen, time.Now())
	require.NoError(t, err)
	return seen, segments
}

const joinedCompany = `      account: {files: "accounts*", columns: {account_id: id, region: region, employees: staff}}
      lead: {files: "leads*", columns: {lead_id: id, created_at: created_at, source: channel}}
exclude: {opportunity: "name = 'Test'"}
segments:
  - {name: Big, where: "account.employees >= 100", lead_where: "source = 'Web'"}
  - {name: EMEA, where: "account.region = 'EMEA'"}
  - {name: Huge, where: "account.employees >= 1000"}
  - {name: Mars, where: "account.region = 'Mars'"}
`

// joined is a company with deals, accounts and leads.
func joined(t *testing.T, deals string) *config.Config {
	t.Helper()
	c := company(t, joinedCompany, map[string]string{
		"deals.csv":    "id,stage,amount,created_at,account,title,gone\n" + deals,
		"accounts.csv": "id,region,staff\nA1,EMEA,5\nA2,EMEA,5000\nA3,AMER,1\n",
		"leads.csv":    "id,created_at,channel\nL1,2026-01-01,Web\nL2,2026-01-01,Fair\n",
	})
	columns := c.Sources[0].Extracts["opportunity"].Columns
	columns["account_id"], columns["name"], columns["is_deleted"] = config.Strings{"account"}, config.Strings{"title"}, config.Strings{"gone"}
	return c
}

func TestSegmentsOfTheSample(t *testing.T) {
	t.Parallel()
	c := joined(t, `D1,Won,10.5,2026-01-01,A1,x,false
D2,New,,2026-01-02,A2,x,false
D3,New,7,2026-01-03,A3,x,false
D4,New,7,2026-01-03,A9,Test,false
D5,New,7,2026-01-03,A1,x,true
`)
	seen, segments := sampled(t, c)
	require.NoError(t, seen.Err())
	require.Empty(t, seen.Warnings)
	require.Equal(t, pipeline.SampledSegments{
		Whole: true, Deleted: 1, Excluded: 1,
		Processes: []pipeline.SampledProcess{{Deals: 4}},
		Segments: []pipeline.SampledSegment{
			{Name: "Big", Deals: 1, Leads: 1},
			{Name: "EMEA", Deals: 1},
			{Name: "Huge", Taken: 1, TakenBy: []string{"Big"}},
			{Name: "Mars"},
			{Name: "Unassigned", Deals: 1, Leads: 1},
		},
	}, segments)
	require.Equal(t, []string{
		c.Problem("segments[2].where", "all records for which the rule of Huge holds, 1 of 5 of all rows, are in Big already",
			"put the segment before Big, or remove it").String(),
		c.Problem("segments[3].where", "the rule of Mars holds for none of the 5 records of all rows",
			"compare what it names with the values of the exports, or remove the segment").String(),
	}, segments.Warnings(c))
}

// Each hidden segment names those that hide it, and no other.
func TestSegmentsThatHideOthers(t *testing.T) {
	t.Parallel()
	c := company(t, `segments:
  - {name: Large, where: "amount >= 100"}
  - {name: New, where: "stage = 'New'"}
  - {name: Larger, where: "amount >= 1000"}
  - {name: Largest, where: "amount >= 10000"}
  - {name: Cheap and new, where: "amount < 10 and stage = 'New'"}
  - {name: Everything, where: "amount >= 0"}
  - {name: Never, where: "amount > 100 and amount < 50"}
`, map[string]string{"deals.csv": "id,stage,amount,created_at\nD1,Won,100,2026-01-01\nD2,New,5,2026-01-01\nD3,Won,20000,2026-01-01\n"})
	_, segments := sampled(t, c)
	require.Equal(t, []pipeline.SampledSegment{
		{Name: "Large", Deals: 2},
		{Name: "New", Deals: 1},
		{Name: "Larger", Taken: 1, TakenBy: []string{"Large"}},
		{Name: "Largest", Taken: 1, TakenBy: []string{"Large"}},
		{Name: "Cheap and new", Taken: 1, TakenBy: []string{"New"}},
		{Name: "Everything", Taken: 3, TakenBy: []string{"Large", "New"}},
		{Name: "Never"},
		{Name: "Unassigned"},
	}, segments.Segments)
	require.Len(t, segments.Warnings(c), 5)
}

func TestSegmentsOfTheFirstRows(t *testing.T) {
	t.Parallel()
	var deals strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&deals, "D%06d,Won,10.5,2026-01-01,A%d,a title of some length,false\n", i, i%3+1)
	}
	c := joined(t, deals.String())
	_, segments := sampled(t, c)
	require.False(t, segments.Whole)
	require.Contains(t, segments.Warnings(c)[0], " of the first rows of each file, are in Big already; put the segment before Big")
	require.InDelta(t, segments.Segments[0].Deals, segments.Segments[1].Deals, 1, "Big and EMEA have one account each")
	require.Less(t, segments.Segments[0].Deals, int64(20_000))
	require.Positive(t, segments.Segments[0].Deals)
}

// A column that a rule reads and no file has is worth a word: the rule never holds.
func TestColumnsOfRulesThatNoFileHas(t *testing.T) {
	t.Parallel()
	c := company(t, `segments: [{name: A, where: "type = 'New' and amount > 5"}, {name: B, where: "account.region = 'EMEA'"}]
new_business: "lead_source = 'Web'"
`, map[string]string{"deals.csv": deals(4)})
	seen, segments := sampled(t, c)
	require.NoError(t, seen.Err())
	require.Equal(t, []string{
		"new_business reads opportunity.lead_source, which no file has: it is always empty",
		"segments[0].where reads opportunity.type, which no file has: it is always empty",
		"segments[1].where reads account.region, but there is no file of account: it is always empty",
	}, seen.Warnings)
	require.Equal(t, []pipeline.SampledSegment{{Name: "A"}, {Name: "B"}, {Name: "Unassigned", Deals: 4}}, segments.Segments)
}

func TestInspectSaysWhatWouldBlock(t *testing.T) {
	t.Parallel()
	bad := strings.Repeat(",Won,1,2026-01-01\n", 21)
	c := company(t, "", map[string]string{"deals.csv": deals(100) + bad})
	seen, err := pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	require.ErrorContains(t, seen.Err(), "21 of its 121 rows would be refused, more than checks.quarantine allows")
	c.Checks.Quarantine.Rows = 21
	seen, err = pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	require.NoError(t, seen.Err())
}

func TestInspectNamesThePresetThatFits(t *testing.T) {
	t.Parallel()
	c := company(t, "", map[string]string{
		"deals.csv": "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner\n1,a,b,c,1,2026-01-01,2026-01-01,x\n",
	})
	seen, err := pipeline.Inspect(t.Context(), c, time.Now())
	require.NoError(t, err)
	require.ErrorContains(t, seen.Err(), "it looks like opportunity of preset hubspot: set preset: hubspot for source crm")
}
