package pipeline_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	salesforceConfig = "../docs/examples/salesforce.yaml"
	salesforceAsOf   = "2024-01-31"
)

func TestSalesforceDataLoader(t *testing.T) {
	t.Parallel()
	reference(t, "salesforce-dataloader")
	outcome := newSite(t, salesforceConfig).run(salesforceAsOf)
	require.Equal(t, int64(6), outcome.Loaded.Files)
	requireSalesforceFigures(t, open(t, outcome.Report))
}

// requireSalesforceFigures compares the reports with the page of reference values.
func requireSalesforceFigures(t *testing.T, run reports) {
	t.Helper()
	figures := readExpected(t).figures(
		`## salesforce-dataloader +(\d+) deals: (\d+) won, (\d+) lost, (\d+) open; won amount ([\d,.]+); all (\d+) closed deals close before` +
			" .CreatedDate., so their cycles are negative and counted as such; (\\d+) leads, none converted")
	rate := run.one(t, "win_rate", allOf("All", "none", ""))
	for i, column := range []string{"created_count", "won_count", "lost_count", "open_count", "won_value"} {
		requirePrinted(t, figures[i], rate[column], column)
	}
	require.Equal(t, "0", rate["excluded_count"])
	require.Equal(t, "0", rate["undated_count"])
	cycle := run.one(t, "sales_cycle", allOf("All", "none", "")+" and anchor = 'created' and outcome = 'any'")
	requirePrinted(t, figures[5], cycle["negative_count"], "negative cycles")
	require.Equal(t, "0", cycle["measured_count"])
	require.NotContains(t, cycle, "mean_days")
	lead := run.one(t, "funnel", "segment = 'All' and period_grain = 'all' and step = 'Lead'")
	requirePrinted(t, figures[6], lead["entered_count"], "leads")
	won := run.one(t, "funnel", "segment = 'All' and period_grain = 'all' and step = 'Won'")
	require.Equal(t, "0", won["entered_count"])
	require.Empty(t, run.rows(t, "fct_lead", "converted_on is not null or opportunity_id is not null"))
	require.Empty(t, run.rows(t, "quarantine", "true"))
	require.Empty(t, run.rows(t, "data_quality", "kind = 'unmapped' and subject = 'opportunity.account_id'"))
	for _, segment := range []string{"Lending", "Deposits", "Payments"} {
		require.NotEqual(t, "0", run.one(t, "win_rate", allOf(segment, "none", ""))["created_count"], segment)
	}
	require.Equal(t, "0", run.one(t, "win_rate", allOf("Unassigned", "none", ""))["created_count"])
}

// The weekly Data Export: an object spread over two archives, and one that is in both.
func TestSalesforceWeeklyExport(t *testing.T) {
	t.Parallel()
	folder := reference(t, "salesforce-dataloader")
	crm := t.TempDir()
	deals := weeklyRecords(t, filepath.Join(folder, "Opportunity.csv"))
	accounts := weeklyRecords(t, filepath.Join(folder, "Account.csv"))
	write(t, filepath.Join(crm, "WE_00DEc000003kJzZMAU_1.ZIP"), archive(t, map[string][]byte{
		"Account.csv": quoted(accounts), "Opportunity.csv": quoted(deals[:31]), "OpportunityLineItem.csv": []byte("\"Id\"\n"),
	}))
	write(t, filepath.Join(crm, "WE_00DEc000003kJzZMAU_2.ZIP"), archive(t, map[string][]byte{
		"Account.csv": quoted(accounts), "Opportunity.csv": quoted(append(deals[:1:1], deals[31:]...)),
		"Lead.csv": quoted(weeklyRecords(t, filepath.Join(folder, "Lead.csv"))),
	}))
	s := newSite(t, relocated(t, salesforceConfig, crm))
	outcome := s.run(salesforceAsOf)
	require.Equal(t, int64(50+22+60), outcome.Loaded.Loaded, "the account file that is in both archives is landed once")
	run := open(t, outcome.Report)
	requireSalesforceFigures(t, run)
	require.Equal(t, "2", run.one(t, "data_quality", "kind = 'extract' and subject = 'crm/opportunity' and reason = 'files'")["record_count"])
}

// relocated gives a copy of a configuration whose only source lies in another folder.
func relocated(t *testing.T, configFile, folder string) string {
	t.Helper()
	text := regexp.MustCompile(`(?m)^    path: .*$`).ReplaceAll(read(t, configFile), []byte("    path: "+folder))
	path := filepath.Join(t.TempDir(), "truce.yaml")
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// weeklyRecords gives the records of a Data Loader file as the weekly export writes them: times
// without zone or fraction, dates with a time, booleans as 1 and 0.
func weeklyRecords(t *testing.T, path string) [][]string {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(read(t, path), []byte("\uFEFF")))).ReadAll()
	require.NoError(t, err)
	for _, record := range records[1:] {
		for i, cell := range record {
			switch {
			case strings.HasPrefix(records[0][i], "Is") && cell == "":
				record[i] = "0"
			case records[0][i] == "CampaignId" && cell == "":
				record[i] = "000000000000000AAA"
			}
			if at, err := time.Parse("2006-01-02T15:04:05.000-0700", cell); err == nil {
				record[i] = at.UTC().Format(time.DateTime)
			} else if _, err := time.Parse(time.DateOnly, cell); err == nil {
				record[i] = cell + " 00:00:00"
			}
		}
	}
	return records
}

// quoted writes records with every cell in quotes.
func quoted(records [][]string) []byte {
	var text bytes.Buffer
	for _, record := range records {
		for i, cell := range record {
			if i > 0 {
				text.WriteByte(',')
			}
			text.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		text.WriteByte('\n')
	}
	return text.Bytes()
}

// archive gives a zip of some files.
func archive(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for name, content := range files {
		member, err := w.Create(name)
		require.NoError(t, err)
		_, err = member.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return packed.Bytes()
}
