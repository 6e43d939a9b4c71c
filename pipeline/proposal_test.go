package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"truce/pipeline"
	"truce/pipeline/propose"
)

// proposed writes the configuration that is proposed for a folder, and gives it with a site that runs
// it.
func proposed(t *testing.T, dir string) (*propose.Proposal, *site) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "truce.yaml")
	proposal, err := pipeline.Propose(t.Context(), dir, out, time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(out, []byte(proposal.Text), 0o600))
	for line := range strings.Lines(proposal.Text) {
		require.LessOrEqual(t, len([]rune(strings.TrimRight(line, "\n"))), 100, line)
	}
	return proposal, newSite(t, out)
}

// requireRun runs what was proposed and demands its counts of won, lost and open deals, both in the
// proposal and in the reports.
func requireRun(t *testing.T, proposal *propose.Proposal, s *site, won, lost, going int64) reports {
	t.Helper()
	require.Equal(t, propose.Deals{Won: won, Lost: lost, Open: going}, proposal.Deals, "the proposal says what a run gives")
	asOf := proposal.AsOf
	if asOf == "" {
		asOf = "2029-12-31"
	}
	run := open(t, s.run(asOf).Report)
	all := run.one(t, "win_rate", allOf("All", "none", ""))
	require.Equal(t, []string{fmt.Sprint(won), fmt.Sprint(lost), fmt.Sprint(going)},
		[]string{all["won_count"], all["lost_count"], all["open_count"]}, proposal.Text)
	return run
}

func requireSays(t *testing.T, lines []string, words ...string) {
	t.Helper()
	for _, word := range words {
		require.Contains(t, strings.Join(lines, "\n"), word)
	}
}

// Every folder of reference data gives a configuration that runs, and what is odd in it is said.
func TestProposalsForRealExports(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		won, lost, open int64
		asOf            string
		findings        []string
		questions       []string
	}{
		"maven": {
			won: 4238, lost: 2473, open: 2089, asOf: "2017-12-31",
			findings: []string{`product "GTXPro" (1,480 rows) looks like "GTX Pro"`}, questions: []string{"currency: ", "segments: "},
		},
		"salesforce-report": {
			won: 12, lost: 8, open: 16,
			findings:  []string{"decided deals were closed before they were created", "31 of 36 deals were created on 2026-02-23"},
			questions: []string{"outcome_date_from", `"LastModifiedDate" is taken instead`},
		},
		"salesforce-dataloader": {
			won: 12, lost: 3, open: 35, findings: []string{"15 of 15 decided deals were closed before they were created"},
		},
		"fivetran-salesforce": {findings: []string{"all 10 deals are marked as deleted"}},
		"fivetran-hubspot":    {open: 44, findings: []string{"no deal has a stage"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proposal, s := proposed(t, reference(t, name))
			requireSays(t, proposal.Findings, want.findings...)
			requireSays(t, proposal.Questions, want.questions...)
			if want.asOf != "" {
				require.Equal(t, want.asOf, proposal.AsOf)
			}
			run := requireRun(t, proposal, s, want.won, want.lost, want.open)
			require.Empty(t, run.rows(t, "quarantine", "true"))
		})
	}
}

// folder writes files and gives their folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// rows gives a text with a header and n records.
func rows(header string, n int, record func(i int) string) string {
	var text strings.Builder
	text.WriteString(header + "\n")
	for i := range n {
		text.WriteString(record(i) + "\n")
	}
	return text.String()
}

// pick gives one of several words in turn.
func pick(i int, words ...string) string { return words[i%len(words)] }

// date gives a day in one of several ways of writing.
func date(layout string, i int) string {
	return time.Date(2023, 1, 10, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%300).Format(layout)
}

