package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/config"
)

const minimal = `
sources:
  - name: crm
    preset: salesforce
    path: exports
`

func decode(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Decode("/etc/truce/truce.yaml", []byte(text))
	require.NoError(t, err)
	return c
}

func TestMinimalConfigGetsTheDefaults(t *testing.T) {
	t.Parallel()
	c := decode(t, minimal)
	require.Equal(t, "UTC", c.Timezone)
	require.Equal(t, "USD", c.Currency)
	require.Equal(t, 1, c.FiscalYearStarts)
	require.Equal(t, 180, c.CohortDays)
	require.Equal(t, config.Paths{State: "/etc/truce/var", Drop: "/etc/truce/drop"}, c.Paths)
	require.Equal(t, "delta", c.Sources[0].Mode)
	require.Equal(t, "history", c.Sources[0].OutcomeDateFrom)
	require.Equal(t, "/etc/truce/exports", c.Sources[0].Path)
	require.Equal(t, "opportunity_days", c.Costs.Driver)
	require.Equal(t, config.QuarantineLimit{Rate: 0.005, Rows: 20}, c.Checks.Quarantine)
	require.Equal(t, config.Reports{Duckdb: true, KeepDays: 400}, c.Reports)
	require.Equal(t, config.Engine{MemoryLimit: "1GB"}, c.Engine)
	require.Equal(t, "/etc/truce/truce.yaml", c.Path)
}

func TestEverySettingIsDecoded(t *testing.T) {
	t.Parallel()
	c, err := config.Load("testdata/full.yaml")
	require.NoError(t, err)
	folder, err := filepath.Abs("testdata")
	require.NoError(t, err)

	require.Equal(t, "Europe/Berlin", c.Timezone)
	require.Equal(t, config.Paths{State: filepath.Join(folder, "var"), Drop: "/mnt/share/gtm"}, c.Paths)
	require.Equal(t, []config.Source{
		{
			Name: "crm", Preset: "salesforce", Path: "/data/exports/crm", Mode: "delta", OutcomeDateFrom: "close_date",
			Extracts: map[string]config.Extract{
				"opportunity": {
					Columns: map[string]config.Strings{"cost_of_goods": {"COGS__c"}},
					Attributes: map[string]config.Attribute{
						"region": {From: "Region__c", Type: "text"}, "employees": {From: "employees", Type: "integer"},
					},
				},
				"account": {Mode: "snapshot"},
			},
		},
		{
			Name: "finance", Preset: "generic", Path: filepath.Join(folder, "exports/finance"), Mode: "delta", OutcomeDateFrom: "history",
			Extracts: map[string]config.Extract{"cost": {
				Files:   config.Strings{"cost-*.csv"},
				Columns: map[string]config.Strings{"month": {"Month"}, "amount": {"Amount"}, "category": {"Type"}}, Replace: "month",
			}},
		},
	}, c.Sources)
	require.Equal(t, "snapshot", c.Sources[0].ModeOf("account"))
	require.Equal(t, "delta", c.Sources[0].ModeOf("lead"))
	require.Equal(t, "region = 'EMEA'", c.Segments[0].LeadWhere)
	require.Equal(t, []config.Step{
		{Step: "Qualified", Stages: []string{"Qualification", "Needs Analysis"}}, {Step: "Proposal", Stages: []string{"Proposal"}},
	}, c.Process)
	require.Equal(t, []config.ExchangeRate{{Currency: "USD", ValidFrom: "2026-01-01", Rate: "1.08450000"}}, c.ExchangeRates)
	require.Equal(t, config.Job{
		Cron: "30 2 * * *", Timezone: "Europe/Berlin", CatchUp: "all", Jitter: "0s", Timeout: "6h",
	}, c.Jobs["nightly"])
	require.Equal(t, map[string]string{"opportunity": "26h"}, c.Checks.Freshness)
	require.Equal(t, config.Engine{MemoryLimit: "512MiB", Threads: 2}, c.Engine)
}

func TestAnExplicitZeroWinsOverTheDefault(t *testing.T) {
	t.Parallel()
	c := decode(t, minimal+"checks: {quarantine: {rate: 0, rows: 0}}\nreports: {duckdb: false, keep_days: 0}\n")
	require.Equal(t, config.QuarantineLimit{}, c.Checks.Quarantine)
	require.Equal(t, config.Reports{}, c.Reports)
}

func TestBlocksOfCommentsKeepTheirDefaults(t *testing.T) {
	t.Parallel()
	c := decode(t, minimal+"segments:\n  # none yet\npaths:\nreports:\n")
	require.Empty(t, c.Segments)
	require.Equal(t, "/etc/truce/var", c.Paths.State)
	require.True(t, c.Reports.Duckdb)
}

