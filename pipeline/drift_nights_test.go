package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a night brings is compared with what the nights before brought, and only the first night that is
// unlike them is warned of.
func TestANightUnlikeTheOthersIsWarnedOf(t *testing.T) {
	t.Parallel()
	c := newCRM(t, "delta", "")
	night := func(n, deals int, header, closed string) []string {
		lines := make([]string, deals)
		for i := range lines {
			lines[i] = fmt.Sprintf("%d,Won,2026-01-05,%s,1000,x", 1000*n+i, closed)
		}
		c.export(fmt.Sprintf("deals-%d.csv", n), n, []byte("id,stage,created,closed,amount,"+header+"\n"+strings.Join(append(lines, ""), "\n")))
		var drift []string
		for _, warning := range c.run(nightAsOf).Warnings {
			if !strings.HasPrefix(warning, "check_outcomes") { // nothing is lost here
				drift = append(drift, warning)
			}
		}
		return drift
	}
	for n := range 3 {
		require.Empty(t, night(n, 60+n, "note", "2026-02-01"))
	}
	require.Equal(t, []string{
		`check_new_columns: 1 of 6 fail, such as column "budget" of crm/deals-3.csv, which no delivery had before; nothing reads it`,
		"check_null_rates: 1 of 5 fail, such as close_date of crm/opportunity, empty in 100 % of 200 rows, and before in 0 to 0 %",
		"check_volume: 1 of 1 fail, such as crm/opportunity: 200 rows, and 60 to 62 in the last 3 deliveries",
	}, night(3, 200, "budget", ""))
	require.Empty(t, night(4, 190, "budget", ""))

	// What a former version landed was not counted.
	loads, err := filepath.Glob(filepath.Join(c.state, "landing", "loads", "*", "load.json"))
	require.NoError(t, err)
	require.Len(t, loads, 5)
	for _, load := range loads {
		uncounted := regexp.MustCompile(`,\s*"filled": \d+`).ReplaceAll(read(t, load), nil)
		require.NotContains(t, string(uncounted), "filled")
		require.NoError(t, os.WriteFile(load, uncounted, 0o600))
	}
	require.Empty(t, night(5, 60, "budget", "2026-02-01"))
}