// Results without dates, one word for lost that is not lost, ids that repeat.
func TestProposalForResultsOnly(t *testing.T) {
	t.Parallel()
	header := "Opportunity Number,Supplies Group,Region,Route To Market,Elapsed Days In Sales Stage,Opportunity Result,Sales Stage Change Count," +
		"Opportunity Amount USD,Client Size By Revenue,Revenue From Client Past Two Years,Competitor Type,Deal Size Category"
	proposal, s := proposed(t, folder(t, map[string]string{"win-loss.csv": rows(header, 400, func(i int) string {
		id := i
		if i == 399 {
			id = 3 // once more, and lost then
		}
		return fmt.Sprintf("%d,%s,%s,%s,%d,%s,%d,%d,%d,%d,Unknown,%d", 1641984+id, pick(i, "Car Accessories", "Tires"), pick(i, "Northwest", "Pacific", "Midwest"),
			pick(i, "Reseller", "Fields Sales"), i%90, pick(i, "Won", "Loss", "Loss", "Loss"), i%7, i*100, i%5+1, i%4, i%7+1)
	})}))
	requireRun(t, proposal, s, 100, 299, 0)
	for _, line := range []string{
		"opportunity_id: Opportunity Number", "status: Opportunity Result", "amount: Opportunity Amount USD", "Loss: lost", "lead_source: Route To Market",
		"currency: USD", `where: "region = 'Pacific'"`,
	} {
		require.Contains(t, proposal.Text, line)
	}
	requireSays(t, proposal.Findings, "1 row repeat", "without a close date")
}

// Deals that are all won, and the leads that they came from.
func TestProposalForWonDealsAndLeads(t *testing.T) {
	t.Parallel()
	key := func(i int) string { return fmt.Sprintf("%032x", i*7919+13) }
	proposal, s := proposed(t, folder(t, map[string]string{
		"marketing_qualified_leads.csv": rows("mql_id,first_contact_date,landing_page_id,origin", 300, func(i int) string {
			return key(i) + "," + date(time.DateOnly, i) + ",88740e," + pick(i, "organic_search", "social", "")
		}),
		"closed_deals.csv": rows("mql_id,seller_id,sr_id,won_date,business_segment,lead_type,declared_monthly_revenue", 60, func(i int) string {
			return key(i*5) + "," + key(i+1000) + "," + key(i%4+5000) + "," + date(time.DateTime, i*5+9) + "," + pick(i, "pet", "toys") + "," +
				pick(i, "online_big", "offline") + "," + pick(i, "0.0", "10000.0")
		}),
	}))
	run := requireRun(t, proposal, s, 60, 0, 0)
	require.Contains(t, proposal.Text, "constants: {status: won}")
	require.Contains(t, proposal.Text, "lead_id: mql_id")
	won := run.one(t, "funnel", "segment = 'All' and period_grain = 'all' and step = 'Won'")
	require.Equal(t, "60", won["entered_count"], "the deals name their leads")
	requireSays(t, proposal.Questions, "all rows are read as won deals")
}

// Leads without a date of creation are none, and without deals there is nothing to count.
func TestNoProposalWithoutDeals(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"Leads.csv": rows("Prospect ID,Lead Number,Lead Origin,Lead Source,Do Not Email,Converted,TotalVisits,City", 80, func(i int) string {
			return fmt.Sprintf("%032x,%d,API,%s,No,%d,%d,Select", i, 660000-i, pick(i, "Google", "google"), i%2, i%9)
		}),
		"products.csv": "product,price\nA,1\nB,2\n", "readme.md": "# nothing\n",
	})
	_, err := pipeline.Propose(t.Context(), dir, filepath.Join(t.TempDir(), "truce.yaml"), time.Now())
	var nothing *propose.NothingError
	require.ErrorAs(t, err, &nothing)
	require.ErrorContains(t, err, "holds no export of deals")
	require.ErrorContains(t, err, "Leads.csv: looks like lead records, but has no column for created_at")
	require.ErrorContains(t, err, "products.csv: its columns are those of no entity")
	_, err = pipeline.Propose(t.Context(), t.TempDir(), "truce.yaml", time.Now())
	require.ErrorContains(t, err, "holds no files")
	_, err = pipeline.Propose(t.Context(), filepath.Join(t.TempDir(), "nowhere"), "truce.yaml", time.Now())
	var input *pipeline.InputError
	require.ErrorAs(t, err, &input)
}

