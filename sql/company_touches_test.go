package sql_test

import (
	"fmt"
	"time"

	"truce/fixtures/oracle"
)

// landCampaigns adds the campaigns, and contacts with them: of leads, of deals and, where the history shows
// a deal in a stage, around the days by which touches of steps are counted.
func (l landed) landCampaigns(in oracle.Input, zone *time.Location) {
	if in.Campaigns != nil {
		l["campaign"] = []record{}
	}
	for _, c := range in.Campaigns {
		l["campaign"] = append(l["campaign"], record{"campaign_id": c.CampaignID, "name": text(c.Name), "type": text(c.Type)})
	}
	if in.Leads == nil {
		return
	}
	l["campaign_touch"] = []record{}
	for _, x := range in.Leads {
		if chance(x.LeadID, "touched", 2) {
			l.addTouch("", x.LeadID, "", x.CreatedOn+10, zone)
		}
		if chance(x.LeadID, "contact touched", 2) {
			l.addTouch("", "", x.ContactID, x.CreatedOn+oracle.Day(hash(x.LeadID)%40), zone)
		}
	}
	for _, o := range in.Opportunities {
		if o.CreatedOn != nil && chance(o.OpportunityID, "touched", 4) {
			l.addTouch(o.OpportunityID, "", "", *o.CreatedOn+5, zone)
		}
	}
	l.touchStages(in, zone)
}

// touchStages adds touches of deals around the days by which those of steps are counted: some name the deal,
// some a lead that became it, some that lead's contact.
func (l landed) touchStages(in oracle.Input, zone *time.Location) {
	leads := map[string]oracle.Lead{} // by deal
	for _, x := range in.Leads {
		for _, id := range dealsOf(x, in) {
			leads[id] = x
		}
	}
	for _, c := range in.StageChanges {
		id := fmt.Sprint(c.OpportunityID, " ", c.Seq)
		if chance(id, "stage touched", 3) {
			continue
		}
		day := c.ChangedOn + []oracle.Day{-1, 0, 3, 13, 14, 15}[hash(id+"days")%6]
		x, isLed := leads[c.OpportunityID]
		switch {
		case isLed && chance(id, "lead", 3):
			l.addTouch("", x.LeadID, x.ContactID, day, zone)
		case isLed && x.ContactID != "" && chance(id, "contact", 2):
			l.addTouch("", "", x.ContactID, day, zone)
		default:
			l.addTouch(c.OpportunityID, "", "", day, zone)
		}
	}
}

// addTouch adds a contact with a campaign, which the extract of campaigns may lack. Every third one is an
// activity where companies export those: a webinar that took place, or of which nobody says, or did not.
func (l landed) addTouch(deal, lead, contact string, day oracle.Day, zone *time.Location) {
	if lead == "" && contact == "" && deal == "" {
		return
	}
	id := fmt.Sprint(len(l["campaign_touch"])+len(l["activity"]), " ", deal, lead, contact)
	if l["activity"] != nil && chance(id, "activity", 3) {
		l["activity"] = append(l["activity"], record{
			"activity_id": id, "kind": []string{"webinar", "Webinar", "letter"}[hash(id)%3],
			"is_completed": []any{true, nil, false}[hash(id+"completed")%3], "opportunity_id": text(deal),
			"lead_id": text(lead), "contact_id": text(contact), "happened_at": moment(&day, id, zone),
		})
		return
	}
	l["campaign_touch"] = append(l["campaign_touch"], record{
		"touch_id": id, "campaign_id": []string{"C1", "C1", "C1", "C2", "C9"}[hash(id+"campaign")%5], "lead_id": text(lead),
		"contact_id": text(contact), "opportunity_id": text(deal), "touched_at": moment(&day, id, zone),
	})
}

// companyActivities gives the activities with the names of the steps for which they are meant.
func companyActivities(s oracle.Settings) map[string]any {
	activities := map[string]any{}
	for _, a := range s.Activities {
		steps := []string{}
		for _, step := range a.Steps {
			steps = append(steps, processStep(step, s))
		}
		activities[a.Name] = steps
	}
	return activities
}
