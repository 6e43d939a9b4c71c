package plan

// quotaNeeds lists what the report quota_attainment needs. Without splits a deal is credited to its
// owner, which is no want.
func quotaNeeds(f Facts, present map[string]bool) []requirement {
	return []requirement{
		{present["quota"], "quota", []string{"quota_attainment.attainment"}},
		{f.Mapped["opportunity"]["owner_id"], "opportunity.owner_id", []string{"quota_attainment.credited_value"}},
		{f.Mapped["owner"]["team"], "owner.team", []string{"quota_attainment.team"}},
		{f.Mapped["opportunity"]["amount"], "opportunity.amount", []string{"quota_attainment.credited_value"}},
	}
}
