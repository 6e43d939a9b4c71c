package sql_test

import (
	"time"

	"truce/fixtures/oracle"
)

// landQuotas adds the quotas; some are in dollars, and nobody knows a rate for the others' XTS.
func (l landed) landQuotas(in oracle.Input) {
	if in.Quotas != nil {
		l["quota"] = []record{}
	}
	for _, q := range in.Quotas {
		inDollars := chance(q.SubjectID, "dollars", 3)
		r := record{
			"subject_kind": q.SubjectKind, "subject_id": q.SubjectID, "segment": text(q.Segment), "start_date": q.StartOn,
			"end_date": q.EndOn, "amount": exported(q.Amount, inDollars), "currency": currency(inDollars),
		}
		if q.Amount == nil {
			r["amount"], r["currency"] = money(1234), "XTS"
		}
		l["quota"] = append(l["quota"], r)
	}
}

// landSplits adds who shares the deals.
func (l landed) landSplits(in oracle.Input) {
	for _, s := range in.Splits {
		l["opportunity_split"] = append(l["opportunity_split"], record{
			"opportunity_id": s.OpportunityID, "owner_id": s.OwnerID, "share": money(s.Share),
		})
	}
}

// landTouches adds contacts of leads and of deals with campaigns.
func (l landed) landTouches(in oracle.Input, zone *time.Location) {
	if in.Leads == nil {
		return
	}
	l["campaign_touch"] = []record{}
	add := func(lead, deal string, day oracle.Day) {
		l["campaign_touch"] = append(l["campaign_touch"], record{
			"touch_id": lead + deal, "campaign_id": "C1", "lead_id": text(lead), "contact_id": nil,
			"opportunity_id": text(deal), "touched_at": moment(&day, lead+deal, zone),
		})
	}
	for _, x := range in.Leads {
		if chance(x.LeadID, "touched", 2) {
			add(x.LeadID, "", x.CreatedOn+10)
		}
	}
	for _, o := range in.Opportunities {
		if o.CreatedOn != nil && chance(o.OpportunityID, "touched", 4) {
			add("", o.OpportunityID, *o.CreatedOn+5)
		}
	}
}
