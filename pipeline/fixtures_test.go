package pipeline_test

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"truce/fixtures"
	"truce/pipeline/publish"
)

// fixtureFolder is the committed set of the fictional company.
const fixtureFolder = "../fixtures/small"

func TestGeneratedExports(t *testing.T) {
	t.Parallel()
	for _, o := range []fixtures.Options{
		{Seed: 21, Opportunities: 900, Leads: 1200, Defects: true},
		{
			Seed: 22, Opportunities: 250, Leads: 300, Months: 7, Defects: true, Compact: true,
			End: time.Date(2025, 11, 13, 0, 0, 0, 0, time.UTC),
		},
	} {
		t.Run(fmt.Sprint("seed ", o.Seed), func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			truth, err := fixtures.Generate(folder, o)
			require.NoError(t, err)
			requireTruth(t, folder, truth)
		})
	}
}

func TestCommittedExports(t *testing.T) {
	t.Parallel()
	truth, err := fixtures.ReadTruth(fixtureFolder)
	require.NoError(t, err)
	run := requireTruth(t, fixtureFolder, truth)
	if !testing.Short() {
		requireTraceable(t, run)
		traceScorecard(t, run, "segment in ('All', 'SMB')")
	}
}

// requireTruth runs the exports of a folder and compares what is published with the truth.
func requireTruth(t *testing.T, folder string, truth fixtures.Truth) publish.Run {
	t.Helper()
	s := newSite(t, filepath.Join(folder, "truce.yaml"))
	outcome := s.run(truth.AsOf)
	require.Equal(t, int64(len(truth.Files)), outcome.Loaded.Files)
	f := figures{open(t, outcome.Report)}
	for name, file := range truth.Files {
		f.requireFile(t, name, file)
	}
	f.requireDeals(t, truth.Opportunities)
	f.requireLeads(t, truth.Leads)
	f.requireCosts(t, truth.Costs)
	return outcome.Report
}

// figures compares the reports of one run with the truth.
type figures struct{ reports }

// requireFile compares what became of the records of a file, and which were refused.
func (f figures) requireFile(t *testing.T, path string, want fixtures.FileTruth) {
	t.Helper()
	source, file, _ := strings.Cut(path, "/")
	found := f.rows(t, "quarantine", fmt.Sprintf("source = %s and file = %s order by line", quote(source), quote(file)))
	require.Len(t, found, int(want.Quarantined), path)
	for i, refusal := range want.Refused {
		require.Equal(t, strconv.FormatInt(refusal.Line, 10), found[i]["line"], path)
		require.Equal(t, refusal.Rule, found[i]["rule"], "%s line %d", path, refusal.Line)
		switch refusal.Rule {
		case "malformed", "field_count", "encoding", "nul": // the record as a whole cannot be read
			require.Empty(t, found[i]["column"], "%s line %d", path, refusal.Line)
		default:
			require.Contains(t, found[i]["reason"], strconv.Quote(refusal.Column), "%s line %d", path, refusal.Line)
		}
	}
	entity := map[string]string{
		"Opportunity.csv": "opportunity", "OpportunityHistory.csv": "stage_change", "Lead.csv": "lead",
		"Account.csv": "account", "User.csv": "owner",
	}[file]
	if entity == "" {
		return // the ledgers share one extract, which is compared below
	}
	f.requireExtract(t, source+"/"+entity, want)
}

// requireExtract compares what became of the records of an extract.
func (f figures) requireExtract(t *testing.T, subject string, want fixtures.FileTruth) {
	t.Helper()
	for reason, count := range map[string]int64{
		"records": want.Records, "header": want.Header, "loaded": want.Loaded, "quarantined": want.Quarantined,
		"blank": want.Blank, "ignored": want.Ignored,
	} {
		f.requireQuality(t, "extract", subject, reason, count)
	}
}

func (f figures) requireQuality(t *testing.T, kind, subject, reason string, want int64) {
	t.Helper()
	condition := fmt.Sprintf("kind = %s and subject = %s and reason = %s", quote(kind), quote(subject), quote(reason))
	require.Equal(t, strconv.FormatInt(want, 10), f.one(t, "data_quality", condition)["record_count"], condition)
}

// requireExclusions compares the records that are not counted, and that no record is lost.
func (f figures) requireExclusions(t *testing.T, entity, fact string, want fixtures.Excluded, distinct, counted int64) {
	t.Helper()
	for reason, count := range map[string]int64{
		"deleted": want.Deleted, "merged": want.Merged, "rule": want.ByRule, "future": want.Future, "counted": counted,
	} {
		f.requireQuality(t, "exclusion", entity, reason, count)
	}
	require.Len(t, f.rows(t, fact, "true"), int(distinct))
	require.Equal(t, distinct, want.Deleted+want.Merged+want.ByRule+want.Future+counted)
}

func (f figures) requireDeals(t *testing.T, truth fixtures.DealsTruth) {
	t.Helper()
	f.requireExclusions(t, "opportunity", "fct_opportunity", truth.Excluded, truth.Distinct, truth.Segments["All"].Created)
	for name, want := range truth.Segments {
		rate := f.one(t, "win_rate", allOf(name, "none", ""))
		for column, count := range map[string]int64{
			"created_count": want.Created, "open_count": want.Open, "won_count": want.Won, "lost_count": want.Lost,
			"no_decision_count": want.NoDecision, "undated_count": want.Undated, "unvalued_count": want.Unvalued,
			"excluded_no_rate": want.NoRate,
		} {
			require.Equal(t, strconv.FormatInt(count, 10), rate[column], "%s of %s", column, name)
		}
		require.Equal(t, cents(want.WonValue), rate["won_value"], name)
		require.Equal(t, cents(want.LostValue), rate["lost_value"], name)
		f.requireCycle(t, name, "won", want.WonCycle)
		f.requireCycle(t, name, "lost", want.LostCycle)
		f.requireMonths(t, name, want.Months)
	}
}

