package sql_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
	"truce/pipeline/config"
)

// stay is a segment in which a deal is from a day on.
type stay struct {
	from    oracle.Day
	segment string
}

// at gives the segment at the end of a day; before the first stay a deal was as that one says.
func at(way []stay, day oracle.Day) string {
	name := way[0].segment
	for _, s := range way {
		if s.from <= day {
			name = s.segment
		}
	}
	return name
}

// eventful gives a company whose deals change often over a year and a half: what they are worth, when they
// are due, and whether they are open.
func eventful(seed uint64, s oracle.Settings) oracle.Input {
	r := rand.New(rand.NewPCG(seed, 0)) // the same deals in every run
	s.AsOf = oracle.NewDay(2025, time.June, 20)
	s.OutcomeDateFrom = "history"
	in := oracle.Input{Settings: s}
	stages := slices.Concat(s.Process[0], s.Process[1], s.Process[0], s.Process[1], s.Won, s.Lost)
	for i := range 300 {
		created := s.AsOf - oracle.Day(r.IntN(500))
		o := oracle.Opportunity{OpportunityID: fmt.Sprintf("D%03d", i), Stage: stages[0], CreatedOn: &created, IsNewBusiness: true}
		day, due, worth := created, created+oracle.Day(r.IntN(150)), int64(r.IntN(90000))
		for n := range r.IntN(7) {
			day += oracle.Day(r.IntN(50))
			if r.IntN(2) == 0 {
				due = day + oracle.Day(r.IntN(160)-20)
			}
			if r.IntN(2) == 0 {
				worth = int64(r.IntN(90000))
			}
			o.Stage = stages[r.IntN(len(stages))]
			dueThen, worthThen := due, worth
			in.StageChanges = append(in.StageChanges, oracle.StageChange{
				OpportunityID: o.OpportunityID, ChangedOn: day, Seq: n, Stage: o.Stage, Amount: &worthThen, CloseDate: &dueThen,
			})
			if r.IntN(5) == 0 {
				in.StageChanges[len(in.StageChanges)-1].CloseDate = nil
			}
		}
		o.CloseDate, o.Amount = &due, &worth
		in.Opportunities = append(in.Opportunities, o)
	}
	return in
}

// wander gives each deal in up to eight exports, between which it may go to another segment and come back.
// No version says when it was modified. It also gives the way of each deal.
func wander(in oracle.Input, rows []record) ([]record, map[string][]stay) {
	names := append(slices.Clone(in.Settings.Segments), "Unassigned")
	ways, all := map[string][]stay{}, []record{}
	for i, row := range rows {
		id, day := in.Opportunities[i].OpportunityID, *in.Opportunities[i].CreatedOn
		for version := range 1 + hash(id)%8 {
			own := hash(fmt.Sprint(id, version))
			name := names[int(own/7)%len(names)]
			ways[id] = append(ways[id], stay{day, name})
			all = append(all, maps.Clone(row))
			maps.Copy(all[len(all)-1], record{
				"go_to_market": name, "_file": fmt.Sprintf("%d.csv", version), "_effective_at": time.Unix(int64(day)*86400, 0).UTC(),
			})
			day += 1 + oracle.Day(own%60)
		}
	}
	return all, ways
}

// TestTheWaterfallAgreesWithTheOracleOnDealsThatMove compares the waterfall row by row where deals change
// often, and wander through the segments.
func TestTheWaterfallAgreesWithTheOracleOnDealsThatMove(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	settings := richCompanies(t, 1)[0].Settings
	for seed := range uint64(2) {
		in := eventful(seed, settings)
		in.Settings.Weeks = seed == 1
		rows := landCompany(t, in)
		s.segmentsAsOf = ""
		s.build(t, in.Settings, rows)
		agree(t, s, "rpt_pipeline_waterfall", waterfallRows(in))

		var ways map[string][]stay
		rows["opportunity"], ways = wander(in, rows["opportunity"])
		in.SegmentAt = func(id string, day oracle.Day) string { return at(ways[id], day) }
		s.segmentsAsOf = config.SegmentsAnchor
		s.build(t, in.Settings, rows)
		agree(t, s, "rpt_pipeline_waterfall", waterfallRows(in))
		require.Empty(t, s.brokenInvariants(t, rows))
		for _, component := range []string{
			"start", "created", "reopened", "pulled_in", "segment_in", "increased", "decreased", "segment_out",
			"pushed_out", "removed", "lost", "won", "end",
		} {
			found := s.query(t, "select 1 as n from rpt_pipeline_waterfall where deal_count > 0 and segment <> 'All' and component = '"+component+"'")
			require.Greater(t, len(found), 3, "hardly a deal is in %s", component)
		}
	}
}
