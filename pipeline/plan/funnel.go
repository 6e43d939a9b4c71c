package plan

import "truce/pipeline/config"

// leadSteps tells which of Lead, MQL, SAL and SQL have a column or a status map.
func leadSteps(c *config.Config, f Facts) []bool {
	lead := f.Mapped["lead"]
	return []bool{
		true,
		lead["mql_at"] || (f.hasStatus() && len(c.LeadProcess.MQL) > 0),
		lead["accepted_at"] || (f.hasStatus() && len(c.LeadProcess.Accepted) > 0),
		lead["converted_at"] || lead["opportunity_id"] || (lead["lead_id"] && f.Mapped["lead_opportunity"]["opportunity_id"]),
	}
}

// hasRejected tells whether anything says that a lead was rejected.
func hasRejected(c *config.Config, f Facts) bool {
	return f.Mapped["lead"]["rejected_at"] || (f.hasStatus() && len(c.LeadProcess.Rejected) > 0)
}

// hasMQLDate tells whether anything says when a lead became an MQL.
func hasMQLDate(c *config.Config, f Facts) bool {
	return f.Mapped["lead"]["mql_at"] || (f.hasStatusHistory() && len(c.LeadProcess.MQL) > 0)
}

// hasStatus tells whether the statuses of leads are known, from the leads or from their history.
func (f Facts) hasStatus() bool { return f.Mapped["lead"]["status"] || f.hasStatusHistory() }

// hasStatusHistory tells whether the former statuses of leads are known.
func (f Facts) hasStatusHistory() bool {
	return f.Mapped["lead"]["lead_id"] && f.Mapped["lead_status_change"]["status"]
}
