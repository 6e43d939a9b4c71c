package entity

func stageChange() *Entity {
	return &Entity{
		Name: "stage_change",
		Doc:  "one entry of a deal's history: from this moment the deal was in this stage",
		Fields: []Field{
			{Name: "opportunity_id", Required: true, Key: true, Doc: "the deal"},
			{Name: "changed_at", Type: Timestamp, Required: true, Key: true, Doc: "when it entered the stage"},
			{Name: "sequence", Key: true, Doc: "the source's id of the entry, else # and its place in the file"},
			{Name: "stage", Required: true, Doc: "the stage it entered"},
			{Name: "amount", Type: Decimal, Doc: "the deal's amount from then on"},
			{Name: "close_date", Type: Date, Doc: "the expected close from then on"},
			{Name: "probability", Type: Decimal, Doc: "the probability in percent from then on"},
			{Name: "changed_by", Doc: "who changed it"},
		},
	}
}

func leadStatusChange() *Entity {
	return &Entity{
		Name: "lead_status_change",
		Doc:  "one entry of a lead's history: from this moment the lead had this status",
		Fields: []Field{
			{Name: "lead_id", Required: true, Key: true, Doc: "the lead"},
			{Name: "changed_at", Type: Timestamp, Required: true, Key: true, Doc: "when it got the status"},
			{Name: "sequence", Key: true, Doc: "the source's id of the entry, else # and its place in the file"},
			{Name: "status", Required: true, Doc: "the status it got"},
		},
	}
}

func campaignTouch() *Entity {
	return &Entity{
		Name:  "campaign_touch",
		Doc:   "one contact of a person with a campaign",
		AnyOf: [][]string{{"lead_id"}, {"contact_id"}},
		Fields: []Field{
			{Name: "touch_id", Key: true, Doc: "the CRM's id of the touch, else the file and its ordinal"},
			{Name: "campaign_id", Required: true, Doc: "the campaign"},
			{Name: "lead_id", Doc: "the lead that was touched"},
			{Name: "contact_id", Doc: "the contact that was touched"},
			{Name: "opportunity_id", Doc: "the deal, where the CRM knows it"},
			{Name: "touched_at", Type: Timestamp, Required: true, Doc: "when it happened"},
			{Name: "status", Doc: "status of the membership, in the CRM's words"},
			{Name: "responded", Type: Boolean, Doc: "whether the person responded"},
		},
	}
}

func activity() *Entity {
	return &Entity{
		Name: "activity",
		Doc:  "something that somebody did for a lead or a deal: a call, an e-mail, a meeting",
		Fields: []Field{
			{Name: "activity_id", Required: true, Key: true, Doc: "the CRM's id of the activity"},
			{Name: "kind", Required: true, Doc: "call, email, meeting, or the CRM's own word"},
			{Name: "direction", Doc: "outbound or inbound"},
			{Name: "is_automated", Type: Boolean, Doc: "whether a machine did it"},
			{Name: "is_completed", Type: Boolean, Doc: "whether it took place"},
			{Name: "owner_id", Doc: "who did it"},
			{Name: "lead_id", Doc: "the lead that it was for"},
			{Name: "contact_id", Doc: "the contact that it was for"},
			{Name: "opportunity_id", Doc: "the deal that it was for"},
			{Name: "happened_at", Type: Timestamp, Doc: "when it took place or is due"},
		},
	}
}

func contentUse() *Entity {
	return &Entity{
		Name: "content_use",
		Doc:  "one use of a piece of content",
		Fields: []Field{
			{Name: "content_id", Required: true, Key: true, Doc: "the piece of content"},
			{Name: "used_at", Type: Timestamp, Required: true, Key: true, Doc: "when it was used"},
			{Name: "sequence", Key: true, Doc: "the source's id of the use, else # and its place in the file"},
			{Name: "user_id", Doc: "who used it"},
			{Name: "opportunity_id", Doc: "the deal that it was used for"},
			{Name: "kind", Doc: "view, download or send"},
		},
	}
}
