package config_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

func TestTargetsAreChecked(t *testing.T) {
	t.Parallel()
	requireProblems(t, minimal[1:], []mistake{
		{`targets: [{metric: mql_cuont, quarter: 2026-Q1, value: 4}]`, `5:20: targets[0].metric: unknown value "mql_cuont"; did you mean "mql_count"?`},
		{`targets: [{quarter: 2026-Q1, value: 4}]`, `5:11: targets[0].metric: the metric is missing; valid are lead_count, mql_count, sla_rate, sql_rate, win_rate, won_value`},
		{`targets: [{metric: lead_count, segment: SMBs, quarter: 2026-Q1, value: 4}]`, `5:41: targets[0].segment: unknown segment "SMBs"; valid are All, Unassigned`},
		{
			"segments: [{name: SMB, where: a = 1}]\ntargets: [{metric: lead_count, segment: SMBs, quarter: 2026-Q1, value: 4}]",
			`6:41: targets[0].segment: unknown segment "SMBs"; did you mean "SMB"?`,
		},
		{`targets: [{metric: lead_count, value: 4}]`, `5:11: targets[0].quarter: "" is no quarter; write the fiscal year and the quarter such as 2026-Q1`},
		{`targets: [{metric: lead_count, quarter: 2026-Q5, value: 4}]`, `5:41: targets[0].quarter: "2026-Q5" is no quarter; write the fiscal year and the quarter such as 2026-Q1`},
		{`targets: [{metric: lead_count, quarter: Q1 2026, value: 4}]`, `5:41: targets[0].quarter: "Q1 2026" is no quarter; write the fiscal year and the quarter such as 2026-Q1`},
		{`targets: [{metric: lead_count, quarter: 2026-Q1}]`, `5:11: targets[0].value: "" cannot be a target of lead_count; write a whole number of 0 or more such as 400`},
		{`targets: [{metric: mql_count, quarter: 2026-Q1, value: 4.5}]`, `5:56: targets[0].value: "4.5" cannot be a target of mql_count; write a whole number of 0 or more such as 400`},
		{`targets: [{metric: lead_count, quarter: 2026-Q1, value: -4}]`, `5:57: targets[0].value: "-4" cannot be a target of lead_count; write a whole number of 0 or more such as 400`},
		{`targets: [{metric: win_rate, quarter: 2026-Q1, value: 1.01}]`, `5:55: targets[0].value: "1.01" cannot be a target of win_rate; write a share from 0 to 1 such as 0.25`},
		{`targets: [{metric: sla_rate, quarter: 2026-Q1, value: 25%}]`, `5:55: targets[0].value: "25%" cannot be a target of sla_rate; write a share from 0 to 1 such as 0.25`},
		{`targets: [{metric: sql_rate, quarter: 2026-Q1, value: -0.1}]`, `5:55: targets[0].value: "-0.1" cannot be a target of sql_rate; write a share from 0 to 1 such as 0.25`},
		{`targets: [{metric: won_value, quarter: 2026-Q1, value: 1.005}]`, `5:56: targets[0].value: "1.005" cannot be a target of won_value; write an amount of 0 or more with at most 2 decimals such as 250000`},
		{
			`targets: [{metric: win_rate, quarter: 2026-Q1, value: 0.5}, {metric: win_rate, segment: All, quarter: 2026-Q1, value: 0.6}]`,
			`5:61: targets[1]: win_rate of All has a target for 2026-Q1 already; keep one of the two`,
		},
	})
}

func TestTargetsAreDecoded(t *testing.T) {
	t.Parallel()
	c, err := config.Decode("truce.yaml", []byte(minimal[1:]+`
segments: [{name: SMB, where: "amount < 10"}]
targets:
  - {metric: lead_count, segment: SMB, quarter: 2026-Q1, value: 400}
  - {metric: win_rate, segment: Unassigned, quarter: 2026-Q4, value: 1}
  - {metric: won_value, quarter: 1999-Q2, value: "1250000.50"}
`))
	require.NoError(t, err)
	var read []string
	for _, target := range c.Targets {
		year, quarter := target.QuarterParts()
		read = append(read, fmt.Sprint(target.Segment, " ", target.Metric, " ", target.IsRate(), " ", year, " ", quarter, " ", target.Value))
	}
	require.Equal(t, []string{
		"SMB lead_count false 2026 1 400", "Unassigned win_rate true 2026 4 1", "All won_value false 1999 2 1250000.50",
	}, read)
}
