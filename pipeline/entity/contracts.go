package entity

// All gives the contracts in a fixed order. The result is the caller's own.
func All() []*Entity {
	return []*Entity{
		opportunity(), lead(), stageChange(), leadStatusChange(), leadOpportunity(), account(), owner(),
		campaign(), campaignTouch(), activity(), opportunitySplit(), quota(), cost(), content(), contentUse(), exchangeRate(),
		stage(), opportunityAccount(), opportunityMerge(),
	}
}

func opportunity() *Entity {
	return &Entity{
		Name: "opportunity",
		Doc:  "a deal: something that may be bought, once",
		AnyOf: [][]string{
			{"stage"}, {"status"}, {"is_closed", "is_won"},
		},
		Fields: []Field{
			{Name: "opportunity_id", Required: true, Key: true, Doc: "the CRM's id of the deal"},
			{Name: "account_id", Doc: "the company that buys"},
			{Name: "owner_id", Doc: "the person who sells"},
			{Name: "campaign_id", Doc: "the campaign that the CRM credits"},
			{Name: "pipeline", Doc: "the pipeline the stage belongs to"},
			{Name: "name", Doc: "the deal's title"},
			{Name: "type", Doc: "kind of deal, such as New Business"},
			{Name: "product", Doc: "what is sold"},
			{Name: "stage", Doc: "the stage as the CRM names it"},
			{Name: "status", Doc: "open, won or lost, where the CRM keeps it apart from the stage"},
			{Name: "is_closed", Type: Boolean, Doc: "whether the deal is decided"},
			{Name: "is_won", Type: Boolean, Doc: "whether the deal is won"},
			{Name: "amount", Type: Decimal, Doc: "value of the deal in its currency"},
			{Name: "currency", Doc: "ISO 4217 code of the amount's currency"},
			{Name: "cost_of_goods", Type: Decimal, Doc: "cost of what is sold, in the deal's currency"},
			{Name: "probability", Type: Decimal, Doc: "the CRM's probability in percent"},
			{Name: "lead_source", Doc: "where the deal came from, in the CRM's words"},
			{Name: "loss_reason", Doc: "why the deal was lost"},
			{Name: "competitor", Doc: "who else was considered"},
			{Name: "created_at", Type: Timestamp, Doc: "when the deal was created"},
			{Name: "created_by", Doc: "the person who created it, as owners are named"},
			{Name: "close_date", Type: Date, Doc: "expected or actual close, a local date"},
			{Name: "is_deleted", Type: Boolean, Doc: "whether the CRM deleted the record"},
			{Name: "merged_into", Doc: "the record that this one was merged into"},
			{Name: "modified_at", Type: Timestamp, Doc: "when the record last changed; orders its versions"},
		},
	}
}

func lead() *Entity {
	return &Entity{
		Name: "lead",
		Doc:  "a person or company that may become a deal",
		Fields: []Field{
			{Name: "lead_id", Required: true, Key: true, Doc: "the CRM's id of the lead"},
			{Name: "created_at", Type: Timestamp, Required: true, Doc: "when the lead was created"},
			{Name: "contact_id", Doc: "the contact it was converted to"},
			{Name: "owner_id", Doc: "who follows it up"},
			{Name: "source", Doc: "where the lead came from, in the CRM's words"},
			{Name: "campaign_id", Doc: "the campaign that brought it"},
			{Name: "status", Doc: "its status as the CRM names it"},
			{Name: "assigned_at", Type: Timestamp, Doc: "when it was last assigned to its owner"},
			{Name: "mql_at", Type: Timestamp, Doc: "when marketing called it qualified"},
			{Name: "accepted_at", Type: Timestamp, Doc: "when sales accepted it"},
			{Name: "rejected_at", Type: Timestamp, Doc: "when sales rejected it"},
			{Name: "rejection_reason", Doc: "why sales rejected it"},
			{Name: "converted_at", Type: Timestamp, Doc: "when it was converted"},
			{Name: "opportunity_id", Doc: "the deal it was converted to"},
			{Name: "account_id", Doc: "the account it was converted to"},
			{Name: "person_key", Doc: "keyed hash of the person's e-mail address, or the lead's id"},
			{Name: "is_deleted", Type: Boolean, Doc: "whether the CRM deleted the record"},
			{Name: "merged_into", Doc: "the record that this one was merged into"},
			{Name: "modified_at", Type: Timestamp, Doc: "when the record last changed; orders its versions"},
		},
	}
}

func account() *Entity {
	return &Entity{
		Name: "account",
		Doc:  "a company",
		Fields: []Field{
			{Name: "account_id", Required: true, Key: true, Doc: "the CRM's id of the account"},
			{Name: "parent_id", Doc: "the account above it"},
			{Name: "country", Doc: "country"},
			{Name: "region", Doc: "sales region"},
			{Name: "industry", Doc: "industry or sector"},
			{Name: "employees", Type: Integer, Doc: "number of employees"},
			{Name: "is_customer", Type: Boolean, Doc: "whether it was a customer before the first deal in the extract"},
			{Name: "customer_since", Type: Date, Doc: "since when it is a customer"},
			{Name: "is_deleted", Type: Boolean, Doc: "whether the CRM deleted the record"},
			{Name: "merged_into", Doc: "the record that this one was merged into"},
			{Name: "modified_at", Type: Timestamp, Doc: "when the record last changed; orders its versions"},
		},
	}
}

func owner() *Entity {
	return &Entity{
		Name: "owner",
		Doc:  "a person of the company who owns leads or deals",
		Fields: []Field{
			{Name: "owner_id", Required: true, Key: true, Doc: "the CRM's id of the user"},
			{Name: "name", Doc: "name of the user"},
			{Name: "team", Doc: "team"},
			{Name: "function", Doc: "sales, marketing or other"},
			{Name: "manager_id", Doc: "id of the manager"},
			{Name: "manager", Doc: "name of the manager"},
			{Name: "region", Doc: "sales region"},
			{Name: "is_active", Type: Boolean, Doc: "whether the user is active"},
		},
	}
}
