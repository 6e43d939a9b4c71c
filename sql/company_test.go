package sql_test

import (
	"fmt"
	"hash/fnv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"truce/fixtures/oracle"
	"truce/pipeline/config"
	"truce/pipeline/engine"
	"truce/pipeline/entity"
	"truce/pipeline/plan"
)

// Companies live in Berlin, where a local day begins an hour or two before the UTC one.
const companyZone = "Europe/Berlin"

// record is one landed row: a value by column; nil is NULL.
type record map[string]any

// money is an amount in cents.
type money int64

func (m money) String() string {
	sign, cents := "", int64(m)
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}

// landed is a company as the loader leaves it: typed rows by entity; an entity that is not there
// is not exported.
type landed map[string][]record

// landCompany writes a company as the rows of its landing. Segments, rules and flags become columns
// of their own; some amounts are in dollars, two of which are a euro.
func landCompany(t require.TestingT, in oracle.Input) landed {
	zone, err := time.LoadLocation(companyZone)
	require.NoError(t, err)
	l := landed{"opportunity": {}, "account": {}}
	for _, o := range in.Opportunities {
		l["opportunity"] = append(l["opportunity"], opportunityRecord(o, zone))
	}
	for _, a := range in.Accounts {
		l["account"] = append(l["account"], record{
			"account_id": a.AccountID, "is_customer": a.IsCustomer, "customer_since": date(a.CustomerSince),
		})
	}
	if in.StageChanges != nil {
		l["stage_change"] = []record{}
	}
	inDollars := map[string]bool{}
	for _, o := range in.Opportunities {
		inDollars[o.OpportunityID] = chance(o.OpportunityID, "dollars", 3) && !o.HasNoRate
	}
	for _, c := range in.StageChanges {
		l["stage_change"] = append(l["stage_change"], record{
			"opportunity_id": c.OpportunityID, "changed_at": moment(&c.ChangedOn, c.OpportunityID, zone),
			"sequence": fmt.Sprint(c.Seq), "stage": c.Stage,
			"amount": exported(c.Amount, inDollars[c.OpportunityID]), "close_date": date(c.CloseDate),
		})
	}
	if in.Leads != nil {
		l["lead"] = []record{}
	}
	for _, x := range in.Leads {
		l["lead"] = append(l["lead"], leadRecord(x, in, zone))
	}
	if in.Costs != nil {
		l["cost"] = []record{}
	}
	for _, c := range in.Costs {
		l["cost"] = append(l["cost"], costRecord(c))
	}
	l.landLinks(in, zone)
	l.landQuotas(in)
	l.landSplits(in)
	l.landCampaigns(in, zone)
	l.landContent(in, zone)
	return l
}

func opportunityRecord(o oracle.Opportunity, zone *time.Location) record {
	reason := text("")
	if o.IsNoDecisionReason {
		reason = "No decision"
	}
	inDollars := chance(o.OpportunityID, "dollars", 3)
	r := record{
		"opportunity_id": o.OpportunityID, "account_id": text(o.AccountID), "owner_id": text(o.OwnerID),
		"stage": text(o.Stage), "status": text(o.Status), "is_closed": boolean(o.IsClosed), "is_won": boolean(o.IsWon),
		"amount": exported(o.Amount, inDollars), "cost_of_goods": exported(o.CostOfGoods, inDollars),
		"currency": currency(inDollars), "loss_reason": reason, "competitor": text(o.Competitor),
		"product": text(o.Breakdowns["product"]), "lead_source": text(o.Breakdowns["lead_source"]),
		"created_at": moment(o.CreatedOn, o.OpportunityID, zone), "close_date": date(o.CloseDate),
		"is_deleted": o.IsDeleted, "merged_into": nil,
		"go_to_market": text(o.Segment), "is_banned": o.IsExcludedByRule, "is_new": o.IsNewBusiness,
	}
	if o.IsMerged {
		r["merged_into"] = "elsewhere"
	}
	if o.HasNoRate {
		r["amount"], r["cost_of_goods"], r["currency"] = money(1234), money(567), "XTS"
		if chance(o.OpportunityID, "empty cell", 2) {
			r["currency"] = nil
		}
	}
	return r
}

