package sql_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// line is one line of an export of deals. Days and times are days of June 2026; a modification of
// zero is none.
type line struct {
	deal            int
	export          int // the export that holds it; later exports have larger numbers
	stage           string
	closed, changed int
	number          int // line of the file
}

// exportDay gives the date of an export: two exports a day.
func exportDay(export int) int { return 1 + export/2 }

// change is what the exports show of a deal.
type change struct {
	deal, export, day int
	stage             string
}

func (c change) String() string { return fmt.Sprint(c.deal, " ", c.export, " ", c.day, " ", c.stage) }

// changesOf follows each deal through the exports, one line after the other.
func changesOf(lines []line) []string {
	byDeal := map[int][]line{}
	for _, l := range lines {
		byDeal[l.deal] = append(byDeal[l.deal], l)
	}
	var found []string
	for _, all := range byDeal {
		slices.SortFunc(all, func(a, b line) int {
			return cmp.Or(cmp.Compare(a.export, b.export), cmp.Compare(a.changed, b.changed), cmp.Compare(a.number, b.number))
		})
		var last *line // the newest line of the export before
		newest := 0
		for i, l := range all {
			isStale := l.changed < newest
			newest = max(newest, l.changed)
			if isStale || (i+1 < len(all) && all[i+1].export == l.export) {
				continue
			}
			if last == nil || last.stage != l.stage {
				found = append(found, change{l.deal, l.export, changeDay(last, l), l.stage}.String())
			}
			last = &all[i]
		}
	}
	slices.Sort(found)
	return found
}

// changeDay gives the day of a change that two exports show.
func changeDay(before *line, after line) int {
	day := exportDay(after.export)
	if before != nil && (after.stage == "Won" || after.stage == "Lost") &&
		after.closed >= exportDay(before.export) && after.closed <= day {
		return after.closed
	}
	return day
}

// TestSnapshotChangesAgreeWithAWalkThroughTheExports compares the derived history with one that is
// found line by line, over deals that vanish, come back, repeat, and arrive in older copies.
func TestSnapshotChangesAgreeWithAWalkThroughTheExports(t *testing.T) {
	t.Parallel()
	b := newBench(t, newWorkshop(t), "cases/int_snapshot_changes/nightly_exports")
	b.build("int_snapshot_changes")
	b.exec("delete from config_snapshots")
	for export := range 8 {
		b.exec(fmt.Sprintf("insert into config_snapshots values ('crm', timestamp '2026-06-%02d %02d:00:00', date '2026-06-%02d', null)",
			exportDay(export), 1+export%2, exportDay(export)))
	}
	text := rapid.Custom(func(t *rapid.T) line {
		return line{
			deal: rapid.IntRange(1, 3).Draw(t, "deal"), export: rapid.IntRange(0, 7).Draw(t, "export"),
			stage:  rapid.SampledFrom([]string{"New", "Q", "P", "Won", "Lost"}).Draw(t, "stage"),
			closed: rapid.IntRange(1, 5).Draw(t, "closed"), changed: rapid.SampledFrom([]int{0, 0, 1, 2, 3, 4}).Draw(t, "changed"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(text, 1, 20).Draw(t, "lines")
		b.exec("delete from landing_opportunity")
		for i := range lines {
			lines[i].number = i + 2
			b.exec(insertLine(lines[i]))
		}
		for _, name := range []string{"stg_opportunity_states", "stg_opportunity_versions", "int_snapshot_changes"} {
			m, ok := b.graph.Model(name)
			require.True(t, ok)
			b.exec("create or replace table " + name + " as " + m.SQL)
		}
		var actual []string
		for _, row := range b.query(`select opportunity_id || ' ' || cast((day(changed_at) - 1) * 2 + hour(changed_at) - 1 as varchar)
			|| ' ' || cast(day(changed_on) as varchar) || ' ' || stage from int_snapshot_changes`) {
			actual = append(actual, row[0])
		}
		slices.Sort(actual)
		require.Equal(t, changesOf(lines), actual)
	})
}

func insertLine(l line) string {
	modified := "null"
	if l.changed > 0 {
		modified = fmt.Sprintf("timestamp '2026-05-%02d 12:00:00'", l.changed)
	}
	return fmt.Sprintf(`insert into landing_opportunity (opportunity_id, stage, close_date, modified_at, _effective_at, _file, _line)
		values ('%d', '%s', date '2026-06-%02d', %s, timestamp '2026-06-%02d %02d:00:00', '%d.csv', %d)`,
		l.deal, l.stage, l.closed, modified, exportDay(l.export), 1+l.export%2, l.export, l.number)
}