func (f figures) requireCycle(t *testing.T, segment, outcome string, want fixtures.CycleTruth) {
	t.Helper()
	condition := allOf(segment, "none", "") + " and anchor = 'created' and outcome = " + quote(outcome)
	cycle := f.one(t, "sales_cycle", condition)
	for column, count := range map[string]int64{
		"deal_count": want.Deals, "measured_count": want.Measured, "missing_count": want.Missing, "negative_count": want.Negative,
	} {
		require.Equal(t, strconv.FormatInt(count, 10), cycle[column], "%s where %s", column, condition)
	}
	if want.Measured == 0 {
		require.NotContains(t, cycle, "mean_days", condition)
		return
	}
	mean, err := strconv.ParseFloat(cycle["mean_days"], 64)
	require.NoError(t, err)
	require.InDelta(t, float64(want.Days)/float64(want.Measured), mean, 1e-9, condition)
}

// requireMonths compares the months in which something happened; in all others nothing did.
func (f figures) requireMonths(t *testing.T, segment string, want []fixtures.MonthTruth) {
	t.Helper()
	found := f.rows(t, "win_rate", fmt.Sprintf("segment = %s and period_grain = 'month' and breakdown = 'none' "+
		"and created_count + won_count + lost_count > 0 order by period_start", quote(segment)))
	require.Len(t, found, len(want), segment)
	for i, month := range want {
		got := found[i]
		require.Equal(t, month.Month+"-01", got["period_start"], segment)
		require.Equal(t, fmt.Sprint(month.Created, month.Won, month.Lost, " ", cents(month.WonValue)),
			fmt.Sprint(got["created_count"], " ", got["won_count"], " ", got["lost_count"], " ", got["won_value"]), segment+" "+month.Month)
	}
}

func (f figures) requireLeads(t *testing.T, truth fixtures.LeadsTruth) {
	t.Helper()
	f.requireExclusions(t, "lead", "fct_lead", truth.Excluded, truth.Distinct, truth.Segments["All"].Created)
	for name, want := range truth.Segments {
		lead := f.one(t, "funnel", fmt.Sprintf("segment = %s and period_grain = 'all' and step = 'Lead'", quote(name)))
		require.Equal(t, strconv.FormatInt(want.Created, 10), lead["entered_count"], name)
		counts := f.ask(t, fmt.Sprintf(`select count(*) as created, count(mql_on) as qualified, count(accepted_on) as accepted,
			count(rejected_on) as rejected, count(converted_on) as converted
			from (%s) where is_counted and (%s = 'All' or segment = %s)`, f.table("fct_lead"), quote(name), quote(name)))
		for column, count := range map[string]int64{
			"created": want.Created, "qualified": want.Qualified, "accepted": want.Accepted, "rejected": want.Rejected,
			"converted": want.Converted,
		} {
			require.Equal(t, strconv.FormatInt(count, 10), counts[0][column], "%s leads of %s", column, name)
		}
		cost := f.one(t, "cost_of_sale", fmt.Sprintf("segment = %s and period_grain = 'all'", quote(name)))
		require.Equal(t, strconv.FormatInt(want.Created, 10), cost["lead_count"], name)
		require.Equal(t, strconv.FormatInt(want.Qualified, 10), cost["mql_count"], name)
	}
}

func (f figures) requireCosts(t *testing.T, truth fixtures.CostsTruth) {
	t.Helper()
	f.requireQuality(t, "extract", "finance/cost", "loaded", truth.Lines)
	f.requireQuality(t, "value", "cost", "without an exchange rate", truth.NoRate)
	all := f.one(t, "cost_of_sale", "segment = 'All' and period_grain = 'all'")
	require.Equal(t, cents(truth.Total), all["total_cost"])
	for month, want := range truth.Months {
		of := fmt.Sprintf(" and period_grain = 'month' and period_start = date '%s-01'", month)
		got := f.one(t, "cost_of_sale", "segment = 'All'"+of)
		for column, value := range map[string]int64{
			"marketing_cost": want.Marketing, "sales_cost": want.Sales, "other_cost": want.Other,
			"market_entry_cost": want.MarketEntry, "total_cost": want.Marketing + want.Sales + want.Other + want.MarketEntry,
		} {
			require.Equal(t, cents(value), got[column], "%s of %s", column, month)
			parts := f.ask(t, fmt.Sprintf("select sum(%s) as total from (%s) where segment <> 'All'%s", column, f.table("cost_of_sale"), of))
			require.Equal(t, cents(value), parts[0]["total"], "%s of %s over the segments", column, month)
		}
		for segment, least := range want.Direct {
			direct, err := strconv.ParseFloat(f.one(t, "cost_of_sale", "segment = "+quote(segment)+of)["direct_cost"], 64)
			require.NoError(t, err)
			require.GreaterOrEqual(t, int64(direct*100+0.5), least, "lines of %s name %s", month, segment)
		}
	}
}

// cents writes hundredths of a currency as a decimal.
func cents(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}