func leadRecord(x oracle.Lead, in oracle.Input, zone *time.Location) record {
	r := record{
		"lead_id": x.LeadID, "campaign_id": text(x.CampaignID), "created_at": moment(&x.CreatedOn, x.LeadID, zone),
		"mql_at": moment(x.MQLOn, x.LeadID, zone), "is_deleted": x.IsDeleted, "merged_into": nil,
		"go_to_market": text(x.Segment), "is_banned": x.IsExcludedByRule,
		"accepted_at": moment(x.AcceptedOn, x.LeadID, zone), "rejected_at": moment(x.RejectedOn, x.LeadID, zone),
		"converted_at": moment(x.ConvertedOn, x.LeadID, zone), "opportunity_id": nil,
		"status": text(x.Status), "source": text(x.Source), "assigned_at": nil, "contact_id": text(x.ContactID),
	}
	if x.IsMerged {
		r["merged_into"] = "elsewhere"
	}
	if chance(x.LeadID, "assigned", 2) {
		day := x.CreatedOn + oracle.Day(hash(x.LeadID)%4)
		r["assigned_at"] = moment(&day, x.LeadID, zone)
	}
	if deals := dealsOf(x, in); len(deals) > 0 && (len(deals) == 1 || chance(x.LeadID, "names one", 2)) {
		r["opportunity_id"] = deals[0]
	}
	return r
}

// dealsOf names the deals that a lead became.
func dealsOf(x oracle.Lead, in oracle.Input) []string {
	var ids []string
	for _, c := range in.Conversions {
		if c.LeadID == x.LeadID {
			ids = append(ids, c.OpportunityID)
		}
	}
	return ids
}

func costRecord(c oracle.CostLine) record {
	inDollars := chance(c.LineID, "dollars", 3)
	r := record{
		"line_id": c.LineID, "month": c.Month, "amount": exported(c.Amount, inDollars), "currency": currency(inDollars),
		"category": c.Category, "kind": text(c.Kind), "segment": text(c.Segment),
		"campaign_id": text(c.CampaignID), "driver": text(c.Driver),
	}
	if c.Amount == nil {
		r["amount"], r["currency"] = money(1234), "XTS"
	}
	return r
}

// exported gives an amount in the currency of its record. Odd dollar cents end half a euro cent
// nearer to zero, from where they are rounded back.
func exported(cents *int64, inDollars bool) any {
	if cents == nil {
		return nil
	}
	if inDollars {
		return money(2**cents - *cents%2)
	}
	return money(*cents)
}

func currency(inDollars bool) string {
	if inDollars {
		return "USD"
	}
	return "EUR"
}

// moment gives a time of day on a local day, in UTC.
func moment(day *oracle.Day, id string, zone *time.Location) any {
	if day == nil {
		return nil
	}
	y, m, d := time.Unix(int64(*day)*86400, 0).UTC().Date()
	return time.Date(y, m, d, 0, minuteOf(id), 0, 0, zone).UTC()
}

// minuteOf gives the minute of the local day at which everything of a record happens: half of the
// records are after midnight, the others late in the evening.
func minuteOf(id string) int {
	minute := int(hash(id) % 9)
	if chance(id, "evening", 2) {
		return 23*60 + 50 + minute
	}
	return 10 + minute
}