func TestProposalForGermanExport(t *testing.T) {
	t.Parallel()
	text := rows("Vorgangsnummer;Kunde;Verantwortlicher;Phase;Auftragswert (€);Wahrscheinlichkeit;Erstellt am;Abschlussdatum;Verlustgrund;Branche;E-Mail", 120,
		func(i int) string {
			return fmt.Sprintf("V-%d;%s;%s;%s;%d.%03d,50;%s;%s;%s;;%s;x%d@firma.de", i, pick(i, "Müller GmbH", "Weiß KG"), pick(i, "Jürgen Groß", "Käthe Böhm"),
				pick(i, "Gewonnen", "Verloren", "Erstkontakt", "Angebot erstellt", "Bedarfsanalyse"), i+1, i, pick(i, "100 %", "0 %", "10 %", "50 %", "25 %"),
				date("02.01.2006", i), date("02.01.2006", i+20), pick(i, "Maschinenbau", "Handel"), i)
		})
	encoded, err := charmap.Windows1252.NewEncoder().String(text)
	require.NoError(t, err)
	proposal, s := proposed(t, folder(t, map[string]string{"Verkaufschancen.csv": encoded}))
	run := requireRun(t, proposal, s, 24, 24, 72)
	require.Contains(t, proposal.Text, "currency: EUR")
	require.NotContains(t, proposal.Text, "E-Mail", "addresses stay outside")
	require.Regexp(t, `(?s)Erstkontakt.*Bedarfsanalyse.*Angebot erstellt`, proposal.Text[strings.Index(proposal.Text, "process:"):])
	require.Equal(t, "cp1252", proposal.Files[0].Encoding)
	require.NotEmpty(t, run.rows(t, "win_rate", "breakdown = 'owner' and breakdown_value = 'Jürgen Groß'"))
}

func TestProposalForFrenchExport(t *testing.T) {
	t.Parallel()
	proposal, s := proposed(t, folder(t, map[string]string{
		"affaires.csv": rows("Référence;Client;Commercial;Étape;Montant HT;Date de création;Date de clôture;Origine", 90, func(i int) string {
			return fmt.Sprintf("AFF%03d;Hôtel %d;Zoé Noël;%s;%d 500,00 €;%s;%s;Salon", i, i%7, pick(i, "Gagné", "Perdu", "Proposition", "Abandonné", "Négociation"), i+1,
				date("02/01/2006", i), date("02/01/2006", i+9))
		}),
	}))
	requireRun(t, proposal, s, 18, 36, 36)
	require.Contains(t, proposal.Text, "currency: EUR")
	require.NotContains(t, proposal.Text, "date_order", "some days are above 12")
}

// Nothing in the file says whether the day comes first; signs of the language do.
func TestProposalForAmbiguousDates(t *testing.T) {
	t.Parallel()
	deals := func(amount string) map[string]string {
		return map[string]string{"deals.csv": rows("Deal ID,Deal Name,Stage,Amount,Created Date,Close Date", 40, func(i int) string {
			return fmt.Sprintf("%d,Deal %d,%s,%s,%d/%d/2023,%d/%d/2024", i, i, pick(i, "Closed Won", "Closed Lost", "Proposal", "Discovery"), amount, i%12+1, i%11+2, i%12+1, i%10+3)
		})}
	}
	for amount, order := range map[string]string{`"$1,200.50"`: "mdy", `"1.200,50 €"`: "dmy"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			proposal, s := proposed(t, folder(t, deals(amount)))
			requireRun(t, proposal, s, 10, 10, 20)
			require.Contains(t, proposal.Text, "date_order: "+order)
			requireSays(t, proposal.Questions, "every date of this file could have the day or the month first")
		})
	}
}

