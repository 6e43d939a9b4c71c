package pipeline_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"truce/pipeline/history"
)

// newTrader gives a site that reports euros, with deals in several currencies and a night's rates. More
// is added to its configuration.
func newTrader(t *testing.T, more string) crm {
	t.Helper()
	c := newCRM(t, "delta", "")
	c.configure(`currency: EUR
sources:
  - name: crm
    path: ./crm
    extracts:
      opportunity:
        files: "deals*"
        columns: {opportunity_id: id, stage: stage, created_at: created, close_date: closed, amount: amount, currency: currency}
` + more)
	c.export("deals.csv", 0, fileOf("id,stage,created,closed,amount,currency",
		"1,Won,2024-01-01,2024-01-15,100,EUR",
		"2,Won,2024-01-01,2024-01-15,100,USD",
		"3,Won,2024-01-01,2024-03-15,100,USD",
		// no pound before February
		"4,Won,2024-01-01,2024-01-31,100,GBP",
		"5,Won,2024-01-01,2024-02-01,100,GBP",
		"6,Lost,2024-01-01,2024-03-15,70,GBP",
		// never a rate; an empty cell is no currency
		"7,Won,2024-01-01,2024-03-15,100,SEK",
		"8,Won,2024-01-01,2024-03-15,100,",
	))
	return c
}

// rateExtract is the extract of rates: units per dollar, which is not the reporting currency.
const rateExtract = `
      exchange_rate:
        files: "rates*"
        columns: {currency: code, valid_from: from, rate: rate}
`

// fileOf gives the content of a file.
func fileOf(all ...string) []byte { return []byte(strings.Join(append(all, ""), "\n")) }

// amounts gives the amount of each deal in the reporting currency; no rate is none.
func amounts(t *testing.T, r reports) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, deal := range r.rows(t, "fct_opportunity", "true") {
		found[deal["opportunity_id"]] = deal["amount"]
		require.Equal(t, deal["amount"] == "", deal["has_no_rate"] == "true", "deal %s", deal["opportunity_id"])
	}
	return found
}

func TestRatesOfAnExtractWithAnotherBase(t *testing.T) {
	t.Parallel()
	c := newTrader(t, rateExtract)
	c.export("rates-2024-03-31.csv", 0, fileOf("code,from,rate",
		"USD,2000-01-01,1", "EUR,2024-01-01,0.8", "EUR,2024-03-01,0.9", "GBP,2024-02-01,0.4"))
	_, outcome := c.night()
	r := open(t, outcome.Report)
	require.Equal(t, map[string]string{
		"1": "100.00", "2": "80.00", "3": "90.00", "4": "", "5": "200.00", "6": "157.50", "7": "", "8": "",
	}, amounts(t, r))
	all := r.one(t, "win_rate", allOf("All", "none", ""))
	require.Equal(t, "7 1 3", all["won_count"]+" "+all["lost_count"]+" "+all["excluded_no_rate"], "every deal is counted")
	require.Equal(t, "470.00 157.50", all["won_value"]+" "+all["lost_value"])
	require.Equal(t, "3", r.one(t, "data_quality", "reason = 'without an exchange rate' and subject = 'opportunity'")["record_count"])

	// the rate of March was wrong: what landed last says what it was
	c.export("rates-2024-04-01.csv", 1, fileOf("code,from,rate", "EUR,2024-03-01,0.5"))
	_, outcome = c.night()
	require.Equal(t, history.Published, outcome.State)
	r = open(t, outcome.Report)
	require.Equal(t, map[string]string{
		"1": "100.00", "2": "80.00", "3": "50.00", "4": "", "5": "200.00", "6": "87.50", "7": "", "8": "",
	}, amounts(t, r))
	require.Equal(t, "1", r.one(t, "data_quality", "kind = 'version' and subject = 'exchange_rate'")["record_count"])
	require.Equal(t, "5", r.one(t, "data_quality", "kind = 'extract' and subject = 'crm/exchange_rate' and reason = 'loaded'")["record_count"])
}

// TestRatesOfTheConfigurationWin takes the same rates from both places, and different ones.
func TestRatesOfTheConfigurationWin(t *testing.T) {
	t.Parallel()
	const configured = `
exchange_rates:
  - {currency: USD, valid_from: 2024-01-01, rate: "1.0815"}
  - {currency: USD, valid_from: 2024-03-01, rate: "1.1"}
  - {currency: GBP, valid_from: 2024-02-01, rate: "0.85"}
`
	extracted := newTrader(t, rateExtract)
	extracted.export("rates.csv", 0, fileOf("code,from,rate", "USD,2024-01-01,1.0815", "USD,2024-03-01,1.1", "GBP,2024-02-01,0.85"))
	_, one := extracted.night()
	both := newTrader(t, rateExtract+configured)
	both.export("rates.csv", 0, fileOf("code,from,rate", "USD,2020-01-01,7", "GBP,2020-01-01,0", "SEK,2024-03-01,-1"))
	_, other := both.night()
	alone := newTrader(t, configured)
	_, third := alone.night()
	want := amounts(t, open(t, third.Report))
	require.Equal(t, "92.46", want["2"])
	require.Equal(t, want, amounts(t, open(t, one.Report)))
	require.Equal(t, want, amounts(t, open(t, other.Report)), "a rate that is not above zero is none")
	for _, name := range []string{"win_rate", "sales_cycle", "cost_of_sale", "fct_opportunity"} {
		require.Equal(t, open(t, third.Report).rows(t, name, "true"), open(t, one.Report).rows(t, name, "true"), name)
	}
}