func date(day *oracle.Day) any {
	if day == nil {
		return nil
	}
	return *day
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func boolean(b *bool) any {
	if b == nil {
		return nil
	}
	return *b
}

// chance holds for one of n ids, always the same ones for the same reason.
func chance(id, reason string, n uint32) bool { return hash(id+reason)%n == 0 }

func hash(s string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // never fails
	return h.Sum32()
}

// companyConfig gives the configuration that reads the landed company as the oracle does.
func companyConfig(t require.TestingT, s oracle.Settings) *config.Config {
	attributes := map[string]any{
		"go_to_market": map[string]any{"type": "text"}, "is_banned": map[string]any{"type": "boolean"},
		"is_new": map[string]any{"type": "boolean"},
	}
	segments := []any{}
	for _, name := range s.Segments {
		segments = append(segments, map[string]any{"name": name, "where": "go_to_market = " + sqlLiteral(name)})
	}
	process := []any{}
	for _, stages := range s.Process {
		process = append(process, map[string]any{"step": "Step " + stages[0], "stages": stages})
	}
	out, err := yaml.Marshal(map[string]any{
		"company": "Any", "timezone": companyZone, "currency": "EUR", "fiscal_year_starts": s.FiscalStart,
		"sources": []any{map[string]any{
			"name": "crm", "preset": "generic", "path": ".", "outcome_date_from": s.OutcomeDateFrom,
			"extracts": map[string]any{
				"opportunity": map[string]any{"files": "o.csv", "attributes": attributes},
				"lead":        map[string]any{"files": "l.csv", "attributes": attributes},
			},
		}},
		"segments": segments, "process": process, "activities": companyActivities(s), "breakdowns": s.Breakdowns, "cohort_days": s.CohortDays,
		"programs": companyPrograms(s), "targets": companyTargets(s),
		"reports": map[string]any{"owners": s.PublishesOwners, "weeks": s.Weeks},
		"stages":  map[string]any{"won": s.Won, "lost": s.Lost},
		"lead_process": map[string]any{
			"mql": s.LeadProcess.MQL, "accepted": s.LeadProcess.Accepted, "rejected": s.LeadProcess.Rejected, "recycled": s.LeadProcess.Recycled,
		},
		"sourcing":            map[string]any{"marketing": []string{"Web"}, "partner": []string{"Partner"}},
		"no_decision_reasons": []string{"No decision"}, "new_business": "is_new = true",
		"exclude": map[string]any{"opportunity": "is_banned = true", "lead": "is_banned = true"},
		"costs": map[string]any{
			"driver": s.Costs.Driver, "categories": map[string]any{"marketing": s.Costs.Marketing, "sales": s.Costs.Sales},
			"market_entry_wins": entryWins(s),
		},
		"exchange_rates": []any{map[string]any{"currency": "USD", "valid_from": "2020-01-01", "rate": "2"}},
	})
	require.NoError(t, err)
	c, err := config.Decode("company.yaml", out)
	require.NoError(t, err, "%s", out)
	return c
}

// companyFacts gives what a run over the landed company knows.
func companyFacts(asOf oracle.Day, rows landed) plan.Facts {
	facts := plan.Facts{AsOf: engine.Day(asOf), Mapped: map[string]map[string]bool{}}
	for _, e := range entity.All() {
		l := engine.Landing{Entity: e, Columns: companyColumns(e)}
		facts.Mapped[e.Name] = map[string]bool{}
		if _, ok := rows[e.Name]; ok {
			l.Files = []engine.LandingFile{{Source: "crm", Name: e.Name + ".csv"}}
			for _, field := range l.Columns {
				facts.Mapped[e.Name][field.Name] = true
			}
		}
		facts.Landing = append(facts.Landing, l)
	}
	return facts
}

// companyColumns gives the contract's columns and the attributes that classify a record.
func companyColumns(e *entity.Entity) []entity.Field {
	columns := e.Fields[:len(e.Fields):len(e.Fields)]
	if e.Name == "opportunity" || e.Name == "lead" {
		columns = append(columns,
			entity.Field{Name: "go_to_market"}, entity.Field{Name: "is_banned", Type: entity.Boolean},
			entity.Field{Name: "is_new", Type: entity.Boolean},
		)
	}
	return columns
}

func TestMoneyIsWrittenToTheCent(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, m := range []money{0, 5, -5, 1234, -1200} {
		lines = append(lines, m.String())
	}
	require.Equal(t, "0.00 0.05 -0.05 12.34 -12.00", strings.Join(lines, " "))
}