// What spreadsheets leave behind is set aside or passed over, and said.
func TestProposalForJunk(t *testing.T) {
	t.Parallel()
	text := rows("id,company,status,value,created,closed,source", 300, func(i int) string {
		return fmt.Sprintf("%d,C%d,%s,%s,%s,%s,%s", i+1, i%40, pick(i, "won", "Lost deal", "open", "Lost - Price", "Won - Renewal"), pick(i, "100", "N/A", "2500"),
			date(time.DateOnly, i), date(time.DateOnly, i+8), pick(i, "google", "Google", "Referral"))
	}) + strings.Repeat(",,,,,,\n", 50) + strings.Repeat(",#REF!,,,,,\n", 35)
	proposal, s := proposed(t, folder(t, map[string]string{"crm export.csv": text}))
	run := requireRun(t, proposal, s, 120, 120, 60)
	require.Len(t, run.rows(t, "quarantine", "true"), 35)
	require.Equal(t, int64(35), proposal.Files[0].Quarantined)
	requireSays(t, proposal.Findings, "35 rows of 335 would be set aside: null_key 35", "50 rows without any value", `"google" (100 rows) looks like "Google"`)
	requireSays(t, proposal.Questions, "the limit is raised")
}

// A column that many rows would be set aside for is left out; a few odd cells are set aside, and the
// proposal counts the deals as the run does.
func TestProposalForUnreadableColumns(t *testing.T) {
	t.Parallel()
	text := rows("Deal ID,Stage,Amount,Created Date,Close Date,probability", 300, func(i int) string {
		amount, closed := fmt.Sprint(i*10), date(time.DateOnly, i+30)
		if i%30 == 0 {
			amount = "see contract" // all of these are won
		}
		if i%4 == 0 {
			closed = pick(i, "soon", "next year")
		}
		return fmt.Sprintf("D%d,%s,%s,%s,%s,about %d", i, pick(i, "Won", "Lost", "Demo"), amount, date(time.DateOnly, i), closed, i)
	})
	proposal, s := proposed(t, folder(t, map[string]string{"deals.csv": text}))
	run := requireRun(t, proposal, s, 90, 100, 100)
	require.Len(t, run.rows(t, "quarantine", "true"), 10)
	require.Contains(t, proposal.Text, "# close_date: Close Date")
	require.Contains(t, proposal.Text, "constants: {probability: \"\"}", "a column is not read for its name alone")
	require.NotContains(t, proposal.Text, "checks:", "no limit is raised for columns that are left out")
	requireSays(t, proposal.Questions, `column "Close Date" cannot be read as a date`, `column "probability" cannot be read as a number`)
}

