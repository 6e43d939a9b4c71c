package plan

import (
	"fmt"
	"slices"
	"strings"

	"truce/pipeline/engine"
)

// namesAccounts tells whether anything says which account a deal belongs to.
func (f Facts) namesAccounts() bool {
	return f.Mapped["opportunity"]["account_id"] || slices.ContainsFunc(f.Landing, func(l engine.Landing) bool {
		return l.Entity.Name == "opportunity_account" && len(l.Files) > 0
	})
}

// linkedOpportunities gives a derived table of the deals in which the extracts of links and merges
// say what a deal does not say itself: its account, and the deal that it was merged into.
func (k *classifier) linkedOpportunities() string {
	columns := make([]string, 0, len(k.fields["opportunity"])+3)
	for _, f := range k.fields["opportunity"] {
		switch f.Name {
		case "account_id":
			columns = append(columns, "coalesce(deal.account_id, link.account_id) as account_id")
		case "merged_into":
			columns = append(columns, "coalesce(deal.merged_into, gone.merged_into) as merged_into")
		default:
			columns = append(columns, "deal."+f.Name)
		}
	}
	columns = append(columns, "deal._source", "deal.is_deleted_record", "deal.seen_at")
	return fmt.Sprintf(`(
    select
        %s
    from stg_opportunities as deal
    left join stg_opportunity_accounts as link on link.opportunity_id = deal.opportunity_id
    left join stg_opportunity_merges as gone on gone.opportunity_id = deal.opportunity_id
)`, strings.Join(columns, ",\n        "))
}
