package entity

func campaign() *Entity {
	return &Entity{
		Name: "campaign",
		Doc:  "something that marketing did to win leads or deals",
		Fields: []Field{
			{Name: "campaign_id", Required: true, Key: true, Doc: "the CRM's id of the campaign"},
			{Name: "name", Doc: "its name"},
			{Name: "type", Doc: "kind of campaign, such as Webinar"},
			{Name: "parent_id", Doc: "the campaign above it"},
			{Name: "start_date", Type: Date, Doc: "first day"},
			{Name: "end_date", Type: Date, Doc: "last day"},
			{Name: "budgeted_cost", Type: Decimal, Doc: "planned cost in its currency"},
			{Name: "actual_cost", Type: Decimal, Doc: "actual cost in its currency"},
			{Name: "currency", Doc: "ISO 4217 code of the amounts' currency"},
		},
	}
}

func content() *Entity {
	return &Entity{
		Name: "content",
		Doc:  "a piece of content that marketing made for sales",
		Fields: []Field{
			{Name: "content_id", Required: true, Key: true, Doc: "id of the piece"},
			{Name: "title", Doc: "its title"},
			{Name: "kind", Doc: "kind of content, such as case study"},
			{Name: "published_on", Type: Date, Doc: "first day that it was there"},
			{Name: "retired_on", Type: Date, Doc: "last day that it was there"},
		},
	}
}

func stage() *Entity {
	return &Entity{
		Name: "stage",
		Doc:  "a stage as the CRM itself lists it, where deals name stages by id or no flag says how they ended",
		Fields: []Field{
			{Name: "stage", Required: true, Key: true, Doc: "the stage as deals name it"},
			{Name: "label", Doc: "the stage as people read it"},
			{Name: "pipeline", Doc: "the pipeline it belongs to"},
			{Name: "is_closed", Type: Boolean, Doc: "whether a deal in it is decided"},
			{Name: "is_won", Type: Boolean, Doc: "whether a deal in it is won"},
			{Name: "place", Type: Integer, Doc: "place among the stages of its pipeline"},
		},
	}
}

func leadOpportunity() *Entity {
	return &Entity{
		Name: "lead_opportunity",
		Doc:  "a lead that became a deal, where one lead has several",
		Fields: []Field{
			{Name: "lead_id", Required: true, Key: true, Doc: "the lead"},
			{Name: "opportunity_id", Required: true, Key: true, Doc: "the deal"},
		},
	}
}

func opportunityAccount() *Entity {
	return &Entity{
		Name: "opportunity_account",
		Doc:  "the account of a deal, where the deal itself does not name it",
		Fields: []Field{
			{Name: "opportunity_id", Required: true, Key: true, Doc: "the deal"},
			{Name: "account_id", Required: true, Key: true, Doc: "the account"},
			{Name: "is_primary", Type: Boolean, Doc: "whether it is the one that buys, of several"},
		},
	}
}

func opportunityMerge() *Entity {
	return &Entity{
		Name: "opportunity_merge",
		Doc:  "a deal that was merged into another, where the deal itself does not say so",
		Fields: []Field{
			{Name: "opportunity_id", Required: true, Key: true, Doc: "the deal that is gone"},
			{Name: "merged_into", Required: true, Doc: "the deal that is left"},
		},
	}
}