// Several files that go together: names as keys, a history, leads, costs, and something that is none.
func TestProposalForManyFiles(t *testing.T) {
	t.Parallel()
	proposal, s := proposed(t, folder(t, map[string]string{
		"Deals 2024-01-31.csv": rows("DealNumber,AccountName,SalesRep,DealStage,DealValue,OpenDate,CloseDate,LeadSource", 120, func(i int) string {
			return fmt.Sprintf("D%d,Acc%d,rep%d,%s,%d,%s,%s,Web", i, i%30, i%5, pick(i, "Closed/Won", "Closed/Lost", "Proposal", "Disqualified"), i+1,
				date(time.DateOnly, i), date(time.DateOnly, i+30))
		}),
		"Deal Stage History.csv": rows("Deal Number,From Stage,To Stage,Changed On,Changed By", 240, func(i int) string {
			if i%2 == 0 {
				return fmt.Sprintf("D%d,,Proposal,%s 09:00,u1", i/2, date(time.DateOnly, i/2))
			}
			return fmt.Sprintf("D%d,Proposal,%s,%s 10:00,u2", i/2, pick(i/2, "Closed/Won", "Closed/Lost", "Proposal", "Disqualified"), date(time.DateOnly, i/2+30))
		}),
		"Accounts.csv": rows("Account ID,Account Name,Industry,Region,No. of Employees,Phone", 30, func(i int) string {
			return fmt.Sprintf("A-%04d,Acc%d,%s,%s,%d,555-%04d", i, i, pick(i, "Tech", "Retail"), pick(i, "DACH", "UKI", "Nordics"), i+5, i)
		}),
		"Sales Team.csv": rows("Rep,Full Name,Team,Manager", 5, func(i int) string { return fmt.Sprintf("rep%d,Person %d,%s,Boss", i, i, pick(i, "SMB", "ENT")) }),
		"Leads.csv": rows("Lead ID,Created Date,Lead Source,Lead Status,Owner,Converted Date,Deal Number", 90, func(i int) string {
			if i%3 > 0 {
				return fmt.Sprintf("L%d,%s,Web,%s,rep1,,", i, date(time.DateOnly, i), pick(i, "New", "MQL", "Unqualified"))
			}
			return fmt.Sprintf("L%d,%s,Web,Working,rep1,%s,D%d", i, date(time.DateOnly, i), date(time.DateOnly, i+2), i)
		}),
		"marketing_spend.csv": rows("Month,Channel,Spend (USD)", 24, func(i int) string {
			return fmt.Sprintf("2023-%02d-01,%s,%d", i%12+1, pick(i/12, "Web", "Event"), 100+i)
		}),
		"data_dictionary.csv": "Table,Field,Description\ndeals,DealNumber,the id\n",
	}))
	run := requireRun(t, proposal, s, 30, 60, 30)
	entities := map[string]string{}
	for _, f := range proposal.Files {
		entities[f.Name] = f.Entity
	}
	require.Equal(t, map[string]string{
		"Deals 2024-01-31.csv": "opportunity", "Deal Stage History.csv": "stage_change", "Accounts.csv": "account", "Sales Team.csv": "owner",
		"Leads.csv": "lead", "marketing_spend.csv": "cost", "data_dictionary.csv": "",
	}, entities)
	require.Contains(t, proposal.Text, "account_id: Account Name", "deals name accounts by name")
	require.Contains(t, proposal.Text, "files: Deals *.csv")
	require.NotContains(t, proposal.Text, "Phone")
	require.Equal(t, "10", run.one(t, "win_rate", allOf("DACH", "none", ""))["won_count"])
	require.Equal(t, "8", run.one(t, "funnel", "segment = 'All' and period_grain = 'all' and step = 'Won'")["entered_count"])
	require.NotEmpty(t, run.rows(t, "cost_of_sale", "marketing_cost > 0"))
}

// Dated complete exports of one object are snapshots: a deal that is gone was deleted.
func TestProposalForSnapshots(t *testing.T) {
	t.Parallel()
	export := func(n int) string {
		return rows("OppID,Account,Stage,ACV (EUR),Created,Expected Close,Segment", n, func(i int) string {
			return fmt.Sprintf("O%d,A%d,%s,%d,%s,%s,%s", i+100-n, i%20, pick(i+100-n, "1 - Discovery", "2 - Demo", "Closed - Won", "Closed - Lost (competitor)", "On Hold"), i,
				date(time.DateOnly, i), date(time.DateOnly, i+30), pick(i, "SMB", "Enterprise"))
		})
	}
	proposal, s := proposed(t, folder(t, map[string]string{"opps_2024-01-31.csv": export(100), "opps_2024-02-29.csv": export(95)}))
	require.Contains(t, proposal.Text, "mode: snapshot")
	require.Contains(t, proposal.Text, "currency: EUR")
	run := open(t, s.run(proposal.AsOf).Report)
	all := run.one(t, "win_rate", allOf("All", "none", ""))
	require.Equal(t, []string{"19", "19", "57", "5"}, []string{all["won_count"], all["lost_count"], all["open_count"], all["excluded_count"]})
}

