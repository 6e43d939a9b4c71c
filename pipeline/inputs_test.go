package pipeline_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline"
)

// lines gives so many deals, each of them good or refused for its date.
func lines(count int, closed string) []string {
	deals := make([]string, count)
	for i := range deals {
		deals[i] = fmt.Sprintf("%d,Won,2026-01-05,%s,1000", i, closed)
	}
	return deals
}

// TestAMendedFileIsNoLongerBlocked replaces a file of which too much was refused.
func TestAMendedFileIsNoLongerBlocked(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "checks: {quarantine: {rows: 3}}\n")
	c.export("deals.csv", 0, dealFile(append(lines(30, "2026-02-01"), lines(30, "no date")...)...))
	_, err := c.try(nightAsOf)
	var blocked *pipeline.BlockedError
	require.ErrorAs(t, err, &blocked)
	require.Equal(t, "check_quarantine", blocked.Failed[0].Name)
	require.Nil(t, c.latest())

	_, err = c.try(nightAsOf)
	require.ErrorAs(t, err, &blocked, "the same file is refused again")

	c.export("deals.csv", 1, dealFile(lines(60, "2026-02-01")...))
	counts, _ := c.night()
	require.Contains(t, counts, "60")
}

// TestAnExtractOfWhichNothingCanBeReadBlocks keeps an extract of two lines, far below the limits of the
// quarantine, from passing for one without deals. Once there are others, a refused line is one of many.
func TestAnExtractOfWhichNothingCanBeReadBlocks(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "checks: {quarantine: {rows: 100}}\n")
	c.export("deals.csv", 0, dealFile(lines(2, "no date")...))
	_, err := c.try(nightAsOf)
	var blocked *pipeline.BlockedError
	require.ErrorAs(t, err, &blocked)
	require.Equal(t, "check_quarantine", blocked.Failed[0].Name)
	require.Contains(t, blocked.Failed[0].Detail, "crm/opportunity: none of 2 rows could be read")

	c.export("deals-2.csv", 1, dealFile(lines(1, "2026-02-01")...))
	counts, _ := c.night()
	require.Contains(t, counts, "1 excluded", "the deal lies after the as-of date")
}

// TestAShrunkenSnapshotBlocks takes most records of a complete export away, and then fewer.
func TestAShrunkenSnapshotBlocks(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "snapshot", "")
	c.export("deals-2026-03-01.csv", 0, dealFile(lines(100, "2026-02-01")...))
	c.night()
	c.export("deals-2026-03-02.csv", 1, dealFile(lines(69, "2026-02-01")...))
	_, err := c.try(nightAsOf)
	var blocked *pipeline.BlockedError
	require.ErrorAs(t, err, &blocked)
	require.Equal(t, "check_snapshot_size", blocked.Failed[0].Name)
	require.Contains(t, blocked.Failed[0].Detail, "69 rows where 100 are usual")

	c.export("deals-2026-03-03.csv", 2, dealFile(lines(90, "2026-02-01")...))
	c.night()
}
