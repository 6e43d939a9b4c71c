package sql_test

import (
	"fmt"
	"time"

	"truce/fixtures/oracle"
	"truce/fixtures/oracle/companies"
)

// landLinks adds what else a company exports: its owners, meetings, former statuses of leads, further
// deals of leads, and now and then its exchange rates.
func (l landed) landLinks(in oracle.Input, zone *time.Location) {
	for _, id := range []string{"O1", "O2", "O3"} {
		l["owner"] = append(l["owner"], record{"owner_id": id, "team": text(companies.TeamOf(id))})
	}
	if in.Settings.AsOf%2 == 0 {
		l["exchange_rate"] = ratesByTheFranc()
	}
	if in.Settings.HasActivities {
		l["activity"] = []record{}
	}
	for _, o := range in.Opportunities {
		if in.Settings.HasActivities && o.FirstMeetingOn != nil {
			l["activity"] = append(l["activity"], meetings(o, zone)...)
		}
	}
	for _, x := range in.Leads {
		if in.Settings.HasActivities {
			l["activity"] = append(l["activity"], calls(x, zone)...)
		}
	}
	if in.LeadStatuses != nil {
		l["lead_status_change"] = []record{}
	}
	for _, c := range in.LeadStatuses {
		l["lead_status_change"] = append(l["lead_status_change"], record{
			"lead_id": c.LeadID, "changed_at": moment(&c.ChangedOn, c.LeadID, zone), "sequence": fmt.Sprint(c.Seq), "status": c.Status,
		})
	}
	for _, x := range in.Leads {
		for _, deal := range dealsOf(x, in) {
			if len(dealsOf(x, in)) > 1 {
				l["lead_opportunity"] = append(l["lead_opportunity"], record{"lead_id": x.LeadID, "opportunity_id": deal})
			}
		}
	}
}

// ratesByTheFranc gives rates for which two dollars are a euro. The franc is the base; nobody gives
// anything for XTS.
func ratesByTheFranc() []record {
	rate := func(currency string, rate money) record {
		return record{"currency": currency, "valid_from": oracle.NewDay(2020, time.January, 1), "rate": rate}
	}
	return []record{rate("EUR", 150), rate("USD", 300), rate("CHF", 100), rate("XTS", 0)}
}

// meetings gives the first meeting of a deal, a later one, and what is no meeting that took place.
func meetings(o oracle.Opportunity, zone *time.Location) []record {
	var rows []record
	add := func(kind string, isCompleted any, days int) {
		day := *o.FirstMeetingOn + oracle.Day(days)
		rows = append(rows, record{
			"activity_id": fmt.Sprintf("%s %d", o.OpportunityID, len(rows)), "kind": kind, "is_completed": isCompleted,
			"opportunity_id": o.OpportunityID, "lead_id": nil, "contact_id": nil, "happened_at": moment(&day, o.OpportunityID, zone),
		})
	}
	add("call", true, -5)
	add("meeting", false, -3)
	add("Meeting", true, 0)
	add("meeting", nil, 2)
	return rows
}

// calls gives two calls for every other lead; some come a week after its creation, and some are those
// of the contact that the lead became.
func calls(x oracle.Lead, zone *time.Location) []record {
	var rows []record
	if !chance(x.LeadID, "called", 2) {
		return nil
	}
	for _, days := range []int{int(hash(x.LeadID) % 8), 9} {
		day := x.CreatedOn + oracle.Day(days)
		r := record{
			"activity_id": fmt.Sprintf("%s %d", x.LeadID, len(rows)), "kind": "call", "is_completed": true,
			"opportunity_id": nil, "lead_id": x.LeadID, "contact_id": nil, "happened_at": moment(&day, x.LeadID, zone),
		}
		if x.ContactID != "" && chance(x.LeadID, "moved", 2) {
			r["lead_id"], r["contact_id"] = nil, x.ContactID
		}
		rows = append(rows, r)
	}
	return rows
}
