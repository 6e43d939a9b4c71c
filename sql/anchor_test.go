package sql_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
	"truce/pipeline/config"
)

// move is how a record went from one segment to another. Its time is the midnight of a file's date.
type move struct {
	from, to string
	on       oracle.Day
}

// at gives the segment at the end of a day.
func (m move) at(day oracle.Day) string {
	if day < m.on {
		return m.from
	}
	return m.to
}

// moving gives each record in two older exports too, in the first of which it is in another segment. No
// version says when it was modified. Outside the configured segments a record is Unassigned.
func moving(rows []record, id string, s oracle.Settings) ([]record, map[string]move) {
	moves, all := map[string]move{}, []record{}
	for _, row := range rows {
		name := row[id].(string)
		m := move{from: s.Segments[0], to: "Unassigned", on: s.AsOf - oracle.Day(hash(name)%500)}
		if own, ok := row["go_to_market"].(string); ok && slices.Contains(s.Segments, own) {
			m.to = own
		}
		if m.to == m.from {
			m.from = s.Segments[1]
		}
		moves[name] = m
		for i, day := range []oracle.Day{m.on - 1000, m.on, s.AsOf + 10} {
			version := maps.Clone(row)
			version["_file"], version["_effective_at"] = fmt.Sprintf("%d.csv", i), time.Unix(int64(day)*86400, 0).UTC()
			if i == 0 {
				version["go_to_market"] = m.from
			}
			all = append(all, version)
		}
	}
	return all, moves
}

// TestRecordsThatMoveCountWhereTheyWere lets every deal and lead change its segment once. Each counts as
// created where it was then, and as decided where it was then; the whole company stays as it is.
func TestRecordsThatMoveCountWhereTheyWere(t *testing.T) {
	t.Parallel()
	forSomeCompanies(t, func(t *testing.T, s *stand, in oracle.Input, rows landed) {
		moved := maps.Clone(rows)
		var deals, leads map[string]move
		moved["opportunity"], deals = moving(rows["opportunity"], "opportunity_id", in.Settings)
		moved["lead"], leads = moving(rows["lead"], "lead_id", in.Settings)

		s.build(t, in.Settings, moved)
		s.requireKept(t, everything, "fct_opportunity", "fct_lead", "rpt_win_rate", "rpt_funnel")

		s.segmentsAsOf = config.SegmentsAnchor
		s.build(t, in.Settings, moved)
		s.segmentsAsOf = ""
		require.Empty(t, s.brokenInvariants(t, moved))
		s.requireKept(t, "select * from %s where segment = 'All'", "rpt_win_rate", "rpt_win_curve", "rpt_sales_cycle",
			"rpt_cost_of_sale", "rpt_sourcing", "rpt_win_loss_reasons", "rpt_lead_followup")
		s.requireKept(t, "select period_grain, period_start, step, entered_count, converted_count, value, no_lead_count from %s where segment = 'All'",
			"rpt_funnel")
		// a row without leads is there for a cost, which is shared by the leads of each segment
		s.requireKept(t, "select period_grain, period_start, breakdown_value, source, campaign, lead_count, sql_count, won_value from %s "+
			"where segment = 'All' and lead_count > 0", "rpt_lead_quality")

		created, decided := 0, 0
		for id, row := range s.rows(t, "fct_opportunity") {
			m := deals[id]
			day := in.Settings.AsOf
			if on, ok := dayOf(t, row["outcome_date"]); ok {
				day = on
			}
			require.Equal(t, m.at(day), row["segment"], "deal %s, which moved %v, %v", id, m, row)
			if on, ok := dayOf(t, row["created_on"]); ok {
				require.Equal(t, m.at(on), row["created_segment"], "deal %s, which moved %v, %v", id, m, row)
			} else {
				require.Equal(t, m.from, row["created_segment"], "deal %s, which moved %v, %v", id, m, row)
			}
			created += count(row["created_segment"] != m.to)
			decided += count(row["segment"] != m.to)
		}
		require.Positive(t, created)
		require.Positive(t, decided)
		for id, row := range s.rows(t, "fct_lead") {
			on, ok := dayOf(t, row["created_on"])
			require.True(t, ok)
			require.Equal(t, leads[id].at(on), row["segment"], "lead %s, which moved %v, %v", id, leads[id], row)
		}
	})
}

func dayOf(t *testing.T, text string) (oracle.Day, bool) {
	t.Helper()
	if text == "" {
		return 0, false
	}
	day, err := time.Parse(time.DateOnly, text)
	require.NoError(t, err)
	return oracle.Day(day.Unix() / 86400), true
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
