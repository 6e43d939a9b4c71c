package entity

func cost() *Entity {
	return &Entity{
		Name: "cost",
		Doc:  "one line of the ledger of what marketing and sales cost",
		Fields: []Field{
			{Name: "line_id", Key: true, Doc: "the ledger's id of the line, else the file and its ordinal"},
			{Name: "month", Type: Date, Required: true, Month: true, Doc: "the month that the cost belongs to, or any day of it"},
			{Name: "amount", Type: Decimal, Required: true, Doc: "amount in its currency; credits are negative"},
			{Name: "category", Required: true, Doc: "what it was spent on, in the ledger's words"},
			{Name: "currency", Doc: "ISO 4217 code of the amount's currency"},
			{Name: "kind", Doc: "running or market_entry"},
			{Name: "segment", Doc: "the segment that it was spent on, where it is known"},
			{Name: "campaign_id", Doc: "the campaign that it was spent on"},
			{Name: "driver", Doc: "opportunity_days, headcount, leads or even, where it differs from the configured one"},
		},
	}
}

func quota() *Entity {
	return &Entity{
		Name: "quota",
		Doc:  "what an owner or a team is expected to win in a time",
		Fields: []Field{
			{Name: "subject_kind", Required: true, Key: true, Doc: "owner or team"},
			{Name: "subject_id", Required: true, Key: true, Doc: "the owner's id, or the team"},
			{Name: "start_date", Type: Date, Required: true, Key: true, Doc: "first day that it holds"},
			{Name: "segment", Doc: "the segment that it is for, part of the key; empty means all"},
			{Name: "end_date", Type: Date, Required: true, Doc: "last day that it holds"},
			{Name: "amount", Type: Decimal, Required: true, Doc: "amount in its currency for the whole time"},
			{Name: "currency", Doc: "ISO 4217 code of the amount's currency"},
		},
	}
}

func opportunitySplit() *Entity {
	return &Entity{
		Name: "opportunity_split",
		Doc:  "the share of a deal that is credited to an owner",
		Fields: []Field{
			{Name: "opportunity_id", Required: true, Key: true, Doc: "the deal"},
			{Name: "owner_id", Required: true, Key: true, Doc: "the owner"},
			{Name: "share", Type: Rate, Required: true, Doc: "share in percent; the shares of a deal sum to 100"},
		},
	}
}

func exchangeRate() *Entity {
	return &Entity{
		Name: "exchange_rate",
		Doc:  "the rate of a currency from a day on",
		Fields: []Field{
			{Name: "currency", Required: true, Key: true, Doc: "ISO 4217 code"},
			{Name: "valid_from", Type: Date, Required: true, Key: true, Doc: "first day that it holds"},
			{Name: "rate", Type: Rate, Required: true, Doc: "units of the currency for one unit of the base currency"},
		},
	}
}
