package plan

import (
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

func TestSegmentsSayHowTheCompanyGoesToMarket(t *testing.T) {
	t.Parallel()
	r := segments(&config.Config{Segments: []config.Segment{
		{Name: "EMEA", Strategy: "Land and expand", Motion: "Field", NumberOwner: "Ann"}, {Name: "SMB", Motion: "Partner"},
	}})
	require.Equal(t, [][]any{
		{"All", 0, false, nil, nil, nil},
		{"EMEA", 1, true, "Land and expand", "Field", "Ann"},
		{"SMB", 2, true, nil, "Partner", nil},
		{"Unassigned", 3, false, nil, nil, nil},
	}, r.Rows)
}

func TestAnchorsNeedSeveralExports(t *testing.T) {
	t.Parallel()
	one, two := "2026-06-01 00:00", "2026-06-02 00:00"
	for name, c := range map[string]struct {
		asOf    string
		files   []FileFacts
		isThere bool
	}{
		"as of now":                         {config.SegmentsNow, nil, true},
		"one export":                        {config.SegmentsAnchor, exports(t, "crm", "opportunity", 5, one), false},
		"two exports of accounts":           {config.SegmentsAnchor, exports(t, "crm", "account", 5, one, two), true},
		"one export of each of two sources": {config.SegmentsAnchor, append(exports(t, "crm", "owner", 5, one), exports(t, "erp", "owner", 5, two)...), false},
		"two exports of costs":              {config.SegmentsAnchor, exports(t, "erp", "cost", 5, one, two), false},
	} {
		needs := segmentNeeds(&config.Config{SegmentsAsOf: c.asOf}, Facts{Files: c.files})
		require.Len(t, needs, 1)
		require.Equal(t, c.isThere, needs[0].isThere, name)
	}
}