func TestOverridesAreRelativeToTheWorkingFolder(t *testing.T) {
	t.Parallel()
	c := decode(t, minimal)
	require.NoError(t, c.Apply(config.Overrides{State: "scratch"}))
	here, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, config.Paths{State: filepath.Join(here, "scratch"), Drop: "/etc/truce/drop"}, c.Paths)
}

func TestAliasesAndMergeKeys(t *testing.T) {
	t.Parallel()
	c := decode(t, `
sources:
  - &crm
    name: emea
    preset: salesforce
    path: emea
    extracts: {opportunity: &deals {currency: EUR, nulls: [none]}}
  - <<: *crm
    name: amer
    path: amer
    extracts: {opportunity: {<<: *deals, currency: USD}, lead: *deals}
`)
	require.Equal(t, "salesforce", c.Sources[1].Preset)
	require.Equal(t, "amer", c.Sources[1].Name)
	require.Equal(t, config.Extract{Currency: "USD", Nulls: []string{"none"}}, c.Sources[1].Extracts["opportunity"])
	require.Equal(t, config.Extract{Currency: "EUR", Nulls: []string{"none"}}, c.Sources[1].Extracts["lead"])
}

func TestTheFileMayHaveAByteOrderMarkAndCarriageReturns(t *testing.T) {
	t.Parallel()
	c := decode(t, "\uFEFFcompany: Acme\r\nsources:\r\n  - name: crm\r\n    preset: salesforce\r\n    path: x\r\n")
	require.Equal(t, "Acme", c.Company)
}

func TestHashFollowsTheNumbers(t *testing.T) {
	t.Parallel()
	base := decode(t, minimal).Hash()
	for name, text := range map[string]string{
		"other paths":        "sources: [{name: crm, preset: salesforce, path: /elsewhere}]\npaths: {state: /s, drop: /d}\n",
		"a job":              minimal + "jobs: {nightly: {cron: '0 1 * * *'}}\n",
		"engine limits":      minimal + "engine: {memory_limit: 2GB, threads: 1}\n",
		"retention":          minimal + "reports: {keep_days: 3}\n",
		"defaults and order": "cohort_days: 180\nsegments: []\n" + minimal + "timezone: UTC # as before\n",
	} {
		require.Equal(t, base, decode(t, text).Hash(), name)
	}
	seen := map[string]string{base: "base"}
	for name, text := range map[string]string{
		"cohort":   minimal + "cohort_days: 90\n",
		"segment":  minimal + "segments: [{name: A, where: \"x = 1\"}]\n",
		"two":      minimal + "segments: [{name: A, where: \"x = 1\"}, {name: B, where: \"x = 2\"}]\n",
		"reversed": minimal + "segments: [{name: B, where: \"x = 2\"}, {name: A, where: \"x = 1\"}]\n",
		"zone":     minimal + "timezone: Europe/Berlin\n",
		"mode":     minimal + "    mode: snapshot\n",
		"column":   minimal + "    extracts: {opportunity: {columns: {amount: A}}}\n",
		"no file":  minimal + "reports: {duckdb: false}\n",
		"weeks":    minimal + "reports: {weeks: true}\n",
	} {
		hash := decode(t, text).Hash()
		require.NotContains(t, seen, hash, "%s and %s", name, seen[hash])
		seen[hash] = name
	}
}

func TestNumbersHashLeavesOutWhatMovesNoNumber(t *testing.T) {
	t.Parallel()
	base := decode(t, minimal+"segments: [{name: A, where: x = 1}]\n").NumbersHash()
	for _, text := range []string{
		"segments: [{name: A, where: x = 1, strategy: Land, motion: Field, number_owner: Ann}]\n",
		"segments: [{name: A, where: x = 1}]\nchecks: {restatement: {rate: 0.2}}\n",
		"segments: [{name: A, where: x = 1}]\nreports: {owners: true}\n",
	} {
		require.Equal(t, base, decode(t, minimal+text).NumbersHash(), text)
	}
	for _, text := range []string{
		"segments: [{name: A, where: x = 2}]\n", "segments: [{name: A, where: x = 1}]\ncohort_days: 90\n",
	} {
		require.NotEqual(t, base, decode(t, minimal+text).NumbersHash(), text)
	}
}

func TestPresetsAreThoseOfTheTag(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"generic", "salesforce", "salesforce-report", "hubspot", "dynamics", "pipedrive", "zoho",
		"fivetran-salesforce", "fivetran-hubspot", "airbyte-salesforce", "airbyte-hubspot",
	}, config.Presets())
}
