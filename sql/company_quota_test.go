package sql_test

import "truce/fixtures/oracle"

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