func TestProposalForWorkbook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	book := excelize.NewFile()
	require.NoError(t, book.SetSheetRow("Sheet1", "A1", &[]any{"Opportunity Name", "Customer", "Rep", "Value", "Won?", "Start", "End", "Territory"}))
	for i := range 60 {
		start := time.Date(2023, 1, 2+i, 0, 0, 0, 0, time.UTC)
		require.NoError(t, book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+2), &[]any{
			fmt.Sprintf("Opp %d", i), "Cust", pick(i, "R1", "R2"), i * 1000, pick(i, "Yes", "No", "No"), start, start.AddDate(0, 0, 30), pick(i, "North", "South"),
		}))
	}
	require.NoError(t, book.SaveAs(filepath.Join(dir, "pipeline.xlsx")))
	proposal, s := proposed(t, dir)
	run := requireRun(t, proposal, s, 20, 40, 0)
	require.Equal(t, "30", run.one(t, "sales_cycle", allOf("All", "none", "")+" and anchor = 'created' and outcome = 'won'")["mean_days"][:2])
	requireSays(t, proposal.Questions, `"Opportunity Name" is taken for it`, `"No" is read as lost`)
}

// What differs from a plain table of deals, and what is concluded from it.
func TestProposalsForOddFolders(t *testing.T) {
	t.Parallel()
	deals := rows("Deal ID,Stage,Amount,Created,Closed", 30, func(i int) string {
		return fmt.Sprintf("D%d,%s,%d,%s,%s", i, pick(i, "Won", "Lost", "Demo"), i+1, date(time.DateOnly, i), date(time.DateOnly, i+9))
	})
	for name, c := range map[string]struct {
		files map[string]string
		deals propose.Deals
		says  []string // of the configuration
	}{
		"an archive in a folder": {
			files: map[string]string{"export.zip": string(archive(t, map[string][]byte{"Deals.csv": []byte(deals)}))},
			deals: propose.Deals{Won: 10, Lost: 10, Open: 10}, says: []string{`files: "export.zip!Deals.csv"`},
		},
		"orders beside deals": {
			files: map[string]string{"deals.csv": deals, "orders.csv": rows("Order ID,Status,Total,Order Date", 30, func(i int) string {
				return fmt.Sprintf("%d,%s,%d,2023-01-01", i, pick(i, "Shipped", "Cancelled"), i)
			})},
			deals: propose.Deals{Won: 10, Lost: 10, Open: 10},
		},
		"flags in German": {
			files: map[string]string{"Verkaufschancen.csv": rows("Vorgang;Gewonnen;Abgeschlossen;Wert", 40, func(i int) string {
				return fmt.Sprintf("V%d;%s;%s;%d,5", i, pick(i, "Ja", "Nein", "Nein", "Nein"), pick(i, "Ja", "Nein"), i)
			})},
			deals: propose.Deals{Won: 10, Lost: 10, Open: 20}, says: []string{`Ja: "true"`},
		},
		"won as a number beside a stage": {
			files: map[string]string{"opps.csv": rows("id,stage,Won,amount", 40, func(i int) string {
				return fmt.Sprintf("%d,%s,%d,5", i, pick(i, "Closed", "Demo"), i%4/2*(1-i%2))
			})},
			deals: propose.Deals{Won: 10, Lost: 10, Open: 20}, says: []string{`"1": won`, "lost: [Closed]"},
		},
		"a column that is called as a field and is none": {
			files: map[string]string{"deals.csv": rows("Deal ID,Stage,Probability,Amount", 60, func(i int) string {
				return fmt.Sprintf("%d,%s,%s,%d", i, pick(i, "Won", "Lost", "Demo"), pick(i, "High", "Low", "?"), i)
			})},
			deals: propose.Deals{Won: 20, Lost: 20, Open: 20}, says: []string{`constants: {probability: ""}`},
		},
		"a report with labels and without ids": {
			files: map[string]string{"report1700000000000.csv": rows("Opportunity Owner,Account Name,Account ID,Opportunity Name,Stage,Amount,Close Date,Created Date", 30, func(i int) string {
				return fmt.Sprintf("Ann,Acc,0015g00000ABCDE,Opp %d,%s,%d.00,%s,%s", i, pick(i, "Closed Won", "Closed Lost", "Prospecting"), i+1, date("01/02/2006", i+9), date("01/02/2006", i))
			})},
			deals: propose.Deals{Won: 10, Lost: 10, Open: 10}, says: []string{"opportunity_id: Opportunity Name"},
		},
		"parts": {
			files: map[string]string{"deals-1.csv": deals, "deals-2.csv": strings.ReplaceAll(deals, "\nD", "\nE")},
			deals: propose.Deals{Won: 20, Lost: 20, Open: 20}, says: []string{"files: deals-*.csv"},
		},
		"spellings of the same stages": {
			files: map[string]string{"deals.csv": rows("Deal ID,Stage,Amount", 60, func(i int) string {
				return fmt.Sprintf("%d,%s,%d", i, pick(i, "Closed Won", "closed won", "CLOSED-WON", "Closed  Lost", "closed_lost", "Proposal"), i)
			})},
			deals: propose.Deals{Won: 30, Lost: 20, Open: 10}, says: []string{"won: [CLOSED-WON, Closed Won, closed won]"},
		},
		"a pipeline without the word won": {
			files: map[string]string{"pipeline.csv": rows("Organization,Owner,Lead acquisition date,Status,Stage sequence,\"Deal Value, $\"", 60, func(i int) string {
				return fmt.Sprintf("Org %d,Ann,%s,%s,%d,%d", i, date("1/2/2006", i), pick(i, "Customer", "Churned", "Disqualified", "No budget - lost", "Opportunity"), i%5, i)
			})},
			deals: propose.Deals{Won: 12, Lost: 36, Open: 12}, says: []string{"opportunity_id: Organization", `"Customer" is read as won`},
		},
		"probabilities alone": {
			files: map[string]string{"deals.csv": rows("dealId,dealName,probability,amount", 60, func(i int) string {
				return fmt.Sprintf("%d,Deal,%s,%d", i, pick(i, "100%", "0%", "40%"), i)
			})},
			deals: propose.Deals{Won: 20, Lost: 20, Open: 20}, says: []string{`"100%": won`},
		},
		"two systems in two folders": {
			files: map[string]string{"emea/deals.csv": deals, "us/opportunities.csv": rows("Opportunity Number,Sales Stage,Value,Opened,Rep", 30, func(i int) string {
				return fmt.Sprintf("%d,%s,%d,%s,Ann", i, pick(i, "Closed Won", "Closed Lost", "Demo"), i, date(time.DateOnly, i))
			})},
			deals: propose.Deals{Won: 20, Lost: 20, Open: 20}, says: []string{"name: crm-2", "# QUESTION: these deals are read beside those of"},
		},
		"statuses of a file without stages": {
			files: map[string]string{"pursuits.csv": rows("Opp #,Client,Win/Loss,TCV $,Date Opened,Date Closed", 50, func(i int) string {
				return fmt.Sprintf("%d,C,%s,\"%d,500\",1/%d/2023,3/%d/2023", i, pick(i, "Win", "Lose", "Pending", "No Decision", "Abandoned"), i+1, i%28+1, i%28+1)
			})},
			deals: propose.Deals{Won: 10, Lost: 30, Open: 10}, says: []string{"No Decision: lost", "Pending: open", "currency: USD"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proposal, err := pipeline.Propose(t.Context(), folder(t, c.files), filepath.Join(t.TempDir(), "truce.yaml"), time.Now())
			require.NoError(t, err)
			require.Equal(t, c.deals, proposal.Deals, proposal.Text)
			for _, file := range proposal.Files {
				require.Zero(t, file.Quarantined, file.Name)
			}
			for _, text := range c.says {
				require.Contains(t, proposal.Text, text)
			}
		})
	}
	_, err := pipeline.Propose(t.Context(), folder(t, map[string]string{"deals.csv": "All deals\n\n" + deals}), "truce.yaml", time.Now())
	require.ErrorContains(t, err, "remove what stands above the header")
}
